/* SPDX-License-Identifier: Apache-2.0 */
/* A user sees where they are logged in, ends one session, all others, or all. */
#include "browser.h"

int main(void) {
  static const setting settings[] = {{"SESSION_TYPE", "memory"}, {NULL, NULL}};
  static const char *const devices[] = {"phone", "laptop", "desk"};
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session;
  browser browsers[3] = {{""}, {""}, {""}};
  for (int i = 0; i < 3; i++) {
    session = request(manager, &browsers[i]);
    TRY(swiftsession_login(session, "jack", 4, devices[i], &error));
    answer(session, &browsers[i]);
  }
  char first[32];
  session = request(manager, &browsers[1]);
  show_sessions("at first", manager, session, first);
  TRY(swiftsession_manager_end_session(manager, "jack", 4, first, &error));
  show_sessions("without the first", manager, session, first);
  TRY(swiftsession_end_others(session, &error));
  TRY(swiftsession_save(session, &error));
  show_sessions("without the others", manager, session, first);
  TRY(swiftsession_manager_end_user(manager, "jack", 4, &error));
  show_sessions("without any", manager, NULL, first);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
  return 0;
}
