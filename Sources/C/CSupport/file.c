/* SPDX-License-Identifier: Apache-2.0 */
#include "CSupport.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int csupport_create_file(const char *path) {
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

char *csupport_working_directory(void) { return getcwd(NULL, 0); }
