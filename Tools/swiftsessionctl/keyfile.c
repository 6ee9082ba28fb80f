// SPDX-License-Identifier: Apache-2.0
/*
 * rotate: makes a key file, or adds a key to one and says until when the older ones are good. The new file is complete,
 * was read by the library and is on the disk before it takes the place of the old one. No key is printed.
 */
#include "keyfile.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { KEY_SIZE = 32, KEY_TEXT = 45, FILE_LIMIT = 64 * 1024, LEAD = 300 };

static bool make_key(char text[KEY_TEXT]) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  unsigned char key[KEY_SIZE + 1] = {0};
  if (getrandom(key, KEY_SIZE, 0) != KEY_SIZE)
    return false;
  for (int i = 0, at = 0; i < KEY_SIZE; i += 3) {
    unsigned bits = (unsigned)key[i] << 16 | (unsigned)key[i + 1] << 8 | (i + 2 < KEY_SIZE ? key[i + 2] : 0u);
    for (int shift = 18; shift >= 0; shift -= 6)
      text[at++] = digits[bits >> shift & 63];
  }
  text[KEY_TEXT - 2] = '=';
  text[KEY_TEXT - 1] = '\0';
  explicit_bzero(key, sizeof key);
  return true;
}

/* Counts a key among those that make what the new one does. */
static void compare(const tool *tool, rotation *rotation, const char *name, size_t name_size, const char *before,
                    size_t before_size, const char *purpose, size_t purpose_size) {
  int64_t from;
  bool is_same = strcmp(tool->purpose, "all") == 0 || is_word(purpose, purpose_size, "all") ||
                 is_word(purpose, purpose_size, tool->purpose);
  if (!is_same)
    return;
  rotation->others += 1;
  if (!read_time(before, before_size, &from) || from <= rotation->from ||
      (rotation->newer[0] && from >= rotation->newer_from))
    return;
  rotation->newer_from = from;
  snprintf(rotation->newer, sizeof rotation->newer, "%.*s", (int)name_size, name);
}

/* Copies one line of the old file, or leaves it out. */
static void copy_line(const tool *tool, rotation *rotation, const char *line, size_t size, FILE *out) {
  const char *at = line, *name, *before, *after, *purpose, *key;
  char text[32];
  int64_t begin, end;
  size_t name_size = next_field(&at, &name), before_size = next_field(&at, &before);
  size_t after_size = next_field(&at, &after), purpose_size = next_field(&at, &purpose);
  size_t key_size = next_field(&at, &key);
  if (name_size == 0 || name[0] == '#' || is_word(name, name_size, "revoked-before")) {
    fprintf(out, "%.*s\n", (int)size, line);
    return;
  }
  bool has_end = read_time(after, after_size, &end);
  if (tool->drop_expired && has_end && end < rotation->now) {
    rotation->dropped += 1;
    return;
  }
  rotation->kept += 1;
  if (!has_end || end >= rotation->now)
    compare(tool, rotation, name, name_size, before, before_size, purpose, purpose_size);
  bool is_replaced = strcmp(tool->purpose, "all") == 0 || is_word(purpose, purpose_size, tool->purpose);
  bool is_older = !read_time(before, before_size, &begin) || begin <= rotation->from;
  if (rotation->until && is_replaced && is_older && is_word(after, after_size, "-")) {
    rotation->bounded += 1;
    fprintf(out, "%.*s %.*s %s %.*s %.*s\n", (int)name_size, name, (int)before_size, before,
            time_text(rotation->until, text), (int)purpose_size, purpose, (int)key_size, key);
  } else
    fprintf(out, "%.*s\n", (int)size, line);
}

static void copy_lines(const tool *tool, rotation *rotation, const char *old, FILE *out) {
  while (*old) {
    size_t size = strcspn(old, "\n");
    char *line = strndup(old, size);
    if (line)
      copy_line(tool, rotation, line, size, out);
    forget(line, line ? size : 0);
    old += old[size] ? size + 1 : size;
  }
}

/* Whether the library takes the file. */
static int check_keys(tool *tool, const char *path) {
  swiftsession_config *config = NULL;
  swiftsession_manager *manager = NULL;
  int status = EXIT_DONE;
  if (swiftsession_config_new(&config, &tool->error) ||
      swiftsession_config_set(config, "SESSION_TYPE", "cookie", &tool->error) ||
      swiftsession_config_set(config, "SESSION_KEYS_FILE", path, &tool->error) ||
      swiftsession_manager_open(config, &manager, &tool->error))
    status = fail(tool);
  swiftsession_manager_free(manager);
  swiftsession_config_free(config);
  return status;
}

/* Finds the file that a path stands for: what a link leads to, for that is what the servers read. */
static int find_file(const tool *tool, const char *path, char **real) {
  struct stat about;
  *real = NULL;
  if (lstat(path, &about) != 0) {
    if (errno != ENOENT)
      return fail_as(tool, EXIT_SETTINGS, "FILE", "%s: %s", path, strerror(errno));
    *real = strdup(path);
    return *real ? EXIT_DONE : fail_as(tool, EXIT_FAULT, "MEMORY", "%s", strerror(ENOMEM));
  }
  *real = realpath(path, NULL);
  if (!*real || lstat(*real, &about) != 0)
    return fail_as(tool, EXIT_SETTINGS, "FILE", "%s: %s%s", path, S_ISLNK(about.st_mode) ? "where it leads: " : "",
                   strerror(errno));
  if (!S_ISREG(about.st_mode))
    return fail_as(tool, EXIT_SETTINGS, "FILE", "%s: it is no regular file", *real);
  return EXIT_DONE;
}

/* Reads the file that is there, if one is. "" where there is none. */
static int read_old(tool *tool, const char *path, char *old, struct stat *about) {
  size_t size = 0;
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
  about->st_mode = 0600;
  about->st_uid = geteuid();
  about->st_gid = getegid();
  if (file < 0)
    return errno == ENOENT ? EXIT_DONE : fail_as(tool, EXIT_SETTINGS, "FILE", "%s: %s", path, strerror(errno));
  ssize_t count = fstat(file, about);
  if (count == 0 && !S_ISREG(about->st_mode)) {
    close(file);
    return fail_as(tool, EXIT_SETTINGS, "FILE", "%s: it is no regular file", path);
  }
  while (count >= 0 && size <= FILE_LIMIT && (count = read(file, old + size, FILE_LIMIT + 1 - size)) > 0)
    size += (size_t)count;
  int problem = errno;
  close(file);
  if (count != 0)
    return fail_as(tool, EXIT_SETTINGS, "FILE", "%s: %s", path,
                   size > FILE_LIMIT ? "it has more than 64 KiB" : strerror(problem));
  return size == 0 ? EXIT_DONE : check_keys(tool, path);
}

/* A name of today that no line begins with. */
static void choose_name(const tool *tool, const rotation *rotation, const char *old, char name[NAME_TEXT]) {
  char today[32], wanted[80];
  time_text(rotation->now, today);
  today[10] = '\0';
  snprintf(name, NAME_TEXT, "%s", tool->key_name ? tool->key_name : today);
  for (int number = 2; !tool->key_name && number < 1000; number++) {
    snprintf(wanted, sizeof wanted, "\n%s ", name);
    if (strncmp(old, wanted + 1, strlen(wanted + 1)) != 0 && !strstr(old, wanted))
      return;
    snprintf(name, NAME_TEXT, "%s.%d", today, number);
  }
}

/* Writes what the new file has. False with errno where that fails. */
static bool write_keys(const tool *tool, rotation *rotation, const char *old, const char *name, FILE *out) {
  char key[KEY_TEXT], from[32];
  if (!old[0])
    fputs("# name  not-before  not-after  purpose  key\n", out);
  copy_lines(tool, rotation, old, out);
  bool is_made = make_key(key);
  if (!rotation->kept && !tool->not_before)
    rotation->from = 0;
  fprintf(out, "%s %s - %s %s\n", name, rotation->from ? time_text(rotation->from, from) : "-", tool->purpose, key);
  explicit_bzero(key, sizeof key);
  return is_made && fflush(out) == 0;
}

/* Makes the new file out of the old one. It is beside it, open as `out`, and was made by this process. */
static int write_new(tool *tool, rotation *rotation, const char *path, const char *beside, FILE *out) {
  char name[NAME_TEXT];
  struct stat about;
  char *old = calloc(1, FILE_LIMIT + 1);
  int status = old ? read_old(tool, path, old, &about) : fail_as(tool, EXIT_FAULT, "MEMORY", "%s", strerror(ENOMEM));
  if (!status) {
    choose_name(tool, rotation, old, name);
    if (!write_keys(tool, rotation, old, name, out) || fchown(fileno(out), about.st_uid, about.st_gid) != 0 ||
        fchmod(fileno(out), about.st_mode & 07777) != 0 || fsync(fileno(out)) != 0)
      status = fail_as(tool, EXIT_SETTINGS, "FILE", "%s: %s", beside, strerror(errno));
  }
  if (!status)
    status = check_keys(tool, beside);
  if (!status && rename(beside, path) != 0)
    status = fail_as(tool, EXIT_SETTINGS, "FILE", "%s: %s", path, strerror(errno));
  forget(old, old ? FILE_LIMIT + 1 : 0);
  if (status)
    unlink(beside);
  return status ? status : report_rotation(tool, rotation, name);
}

/* Takes FILE.new, which keeps a second rotate out before the old file is read, and makes it the file. */
static int replace(tool *tool, rotation *rotation, const char *path) {
  char beside[4096];
  if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside)
    return fail_as(tool, EXIT_USAGE, "FILE", "%s: %s", path, strerror(ENAMETOOLONG));
  int file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0 && errno == EEXIST)
    return fail_as(tool, EXIT_SETTINGS, "FILE",
                   "%s is there: another rotate is running; where none is, one was stopped, and this file is to be "
                   "removed: it is in no use",
                   beside);
  if (file < 0)
    return fail_as(tool, EXIT_SETTINGS, "FILE", "%s: %s", beside, strerror(errno));
  FILE *out = fdopen(file, "w");
  if (!out) {
    close(file);
    unlink(beside);
    return fail_as(tool, EXIT_FAULT, "MEMORY", "%s", strerror(ENOMEM));
  }
  int status = write_new(tool, rotation, path, beside, out);
  fclose(out);
  return status;
}

static bool is_name(const char *name) {
  size_t size = strlen(name);
  for (size_t i = 0; i < size; i++)
    if (name[i] < 0x21 || name[i] > 0x7e)
      return false;
  return size >= 1 && size <= 64 && name[0] != '#' && strcmp(name, "revoked-before") != 0;
}

/* Reads the options of rotate; NULL, or what is wrong with one. */
static const char *read_options(const tool *tool, rotation *rotation) {
  if (tool->key_name && !is_name(tool->key_name))
    return "--name is 1 to 64 visible characters of ASCII; it does not begin with #, and is not revoked-before";
  if (strcmp(tool->purpose, "all") != 0 && strcmp(tool->purpose, "cookies") != 0 &&
      strcmp(tool->purpose, "records") != 0)
    return "--purpose is all, cookies or records";
  rotation->from = rotation->now + LEAD;
  if (tool->not_before && !read_time(tool->not_before, strlen(tool->not_before), &rotation->from))
    return "--not-before is a time as 2026-01-31T12:00:00Z, or seconds since 1970";
  int64_t begin = rotation->from > rotation->now ? rotation->from : rotation->now;
  if (tool->lifetime > LAST_TIME - begin - SETTLING)
    return "--lifetime is too long";
  if (tool->lifetime)
    rotation->until = begin + SETTLING + tool->lifetime;
  return NULL;
}

int command_rotate(tool *tool, int count, char **arguments) {
  char *path;
  rotation rotation = {.now = (int64_t)time(NULL)};
  if (count != 1)
    return fail_as(tool, EXIT_USAGE, "USAGE", "which file? swiftsessionctl rotate FILE");
  const char *problem = read_options(tool, &rotation);
  if (problem)
    return fail_as(tool, EXIT_USAGE, "USAGE", "%s", problem);
  int status = find_file(tool, arguments[0], &path);
  if (!status)
    status = replace(tool, &rotation, path);
  free(path);
  return status;
}
