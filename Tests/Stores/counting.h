/* SPDX-License-Identifier: Apache-2.0 */
/* A counter in a store: the first eight bytes of the record "k", and additions by load and replace. */
#ifndef COUNTING_H
#define COUNTING_H

#include "swiftsession.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Long enough for any machine; what waits so long has lost. */
static swiftsession_store *open_store(const char *path) {
  swiftsession_error error = {0};
  swiftsession_config *config;
  swiftsession_store *store = NULL;
  int is_sqlite = strstr(path, ".db") != NULL;
  if (swiftsession_config_new(&config, &error) ||
      swiftsession_config_set(config, "SESSION_TYPE", is_sqlite ? "sqlite" : "filesystem", &error) ||
      swiftsession_config_set(config, is_sqlite ? "SESSION_SQLITE" : "SESSION_FILE_DIR", path, &error) ||
      swiftsession_config_set(config, "SESSION_TIMEOUT", "120", &error) ||
      swiftsession_store_open(config, &store, &error)) {
    fprintf(stderr, "open: %s\n", error.message);
    exit(1);
  }
  swiftsession_config_free(config);
  return store;
}

static int report(const char *what, const swiftsession_error *error) {
  fprintf(stderr, "%s: %s: %s\n", what, swiftsession_status_name(error->status), error->message);
  return -1;
}

/* Puts the counter there, unless it is. */
static inline int create(swiftsession_store *store) {
  static const char record[64];
  swiftsession_error error;
  swiftsession_status status = swiftsession_store_create(store, "k", 1, record, sizeof record, 3600, &error);
  return status == SWIFTSESSION_OK || status == SWIFTSESSION_EXISTS ? 0 : report("create", &error);
}

/* The counter, or -1. */
static inline int64_t count(swiftsession_store *store) {
  swiftsession_error error;
  void *record;
  int64_t number;
  if (swiftsession_store_load(store, "k", 1, &record, NULL, NULL, NULL, &error))
    return report("load", &error);
  memcpy(&number, record, sizeof number);
  swiftsession_free(record);
  return number;
}

/* Adds 1, as often as it takes. 0 or -1. */
static inline int add(swiftsession_store *store) {
  swiftsession_error error;
  for (;;) {
    void *record, *token;
    size_t size, token_size;
    int64_t number;
    if (swiftsession_store_load(store, "k", 1, &record, &size, &token, &token_size, &error))
      return report("load", &error);
    memcpy(&number, record, sizeof number);
    number += 1;
    memcpy(record, &number, sizeof number);
    swiftsession_status status =
        swiftsession_store_replace(store, "k", 1, record, size, 3600, token, token_size, &error);
    swiftsession_free(record);
    swiftsession_free(token);
    if (status == SWIFTSESSION_OK)
      return 0;
    if (status != SWIFTSESSION_CONFLICT)
      return report("replace", &error);
  }
}

#endif
