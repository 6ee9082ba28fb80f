/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to sessions is told as it happens, and counted for Prometheus. */
#include "browser.h"

static void tell(void *context, const swiftsession_event *event) {
  const char *reason = event->reason ? swiftsession_status_name(event->reason) : "";
  fprintf(context, "%s(%s%s)\n", event->name, reason, event->user ? event->user : "");
}

int main(void) {
  static const setting settings[] = {{"SECRET_KEY", "32 random bytes!"}, {"SESSION_TYPE", "memory"}, {NULL, NULL}};
  swiftsession_manager *manager = manager_that_tells(settings, tell, stdout);
  browser jack = {""};
  swiftsession_session *session = request(manager, &jack), *other;
  TRY(swiftsession_login(session, "jack", 4, NULL, &error));
  answer(session, &jack);
  session = request(manager, &jack);
  other = request(manager, &jack);
  TRY(swiftsession_set_integer(session, "cart", 1, &error));
  TRY(swiftsession_set_integer(other, "seen", 2, &error));
  answer(session, &jack);
  answer(other, &jack);
  TRY(swiftsession_manager_end_user(manager, "jack", 4, &error));
  TRY(swiftsession_load(session = request(manager, &jack), &error));
  swiftsession_session_free(session);
  show_figures(manager, "swiftsession_opened");
  show_figures(manager, "swiftsession_merged");
  swiftsession_manager_free(manager);
  return 0;
}
