/* SPDX-License-Identifier: Apache-2.0 */
/* A form brings back the token of the session that it was made for, within an hour. Any other post is refused. */
#include "browser.h"

static void page(swiftsession_manager *manager, browser *to, char token[256]) {
  const char *made;
  swiftsession_session *session = request(manager, to);
  TRY(swiftsession_csrf_token(session, &made, NULL, &error));
  snprintf(token, 256, "%s", made); /* <input type="hidden" name="csrf_token" value="..."> */
  answer(session, to);
}

int main(void) {
  static const setting settings[] = {{"SECRET_KEY", "32 random bytes, ..."}, {"SESSION_TYPE", "memory"}, {NULL, NULL}};
  static const char *const what[] = {"the form", "none", "a changed one", "another session's"};
  char token[256], changed[256], others[256], *posted[] = {token, "", changed, others};
  swiftsession_manager *manager = manager_of(settings);
  browser jack = {""}, other = {""};
  page(manager, &jack, token);
  page(manager, &other, others);
  snprintf(changed, sizeof changed, "%.250sx", token);
  for (int i = 0; i < 4; i++) {
    swiftsession_session *session = request(manager, &jack);
    swiftsession_status status = swiftsession_csrf_check(session, posted[i], strlen(posted[i]), 3600, &error);
    printf("%s: %s\n", what[i], status == SWIFTSESSION_OK ? "taken" : swiftsession_status_name(status));
    swiftsession_session_free(session);
  }
  swiftsession_manager_free(manager);
  return 0;
}
