/* SPDX-License-Identifier: Apache-2.0 */
/* A program that answers one request, with a session in its cookie, and ends. */
#include "swiftsession.h"

int main(void) {
  swiftsession_config *config;
  swiftsession_manager *manager;
  swiftsession_session *session;
  if (swiftsession_config_new(&config, NULL) || swiftsession_config_set(config, "SESSION_TYPE", "cookie", NULL) ||
      swiftsession_config_set(config, "SECRET_KEY", "a secret key of thirty-two bytes", NULL) ||
      swiftsession_manager_open(config, &manager, NULL) || swiftsession_open(manager, NULL, 0, &session, NULL) ||
      swiftsession_set_integer(session, "n", 1, NULL) || swiftsession_save(session, NULL))
    return 1;
  int made = swiftsession_header_count(session) > 0;
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
  swiftsession_config_free(config);
  return !made;
}
