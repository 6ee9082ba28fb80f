/* SPDX-License-Identifier: Apache-2.0 */
/* The address of a store. The first byte says of which one; nothing is connected to. */
#include "fuzz.h"

#define PASSWORD "hunter2"

/* Whether it stands in front of the host, and nowhere else. */
static int has_password(const char *address) {
  const char *user = strstr(address, "://"), *found = strstr(address, ":" PASSWORD "@");
  return user && found && found > user && user + 3 + strcspn(user + 3, "/?#@,") > found &&
         !strstr(found + sizeof PASSWORD, PASSWORD);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const kinds[][2] = {
      {"redis", "SESSION_REDIS"},     {"memcached", "SESSION_MEMCACHED"},
      {"mongodb", "SESSION_MONGODB"}, {"postgresql", "SESSION_POSTGRESQL"},
      {"mysql", "SESSION_MYSQL"},     {"sqlalchemy", "SESSION_SQLALCHEMY_DATABASE_URI"},
      {"sqlite", "SESSION_SQLITE"},
  };
  if (size == 0 || size > 4000)
    return 0;
  const char *const *kind = kinds[data[0] % (sizeof kinds / sizeof *kinds)];
  char value[4001];
  memcpy(value, data + 1, size - 1);
  value[size - 1] = 0;
  swiftsession_config *config = config_of((const char *const[]){"SECRET_KEY", KEY, "SESSION_TYPE", kind[0], NULL});
  swiftsession_store *store = NULL;
  swiftsession_error error = {0};
  if (swiftsession_config_set(config, kind[1], value, &error) == SWIFTSESSION_OK)
    swiftsession_store_open(config, &store, &error);
  MUST(memchr(error.message, 0, sizeof error.message));
  /* A password is in no message. */
  MUST(!has_password(value) || !strstr(error.message, PASSWORD));
  swiftsession_store_free(store);
  swiftsession_config_free(config);
  return 0;
}
