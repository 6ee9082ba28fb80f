// SPDX-License-Identifier: Apache-2.0
/* What anybody can read of a cookie, without a key. */
#ifndef READABLE_H
#define READABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct readable {
  const char *form; /* "signed session", "signed id", "id", "sealed" or "unknown" */
  bool has_issued;
  int64_t issued;
  int pieces;      /* that the cookie was cut into, 1 for one that was not */
  char key_id[17]; /* of a sealed value, in hexadecimal */
  char *session;   /* of a signed session, as tagged JSON; allocated. NULL where it is none */
  size_t session_size;
} readable;

/* Reads a cookie's value. Nothing of it is verified. */
void read_without_key(const char *value, size_t size, readable *found);
void forget_readable(readable *found);

#endif
