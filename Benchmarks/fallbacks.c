/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a session in its cookie where there are older keys: fallbacks COUNT signed|sealed newest|oldest|forged */
#include "store.h"

static swiftsession_manager *manager_of(const char *form, int first, int last) {
  swiftsession_error error;
  swiftsession_config *config;
  must(swiftsession_config_new(&config, &error), &error);
  must(swiftsession_config_set(config, "SESSION_TYPE", "cookie", &error), &error);
  must(swiftsession_config_set(config, "SESSION_COOKIE_FORMAT", form, &error), &error);
  for (int i = first; i <= last; i++) {
    char text[64];
    int size = snprintf(text, sizeof text, "a secret key of thirty-two bytes, number %d", i);
    if (i == last)
      must(swiftsession_config_set(config, "SECRET_KEY", text, &error), &error);
    else
      must(swiftsession_config_add(config, "SECRET_KEY_FALLBACKS", text, (size_t)size, &error), &error);
  }
  must(swiftsession_manager_open(config, &manager, &error), &error);
  swiftsession_config_free(config);
  return manager;
}

static void open_it(int times) {
  while (times-- > 0) {
    swiftsession_session *session;
    open_session(&session);
    swiftsession_session_free(session);
  }
}

int main(int count, char **arguments) {
  if (count < 4)
    return 2;
  int keys = atoi(arguments[1]);
  read_payload("56");
  int forged = strcmp(arguments[3], "forged") == 0, oldest = strcmp(arguments[3], "oldest") == 0;
  swiftsession_manager *making =
      forged ? manager_of(arguments[2], 1000, 1000) : manager_of(arguments[2], oldest ? 0 : keys, oldest ? 0 : keys);
  make_session();
  swiftsession_manager_free(making);
  manager_of(arguments[2], 0, keys);
  const contestant one = {arguments[3], open_it};
  serve(&one, 1);
  return 0;
}
