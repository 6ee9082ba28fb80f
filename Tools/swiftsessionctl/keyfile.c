// SPDX-License-Identifier: Apache-2.0
/*
 * rotate: makes a key file, or adds a key to one and says until when the older ones are good. The new file is complete,
 * was read by the library and is on the disk before it takes the place of the old one. No key is printed.
 */
#include "tool.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { KEY_SIZE = 32, KEY_TEXT = 45, FILE_LIMIT = 64 * 1024, LEAD = 300 };

/* One field of a line, and the line after it. */
static size_t next_field(const char **at, const char **field) {
  *at += strspn(*at, " \t\r");
  *field = *at;
  size_t size = strcspn(*at, " \t\r\n");
  *at += size;
  return size;
}

static bool is_word(const char *field, size_t size, const char *word) {
  return size == strlen(word) && memcmp(field, word, size) == 0;
}

/* The two forms of a time that rotate writes or computes with: seconds, and 2026-01-31T12:00:00Z. */
static bool read_time(const char *text, size_t size, int64_t *time) {
  char copy[32], rest;
  struct tm parts;
  if (size == 0 || size >= sizeof copy)
    return false;
  memcpy(copy, text, size);
  copy[size] = '\0';
  if (strspn(copy, "0123456789") == size) {
    *time = strtoll(copy, NULL, 10);
    return true;
  }
  memset(&parts, 0, sizeof parts);
  if (sscanf(copy, "%4d-%2d-%2dT%2d:%2d:%2dZ%c", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
             &parts.tm_min, &parts.tm_sec, &rest) != 6 ||
      copy[size - 1] != 'Z')
    return false;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  *time = (int64_t)timegm(&parts);
  return true;
}

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

typedef struct rotation {
  int64_t now, from; /* from when the new key makes cookies */
  int64_t until;     /* until when the older keys are good, where a lifetime was given; else 0 */
  int kept, dropped, bounded;
} rotation;

/* Copies one line of the old file, or leaves it out. */
static void copy_line(const tool *tool, rotation *rotation, const char *line, size_t size, FILE *out) {
  const char *at = line, *name, *before, *after, *purpose, *key;
  char text[32];
  int64_t end;
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
  bool is_replaced = strcmp(tool->purpose, "all") == 0 || is_word(purpose, purpose_size, tool->purpose);
  if (rotation->until && is_replaced && is_word(after, after_size, "-")) {
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

/* Reads the file that is there, if one is. "" where there is none. */
static int read_old(tool *tool, const char *path, char **old, struct stat *about) {
  size_t size = 0;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  *old = calloc(1, FILE_LIMIT + 1);
  if (!*old)
    return fail_as(tool, EXIT_FAULT, "MEMORY", strerror(ENOMEM));
  about->st_mode = 0600;
  about->st_uid = geteuid();
  about->st_gid = getegid();
  if (file < 0)
    return errno == ENOENT ? EXIT_DONE : fail_as(tool, EXIT_SETTINGS, "FILE", strerror(errno));
  ssize_t count = 1;
  while (count > 0 && size <= FILE_LIMIT && (count = read(file, *old + size, FILE_LIMIT + 1 - size)) > 0)
    size += (size_t)count;
  bool is_read = count == 0 && fstat(file, about) == 0;
  close(file);
  if (!is_read)
    return fail_as(tool, EXIT_SETTINGS, "FILE", size > FILE_LIMIT ? "it has more than 64 KiB" : strerror(errno));
  return size == 0 ? EXIT_DONE : check_keys(tool, path);
}

/* A name of today that no line begins with. */
static void choose_name(const tool *tool, const rotation *rotation, const char *old, char name[72]) {
  char today[32], wanted[80];
  time_text(rotation->now, today);
  today[10] = '\0';
  snprintf(name, 72, "%s", tool->key_name ? tool->key_name : today);
  for (int number = 2; !tool->key_name && number < 1000; number++) {
    snprintf(wanted, sizeof wanted, "\n%s ", name);
    if (strncmp(old, wanted + 1, strlen(wanted + 1)) != 0 && !strstr(old, wanted))
      return;
    snprintf(name, 72, "%s.%d", today, number);
  }
}

static int report(const tool *tool, const rotation *rotation, const char *name) {
  char from[32], until[32];
  if (rotation->from)
    time_text(rotation->from, from);
  time_text(rotation->until, until);
  if (tool->json) {
    fputs("{\"status\":\"OK\",\"name\":", stdout);
    put_json_string(name, strlen(name));
    printf(rotation->from ? ",\"not_before\":\"%s\"" : ",\"not_before\":null", from);
    printf(",\"kept\":%d,\"dropped\":%d,\"bounded\":%d}\n", rotation->kept, rotation->dropped, rotation->bounded);
    return EXIT_DONE;
  }
  if (tool->quiet)
    return EXIT_DONE;
  printf(rotation->from ? "Key %s makes cookies from %s on.\n" : "Key %s makes cookies.\n", name, from);
  if (rotation->bounded)
    printf("%d older keys are good until %s.\n", rotation->bounded, until);
  if (rotation->dropped)
    printf("%d keys whose time was over are gone.\n", rotation->dropped);
  puts(rotation->from ? "Give the file to every server before that, and let each reload or restart."
                      : "Give the file to every server.");
  return EXIT_DONE;
}

/* Writes the new file beside the old one, which also keeps a second rotate out, and puts it in its place. */
static int write_new(tool *tool, rotation *rotation, const char *path, const char *old, const struct stat *about) {
  char name[72], key[KEY_TEXT], from[32], beside[4096];
  if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside)
    return fail_as(tool, EXIT_USAGE, "FILE", strerror(ENAMETOOLONG));
  int file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0)
    return fail_as(tool, EXIT_SETTINGS, "FILE",
                   errno == EEXIST ? "FILE.new is there: another rotate runs, or one was stopped; remove it then"
                                   : strerror(errno));
  FILE *out = fdopen(file, "w");
  if (!out) {
    close(file);
    unlink(beside);
    return fail_as(tool, EXIT_FAULT, "MEMORY", strerror(ENOMEM));
  }
  choose_name(tool, rotation, old, name);
  if (!old[0])
    fputs("# name  not-before  not-after  purpose  key\n", out);
  copy_lines(tool, rotation, old, out);
  bool is_written = make_key(key);
  if (!rotation->kept && !tool->not_before)
    rotation->from = 0;
  const char *before = rotation->from ? time_text(rotation->from, from) : "-";
  fprintf(out, "%s %s - %s %s\n", name, before, tool->purpose, key);
  explicit_bzero(key, sizeof key);
  bool keeps_owner = fchown(file, about->st_uid, about->st_gid) == 0 && fchmod(file, about->st_mode & 07777) == 0;
  is_written = is_written && fflush(out) == 0 && keeps_owner && fsync(file) == 0;
  int problem = errno;
  fclose(out);
  int status = is_written ? check_keys(tool, beside) : fail_as(tool, EXIT_SETTINGS, "FILE", strerror(problem));
  if (!status && rename(beside, path) != 0)
    status = fail_as(tool, EXIT_SETTINGS, "FILE", strerror(errno));
  if (status)
    unlink(beside);
  return status ? status : report(tool, rotation, name);
}

int command_rotate(tool *tool, int count, char **arguments) {
  char *old = NULL;
  struct stat about;
  rotation rotation = {.now = (int64_t)time(NULL)};
  if (count != 1)
    return fail_as(tool, EXIT_USAGE, "USAGE", "which file? swiftsessionctl rotate FILE");
  rotation.from = rotation.now + LEAD;
  if (tool->not_before && !read_time(tool->not_before, strlen(tool->not_before), &rotation.from))
    return fail_as(tool, EXIT_USAGE, "USAGE", "--not-before is a time as 2026-01-31T12:00:00Z, or seconds since 1970");
  if (tool->lifetime)
    rotation.until = rotation.from + tool->lifetime;
  int status = read_old(tool, arguments[0], &old, &about);
  if (!status)
    status = write_new(tool, &rotation, arguments[0], old, &about);
  forget(old, old ? FILE_LIMIT + 1 : 0);
  return status;
}
