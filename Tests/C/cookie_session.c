/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a session in its cookie: opened, read, changed, saved, emptied. */
#include "hosts.h"

static const char *const settings[] = {"SECRET_KEY", "adavafa", "SESSION_TYPE", "cookie", NULL};
/* Flask 3.1.3 signed it at 1700000000. */
static const char jack[] = "session=eyJ1c2VybmFtZSI6ImphY2sifQ.ZVPxAA.p9y7djqtmBlu84EfBguY8EtomGk";

static void a_cookie_of_flask_is_read_changed_and_signed(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, jack);
  const char *text;
  size_t size;
  CHECK(swiftsession_origin(session) == SWIFTSESSION_ORIGIN_COOKIE);
  CHECK(!swiftsession_is_new(session));
  CHECK(!swiftsession_accessed(session));
  OK(swiftsession_get_string(session, "username", &text, &size, &error));
  CHECK(size == 4 && strcmp(text, "jack") == 0);
  CHECK(swiftsession_accessed(session) && !swiftsession_modified(session));
  OK(swiftsession_set_bool(session, "_permanent", 1, &error));
  OK(swiftsession_save(session, &error));
  CHECK(strcmp(header_of(session, "Set-Cookie"),
               "session=eyJfcGVybWFuZW50Ijp0cnVlLCJ1c2VybmFtZSI6ImphY2sifQ.ZVPxAA.kQ3fdpsatQb3V1njoyENu728wvc; "
               "Expires=Fri, 15 Dec 2023 22:13:20 GMT; HttpOnly; Path=/") == 0);
  CHECK(strcmp(header_of(session, "Vary"), "Cookie") == 0);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void reading_sends_no_cookie(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, jack);
  OK(swiftsession_save(session, &error));
  CHECK(swiftsession_header_count(session) == 0);
  CHECK(swiftsession_type(session, "username") == SWIFTSESSION_TYPE_STRING);
  OK(swiftsession_save(session, &error));
  CHECK(swiftsession_header_count(session) == 1);
  CHECK(strcmp(swiftsession_header_name(session, 0), "Vary") == 0);
  CHECK(swiftsession_header_name(session, 1) == NULL && swiftsession_header_value(session, 1) == NULL);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void destroying_deletes_the_cookie(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, jack);
  OK(swiftsession_destroy(session, &error));
  OK(swiftsession_save(session, &error));
  CHECK(strcmp(header_of(session, "Set-Cookie"),
               "session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/") == 0);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void every_type_comes_back(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, NULL);
  CHECK(swiftsession_origin(session) == SWIFTSESSION_ORIGIN_NEW && swiftsession_is_new(session));
  OK(swiftsession_set_null(session, "null", &error));
  OK(swiftsession_set_bool(session, "bool", 7, &error));
  OK(swiftsession_set_integer(session, "integer", INT64_MIN, &error));
  OK(swiftsession_set_double(session, "double", 0.1, &error));
  OK(swiftsession_set_string(session, "string", "a\0b", 3, &error));
  OK(swiftsession_set_bytes(session, "bytes", "\xff\0", 2, &error));
  OK(swiftsession_set_time(session, "time", 1579538700, &error));
  OK(swiftsession_set_json(session, "tuple", "{\" t\":[1,[]]}", 13, &error));
  OK(swiftsession_set_json(session, "uuid", "{\" u\":\"12345678123456781234567812345678\"}", 41, &error));
  OK(swiftsession_set_json(session, "wide", "123456789012345678901234567890", 30, &error));
  OK(swiftsession_append(session, "list", "{\"n\":1}", 7, &error));
  OK(swiftsession_append(session, "list", "2", 1, &error));
  OK(swiftsession_save(session, &error));
  char cookie[4096];
  cookie_of(session, cookie, sizeof cookie);
  swiftsession_session_free(session);

  session = open_header(manager, cookie);
  int32_t boolean;
  int64_t integer;
  double number;
  const char *text;
  const void *bytes;
  size_t size;
  CHECK(swiftsession_count(session) == 11);
  CHECK(swiftsession_type(session, "null") == SWIFTSESSION_TYPE_NULL);
  OK(swiftsession_get_bool(session, "bool", &boolean, &error));
  CHECK(boolean == 1);
  OK(swiftsession_get_integer(session, "integer", &integer, &error));
  CHECK(integer == INT64_MIN);
  OK(swiftsession_get_double(session, "double", &number, &error));
  CHECK(number == 0.1);
  OK(swiftsession_get_string(session, "string", &text, &size, &error));
  CHECK(size == 3 && memcmp(text, "a\0b", 4) == 0);
  OK(swiftsession_get_bytes(session, "bytes", &bytes, &size, &error));
  CHECK(size == 2 && memcmp(bytes, "\xff\0", 2) == 0);
  OK(swiftsession_get_time(session, "time", &integer, &error));
  CHECK(integer == 1579538700);
  CHECK(swiftsession_type(session, "tuple") == SWIFTSESSION_TYPE_TUPLE);
  CHECK(swiftsession_type(session, "uuid") == SWIFTSESSION_TYPE_UUID);
  CHECK(swiftsession_type(session, "wide") == SWIFTSESSION_TYPE_INTEGER);
  CHECK(swiftsession_get_integer(session, "wide", &integer, NULL) == SWIFTSESSION_TOO_LARGE);
  OK(swiftsession_get_json(session, "wide", &text, &size, &error));
  CHECK(strcmp(text, "123456789012345678901234567890") == 0);
  OK(swiftsession_get_json(session, "list", &text, &size, &error));
  CHECK(strcmp(text, "[{\"n\":1},2]") == 0);
  OK(swiftsession_key(session, 0, &text, &size, &error));
  CHECK(strcmp(text, "bool") == 0);
  CHECK(swiftsession_key(session, 11, &text, &size, NULL) == SWIFTSESSION_NOT_FOUND);
  CHECK(swiftsession_get_bool(session, "integer", &boolean, NULL) == SWIFTSESSION_WRONG_TYPE);
  CHECK(swiftsession_get_string(session, "nothing", &text, &size, NULL) == SWIFTSESSION_NOT_FOUND);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void borrowed_results_stay_until_a_change(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, jack);
  const char *first, *again;
  OK(swiftsession_get_string(session, "username", &first, NULL, &error));
  for (int i = 0; i < 1000; i++)
    OK(swiftsession_get_string(session, "username", &again, NULL, &error));
  CHECK(first == again);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void numbers_are_added_and_never_wrap(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, jack);
  int64_t sum;
  OK(swiftsession_add(session, "visits", 2, &sum, &error));
  OK(swiftsession_add(session, "visits", 3, &sum, &error));
  CHECK(sum == 5);
  CHECK(swiftsession_add(session, "visits", INT64_MAX, &sum, NULL) == SWIFTSESSION_TOO_LARGE);
  CHECK(swiftsession_add(session, "username", 1, &sum, NULL) == SWIFTSESSION_WRONG_TYPE);
  CHECK(swiftsession_append(session, "visits", "1", 1, NULL) == SWIFTSESSION_WRONG_TYPE);
  OK(swiftsession_get_integer(session, "visits", &sum, &error));
  CHECK(sum == 5);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void removing_nothing_changes_nothing(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, jack);
  CHECK(swiftsession_remove(session, "nothing", NULL) == SWIFTSESSION_NOT_FOUND);
  CHECK(!swiftsession_modified(session));
  OK(swiftsession_remove(session, "username", &error));
  CHECK(swiftsession_modified(session) && swiftsession_count(session) == 0);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void a_payload_of_the_host_is_signed_as_it_is(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, NULL);
  static const char payload[] = "{ \"b\": 1, \"a\": 2 }";
  const void *bytes;
  size_t size;
  OK(swiftsession_set_payload(session, "flask", payload, strlen(payload), &error));
  OK(swiftsession_payload(session, "flask", &bytes, &size, &error));
  CHECK(size == strlen(payload) && memcmp(bytes, payload, size) == 0);
  CHECK(swiftsession_set_payload(session, "flask", "[1,2]", 5, NULL) == SWIFTSESSION_MALFORMED);
  CHECK(swiftsession_set_payload(session, "flask", "{", 1, NULL) == SWIFTSESSION_MALFORMED);
  CHECK(swiftsession_set_payload(session, "pickle9", "{}", 2, NULL) == SWIFTSESSION_ARGUMENT);
  OK(swiftsession_payload(session, "pickle0", &bytes, &size, &error));
  static const char pickle[] = "(dp0\nVb\np1\nI1\nsVa\np2\nI2\ns.";
  CHECK(size == strlen(pickle) && memcmp(bytes, pickle, size) == 0);
  OK(swiftsession_set_payload(session, "pickle5", pickle, strlen(pickle), &error));
  CHECK(swiftsession_set_payload(session, "pickle5", "cos\nsystem\n(S'x'\ntR.", 20, NULL) == SWIFTSESSION_MALFORMED);
  OK(swiftsession_set_integer(session, "c", 3, &error));
  OK(swiftsession_payload(session, "flask", &bytes, &size, &error));
  CHECK(size == 19 && memcmp(bytes, "{\"a\":2,\"b\":1,\"c\":3}", size) == 0);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void the_age_is_checked_to_the_second(void) {
  swiftsession_manager *manager = manager_of(settings);
  static const struct {
    int64_t now;
    int32_t origin;
  } moments[] = {
      {1700000000, SWIFTSESSION_ORIGIN_COOKIE},
      {1700000000 + 31 * 86400, SWIFTSESSION_ORIGIN_COOKIE},
      {1700000000 + 31 * 86400 + 1, SWIFTSESSION_ORIGIN_EXPIRED},
      {1699999999, SWIFTSESSION_ORIGIN_EXPIRED},
  };
  for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
    test_time = moments[i].now;
    swiftsession_session *session = open_header(manager, jack);
    CHECK(swiftsession_origin(session) == moments[i].origin);
    swiftsession_session_free(session);
    swiftsession_status status =
        swiftsession_open_value(manager, strchr(jack, '=') + 1, strlen(jack) - 8, &session, NULL);
    CHECK(status == (moments[i].origin == SWIFTSESSION_ORIGIN_COOKIE ? SWIFTSESSION_OK : SWIFTSESSION_EXPIRED));
    if (status == SWIFTSESSION_OK)
      swiftsession_session_free(session);
  }
  test_time = 1700000000;
  swiftsession_manager_free(manager);
}

static void without_a_key_a_session_is_read_only(void) {
  static const char *const keyless[] = {"SESSION_TYPE", "cookie", NULL};
  swiftsession_manager *manager = manager_of(keyless);
  swiftsession_session *session = open_header(manager, jack);
  swiftsession_error error;
  CHECK(swiftsession_origin(session) == SWIFTSESSION_ORIGIN_NULL);
  CHECK(swiftsession_count(session) == 0);
  CHECK(swiftsession_set_null(session, "x", &error) == SWIFTSESSION_CONFIG && strstr(error.message, "SECRET_KEY"));
  CHECK(swiftsession_clear(session, NULL) == SWIFTSESSION_CONFIG);
  CHECK(swiftsession_remove(session, "x", NULL) == SWIFTSESSION_CONFIG);
  OK(swiftsession_save(session, &error));
  swiftsession_session_free(session);
  CHECK(swiftsession_open_value(manager, "x", 1, &session, NULL) == SWIFTSESSION_CONFIG);
  swiftsession_manager_free(manager);
}

static void what_cannot_be_followed_is_refused(void) {
  static const char *const settings[][2] = {
      {"SESSION_IDLE_TIMEOUT", "60"},         {"SESSION_ABSOLUTE_TIMEOUT", "60"}, {"SESSION_RENEW_AFTER", "60"},
      {"SESSION_RENEW_GRACE", "10"},          {"SESSION_TOUCH_INTERVAL", "10"},   {"SESSION_RECORD_FORMAT", "sealed"},
      {"SESSION_UNCONFIRMED_LIFETIME", "60"},
  };
  for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
    swiftsession_config *config;
    swiftsession_manager *manager;
    swiftsession_error error;
    OK(swiftsession_config_new(&config, &error));
    OK(swiftsession_config_set(config, "SECRET_KEY", "adavafa", &error));
    OK(swiftsession_config_set(config, "SESSION_TYPE", "cookie", &error));
    OK(swiftsession_config_set(config, settings[i][0], settings[i][1], &error));
    CHECK(swiftsession_manager_open(config, &manager, &error) == SWIFTSESSION_UNSUPPORTED);
    CHECK(strstr(error.message, settings[i][0]) != NULL);
    swiftsession_config_free(config);
  }
}

static void what_was_borrowed_may_be_given_back(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, jack);
  const char *text, *key;
  const void *bytes;
  size_t size;
  OK(swiftsession_get_string(session, "username", &text, &size, &error));
  OK(swiftsession_set_string(session, "copy", text, size, &error));
  OK(swiftsession_get_string(session, "copy", &text, &size, &error));
  CHECK(size == 4 && strcmp(text, "jack") == 0);
  OK(swiftsession_get_json(session, "copy", &text, &size, &error));
  OK(swiftsession_set_json(session, "json", text, size, &error));
  OK(swiftsession_get_json(session, "json", &text, &size, &error));
  OK(swiftsession_append(session, "list", text, size, &error));
  OK(swiftsession_set_bytes(session, "bytes", "\1\2\3", 3, &error));
  OK(swiftsession_get_bytes(session, "bytes", &bytes, &size, &error));
  OK(swiftsession_set_bytes(session, "more", bytes, size, &error));
  OK(swiftsession_payload(session, "flask", &bytes, &size, &error));
  OK(swiftsession_set_payload(session, "flask", bytes, size, &error));
  /* A call that fails takes nothing back. */
  OK(swiftsession_get_string(session, "username", &text, &size, &error));
  CHECK(swiftsession_set_bool(session, NULL, 1, NULL) == SWIFTSESSION_ARGUMENT);
  CHECK(swiftsession_set_json(session, "x", "{", 1, NULL) == SWIFTSESSION_MALFORMED);
  CHECK(strcmp(text, "jack") == 0);
  while (swiftsession_count(session) > 0) {
    OK(swiftsession_key(session, 0, &key, &size, &error));
    OK(swiftsession_remove(session, key, &error));
  }
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void a_payload_that_is_read_makes_the_response_depend_on_the_cookie(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, jack);
  OK(swiftsession_payload(session, "flask", NULL, NULL, &error));
  OK(swiftsession_save(session, &error));
  CHECK(header_of(session, "Vary") != NULL && header_of(session, "Set-Cookie") == NULL);
  swiftsession_session_free(session);
  session = open_header(manager, jack);
  CHECK(!swiftsession_permanent(session) && swiftsession_accessed(session));
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void what_no_request_would_bring_back_is_not_sent(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, NULL);
  enum { SIZE = 200000 };
  char *text = malloc(SIZE);
  unsigned state = 1;
  for (size_t i = 0; i < SIZE; i++) {
    state = state * 1664525u + 1013904223u;
    text[i] = (char)('0' + (state >> 24) % 64);
  }
  OK(swiftsession_set_string(session, "text", text, SIZE, &error));
  CHECK(swiftsession_save(session, NULL) == SWIFTSESSION_TOO_LARGE && swiftsession_header_count(session) == 0);
  free(text);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void a_time_keeps_its_year(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, NULL);
  int64_t time;
  const char *json;
  OK(swiftsession_set_time(session, "time", 1579538700, &error));
  OK(swiftsession_get_json(session, "time", &json, NULL, &error));
  CHECK(strcmp(json, "{\" d\":\"2020-01-20T16:45:00Z\"}") == 0);
  OK(swiftsession_set_json(session, "time", json, strlen(json), &error));
  OK(swiftsession_get_time(session, "time", &time, &error));
  CHECK(time == 1579538700);
  CHECK(swiftsession_set_time(session, "time", -62135596800, NULL) == SWIFTSESSION_OK);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void a_manager_that_is_refused_leaves_nothing(void) {
  for (int i = 0; i < 3; i++) {
    swiftsession_config *config;
    swiftsession_manager *manager;
    swiftsession_signer *signer;
    OK(swiftsession_config_new(&config, &error));
    OK(swiftsession_config_set(config, "SESSION_TYPE", i == 2 ? "memory" : "cookie", &error));
    OK(swiftsession_config_set(config, i == 2 ? "SESSION_USE_SIGNER" : "SESSION_COOKIE_NAME", i == 2 ? "1" : "a b",
                               &error));
    CHECK(swiftsession_manager_open(config, &manager, NULL) == SWIFTSESSION_CONFIG);
    swiftsession_config_free(config);
    OK(swiftsession_signer_new(&signer, &error));
    CHECK(swiftsession_signer_set(signer, "separator", "=", 1, NULL) == SWIFTSESSION_CONFIG);
    swiftsession_signer_free(signer);
  }
}

int main(void) {
  what_was_borrowed_may_be_given_back();
  a_payload_that_is_read_makes_the_response_depend_on_the_cookie();
  what_no_request_would_bring_back_is_not_sent();
  a_time_keeps_its_year();
  a_manager_that_is_refused_leaves_nothing();
  what_cannot_be_followed_is_refused();
  a_cookie_of_flask_is_read_changed_and_signed();
  reading_sends_no_cookie();
  destroying_deletes_the_cookie();
  every_type_comes_back();
  borrowed_results_stay_until_a_change();
  numbers_are_added_and_never_wrap();
  removing_nothing_changes_nothing();
  a_payload_of_the_host_is_signed_as_it_is();
  the_age_is_checked_to_the_second();
  without_a_key_a_session_is_read_only();
  return 0;
}
