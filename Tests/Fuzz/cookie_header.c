/* SPDX-License-Identifier: Apache-2.0 */
/* Any Cookie header. What opens was signed by us: the one cookie that the key ever signed here. */
#include "fuzz.h"

static const char good[] = "eyJhIjoxfQ.ZVPxAA.";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static swiftsession_manager *manager;
  if (!manager)
    manager = manager_of((const char *const[]){"SECRET_KEY", KEY, "SESSION_TYPE", "cookie", NULL});
  swiftsession_session *session;
  MUST(swiftsession_open(manager, data, size, &session, NULL) == SWIFTSESSION_OK);
  MUST(swiftsession_is_new(session) || memmem(data, size, good, sizeof good - 1));
  look(session);
  swiftsession_session_free(session);
  return 0;
}
