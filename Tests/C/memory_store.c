/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions in the memory of the process: life times by the clock, the id rules, and what a fork means. */
#include "hosts.h"

#include <sys/wait.h>
#include <unistd.h>

static const char *const settings[] = {"SESSION_TYPE", "memory", "PERMANENT_SESSION_LIFETIME", "60", NULL};

static void log_in(swiftsession_manager *manager, char *cookie, size_t size) {
  swiftsession_session *session = open_header(manager, NULL);
  OK(swiftsession_set_string(session, "user", "jack", 4, &error));
  OK(swiftsession_save(session, &error));
  cookie_of(session, cookie, size);
  swiftsession_session_free(session);
}

static int32_t origin_of(swiftsession_manager *manager, const char *cookie) {
  swiftsession_session *session = open_header(manager, cookie);
  OK(swiftsession_load(session, &error));
  int32_t origin = swiftsession_origin(session);
  swiftsession_session_free(session);
  return origin;
}

static void it_lives_to_the_second_and_a_touch_prolongs_it(void) {
  char cookie[256];
  swiftsession_manager *manager = manager_of(settings);
  log_in(manager, cookie, sizeof cookie);
  test_time += 59;
  CHECK(origin_of(manager, cookie) == SWIFTSESSION_ORIGIN_COOKIE);
  test_time += 1;
  CHECK(origin_of(manager, cookie) == SWIFTSESSION_ORIGIN_NOT_FOUND);
  test_time -= 1;
  swiftsession_session *session = open_header(manager, cookie);
  OK(swiftsession_save(session, &error));
  CHECK(strstr(header_of(session, "Set-Cookie"), "Expires="));
  swiftsession_session_free(session);
  test_time += 59;
  CHECK(origin_of(manager, cookie) == SWIFTSESSION_ORIGIN_COOKIE);
  test_time += 1;
  int32_t more;
  OK(swiftsession_manager_sweep(manager, 100, &more, &error));
  CHECK(more == 0);
  test_time = 1700000000;
  CHECK(origin_of(manager, cookie) == SWIFTSESSION_ORIGIN_NOT_FOUND);
  swiftsession_manager_free(manager);
}

static void a_clock_before_1970_stores_nothing(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, NULL);
  OK(swiftsession_set_null(session, "x", &error));
  test_time = -1;
  CHECK(swiftsession_save(session, NULL) == SWIFTSESSION_ARGUMENT && swiftsession_header_count(session) == 0);
  test_time = 1700000000;
  OK(swiftsession_save(session, &error));
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void ids_are_ours_alone(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, "session=chosen-by-an-attacker");
  OK(swiftsession_set_null(session, "x", &error));
  CHECK(strstr(swiftsession_id(session), "attacker") == NULL && strlen(swiftsession_id(session)) == 43);
  char id[64];
  strcpy(id, swiftsession_id(session));
  OK(swiftsession_save(session, &error));
  CHECK(strstr(header_of(session, "Set-Cookie"), id));
  swiftsession_session_free(session);
  CHECK(swiftsession_open_value(manager, "chosen-by-an-attacker", 21, &session, NULL) == SWIFTSESSION_NOT_FOUND);
  CHECK(swiftsession_open_value(manager, "../../etc/passwd", 16, &session, NULL) == SWIFTSESSION_MALFORMED);
  OK(swiftsession_open_value(manager, id, strlen(id), &session, &error));
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void signed_ids(void) {
  static const char *const with_signer[] = {"SESSION_TYPE", "memory", "SESSION_USE_SIGNER", "true", "SECRET_KEY",
                                            "adavafa",      NULL};
  char cookie[256];
  swiftsession_manager *manager = manager_of(with_signer);
  log_in(manager, cookie, sizeof cookie);
  CHECK(strlen(cookie) == strlen("session=") + 43 + 1 + 27);
  CHECK(origin_of(manager, cookie) == SWIFTSESSION_ORIGIN_COOKIE);
  cookie[strlen(cookie) - 1] ^= 1;
  CHECK(origin_of(manager, cookie) == SWIFTSESSION_ORIGIN_TAMPERED);
  *strrchr(cookie, '.') = 0;
  CHECK(origin_of(manager, cookie) == SWIFTSESSION_ORIGIN_TAMPERED);
  swiftsession_manager_free(manager);
}

static int warnings;

static void count_warnings(void *context, int32_t level, const char *message) {
  (void)context;
  warnings += level == SWIFTSESSION_LOG_WARNING && strstr(message, "forked") != NULL;
}

static void a_forked_child_is_warned_once(void) {
  swiftsession_config *config;
  swiftsession_manager *manager;
  char cookie[256];
  OK(swiftsession_config_new(&config, &error));
  OK(swiftsession_config_set(config, "SESSION_TYPE", "memory", &error));
  OK(swiftsession_config_set_log(config, count_warnings, NULL, &error));
  OK(swiftsession_manager_open(config, &manager, &error));
  swiftsession_config_free(config);
  log_in(manager, cookie, sizeof cookie);
  pid_t child = fork();
  if (child == 0) {
    CHECK(origin_of(manager, cookie) == SWIFTSESSION_ORIGIN_COOKIE);
    CHECK(origin_of(manager, cookie) == SWIFTSESSION_ORIGIN_COOKIE);
    _exit(warnings == 1 ? 0 : 1);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  CHECK(warnings == 0);
  swiftsession_manager_free(manager);
}

int main(void) {
  it_lives_to_the_second_and_a_touch_prolongs_it();
  a_clock_before_1970_stores_nothing();
  ids_are_ours_alone();
  signed_ids();
  a_forked_child_is_warned_once();
  return 0;
}
