/* SPDX-License-Identifier: Apache-2.0 */
/* Files, against plain C that writes in the same way: a lock on a place of a lock file, a draft, and a rename. A touch
   writes the header alone, in place. The address is a folder. */
#include "store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *folder;
static _Thread_local char path[512], draft[512];

static int checked(int result, const char *what) {
  if (result < 0)
    fail(what);
  return result;
}

static int lock_place(void) {
  static char lock[512];
  if (!lock[0])
    snprintf(lock, sizeof lock, "%s/plain.lock", folder);
  int descriptor = checked(open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600), "the lock file cannot be opened");
  struct flock place = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = thread_number, .l_len = 1};
  checked(fcntl(descriptor, F_OFD_SETLK, &place), "the lock is taken");
  return descriptor;
}

static void store_plainly(const unsigned char *new, size_t size) {
  uint32_t expiry = (uint32_t)(time(NULL) + lifetime);
  struct iovec both[] = {{&expiry, sizeof expiry}, {(void *)new, size}};
  int file = checked(open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), "a draft cannot be made");
  if (writev(file, both, 2) != (ssize_t)(size + sizeof expiry))
    fail("a draft cannot be written");
  close(file);
  checked(rename(draft, path), "a draft cannot be put in its place");
}

static size_t load(unsigned char *into) {
  struct stat status;
  uint32_t expiry;
  int file = checked(open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), "the file is gone");
  checked(fstat(file, &status), "the file is gone");
  size_t size = (size_t)status.st_size - sizeof expiry;
  struct iovec both[] = {{&expiry, sizeof expiry}, {into, size}};
  if (readv(file, both, 2) != status.st_size || expiry < (uint32_t)time(NULL))
    fail("the file cannot be read");
  close(file);
  return size;
}

static void connect_plainly(void) {
  snprintf(path, sizeof path, "%s/plain-%d", folder, thread_number);
  snprintf(draft, sizeof draft, "%s/draft-%d", folder, thread_number);
  store_plainly(record, record_size);
}

static void replace(const unsigned char *old, const unsigned char *new, size_t size) {
  static _Thread_local unsigned char there[LARGEST_RECORD];
  int lock = lock_place();
  if (load(there) != size || memcmp(there, old, size) != 0)
    fail("the record was changed");
  store_plainly(new, size);
  close(lock);
}

static void touch(void) {
  static _Thread_local unsigned char there[LARGEST_RECORD];
  uint32_t expiry = (uint32_t)(time(NULL) + lifetime);
  int lock = lock_place();
  load(there);
  int file = checked(open(path, O_WRONLY | O_CLOEXEC), "the file is gone");
  if (pwrite(file, &expiry, sizeof expiry, 0) != sizeof expiry)
    fail("the file cannot be written");
  close(file);
  close(lock);
}

static void refresh(void) {
  static _Thread_local unsigned char there[LARGEST_RECORD];
  touch();
  load(there);
}

int main(int count, char **arguments) {
  static const plain_store in_plain_c = {connect_plainly, load, replace, store_plainly, touch, refresh, 0};
  if (count != 5)
    return 2;
  folder = arguments[4];
  const setting settings[] = {{"SESSION_TYPE", "filesystem"}, {"SESSION_FILE_DIR", folder}};
  return run_store(arguments, settings, 2, &in_plain_c);
}
