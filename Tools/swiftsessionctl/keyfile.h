// SPDX-License-Identifier: Apache-2.0
/* What rotate reads in a key file, does with it and says of it. */
#ifndef KEYFILE_H
#define KEYFILE_H

#include "tool.h"

enum { NAME_TEXT = 72 };

/* A key makes nothing in its first seconds while another one is good; docs/formats.md has why. */
enum { SETTLING = 60 };

/* The end of the year 9999. */
#define LAST_TIME INT64_C(253402300799)

typedef struct rotation {
  int64_t now, from; /* from when the new key makes cookies */
  int64_t until;     /* until when the older keys are good, where a lifetime was given; else 0 */
  int kept, dropped, bounded;
  int others;            /* kept keys that are good and make the same */
  char newer[NAME_TEXT]; /* the first of them that begins later than the new key, or "" */
  int64_t newer_from;
} rotation;

/* The size of the next field of a line; `at` goes on behind it. */
size_t next_field(const char **at, const char **field);
bool is_word(const char *field, size_t size, const char *word);
/* A time in a form of key files: seconds, 2026-01-31, or 2026-01-31T12:00:00 and Z or an offset. */
bool read_time(const char *text, size_t size, int64_t *time);
/* Says which key was made, and what becomes of the others. */
int report_rotation(const tool *tool, const rotation *rotation, const char *name);

#endif
