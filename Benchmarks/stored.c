/* SPDX-License-Identifier: Apache-2.0 */
/* A load and a compare-and-set of one of so many records, each time another one: stored COUNT NAME=VALUE ...
   With a COUNT of 0 it makes what the store needs, for Benchmarks/stored.py to fill. */
#include "store.h"

static int records;

static size_t key_of(int number, char text[64]) { return (size_t)snprintf(text, 64, "session:%043d", number); }

static void one_of_many(int times) {
  static uint32_t random = 1;
  swiftsession_error error;
  while (times-- > 0) {
    void *found, *token;
    size_t size, token_size;
    random = random * 1664525u + 1013904223u;
    size_t key_size = key_of((int)((uint64_t)random * (uint64_t)records >> 32), key);
    must(swiftsession_store_load(store, key, key_size, &found, &size, &token, &token_size, &error), &error);
    change((unsigned char *)found + size - 4);
    must(swiftsession_store_replace(store, key, key_size, found, size, lifetime, token, token_size, &error), &error);
    swiftsession_free(found);
    swiftsession_free(token);
  }
}

/* The store in memory is this process's own. */
static void fill(void) {
  swiftsession_error error;
  for (int i = 0; i < records; i++) {
    size_t key_size = key_of(i, key);
    must(swiftsession_store_create(store, key, key_size, payload, payload_size, lifetime, &error), &error);
  }
}

int main(int count, char **arguments) {
  setting settings[8];
  size_t number = 0;
  records = atoi(arguments[1]);
  for (int i = 2; i < count && number < 8; i++) {
    char *value = strchr(arguments[i], '=');
    if (!value)
      return 2;
    *value = 0;
    settings[number++] = (setting){arguments[i], value + 1};
  }
  with_store_calls = 1;
  ours_open(settings, number);
  if (records == 0) {
    swiftsession_error error;
    must(swiftsession_manager_prepare(manager, &error), &error);
    return 0;
  }
  if (strcmp(settings[0].value, "memory") == 0) {
    read_payload("56");
    fill();
  }
  const contestant one = {settings[0].value, one_of_many};
  serve(&one, 1);
  return 0;
}
