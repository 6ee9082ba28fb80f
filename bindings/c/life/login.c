/* SPDX-License-Identifier: Apache-2.0 */
/* A login gives the session a new id, and from then on it is this user's; a logout ends it for good. */
#include "browser.h"

int main(void) {
  static const setting settings[] = {{"SESSION_TYPE", "memory"}, {NULL, NULL}};
  swiftsession_manager *manager = manager_of(settings);
  browser before = {""}, after;
  swiftsession_session *session = request(manager, &before);
  TRY(swiftsession_set_integer(session, "cart", 3, &error));
  answer(session, &before);
  after = before;
  session = request(manager, &after);
  TRY(swiftsession_login(session, "jack", 4, "Firefox on Linux", &error));
  answer(session, &after);

  session = request(manager, &before);
  show("the old id", session);
  swiftsession_session_free(session);
  session = request(manager, &after);
  show("the new id", session);
  TRY(swiftsession_logout(session, &error));
  show("after the logout", session);
  answer(session, &after);
  swiftsession_manager_free(manager);
  return 0;
}
