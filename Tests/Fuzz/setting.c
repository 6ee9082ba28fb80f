/* SPDX-License-Identifier: Apache-2.0 */
/* One setting, NAME=value: any name as text and as bytes, and what a manager or a store makes of it. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *equals = memchr(data, '=', size);
  if (!equals || size > 4000)
    return 0;
  char name[4001], value[4001];
  size_t name_size = (size_t)(equals - data), value_size = size - name_size - 1;
  memcpy(name, data, name_size);
  name[name_size] = 0;
  memcpy(value, equals + 1, value_size);
  value[value_size] = 0;

  swiftsession_config *config =
      config_of((const char *const[]){"SECRET_KEY", KEY, "SESSION_TYPE", "cookie", "SESSION_TIMEOUT", "0.001", NULL});
  swiftsession_error error;
  swiftsession_status status = swiftsession_config_set(config, name, value, &error);
  MUST(memchr(error.message, 0, sizeof error.message));
  if (status != SWIFTSESSION_OK)
    status = swiftsession_config_set_bytes(config, name, value, value_size, NULL);
  if (status != SWIFTSESSION_OK)
    status = swiftsession_config_add(config, name, value, value_size, NULL);
  swiftsession_manager *manager = NULL;
  if (status == SWIFTSESSION_OK && swiftsession_manager_open(config, &manager, NULL) == SWIFTSESSION_OK) {
    /* What a cookie is called, where it goes and what else its line says comes from settings. */
    swiftsession_session *session;
    MUST(swiftsession_open(manager, NULL, 0, &session, NULL) == SWIFTSESSION_OK);
    if (strcmp(name, "SESSION_TYPE") != 0 && swiftsession_set_integer(session, "a", 1, NULL) == SWIFTSESSION_OK)
      look(session);
    swiftsession_session_free(session);
  }
  swiftsession_manager_free(manager);
  swiftsession_config_free(config);
  return 0;
}
