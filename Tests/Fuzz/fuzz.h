/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzz targets share: hosts made of settings, a clock that stands, and saying what went wrong. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "swiftsession.h"

/* What libFuzzer calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1700000000
#define KEY "0123456789abcdef0123456789abcdef"

/* A finding: libFuzzer keeps the input. */
#define MUST(condition)                                                                                                \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                          \
      abort();                                                                                                         \
    }                                                                                                                  \
  } while (0)

static inline int64_t standing_clock(void *context) {
  (void)context;
  return NOW;
}

/* Name, value, ..., NULL. */
static inline swiftsession_config *config_of(const char *const *settings) {
  swiftsession_config *config;
  MUST(swiftsession_config_new(&config, NULL) == SWIFTSESSION_OK);
  for (; *settings; settings += 2)
    MUST(swiftsession_config_set(config, settings[0], settings[1], NULL) == SWIFTSESSION_OK);
  return config;
}

static inline swiftsession_manager *manager_of(const char *const *settings) {
  swiftsession_config *config = config_of(settings);
  swiftsession_manager *manager;
  MUST(swiftsession_manager_open(config, &manager, NULL) == SWIFTSESSION_OK);
  MUST(swiftsession_manager_set_clock(manager, standing_clock, NULL, NULL) == SWIFTSESSION_OK);
  swiftsession_config_free(config);
  return manager;
}

/* The keys by position. One that is no text, which a store may hold, has no name here. */
static inline void look_at_keys(swiftsession_session *session) {
  size_t count = swiftsession_count(session);
  for (size_t i = 0; i < count; i++) {
    const char *key, *json;
    size_t size;
    swiftsession_status status = swiftsession_key(session, i, &key, &size, NULL);
    MUST(status == SWIFTSESSION_OK || status == SWIFTSESSION_WRONG_TYPE);
    if (status)
      continue;
    MUST(key[size] == 0);
    if (strlen(key) == size && swiftsession_get_json(session, key, &json, &size, NULL) == SWIFTSESSION_OK)
      MUST(json[size] == 0);
  }
}

/* Goes over all that a session says, and saves it. A header line is one line. */
static inline void look(swiftsession_session *session) {
  look_at_keys(session);
  swiftsession_set_modified(session, 1, NULL);
  if (swiftsession_save(session, NULL) != SWIFTSESSION_OK)
    return;
  for (size_t i = 0; i < swiftsession_header_count(session); i++) {
    const char *value = swiftsession_header_value(session, i);
    for (; *value; value++)
      MUST((unsigned char)*value >= 0x20 && *value != 0x7f);
  }
}

#endif
