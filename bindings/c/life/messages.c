/* SPDX-License-Identifier: Apache-2.0 */
/* A request leaves messages for the next page, which shows them once. */
#include "browser.h"

static void show_messages(const char *when, swiftsession_session *session) {
  size_t count;
  TRY(swiftsession_flashed(session, &count, &error));
  for (size_t i = 0; i < count; i++)
    printf("%s%s: %s\n", when, swiftsession_flash_category(session, i), swiftsession_flash_message(session, i));
}

int main(void) {
  static const setting settings[] = {{"SESSION_TYPE", "memory"}, {NULL, NULL}};
  swiftsession_manager *manager = manager_of(settings);
  browser jack = {""};
  swiftsession_session *session = request(manager, &jack), *other;
  TRY(swiftsession_flash(session, NULL, "Saved.", 6, &error));
  TRY(swiftsession_flash(session, "error", "The picture is too large.", 25, &error));
  answer(session, &jack);
  session = request(manager, &jack);
  other = request(manager, &jack); /* another request runs at the same time */
  show_messages("", session);
  TRY(swiftsession_flash(other, NULL, "Your report is ready.", 21, &error));
  answer(other, &jack);
  answer(session, &jack);
  show_messages("later, ", session = request(manager, &jack));
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
  return 0;
}
