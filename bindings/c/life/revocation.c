/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions live in their cookie, and a store says which of them count: what ends, ends for every copy of a cookie. */
#include "browser.h"

int main(void) {
  static const setting settings[] = {{"SESSION_TYPE", "cookie"},
                                     {"SECRET_KEY", "32 random bytes, kept in secret."},
                                     {"SESSION_REVOCATION", "memory"},
                                     {NULL, NULL}};
  swiftsession_manager *manager = manager_of(settings);
  browser browsers[2] = {{""}, {""}}, left = {""};
  swiftsession_session *session;
  for (int i = 0; i < 2; i++) {
    session = request(manager, &browsers[i]);
    TRY(swiftsession_set_integer(session, "cart", 3, &error));
    TRY(swiftsession_login(session, "jack", 4, i == 0 ? "phone" : "laptop", &error));
    answer(session, &browsers[i]);
  }
  show_both("at first", manager, browsers);
  session = request(manager, &browsers[0]);
  TRY(swiftsession_logout(session, &error));
  answer(session, &left);
  show_both("after a logout", manager, browsers);
  TRY(swiftsession_manager_end_user(manager, "jack", 4, &error));
  show_both("after the end of all", manager, browsers);
  swiftsession_manager_free(manager);
  return 0;
}
