/* SPDX-License-Identifier: Apache-2.0 */
/* One value as tagged JSON, in all the ways in which a host gives one. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static swiftsession_manager *manager;
  if (!manager)
    manager = manager_of((const char *const[]){"SECRET_KEY", KEY, "SESSION_TYPE", "cookie", NULL});
  const char *json = (const char *)data;
  swiftsession_session *session;
  MUST(swiftsession_open(manager, NULL, 0, &session, NULL) == SWIFTSESSION_OK);
  if (swiftsession_set_json(session, "a", json, size, NULL) == SWIFTSESSION_OK) {
    int32_t flag = 0;
    MUST(swiftsession_append(session, "list", json, size, NULL) == SWIFTSESSION_OK);
    MUST(swiftsession_remove_item(session, "list", json, size, &flag, NULL) == SWIFTSESSION_OK && flag == 1);
    MUST(swiftsession_set_if_absent(session, "a", json, size, &flag, NULL) == SWIFTSESSION_OK && flag == 0);
    MUST(swiftsession_update_json(session, "a", "{\"b\":1}", 7, NULL) == SWIFTSESSION_OK);
    MUST(swiftsession_update_json(session, "a", json, size, NULL) == SWIFTSESSION_OK);
    look(session);
  }
  swiftsession_session_free(session);
  return 0;
}
