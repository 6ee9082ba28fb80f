/* SPDX-License-Identifier: Apache-2.0 */
#include "CSupport.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static int open_again(const char *path, int flags, mode_t mode) {
  int fd;
  do
    fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, mode);
  while (fd < 0 && errno == EINTR);
  return fd;
}

int csupport_open_regular(const char *path, int *fd, size_t *size, int64_t *seconds, int64_t *nanoseconds) {
  *fd = open_again(path, O_RDONLY | O_NONBLOCK, 0);
  if (*fd < 0)
    return errno == ELOOP ? CSUPPORT_NOT_REGULAR : errno;
  struct stat status;
  int error = fstat(*fd, &status) != 0 ? errno : S_ISREG(status.st_mode) ? 0 : CSUPPORT_NOT_REGULAR;
  if (error) {
    close(*fd);
    *fd = -1;
    return error;
  }
  *size = (size_t)status.st_size;
  *seconds = status.st_mtim.tv_sec;
  *nanoseconds = status.st_mtim.tv_nsec;
  return 0;
}

int csupport_read_start(int fd, void *bytes, size_t size, size_t *got) {
  *got = 0;
  while (*got < size) {
    ssize_t more = read(fd, (char *)bytes + *got, size - *got);
    if (more == 0)
      return 0;
    if (more > 0)
      *got += (size_t)more;
    else if (errno != EINTR)
      return errno;
  }
  return 0;
}

static int write_all(int fd, const void *bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t more = write(fd, (const char *)bytes + done, size - done);
    if (more > 0)
      done += (size_t)more;
    else if (more == 0 || errno != EINTR)
      return more == 0 ? ENOSPC : errno;
  }
  return 0;
}

/* What root makes belongs to the folder's owner: one command of an administrator would shut the service out. */
static void give_to_owner(const char *path, int fd) {
  char folder[PATH_MAX];
  const char *slash = strrchr(path, '/');
  struct stat of;
  if (geteuid() != 0 || !slash || slash == path || (size_t)(slash - path) >= sizeof folder)
    return;
  memcpy(folder, path, (size_t)(slash - path));
  folder[slash - path] = 0;
  if (stat(folder, &of) == 0 && of.st_uid != 0)
    (void)!fchown(fd, of.st_uid, of.st_gid);
}

int csupport_replace_file(const char *draft, const char *path, const void *head, size_t head_size, const void *bytes,
                          size_t size, int mode) {
  int fd = open_again(draft, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (fd < 0)
    return errno;
  give_to_owner(draft, fd);
  int error = write_all(fd, head, head_size);
  if (!error)
    error = write_all(fd, bytes, size);
  if (!error && mode != 0600 && fchmod(fd, (mode_t)mode) != 0)
    error = errno;
  /* A full disk may be told as late as here. */
  if (close(fd) != 0 && !error && errno != EINTR)
    error = errno;
  if (!error && rename(draft, path) != 0)
    error = errno;
  if (error)
    unlink(draft);
  return error;
}

int csupport_overwrite_start(const char *path, const void *bytes, size_t size) {
  int fd = open_again(path, O_WRONLY | O_NONBLOCK, 0);
  if (fd < 0)
    return errno;
  ssize_t done = pwrite(fd, bytes, size, 0);
  int error = done < 0 ? errno : (size_t)done == size ? 0 : EIO;
  close(fd);
  return error;
}

int csupport_remove_file(const char *path) { return unlink(path) == 0 ? 0 : errno; }

int csupport_make_folder(const char *path, int mode) {
  if (mkdir(path, (mode_t)mode) == 0 || errno == EEXIST)
    return 0;
  if (errno != ENOENT)
    return errno;
  char *parent = strdup(path);
  if (!parent)
    return ENOMEM;
  int error = ENOENT;
  char *slash = strrchr(parent, '/');
  while (slash && slash > parent && slash[1] == 0) {
    *slash = 0;
    slash = strrchr(parent, '/');
  }
  if (slash && slash > parent) {
    *slash = 0;
    error = csupport_make_folder(parent, 0777);
  }
  free(parent);
  if (error)
    return error;
  return mkdir(path, (mode_t)mode) == 0 || errno == EEXIST ? 0 : errno;
}

int csupport_check_folder(const char *path) {
  struct stat status;
  if (stat(path, &status) != 0)
    return errno;
  if (!S_ISDIR(status.st_mode))
    return ENOTDIR;
  return access(path, R_OK | W_OK | X_OK) == 0 ? 0 : errno;
}

int csupport_read_folder(const char *path, int64_t *position, char *names, size_t size, size_t *used) {
  *used = 0;
  DIR *folder = opendir(path);
  if (!folder)
    return errno;
  if (*position > 0)
    seekdir(folder, (long)*position);
  for (;;) {
    int64_t before = telldir(folder);
    struct dirent *entry = readdir(folder);
    if (!entry) {
      *position = -1;
      break;
    }
    size_t length = strlen(entry->d_name) + 1;
    if (length > size - *used) {
      *position = before;
      break;
    }
    memcpy(names + *used, entry->d_name, length);
    *used += length;
  }
  closedir(folder);
  return 0;
}

/* The lock file, made where it is missing. */
static int open_lock(const char *path, int mode) {
  for (int attempt = 0; attempt < 8; attempt++) {
    int fd = open_again(path, O_RDWR, 0);
    if (fd >= 0 || errno != ENOENT)
      return fd;
    fd = open_again(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd >= 0) {
      give_to_owner(path, fd);
      if (mode != 0600)
        (void)!fchmod(fd, (mode_t)mode);
      return fd;
    }
    if (errno != EEXIST)
      return -1;
  }
  return -1;
}

int csupport_lock_place(const char *path, int mode, int64_t place, int64_t until, int *fd) {
  long pause = 20000;
  for (;;) {
    *fd = open_lock(path, mode);
    if (*fd < 0)
      return errno;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = place, .l_len = 1};
    while (fcntl(*fd, F_OFD_SETLK, &lock) != 0) {
      int error = errno;
      if (error != EAGAIN && error != EACCES && error != EINTR) {
        close(*fd);
        return error;
      }
      if (csupport_monotonic_clock() >= until) {
        close(*fd);
        return ETIME;
      }
      nanosleep(&(struct timespec){.tv_nsec = pause}, NULL);
      if (pause < 1000000)
        pause *= 2;
    }
    struct stat held, named;
    if (fstat(*fd, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev)
      return 0;
    /* Somebody took the file away meanwhile, and others lock a new one. */
    close(*fd);
  }
}

void csupport_unlock_place(int fd, int64_t place) {
  struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = place, .l_len = 1};
  /* A forked child may hold the descriptor for a moment, and closing it here would not let go. */
  (void)fcntl(fd, F_OFD_SETLK, &lock);
  close(fd);
}
