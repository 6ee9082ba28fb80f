/* SPDX-License-Identifier: Apache-2.0 */
#include "CSupport.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int csupport_random(void *bytes, size_t size) {
  unsigned char *next = bytes;
  while (size > 0) {
    ssize_t got = getrandom(next, size, 0);
    if (got < 0) {
      if (errno == EINTR)
        continue;
      return errno;
    }
    next += got;
    size -= (size_t)got;
  }
  return 0;
}

int64_t csupport_last_place(const void *bytes, size_t count, unsigned char byte) {
  const char *place = count > 0 ? memrchr(bytes, byte, count) : NULL;
  return place ? place - (const char *)bytes : -1;
}

void csupport_wipe(void *bytes, size_t size) {
  if (size > 0)
    explicit_bzero(bytes, size);
}

void *csupport_secret_new(size_t size) {
  void *secret = mmap(NULL, size ? size : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (secret == MAP_FAILED)
    abort();
  /* Not locked into memory: that is limited for each process, and the limit is the host's. */
  madvise(secret, size ? size : 1, MADV_DONTDUMP);
  return secret;
}

void csupport_secret_free(void *secret, size_t size) {
  if (!secret)
    return;
  csupport_wipe(secret, size);
  munmap(secret, size ? size : 1);
}

int64_t csupport_wall_clock(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0)
    return 0;
  return (int64_t)now.tv_sec;
}

void csupport_sleep(int64_t milliseconds) {
  if (milliseconds <= 0)
    return;
  struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;
static locale_t c_locale;

static void open_c_locale(void) { c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); }

double csupport_double(const char *text) {
  pthread_once(&c_locale_once, open_c_locale);
  return c_locale ? strtod_l(text, NULL, c_locale) : strtod(text, NULL);
}

int csupport_read_file(const char *path, size_t limit, unsigned char **bytes, size_t *size) {
  int fd;
  do
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  while (fd < 0 && errno == EINTR);
  if (fd < 0)
    return errno;
  int error = 0;
  unsigned char *buffer = NULL;
  size_t used = 0;
  struct stat status;
  if (fstat(fd, &status) != 0) {
    error = errno;
  } else if (!S_ISREG(status.st_mode)) {
    error = CSUPPORT_NOT_REGULAR;
  } else if (!(buffer = malloc(limit + 1))) {
    error = ENOMEM;
  }
  while (!error && used <= limit) {
    ssize_t got = read(fd, buffer + used, limit + 1 - used);
    if (got == 0)
      break;
    if (got > 0)
      used += (size_t)got;
    else if (errno != EINTR)
      error = errno;
  }
  if (!error && used > limit)
    error = EFBIG;
  close(fd);
  if (error) {
    if (buffer)
      csupport_wipe(buffer, used);
    free(buffer);
    return error;
  }
  *bytes = buffer;
  *size = used;
  return 0;
}

void csupport_error_text(int error, char *buffer, size_t size) {
  if (size == 0)
    return;
  /* The GNU form: it may return a constant text and leave the buffer alone. */
  const char *text =
      error <= CSUPPORT_RESOLVER ? gai_strerror(error - CSUPPORT_RESOLVER) : strerror_r(error, buffer, size);
  if (text != buffer) {
    strncpy(buffer, text, size - 1);
    buffer[size - 1] = 0;
  }
}

extern char **environ;

char *const *csupport_environment(void) { return environ; }

const char *csupport_environment_value(const char *name) { return secure_getenv(name); }

/* Swift asks for an alignment with each object, one that malloc() gives anyway; the system's function of this name
   takes twice as long as that. */
int posix_memalign(void **memory, size_t alignment, size_t size) {
  void *made = alignment <= _Alignof(max_align_t) ? malloc(size) : aligned_alloc(alignment, size);
  if (!made)
    return ENOMEM;
  *memory = made;
  return 0;
}

/* Swift's hash seed asks for this function, which glibc has only since 2.36. */
void arc4random_buf(void *bytes, size_t size) {
  if (csupport_random(bytes, size) == 0)
    return;
  /* Only the seed of hash tables: no secret depends on it. */
  uint64_t state = (uint64_t)(uintptr_t)bytes ^ (uint64_t)csupport_wall_clock();
  unsigned char *next = bytes;
  for (size_t i = 0; i < size; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    next[i] = (unsigned char)(state >> 56);
  }
}

/* The seed is a lazy global of the Swift standard library; a fork() while one thread makes it would leave the child
   spinning. So it is made when the library is loaded. Weak: unit tests link without it. */
extern void swiftsession_warm_up(void) __attribute__((weak));

__attribute__((constructor)) static void warm_up(void) {
  if (swiftsession_warm_up)
    swiftsession_warm_up();
}
