/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a session: users, requests that do not count, and taking away what was put in. */
#include "hosts.h"

static const char *const settings[] = {"SESSION_TYPE", "memory", "PERMANENT_SESSION_LIFETIME", "60", NULL};
static const char *const in_cookie[] = {"SECRET_KEY", "adavafa", "SESSION_TYPE", "cookie", NULL};

#define REFUSED(call) CHECK((call) == SWIFTSESSION_ARGUMENT)

static void log_in(swiftsession_manager *manager, const char *label, char *cookie, size_t size) {
  swiftsession_session *session = open_header(manager, NULL);
  OK(swiftsession_login(session, "jack", 4, label, &error));
  OK(swiftsession_save(session, &error));
  cookie_of(session, cookie, size);
  swiftsession_session_free(session);
}

/* Whether the cookie opens a session of jack's. This asking is no use of it. */
static int is_jacks(swiftsession_manager *manager, const char *cookie) {
  const char *user = "untouched";
  size_t size = 9;
  swiftsession_session *session = open_header(manager, cookie);
  OK(swiftsession_peek(session, &error));
  swiftsession_status status = swiftsession_user(session, &user, &size, NULL);
  CHECK(status == SWIFTSESSION_OK || (status == SWIFTSESSION_NOT_FOUND && size == 9 && user[0] == 'u'));
  int is_his = status == SWIFTSESSION_OK && size == 4 && strcmp(user, "jack") == 0;
  OK(swiftsession_save(session, &error));
  CHECK(header_of(session, "Set-Cookie") == NULL);
  swiftsession_session_free(session);
  return is_his;
}

static void null_and_wrong_handles(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, NULL);
  swiftsession_session *sessions[] = {NULL, (swiftsession_session *)manager};
  swiftsession_manager *managers[] = {NULL, (swiftsession_manager *)session};
  swiftsession_migration progress = {0, 0, 0, 0, ""};
  for (int i = 0; i < 2; i++) {
    REFUSED(swiftsession_peek(sessions[i], NULL));
    REFUSED(swiftsession_login(sessions[i], "jack", 4, NULL, NULL));
    REFUSED(swiftsession_logout(sessions[i], NULL));
    REFUSED(swiftsession_user(sessions[i], NULL, NULL, NULL));
    REFUSED(swiftsession_end_others(sessions[i], NULL));
    REFUSED(swiftsession_remove_item(sessions[i], "x", "1", 1, NULL, NULL));
    REFUSED(swiftsession_pop_json(sessions[i], "x", NULL, NULL, NULL));
    REFUSED(swiftsession_manager_end_user(managers[i], "jack", 4, NULL));
    REFUSED(swiftsession_migrate(managers[i], 1, &progress, NULL, NULL));
    REFUSED(swiftsession_manager_user_sessions(managers[i], NULL, "jack", 4, NULL, NULL, NULL));
    REFUSED(swiftsession_manager_end_session(managers[i], "jack", 4, "x", NULL));
  }
  REFUSED(swiftsession_manager_user_sessions(manager, sessions[1], "jack", 4, NULL, NULL, NULL));
  REFUSED(swiftsession_manager_user_sessions(manager, NULL, NULL, 0, NULL, NULL, NULL));
  REFUSED(swiftsession_manager_end_user(manager, NULL, 0, NULL));
  REFUSED(swiftsession_migrate(manager, 0, &progress, NULL, NULL));
  REFUSED(swiftsession_migrate(manager, 1, NULL, NULL, NULL));
  CHECK(swiftsession_migrate(manager, 1, &progress, NULL, NULL) == SWIFTSESSION_CONFIG);
  progress.position_size = -1;
  REFUSED(swiftsession_migrate(manager, 1, &progress, NULL, NULL));
  progress.position_size = 261;
  REFUSED(swiftsession_migrate(manager, 1, &progress, NULL, NULL));
  REFUSED(swiftsession_manager_end_session(manager, "jack", 4, NULL, NULL));
  REFUSED(swiftsession_manager_end_session(manager, NULL, 0, "x", NULL));
  REFUSED(swiftsession_remove_item(session, NULL, "1", 1, NULL, NULL));
  REFUSED(swiftsession_remove_item(session, "x", NULL, 0, NULL, NULL));
  REFUSED(swiftsession_pop_json(session, NULL, NULL, NULL, NULL));
  CHECK(swiftsession_count(session) == 1 && !swiftsession_modified(session));
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void a_user_is_text_of_some_length(void) {
  char name[1025], label[258];
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, NULL);
  memset(name, 'n', sizeof name);
  memset(label, 'l', sizeof label);
  label[257] = 0;
  REFUSED(swiftsession_login(session, NULL, 0, NULL, NULL));
  REFUSED(swiftsession_login(session, "", 0, NULL, NULL));
  REFUSED(swiftsession_login(session, name, 1025, NULL, NULL));
  REFUSED(swiftsession_login(session, "\xff", 1, NULL, NULL));
  REFUSED(swiftsession_login(session, "jack", 4, "\xff", NULL));
  REFUSED(swiftsession_login(session, "jack", 4, label, NULL));
  CHECK(swiftsession_login(session, "", (size_t)-1, NULL, NULL) == SWIFTSESSION_TOO_LARGE);
  CHECK(!swiftsession_modified(session) && swiftsession_user(session, NULL, NULL, NULL) == SWIFTSESSION_NOT_FOUND);
  CHECK(swiftsession_end_others(session, NULL) == SWIFTSESSION_NOT_FOUND);
  OK(swiftsession_login(session, name, 1024, label + 1, &error));
  OK(swiftsession_login(session, "\0\xc3\xa9", 3, NULL, &error));
  const char *user;
  size_t size;
  OK(swiftsession_user(session, &user, &size, &error));
  CHECK(size == 3 && memcmp(user, "\0\xc3\xa9\0", 4) == 0);
  OK(swiftsession_save(session, &error));
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void login_gives_a_new_id_and_logout_ends_it(void) {
  char before[256], after[256], *json;
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, NULL);
  OK(swiftsession_set_integer(session, "n", 1, &error));
  OK(swiftsession_save(session, &error));
  cookie_of(session, before, sizeof before);
  OK(swiftsession_login(session, "jack", 4, "", &error));
  OK(swiftsession_save(session, &error));
  cookie_of(session, after, sizeof after);
  swiftsession_session_free(session);
  CHECK(strcmp(before, after) != 0 && !is_jacks(manager, before) && is_jacks(manager, after));
  /* What the library keeps for this is not among the values. */
  session = open_header(manager, after);
  CHECK(swiftsession_count(session) == 2 && swiftsession_type(session, "_swiftsession") == SWIFTSESSION_TYPE_NONE);
  REFUSED(swiftsession_set_null(session, "_swiftsession", NULL));
  OK(swiftsession_logout(session, &error));
  OK(swiftsession_save(session, &error));
  CHECK(strstr(header_of(session, "Set-Cookie"), "session=;"));
  CHECK(swiftsession_user(session, NULL, NULL, NULL) == SWIFTSESSION_NOT_FOUND);
  swiftsession_session_free(session);
  CHECK(!is_jacks(manager, after));
  OK(swiftsession_manager_user_sessions(manager, NULL, "jack", 4, &json, NULL, &error));
  CHECK(strcmp(json, "[]") == 0);
  swiftsession_free(json);
  swiftsession_manager_free(manager);
}

static void sessions_are_listed_and_ended(void) {
  char phone[256], laptop[256], desk[256], reference[64], expected[512], *json;
  size_t size;
  swiftsession_manager *manager = manager_of(settings);
  log_in(manager, "phone \"1\"", phone, sizeof phone);
  test_time += 5;
  log_in(manager, NULL, laptop, sizeof laptop);
  swiftsession_session *session = open_header(manager, laptop);
  OK(swiftsession_manager_user_sessions(manager, session, "jack", 4, &json, &size, &error));
  CHECK(strlen(json) == size && sscanf(json, "[{\"reference\":\"%63[^\"]", reference) == 1);
  snprintf(expected, sizeof expected,
           "[{\"reference\":\"%s\",\"created\":1700000000,\"last_seen\":1700000000,"
           "\"label\":\"phone \\\"1\\\"\",\"current\":false},{\"reference\":\"",
           reference);
  CHECK(strncmp(json, expected, strlen(expected)) == 0);
  CHECK(strstr(json, "\"created\":1700000005,\"last_seen\":1700000005,\"label\":\"\",\"current\":true}]"));
  CHECK(strstr(phone, reference) == NULL);
  swiftsession_free(json);
  OK(swiftsession_manager_user_sessions(manager, NULL, "jack", 4, NULL, &size, &error));
  OK(swiftsession_manager_user_sessions(manager, session, "jack", 4, NULL, NULL, NULL));
  swiftsession_session_free(session);

  CHECK(swiftsession_manager_end_session(manager, "jill", 4, reference, NULL) == SWIFTSESSION_NOT_FOUND);
  CHECK(is_jacks(manager, phone));
  OK(swiftsession_manager_end_session(manager, "jack", 4, reference, &error));
  CHECK(swiftsession_manager_end_session(manager, "jack", 4, reference, NULL) == SWIFTSESSION_NOT_FOUND);
  CHECK(!is_jacks(manager, phone) && is_jacks(manager, laptop));

  log_in(manager, NULL, desk, sizeof desk);
  session = open_header(manager, desk);
  OK(swiftsession_end_others(session, &error));
  OK(swiftsession_save(session, &error));
  swiftsession_session_free(session);
  CHECK(!is_jacks(manager, laptop) && is_jacks(manager, desk));
  OK(swiftsession_manager_end_user(manager, "jill", 4, &error));
  CHECK(is_jacks(manager, desk));
  OK(swiftsession_manager_end_user(manager, "jack", 4, &error));
  CHECK(!is_jacks(manager, desk));
  test_time = 1700000000;
  swiftsession_manager_free(manager);
}

static void one_login_too_many(void) {
  static const char *const limited[] = {
      "SESSION_TYPE", "memory", "SESSION_USER_LIMIT", "1", "SESSION_USER_LIMIT_POLICY", "refuse", NULL};
  char cookie[256];
  swiftsession_manager *manager = manager_of(limited);
  log_in(manager, NULL, cookie, sizeof cookie);
  swiftsession_session *session = open_header(manager, NULL);
  OK(swiftsession_login(session, "jack", 4, NULL, &error));
  CHECK(swiftsession_save(session, NULL) == SWIFTSESSION_CONFLICT && swiftsession_header_count(session) == 0);
  CHECK(is_jacks(manager, cookie));
  OK(swiftsession_manager_end_user(manager, "jack", 4, &error));
  OK(swiftsession_save(session, &error));
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void a_request_that_peeks_does_not_extend(void) {
  char cookie[256];
  swiftsession_manager *manager = manager_of(settings);
  log_in(manager, NULL, cookie, sizeof cookie);
  test_time += 59;
  CHECK(is_jacks(manager, cookie));
  test_time += 1;
  CHECK(!is_jacks(manager, cookie));
  test_time = 1700000000;
  /* But what is changed is stored, and for the full time. */
  log_in(manager, NULL, cookie, sizeof cookie);
  test_time += 59;
  swiftsession_session *session = open_header(manager, cookie);
  OK(swiftsession_peek(session, &error));
  OK(swiftsession_set_null(session, "x", &error));
  OK(swiftsession_save(session, &error));
  CHECK(header_of(session, "Set-Cookie") != NULL);
  swiftsession_session_free(session);
  test_time += 59;
  CHECK(is_jacks(manager, cookie));
  test_time = 1700000000;
  swiftsession_manager_free(manager);
}

static void sessions_in_cookies_have_no_users(void) {
  char cookie[256];
  swiftsession_manager *manager = manager_of(in_cookie);
  swiftsession_session *session = open_header(manager, NULL);
  OK(swiftsession_set_permanent(session, 1, &error));
  OK(swiftsession_save(session, &error));
  cookie_of(session, cookie, sizeof cookie);
  CHECK(swiftsession_login(session, "jack", 4, NULL, NULL) == SWIFTSESSION_UNSUPPORTED);
  CHECK(swiftsession_user(session, NULL, NULL, NULL) == SWIFTSESSION_NOT_FOUND);
  CHECK(swiftsession_end_others(session, NULL) == SWIFTSESSION_NOT_FOUND);
  CHECK(swiftsession_manager_end_user(manager, "jack", 4, NULL) == SWIFTSESSION_UNSUPPORTED);
  CHECK(swiftsession_manager_end_session(manager, "jack", 4, "x", NULL) == SWIFTSESSION_UNSUPPORTED);
  CHECK(swiftsession_manager_user_sessions(manager, session, "jack", 4, NULL, NULL, NULL) == SWIFTSESSION_UNSUPPORTED);
  OK(swiftsession_logout(session, &error));
  OK(swiftsession_save(session, &error));
  CHECK(strstr(header_of(session, "Set-Cookie"), "session=;"));
  swiftsession_session_free(session);
  for (int peeks = 0; peeks < 2; peeks++) {
    session = open_header(manager, cookie);
    if (peeks)
      OK(swiftsession_peek(session, &error));
    OK(swiftsession_save(session, &error));
    CHECK((header_of(session, "Set-Cookie") == NULL) == peeks);
    swiftsession_session_free(session);
  }
  swiftsession_manager_free(manager);
}

static void a_store_ends_sessions_in_cookies(void) {
  static const char *const revoked[] = {"SECRET_KEY", "adavafa", "SESSION_TYPE", "cookie", "SESSION_REVOCATION",
                                        "memory",     NULL};
  char phone[512], laptop[512], desk[512], reference[64], *json;
  const void *payload;
  size_t size;
  swiftsession_manager *manager = manager_of(revoked);
  log_in(manager, "phone", phone, sizeof phone);
  log_in(manager, "laptop", laptop, sizeof laptop);
  log_in(manager, "desk", desk, sizeof desk);
  swiftsession_session *session = open_header(manager, laptop);
  CHECK(swiftsession_id(session) == NULL && !swiftsession_is_new(session));
  OK(swiftsession_payload(session, "flask", &payload, &size, &error));
  CHECK(size == 2 && strcmp(payload, "{}") == 0);
  OK(swiftsession_manager_user_sessions(manager, session, "jack", 4, &json, NULL, &error));
  CHECK(sscanf(json, "[{\"reference\":\"%63[^\"]", reference) == 1);
  CHECK(strstr(json, "\"last_seen\":null,\"label\":\"phone\",\"current\":false}"));
  CHECK(strstr(json, "\"label\":\"laptop\",\"current\":true}"));
  swiftsession_free(json);
  REFUSED(swiftsession_set_null(session, "_swiftsession", NULL));
  OK(swiftsession_manager_end_session(manager, "jack", 4, reference, &error));
  CHECK(!is_jacks(manager, phone) && is_jacks(manager, laptop) && is_jacks(manager, desk));
  OK(swiftsession_end_others(session, &error));
  OK(swiftsession_save(session, &error));
  CHECK(is_jacks(manager, laptop) && !is_jacks(manager, desk));
  swiftsession_session_free(session);
  session = open_header(manager, desk);
  OK(swiftsession_load(session, &error));
  CHECK(swiftsession_is_new(session) && swiftsession_origin(session) == SWIFTSESSION_ORIGIN_NOT_FOUND);
  swiftsession_session_free(session);

  session = open_header(manager, laptop);
  OK(swiftsession_set_null(session, "late", &error));
  OK(swiftsession_manager_end_user(manager, "jack", 4, &error));
  CHECK(swiftsession_save(session, NULL) == SWIFTSESSION_GONE && swiftsession_header_count(session) == 0);
  swiftsession_session_free(session);
  CHECK(!is_jacks(manager, laptop));
  log_in(manager, NULL, desk, sizeof desk);
  session = open_header(manager, desk);
  OK(swiftsession_logout(session, &error));
  OK(swiftsession_save(session, &error));
  CHECK(strstr(header_of(session, "Set-Cookie"), "session=;"));
  swiftsession_session_free(session);
  CHECK(!is_jacks(manager, desk));
  OK(swiftsession_manager_ping(manager, &error));
  swiftsession_manager_free(manager);
}

static void whose_cookie_does_not_come_back_is_gone_soon(void) {
  static const char *const brief[] = {"SESSION_TYPE",
                                      "memory",
                                      "PERMANENT_SESSION_LIFETIME",
                                      "60",
                                      "SESSION_UNCONFIRMED_LIFETIME",
                                      "10",
                                      "SESSION_REFRESH_EACH_REQUEST",
                                      "false",
                                      NULL};
  for (int comes_back = 0; comes_back < 2; comes_back++) {
    char cookie[256];
    swiftsession_manager *manager = manager_of(brief);
    log_in(manager, NULL, cookie, sizeof cookie);
    test_time += 9;
    CHECK(is_jacks(manager, cookie));
    if (comes_back) {
      swiftsession_session *session = open_header(manager, cookie);
      OK(swiftsession_save(session, &error));
      swiftsession_session_free(session);
      test_time += 58;
      CHECK(is_jacks(manager, cookie));
    }
    test_time += 1 + comes_back;
    CHECK(!is_jacks(manager, cookie));
    test_time = 1700000000;
    swiftsession_manager_free(manager);
  }
}

static void items_and_keys_are_taken_out(const char *const *of) {
  const char *json;
  size_t size;
  int32_t removed = 7;
  swiftsession_manager *manager = manager_of(of);
  swiftsession_session *session = open_header(manager, NULL);
  OK(swiftsession_remove_item(session, "l", "1", 1, &removed, &error));
  CHECK(removed == 0 && !swiftsession_modified(session));
  OK(swiftsession_set_json(session, "l", "[1,{\"a\":1},2,1]", 15, &error));
  OK(swiftsession_set_integer(session, "n", 1, &error));
  OK(swiftsession_remove_item(session, "l", "1", 1, &removed, &error));
  CHECK(removed == 1);
  OK(swiftsession_remove_item(session, "l", "{\"a\":1}", 7, NULL, &error));
  OK(swiftsession_remove_item(session, "l", "1.0", 3, &removed, &error));
  CHECK(removed == 0);
  CHECK(swiftsession_remove_item(session, "n", "1", 1, &removed, NULL) == SWIFTSESSION_WRONG_TYPE);
  CHECK(swiftsession_remove_item(session, "l", "[", 1, &removed, NULL) == SWIFTSESSION_MALFORMED && removed == 0);
  size_t before = swiftsession_count(session);
  OK(swiftsession_pop_json(session, "l", &json, &size, &error));
  CHECK(size == 5 && strcmp(json, "[2,1]") == 0 && swiftsession_count(session) == before - 1);
  /* Borrowed: reading leaves it, also reading that failed. */
  CHECK(swiftsession_pop_json(session, "l", NULL, NULL, NULL) == SWIFTSESSION_NOT_FOUND);
  CHECK(swiftsession_get_json(session, "n", NULL, NULL, NULL) == SWIFTSESSION_OK && strcmp(json, "[2,1]") == 0);
  OK(swiftsession_pop_json(session, "n", &json, &size, &error));
  CHECK(size == 1 && strcmp(json, "1") == 0);
  OK(swiftsession_set_null(session, "n", &error));
  OK(swiftsession_pop_json(session, "n", NULL, NULL, NULL));
  CHECK(swiftsession_count(session) == before - 2);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

int main(void) {
  null_and_wrong_handles();
  a_user_is_text_of_some_length();
  login_gives_a_new_id_and_logout_ends_it();
  sessions_are_listed_and_ended();
  one_login_too_many();
  a_request_that_peeks_does_not_extend();
  sessions_in_cookies_have_no_users();
  a_store_ends_sessions_in_cookies();
  whose_cookie_does_not_come_back_is_gone_soon();
  items_and_keys_are_taken_out(settings);
  items_and_keys_are_taken_out(in_cookie);
  return 0;
}
