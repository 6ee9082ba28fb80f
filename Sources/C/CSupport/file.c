/* SPDX-License-Identifier: Apache-2.0 */
#include "CSupport.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file that a symbolic link leads to, though it is not there; NULL where `path` is no link. */
static char *target_of(const char *path) {
  char target[4096];
  ssize_t length = readlink(path, target, sizeof target - 1);
  if (length <= 0)
    return NULL;
  target[length] = 0;
  const char *slash = strrchr(path, '/');
  size_t folder = target[0] == '/' || !slash ? 0 : (size_t)(slash - path) + 1;
  char *resolved = malloc(folder + (size_t)length + 1);
  if (resolved) {
    memcpy(resolved, path, folder);
    memcpy(resolved + folder, target, (size_t)length + 1);
  }
  return resolved;
}

static int create(const char *path, int links) {
  char *target = links > 0 ? target_of(path) : NULL;
  if (target) {
    int error = create(target, links - 1);
    free(target);
    return error;
  }
  struct stat status;
  if (stat(path, &status) == 0)
    return 0;
  if (errno != ENOENT)
    return errno;
  size_t size = strlen(path) + 48;
  char *draft = malloc(size);
  if (!draft)
    return ENOMEM;
  uint64_t number = 0;
  csupport_random(&number, sizeof number);
  snprintf(draft, size, "%s.%016llx.new", path, (unsigned long long)number);
  int error = 0;
  int fd = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    error = errno;
  } else {
    close(fd);
    if (link(draft, path) != 0 && errno != EEXIST)
      error = errno;
    unlink(draft);
  }
  free(draft);
  return error;
}

int csupport_create_file(const char *path) { return create(path, 40); }

char *csupport_working_directory(void) { return getcwd(NULL, 0); }
