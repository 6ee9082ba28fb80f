/* SPDX-License-Identifier: Apache-2.0 */
/* A clock that jumps, back and forth and to where no clock is: what ended stays ended, what is there is not lost before
   its time, and nobody is brought down. */
#include "hosts.h"

static const int64_t usual = 1700000000;
static const int64_t hour = 3600, year = 31536000;

static const char *const in_memory[] = {"SESSION_TYPE",
                                        "memory",
                                        "PERMANENT_SESSION_LIFETIME",
                                        "3600",
                                        "SESSION_RENEW_AFTER",
                                        "600",
                                        "SESSION_IDLE_TIMEOUT",
                                        "1800",
                                        "SESSION_ABSOLUTE_TIMEOUT",
                                        "86400",
                                        NULL};
static const char *const in_cookie[] = {
    "SESSION_TYPE", "cookie", "SECRET_KEY", "a key of no less than thirty-two bytes", "PERMANENT_SESSION_LIFETIME",
    "3600",         NULL};
static const char *const in_sealed[] = {"SESSION_TYPE",
                                        "cookie",
                                        "SECRET_KEY",
                                        "a key of no less than thirty-two bytes",
                                        "PERMANENT_SESSION_LIFETIME",
                                        "3600",
                                        "SESSION_COOKIE_FORMAT",
                                        "sealed",
                                        NULL};
static const char *const *const kinds[] = {in_memory, in_cookie, in_sealed};

static void begin(swiftsession_manager *manager, char *cookie, size_t size) {
  swiftsession_session *session = open_header(manager, NULL);
  OK(swiftsession_set_permanent(session, 1, &error));
  OK(swiftsession_set_integer(session, "visits", 0, &error));
  OK(swiftsession_save(session, &error));
  cookie_of(session, cookie, size);
  swiftsession_session_free(session);
}

/* Whether the cookie opens, and counts a visit where it does. Takes the cookie that comes. */
static int visit(swiftsession_manager *manager, char *cookie, size_t size) {
  swiftsession_session *session = open_header(manager, cookie);
  OK(swiftsession_load(session, &error));
  int opens = swiftsession_origin(session) == SWIFTSESSION_ORIGIN_COOKIE;
  if (opens) {
    OK(swiftsession_add(session, "visits", 1, NULL, &error));
    OK(swiftsession_save(session, &error));
    if (header_of(session, "Set-Cookie"))
      cookie_of(session, cookie, size);
  }
  swiftsession_session_free(session);
  return opens;
}

/* Minutes back and forth, as clocks are set: no session is lost by it. */
static void small_jumps(const char *const *settings) {
  static const int jumps[] = {0, 60, -60, 300, -299, 900, 0, 1, -1, 600, -900};
  char cookie[4096];
  test_time = usual;
  swiftsession_manager *manager = manager_of(settings);
  begin(manager, cookie, sizeof cookie);
  for (int round = 0; round < 20; round++) {
    for (size_t i = 0; i < sizeof jumps / sizeof *jumps; i++) {
      /* A cookie's own time must not lie ahead: those of signed cookies never do, of sealed ones a minute at most. */
      test_time = usual + round * 60 + (settings == in_memory ? jumps[i] : (int)i);
      CHECK(visit(manager, cookie, sizeof cookie));
    }
  }
  swiftsession_session *session = open_header(manager, cookie);
  int64_t visits;
  OK(swiftsession_get_integer(session, "visits", &visits, &error));
  CHECK(visits == 20 * (int64_t)(sizeof jumps / sizeof *jumps));
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

/* A cookie that was made by a clock ahead of ours is refused until ours is there, and then it is good for its time. */
static void made_ahead(const char *const *settings) {
  char cookie[4096];
  test_time = usual + hour;
  swiftsession_manager *manager = manager_of(settings);
  begin(manager, cookie, sizeof cookie);
  test_time = usual;
  CHECK(!visit(manager, cookie, sizeof cookie));
  test_time = usual + hour;
  CHECK(visit(manager, cookie, sizeof cookie));
  test_time = usual + 3 * hour;
  CHECK(!visit(manager, cookie, sizeof cookie));
  swiftsession_manager_free(manager);
}

static void ended_stays_ended(void) {
  char cookie[4096];
  test_time = usual;
  swiftsession_manager *manager = manager_of(in_memory);
  begin(manager, cookie, sizeof cookie);
  swiftsession_session *session = open_header(manager, cookie);
  OK(swiftsession_destroy(session, &error));
  OK(swiftsession_save(session, &error));
  swiftsession_session_free(session);
  static const int64_t jumps[] = {0, -1, 1, -3600, 3600, -31536000, 31536000};
  for (size_t i = 0; i < sizeof jumps / sizeof *jumps; i++) {
    test_time = usual + jumps[i];
    CHECK(!visit(manager, cookie, sizeof cookie));
  }
  swiftsession_manager_free(manager);
}

/* A sweep by a clock that is behind takes nothing that lives, and one ahead takes what has ended by it. */
static void sweeps(void) {
  char cookie[4096];
  int32_t more;
  test_time = usual;
  swiftsession_manager *manager = manager_of(in_memory);
  begin(manager, cookie, sizeof cookie);
  test_time = usual - year;
  OK(swiftsession_manager_sweep(manager, 100, &more, &error));
  test_time = usual;
  CHECK(visit(manager, cookie, sizeof cookie));
  test_time = usual + year;
  OK(swiftsession_manager_sweep(manager, 100, &more, &error));
  test_time = usual;
  CHECK(!visit(manager, cookie, sizeof cookie));
  swiftsession_manager_free(manager);
}

/* Any number may come from a clock. Each call is answered. */
static void no_clock(const char *const *settings) {
  static const int64_t times[] = {
      0,          -1,        1, INT64_MIN, INT64_MAX, INT64_MIN + 1, INT64_MAX - 3600, -62135596801, 253402300800,
      4294967296, 1700000000};
  static const size_t count = sizeof times / sizeof *times;
  char cookie[4096];
  test_time = usual;
  swiftsession_manager *manager = manager_of(settings);
  begin(manager, cookie, sizeof cookie);
  for (size_t from = 0; from < count; from++) {
    for (size_t to = 0; to < count; to++) {
      int32_t more;
      test_time = times[from];
      swiftsession_session *session;
      swiftsession_status status = swiftsession_open(manager, cookie, strlen(cookie), &session, NULL);
      CHECK(status == SWIFTSESSION_OK || status == SWIFTSESSION_ARGUMENT);
      (void)swiftsession_manager_sweep(manager, 1, &more, NULL);
      if (status != SWIFTSESSION_OK)
        continue;
      (void)swiftsession_load(session, NULL);
      test_time = times[to];
      (void)swiftsession_set_integer(session, "visits", 1, NULL);
      (void)swiftsession_renew(session, NULL);
      (void)swiftsession_save(session, NULL);
      swiftsession_session_free(session);
    }
  }
  test_time = usual;
  begin(manager, cookie, sizeof cookie);
  CHECK(visit(manager, cookie, sizeof cookie));
  swiftsession_manager_free(manager);
}

int main(void) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    small_jumps(kinds[i]);
    no_clock(kinds[i]);
  }
  made_ahead(in_cookie);
  made_ahead(in_sealed);
  ended_stays_ended();
  sweeps();
  return 0;
}
