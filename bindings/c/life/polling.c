/* SPDX-License-Identifier: Apache-2.0 */
/* A page that polls in the background does not keep its user logged in. */
#include "browser.h"

int main(void) {
  static const setting settings[] = {{"SESSION_TYPE", "memory"}, {"SESSION_IDLE_TIMEOUT", "1800"}, {NULL, NULL}};
  swiftsession_manager *manager = manager_of(settings);
  browser jack = {""};
  swiftsession_session *session = request(manager, &jack);
  TRY(swiftsession_login(session, "jack", 4, NULL, &error));
  answer(session, &jack);

  for (int minute = 0; minute < 60; minute += 10) {
    const char *user = "nobody";
    session = request(manager, &jack);
    TRY(swiftsession_peek(session, &error));
    swiftsession_user(session, &user, NULL, NULL); /* writes nothing where there is nobody */
    printf("minute %d: %s\n", minute, user);
    answer(session, &jack);
    now += 600;
  }
  swiftsession_manager_free(manager);
  return 0;
}
