/* SPDX-License-Identifier: Apache-2.0 */
/* Our side of a benchmark of a store: one load and one replace of a record, and a whole request, through the C API. The
   other side is plain C on the same client library that does the same operations. */
#ifndef STORE_H
#define STORE_H

#include "bench.h"
#include "swiftsession.h"

#include <stdint.h>

enum { LARGEST_RECORD = 8192 };

static const char key[] = "session:stho7ZYbrkJ-pZS22_q3rup5D0GqANe7jRUzSeM8brc";
static const int64_t lifetime = 2678400;
static unsigned char record[LARGEST_RECORD];
static size_t record_size;

/* Each replace writes another record. */
static inline void change(void *bytes) {
  static uint32_t number;
  number++;
  memcpy(bytes, &number, sizeof number);
}

static inline void fail(const char *message) {
  fprintf(stderr, "%s\n", message);
  exit(1);
}

static inline void must(swiftsession_status status, const swiftsession_error *error) {
  if (status != SWIFTSESSION_OK)
    fail(error->message);
}

typedef struct setting {
  const char *name, *value;
} setting;

static swiftsession_store *store;
static swiftsession_manager *manager;
static char cookie[256];

/* Puts a record under `key`, and a session of the same size behind `cookie`. */
static inline void ours_open(const setting *settings, size_t count) {
  swiftsession_error error;
  swiftsession_config *config;
  swiftsession_session *session;
  must(swiftsession_config_new(&config, &error), &error);
  for (size_t i = 0; i < count; i++)
    must(swiftsession_config_set(config, settings[i].name, settings[i].value, &error), &error);
  must(swiftsession_store_open(config, &store, &error), &error);
  must(swiftsession_store_remove(store, key, sizeof key - 1, NULL, 0, &error), &error);
  must(swiftsession_store_create(store, key, sizeof key - 1, record, record_size, lifetime, &error), &error);
  must(swiftsession_manager_open(config, &manager, &error), &error);
  swiftsession_config_free(config);

  must(swiftsession_open(manager, NULL, 0, &session, &error), &error);
  /* 17 bytes are for _permanent and the map, 9 for the number, the rest is text. */
  char text[LARGEST_RECORD];
  memset(text, 'x', sizeof text);
  must(swiftsession_set_string(session, "t", text, record_size - 30, &error), &error);
  must(swiftsession_save(session, &error), &error);
  snprintf(cookie, sizeof cookie, "%s", swiftsession_header_value(session, 0));
  *strchr(cookie, ';') = 0;
  swiftsession_session_free(session);
}

static inline void ours_close(void) {
  swiftsession_manager_free(manager);
  swiftsession_store_free(store);
}

static inline void ours(int times) {
  swiftsession_error error;
  while (times-- > 0) {
    void *found, *token;
    size_t size, token_size;
    must(swiftsession_store_load(store, key, sizeof key - 1, &found, &size, &token, &token_size, &error), &error);
    change(found);
    must(swiftsession_store_replace(store, key, sizeof key - 1, found, size, lifetime, token, token_size, &error),
         &error);
    swiftsession_free(found);
    swiftsession_free(token);
  }
}

/* Open, load, change, encode, save, header lines. */
static inline void request(int times) {
  static int64_t number;
  swiftsession_error error;
  while (times-- > 0) {
    swiftsession_session *session;
    const char *text;
    size_t size;
    must(swiftsession_open(manager, cookie, strlen(cookie), &session, &error), &error);
    must(swiftsession_get_string(session, "t", &text, &size, &error), &error);
    must(swiftsession_set_integer(session, "n", ++number, &error), &error);
    must(swiftsession_save(session, &error), &error);
    swiftsession_session_free(session);
  }
}

/* Runs both sides at three sizes of a record.

   server: as it is to be called in the table. open, close: of both sides. plain: one load and one replace. */
static inline void compare_store(const char *server, void (*open)(void), void (*plain)(int), void (*close)(void),
                                 int times) {
  static const size_t sizes[] = {56, 612, 3069};
  puts("| what | who | nanoseconds | against plain C | quartiles |");
  puts("| --- | --- | --- | --- | --- |");
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    char title[64];
    record_size = sizes[i];
    for (size_t j = 0; j < record_size; j++)
      record[j] = (unsigned char)(j * 7);
    open();
    snprintf(title, sizeof title, "%s, load and replace, %zu bytes", server, record_size);
    contestant all[] = {{"libswiftsession, the store", ours, {0}},
                        {"libswiftsession, a request", request, {0}},
                        {"plain C", plain, {0}}};
    compare(title, all, 3, times);
    close();
  }
}

#endif
