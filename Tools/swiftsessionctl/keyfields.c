// SPDX-License-Identifier: Apache-2.0
/* The fields of a key file, which docs/formats.md describes. */
#include "keyfile.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

size_t next_field(const char **at, const char **field) {
  *at += strspn(*at, " \t\r");
  *field = *at;
  size_t size = strcspn(*at, " \t\r\n");
  *at += size;
  return size;
}

bool is_word(const char *field, size_t size, const char *word) {
  return size == strlen(word) && memcmp(field, word, size) == 0;
}

/* The seconds of an offset: Z, +02:00 or -05:30. */
static bool read_offset(const char *text, int64_t *offset) {
  int hours, minutes, size = 0;
  *offset = 0;
  if (strcmp(text, "Z") == 0)
    return true;
  if (strlen(text) != 6 || (*text != '+' && *text != '-') ||
      sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &size) != 2 || size != 5 || hours < 0 || hours > 23 ||
      minutes < 0 || minutes > 59)
    return false;
  *offset = (*text == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
  return true;
}

bool read_time(const char *text, size_t size, int64_t *time) {
  char copy[32];
  int used = 0;
  int64_t offset = 0;
  struct tm parts, same;
  if (size == 0 || size >= sizeof copy)
    return false;
  memcpy(copy, text, size);
  copy[size] = '\0';
  if (strspn(copy, "0123456789") == size) {
    *time = size <= 12 ? strtoll(copy, NULL, 10) : LAST_TIME + 1;
    return *time <= LAST_TIME;
  }
  memset(&parts, 0, sizeof parts);
  if (strspn(copy, "0123456789-") < 10 ||
      sscanf(copy, "%4d-%2d-%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &used) != 3 || used != 10)
    return false;
  if (copy[10] && (sscanf(copy + 10, "T%2d:%2d:%2d%n", &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &used) != 3 ||
                   used != 9 || !read_offset(copy + 19, &offset)))
    return false;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  same = parts;
  *time = (int64_t)timegm(&same) - offset;
  return same.tm_mon == parts.tm_mon && same.tm_mday == parts.tm_mday && same.tm_hour == parts.tm_hour &&
         same.tm_min == parts.tm_min && same.tm_sec == parts.tm_sec && *time >= 0;
}
