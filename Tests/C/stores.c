/* SPDX-License-Identifier: Apache-2.0 */
/* swiftsession_store_*: what every store answers, on memory and on SQLite, and what a caller may get wrong. */
#include "hosts.h"

#include <unistd.h>

#define STATUS(call, expected) CHECK((call) == (expected) && error.status == (expected))

static swiftsession_store *store_of(const char *const *settings) {
  swiftsession_config *config;
  swiftsession_store *store;
  OK(swiftsession_config_new(&config, &error));
  for (; *settings; settings += 2)
    OK(swiftsession_config_set(config, settings[0], settings[1], &error));
  OK(swiftsession_store_open(config, &store, &error));
  swiftsession_config_free(config);
  OK(swiftsession_store_set_clock(store, test_clock, &test_time, &error));
  return store;
}

/* The live record has to be these bytes; its token. */
static void *token_of(swiftsession_store *store, const char *key, const void *record, size_t size, size_t *token_size) {
  void *found, *token;
  size_t found_size;
  OK(swiftsession_store_load(store, key, strlen(key), &found, &found_size, &token, token_size, &error));
  CHECK(found_size == size && memcmp(found, record, size) == 0 && ((char *)found)[size] == 0);
  CHECK(*token_size > 0);
  swiftsession_free(found);
  return token;
}

static void contract(swiftsession_store *store) {
  swiftsession_error error;
  static const char binary[] = {0, 1, (char)0xff, 0, 'x'};
  STATUS(swiftsession_store_load(store, "a", 1, NULL, NULL, NULL, NULL, &error), SWIFTSESSION_NOT_FOUND);
  STATUS(swiftsession_store_replace(store, "a", 1, "x", 1, 60, "\1y", 2, &error), SWIFTSESSION_GONE);
  STATUS(swiftsession_store_touch(store, "a", 1, 60, &error), SWIFTSESSION_GONE);
  STATUS(swiftsession_store_remove(store, "a", 1, NULL, 0, &error), SWIFTSESSION_OK);
  STATUS(swiftsession_store_remove(store, "a", 1, "\1y", 2, &error), SWIFTSESSION_GONE);

  STATUS(swiftsession_store_create(store, "a", 1, binary, sizeof binary, 60, &error), SWIFTSESSION_OK);
  STATUS(swiftsession_store_create(store, "a", 1, "other", 5, 60, &error), SWIFTSESSION_EXISTS);
  size_t size, old_size, last_size;
  void *old = token_of(store, "a", binary, sizeof binary, &old_size);
  STATUS(swiftsession_store_replace(store, "a", 1, "", 0, 60, old, old_size, &error), SWIFTSESSION_OK);
  STATUS(swiftsession_store_replace(store, "a", 1, "lost", 4, 60, old, old_size, &error), SWIFTSESSION_CONFLICT);
  STATUS(swiftsession_store_remove(store, "a", 1, old, old_size, &error), SWIFTSESSION_CONFLICT);
  void *last = token_of(store, "a", "", 0, &last_size);
  STATUS(swiftsession_store_remove(store, "a", 1, last, last_size, &error), SWIFTSESSION_OK);
  STATUS(swiftsession_store_remove(store, "a", 1, last, last_size, &error), SWIFTSESSION_GONE);
  STATUS(swiftsession_store_replace(store, "a", 1, "back", 4, 60, last, last_size, &error), SWIFTSESSION_GONE);
  swiftsession_free(old);
  swiftsession_free(last);

  /* Keys are bytes: a zero byte is one of them, and case counts. */
  STATUS(swiftsession_store_create(store, "k\0a", 3, "1", 1, 60, &error), SWIFTSESSION_OK);
  STATUS(swiftsession_store_create(store, "k\0b", 3, "2", 1, 60, &error), SWIFTSESSION_OK);
  STATUS(swiftsession_store_create(store, "K\0a", 3, "3", 1, 60, &error), SWIFTSESSION_OK);
  void *record;
  OK(swiftsession_store_load(store, "k\0b", 3, &record, &size, NULL, NULL, &error));
  CHECK(size == 1 && memcmp(record, "2", 2) == 0);
  swiftsession_free(record);

  /* A record of 60 seconds is there for 59 more; touch and replace give it the full time again. */
  STATUS(swiftsession_store_create(store, "t", 1, "x", 1, 60, &error), SWIFTSESSION_OK);
  test_time += 59;
  STATUS(swiftsession_store_touch(store, "t", 1, 60, &error), SWIFTSESSION_OK);
  test_time += 59;
  void *token = token_of(store, "t", "x", 1, &size);
  STATUS(swiftsession_store_replace(store, "t", 1, "y", 1, 60, token, size, &error), SWIFTSESSION_OK);
  swiftsession_free(token);
  test_time += 59;
  token = token_of(store, "t", "y", 1, &size);
  test_time += 1;
  STATUS(swiftsession_store_load(store, "t", 1, NULL, NULL, NULL, NULL, &error), SWIFTSESSION_NOT_FOUND);
  STATUS(swiftsession_store_touch(store, "t", 1, 60, &error), SWIFTSESSION_GONE);
  STATUS(swiftsession_store_replace(store, "t", 1, "z", 1, 60, token, size, &error), SWIFTSESSION_GONE);
  STATUS(swiftsession_store_create(store, "t", 1, "new", 3, 60, &error), SWIFTSESSION_OK);
  swiftsession_free(token);

  /* The system's clock, which is far ahead of the test's. */
  OK(swiftsession_store_set_clock(store, NULL, NULL, &error));
  STATUS(swiftsession_store_load(store, "t", 1, NULL, NULL, NULL, NULL, &error), SWIFTSESSION_NOT_FOUND);
}

static void what_a_caller_gets_wrong(void) {
  swiftsession_error error;
  const char *const settings[] = {"SESSION_TYPE", "memory", NULL};
  swiftsession_store *store = store_of(settings);
  swiftsession_config *config;
  OK(swiftsession_config_new(&config, &error));
  swiftsession_store *stores[] = {NULL, (swiftsession_store *)config};
  for (int i = 0; i < 2; i++) {
    STATUS(swiftsession_store_load(stores[i], "a", 1, NULL, NULL, NULL, NULL, &error), SWIFTSESSION_ARGUMENT);
    CHECK(strstr(error.message, "store"));
    STATUS(swiftsession_store_create(stores[i], "a", 1, "x", 1, 60, &error), SWIFTSESSION_ARGUMENT);
    STATUS(swiftsession_store_replace(stores[i], "a", 1, "x", 1, 60, "\1", 1, &error), SWIFTSESSION_ARGUMENT);
    STATUS(swiftsession_store_touch(stores[i], "a", 1, 60, &error), SWIFTSESSION_ARGUMENT);
    STATUS(swiftsession_store_remove(stores[i], "a", 1, NULL, 0, &error), SWIFTSESSION_ARGUMENT);
    STATUS(swiftsession_store_set_clock(stores[i], NULL, NULL, &error), SWIFTSESSION_ARGUMENT);
    /* A handle of another type is not freed. */
    swiftsession_store_free(stores[i]);
  }
  char key[256];
  memset(key, 'k', sizeof key);
  STATUS(swiftsession_store_load(store, NULL, 1, NULL, NULL, NULL, NULL, &error), SWIFTSESSION_ARGUMENT);
  STATUS(swiftsession_store_create(store, "", 0, "x", 1, 60, &error), SWIFTSESSION_ARGUMENT);
  STATUS(swiftsession_store_create(store, key, 256, "x", 1, 60, &error), SWIFTSESSION_ARGUMENT);
  STATUS(swiftsession_store_create(store, key, 255, "x", 1, 60, &error), SWIFTSESSION_OK);
  STATUS(swiftsession_store_create(store, "a", 1, NULL, 1, 60, &error), SWIFTSESSION_ARGUMENT);
  STATUS(swiftsession_store_create(store, "a", 1, "x", 1, 0, &error), SWIFTSESSION_ARGUMENT);
  STATUS(swiftsession_store_create(store, "a", 1, "x", 1, -1, &error), SWIFTSESSION_ARGUMENT);
  STATUS(swiftsession_store_create(store, "a", 1, "x", 1, INT64_MAX, &error), SWIFTSESSION_OK);
  STATUS(swiftsession_store_replace(store, "a", 1, "y", 1, 60, NULL, 0, &error), SWIFTSESSION_ARGUMENT);
  /* No token of ours, and one of another kind of store. */
  STATUS(swiftsession_store_replace(store, "a", 1, "y", 1, 60, "", 0, &error), SWIFTSESSION_ARGUMENT);
  STATUS(swiftsession_store_replace(store, "a", 1, "y", 1, 60, "\3x", 2, &error), SWIFTSESSION_ARGUMENT);
  STATUS(swiftsession_store_replace(store, "a", 1, "y", 1, 60, "\2x", 2, &error), SWIFTSESSION_ARGUMENT);
  STATUS(swiftsession_store_replace(store, "a", 1, "y", 1, 60, "\2ABCDEFGH", 9, &error), SWIFTSESSION_CONFLICT);
  STATUS(swiftsession_store_touch(store, "a", 1, 0, &error), SWIFTSESSION_ARGUMENT);
  /* Only a NULL token of no size is none at all. */
  STATUS(swiftsession_store_remove(store, "a", 1, NULL, 1, &error), SWIFTSESSION_ARGUMENT);
  STATUS(swiftsession_store_remove(store, "a", 1, "", 0, &error), SWIFTSESSION_ARGUMENT);
  STATUS(swiftsession_store_load(store, "a", 1, NULL, NULL, NULL, NULL, &error), SWIFTSESSION_OK);
  swiftsession_store_free(store);

  STATUS(swiftsession_store_open(config, NULL, &error), SWIFTSESSION_ARGUMENT);
  STATUS(swiftsession_store_open(NULL, &store, &error), SWIFTSESSION_ARGUMENT);
  STATUS(swiftsession_store_open(config, &store, &error), SWIFTSESSION_CONFIG);
  OK(swiftsession_config_set(config, "SESSION_TYPE", "cookie", &error));
  STATUS(swiftsession_store_open(config, &store, &error), SWIFTSESSION_CONFIG);
  CHECK(strstr(error.message, "cookie") && strstr(error.message, "SESSION_TYPE"));
  OK(swiftsession_config_set(config, "SESSION_TYPE", "sqlite", &error));
  STATUS(swiftsession_store_open(config, &store, &error), SWIFTSESSION_CONFIG);
  CHECK(strstr(error.message, "SESSION_SQLITE"));
  swiftsession_config_free(config);
  swiftsession_store_free(NULL);
}

/* Every call fails, and none of them leaves memory behind. */
static void a_database_that_cannot_be_opened(void) {
  swiftsession_error error;
  const char *const settings[] = {"SESSION_TYPE", "sqlite", "SESSION_SQLITE", "/nowhere/at/all/sessions.db", NULL};
  swiftsession_store *store = store_of(settings);
  for (int i = 0; i < 3; i++) {
    STATUS(swiftsession_store_load(store, "a", 1, NULL, NULL, NULL, NULL, &error), SWIFTSESSION_UNAVAILABLE);
    CHECK(strstr(error.message, "No such file or directory"));
  }
  swiftsession_store_free(store);
}

int main(void) {
  const char *const memory[] = {"SESSION_TYPE", "memory", NULL};
  swiftsession_store *store = store_of(memory);
  contract(store);
  swiftsession_store_free(store);

  char folder[] = "/tmp/swiftsession-stores-XXXXXX", file[64];
  CHECK(mkdtemp(folder) != NULL);
  snprintf(file, sizeof file, "%s/sessions.db", folder);
  const char *const sqlite[] = {"SESSION_TYPE", "sqlite", "SESSION_SQLITE", file, NULL};
  store = store_of(sqlite);
  test_time = 1700000000;
  contract(store);
  swiftsession_store_free(store);
  CHECK(unlink(file) == 0 && rmdir(folder) == 0);

  what_a_caller_gets_wrong();
  a_database_that_cannot_be_opened();
  return 0;
}
