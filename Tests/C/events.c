/* SPDX-License-Identifier: Apache-2.0 */
/* What a C host is told of events, and the figures that it reads. */
#include "hosts.h"

typedef struct told {
  swiftsession_event event;
  char name[16], session[32], previous[32], user[32];
} told;

static told all[16];
static int count;

static void copy(char *to, size_t size, const char *from) {
  CHECK(from == NULL || strlen(from) < size);
  strcpy(to, from ? from : "");
}

static void note(void *context, const swiftsession_event *event) {
  CHECK(context == &count && event->size == sizeof *event && count < 16);
  told *one = &all[count++];
  one->event = *event;
  copy(one->name, sizeof one->name, event->name);
  copy(one->session, sizeof one->session, event->session);
  copy(one->previous, sizeof one->previous, event->previous);
  copy(one->user, sizeof one->user, event->user);
}

static swiftsession_manager *watched(void) {
  swiftsession_config *config;
  swiftsession_manager *manager;
  OK(swiftsession_config_new(&config, &error));
  OK(swiftsession_config_set(config, "SESSION_TYPE", "memory", &error));
  OK(swiftsession_config_set_events(config, note, &count, &error));
  OK(swiftsession_manager_open(config, &manager, &error));
  swiftsession_config_free(config);
  return manager;
}

static void check_line(swiftsession_manager *manager, const char *line) {
  char *text;
  size_t size;
  OK(swiftsession_manager_metrics(manager, &text, &size, &error));
  CHECK(strlen(text) == size && strstr(text, line) != NULL);
  swiftsession_free(text);
}

static void a_login_is_told(void) {
  char cookie[256], id[64];
  swiftsession_manager *manager = watched();
  swiftsession_session *session = open_header(manager, NULL);
  OK(swiftsession_set_integer(session, "n", 1, &error));
  OK(swiftsession_save(session, &error));
  copy(id, sizeof id, swiftsession_id(session));
  cookie_of(session, cookie, sizeof cookie);
  swiftsession_session_free(session);
  session = open_header(manager, cookie);
  OK(swiftsession_login(session, "jack", 4, NULL, &error));
  OK(swiftsession_save(session, &error));
  swiftsession_session_free(session);
  session = open_header(manager, "session=short");
  swiftsession_session_free(session);

  static const int32_t kinds[] = {SWIFTSESSION_EVENT_CREATED, SWIFTSESSION_EVENT_OPENED, SWIFTSESSION_EVENT_SAVED,
                                  SWIFTSESSION_EVENT_RENEWED, SWIFTSESSION_EVENT_LOGIN,  SWIFTSESSION_EVENT_REJECTED};
  static const char *const names[] = {"created", "opened", "saved", "renewed", "login", "rejected"};
  CHECK(count == 6);
  for (int i = 0; i < count; i++) {
    CHECK(all[i].event.kind == kinds[i] && strcmp(all[i].name, names[i]) == 0);
    CHECK(all[i].event.reason == (i == 5 ? SWIFTSESSION_MALFORMED : SWIFTSESSION_OK));
    CHECK(strlen(all[i].session) == (i == 5 ? 0 : 16) && strncmp(all[i].session, id, 16) != 0);
    CHECK((all[i].event.previous != NULL) == (i == 3) && (all[i].event.user != NULL) == (i >= 2 && i <= 4));
  }
  CHECK(strcmp(all[3].previous, all[0].session) == 0 && strcmp(all[3].session, all[4].session) == 0);
  CHECK(strlen(all[4].user) == 16 && strstr(all[4].user, "jack") == NULL);
  check_line(manager, "\nswiftsession_login_total 1\n");
  check_line(manager, "\nswiftsession_rejected_total{reason=\"MALFORMED\"} 1\n");
  check_line(manager, "\nswiftsession_store_seconds_count{call=\"create\"} ");
  swiftsession_manager_free(manager);
}

static void nobody_is_told_any_more(void) {
  static const char *const settings[] = {"SESSION_TYPE", "memory", NULL};
  swiftsession_config *config;
  swiftsession_manager *manager;
  OK(swiftsession_config_new(&config, &error));
  OK(swiftsession_config_set(config, settings[0], settings[1], &error));
  OK(swiftsession_config_set_events(config, note, &count, &error));
  OK(swiftsession_config_set_events(config, NULL, NULL, &error));
  OK(swiftsession_manager_open(config, &manager, &error));
  swiftsession_config_free(config);
  count = 0;
  swiftsession_session_free(open_header(manager, "session=short"));
  CHECK(count == 0);
  check_line(manager, "\nswiftsession_rejected_total{reason=\"MALFORMED\"} 1\n");
  swiftsession_manager_free(manager);
}

static void null_and_wrong_handles(void) {
  swiftsession_manager *manager = watched();
  swiftsession_config *configs[] = {NULL, (swiftsession_config *)manager};
  swiftsession_session *session = open_header(manager, NULL);
  swiftsession_manager *managers[] = {NULL, (swiftsession_manager *)session};
  for (int i = 0; i < 2; i++) {
    CHECK(swiftsession_config_set_events(configs[i], note, NULL, NULL) == SWIFTSESSION_ARGUMENT);
    CHECK(swiftsession_manager_metrics(managers[i], NULL, NULL, NULL) == SWIFTSESSION_ARGUMENT);
  }
  OK(swiftsession_manager_metrics(manager, NULL, NULL, &error));
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

int main(void) {
  a_login_is_told();
  nobody_is_told_any_more();
  null_and_wrong_handles();
  return 0;
}
