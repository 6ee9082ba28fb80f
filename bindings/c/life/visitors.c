/* SPDX-License-Identifier: Apache-2.0 */
/* What a bot leaves in the store is gone in ten minutes; a session whose cookie comes back lives in full. */
#include "browser.h"

int main(void) {
  static const setting settings[] = {{"SESSION_TYPE", "memory"},
                                     {"PERMANENT_SESSION_LIFETIME", "3600"},
                                     {"SESSION_UNCONFIRMED_LIFETIME", "600"},
                                     {NULL, NULL}};
  static const char *const visitors[] = {"the bot", "jack"};
  static const int minutes[] = {9, 10, 68, 69};
  swiftsession_manager *manager = manager_of(settings);
  browser browsers[2] = {{""}, {""}};
  for (int i = 0; i < 2; i++) {
    swiftsession_session *session = request(manager, &browsers[i]);
    TRY(swiftsession_set_string(session, "name", visitors[i], strlen(visitors[i]), &error));
    answer(session, &browsers[i]);
  }
  now += 540;
  answer(request(manager, &browsers[1]), &browsers[1]); /* the second page that Jack looks at */

  for (int i = 0; i < 8; i++) {
    now = 1700000000 + minutes[i / 2] * 60;
    int is_here = is_there(manager, &browsers[i % 2], "name");
    printf("minute %d: %s is %s\n", minutes[i / 2], visitors[i % 2], is_here ? "here" : "gone");
  }
  swiftsession_manager_free(manager);
  return 0;
}
