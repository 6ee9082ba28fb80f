/* SPDX-License-Identifier: Apache-2.0 */
/* A session lives in its cookie while it is small and in a store while it is large. Its values do not notice. */
#include "browser.h"

int main(void) {
  static const setting settings[] = {{"SECRET_KEY", "32 random bytes, kept in secret."},
                                     {"SESSION_TYPE", "auto"},
                                     {"SESSION_AUTO_STORE", "memory"},
                                     {"SESSION_AUTO_SIZE", "400"},
                                     {NULL, NULL}};
  swiftsession_manager *manager = manager_of(settings);
  browser jack = {""};
  swiftsession_session *session;
  for (int items = 3, turn = 0; turn < 3; items = turn++ == 0 ? 300 : 4) {
    char json[4000] = "[0", *end = json + 2;
    for (int number = 1; number < items; number++)
      end += snprintf(end, 16, ", %d", number * number);
    TRY(swiftsession_set_json(session = request(manager, &jack), "items", json, strlen(strcat(json, "]")), &error));
    answer(session, &jack);
    session = request(manager, &jack);
    printf("%d items are in %s\n", items, swiftsession_id(session) == NULL ? "their cookie" : "the store");
    swiftsession_session_free(session);
  }
  TRY(swiftsession_login(session = request(manager, &jack), "jack", 4, NULL, &error));
  TRY(swiftsession_save(session, &error));
  printf("Jack is in %s\n", swiftsession_id(session) == NULL ? "his cookie" : "the store");
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
  return 0;
}
