/* SPDX-License-Identifier: Apache-2.0 */
/* A session ends half an hour after its last use, and eight hours after it began. Each hour it gets a new id. */
#include "browser.h"

int main(void) {
  static const setting settings[] = {{"SESSION_TYPE", "memory"},
                                     {"SESSION_IDLE_TIMEOUT", "1800"},
                                     {"SESSION_RENEW_AFTER", "3600"},
                                     {"SESSION_ABSOLUTE_TIMEOUT", "28800"},
                                     {NULL, NULL}};
  swiftsession_manager *manager = manager_of(settings);
  int64_t start = now;
  browser before, jack = {""};
  swiftsession_session *session = request(manager, &jack);
  TRY(swiftsession_set_string(session, "user", "jack", 4, &error));
  answer(session, &jack);

  while (swiftsession_type(session = request(manager, &jack), "user") != SWIFTSESSION_TYPE_NONE) {
    before = jack;
    answer(session, &jack);
    if (strcmp(jack.cookie, before.cookie) != 0)
      printf("a new id after %d minutes\n", (int)(now - start) / 60);
    now += 25 * 60;
  }
  printf("the end after %d minutes\n", (int)(now - start) / 60);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
  return 0;
}
