/* SPDX-License-Identifier: Apache-2.0 */
/* Where a key is in memory: while its manager lives, in pages that no core dump takes in; afterwards, nowhere. */
#include "hosts.h"

#include <fcntl.h>
#include <unistd.h>

/* What stands in the file; the bytes of the key are never together in this program. */
#define MASK 0x55

static unsigned char key[48];

/* How often the key stands in memory: within what a core dump takes in, and elsewhere. */
static void look(int *dumped, int *hidden) {
  *dumped = *hidden = 0;
  FILE *maps = fopen("/proc/self/smaps", "r");
  int memory = open("/proc/self/mem", O_RDONLY);
  CHECK(maps != NULL && memory >= 0);
  static char line[512];
  static unsigned char page[4096 + sizeof key];
  unsigned long start = 0, end = 0;
  int readable = 0;
  while (fgets(line, sizeof line, maps)) {
    char rights[5];
    unsigned long first, last;
    if (sscanf(line, "%lx-%lx %4s", &first, &last, rights) == 3) {
      start = first;
      end = last;
      readable = rights[0] == 'r' && rights[1] == 'w';
    }
    if (strncmp(line, "VmFlags:", 8) != 0 || !readable)
      continue;
    int *found = strstr(line, " dd") ? hidden : dumped;
    for (unsigned long place = start; place < end; place += 4096) {
      ssize_t got = pread(memory, page, sizeof page, (off_t)place);
      for (ssize_t i = 0; i + (ssize_t)sizeof key <= got && i < 4096; i++) {
        size_t same = 0;
        while (same < sizeof key && page[i + (ssize_t)same] == (key[same] ^ MASK))
          same++;
        if (same == sizeof key && !(place + (unsigned long)i >= (unsigned long)page &&
                                    place + (unsigned long)i < (unsigned long)page + sizeof page))
          ++*found;
      }
      memset(page, 0, sizeof page);
    }
  }
  fclose(maps);
  close(memory);
}

static void write_key(const char *path) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  CHECK(file >= 0);
  for (size_t i = 0; i < sizeof key; i++) {
    unsigned char byte = key[i] ^ MASK;
    CHECK(write(file, &byte, 1) == 1);
  }
  close(file);
}

int main(void) {
  if (getenv("SHORT"))
    return 0; /* valgrind has a memory of its own */
  char path[] = "/tmp/swiftsession-key-XXXXXX";
  int file = mkstemp(path);
  CHECK(file >= 0);
  int random = open("/dev/urandom", O_RDONLY);
  CHECK(read(random, key, sizeof key) == sizeof key);
  close(random);
  close(file);
  write_key(path);

  int dumped, hidden;
  const char *const settings[] = {"SECRET_KEY_FILE", path, "SESSION_TYPE", "cookie", "SESSION_COOKIE_FORMAT",
                                  "sealed",          NULL};
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, NULL);
  OK(swiftsession_set_integer(session, "a", 1, &error));
  OK(swiftsession_save(session, &error));
  swiftsession_session_free(session);
  OK(swiftsession_manager_reload(manager, &error));
  look(&dumped, &hidden);
  CHECK(dumped == 0);
  CHECK(hidden > 0);
  swiftsession_manager_free(manager);
  look(&dumped, &hidden);
  CHECK(dumped == 0 && hidden == 0);
  CHECK(unlink(path) == 0);
  return 0;
}
