/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of forms, and messages for the next page. */
#include "hosts.h"

static const char *const settings[] = {"SECRET_KEY", "adavafa", "SESSION_TYPE", "memory", NULL};
static const char *const in_cookie[] = {"SECRET_KEY", "adavafa", "SESSION_TYPE", "cookie", NULL};
static const char *const without_key[] = {"SESSION_TYPE", "memory", NULL};
static const char *const null_session[] = {"SESSION_TYPE", "cookie", NULL};

#define REFUSED(call) CHECK((call) == SWIFTSESSION_ARGUMENT)

static void null_and_wrong_handles(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, NULL);
  swiftsession_session *sessions[] = {NULL, (swiftsession_session *)manager};
  for (int i = 0; i < 2; i++) {
    REFUSED(swiftsession_csrf_token(sessions[i], NULL, NULL, NULL));
    REFUSED(swiftsession_csrf_check(sessions[i], "x", 1, -1, NULL));
    REFUSED(swiftsession_flash(sessions[i], NULL, "x", 1, NULL));
    REFUSED(swiftsession_flashed(sessions[i], NULL, NULL));
    CHECK(swiftsession_flash_category(sessions[i], 0) == NULL && swiftsession_flash_message(sessions[i], 0) == NULL);
  }
  REFUSED(swiftsession_csrf_check(session, NULL, 1, -1, NULL));
  REFUSED(swiftsession_flash(session, NULL, NULL, 0, NULL));
  REFUSED(swiftsession_flash(session, "\xff", "x", 1, NULL));
  REFUSED(swiftsession_flash(session, NULL, "\xff", 1, NULL));
  CHECK(swiftsession_flash(session, NULL, "x", (size_t)-1, NULL) == SWIFTSESSION_TOO_LARGE);
  CHECK(!swiftsession_modified(session));
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void a_token_is_good_for_its_session_and_time(const char *const *of) {
  char cookie[1024], old[256];
  const char *token, *name;
  size_t size = 0;
  swiftsession_manager *manager = manager_of(of);
  swiftsession_session *session = open_header(manager, NULL);
  CHECK(swiftsession_csrf_check(session, "x", 1, 3600, NULL) == SWIFTSESSION_NOT_FOUND);
  OK(swiftsession_set_string(session, "name", "jack", 4, &error));
  OK(swiftsession_get_string(session, "name", &name, NULL, &error));
  OK(swiftsession_csrf_token(session, &token, &size, &error));
  CHECK(strlen(token) == size && size < sizeof old && swiftsession_modified(session));
  CHECK(strspn(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == size);
  CHECK(strcmp(name, "jack") == 0); /* a token is asked for within a page, and takes nothing back */
  strcpy(old, token);
  OK(swiftsession_csrf_token(session, NULL, NULL, NULL));
  OK(swiftsession_csrf_token(session, &token, &size, &error));
  CHECK(strcmp(token, old) == 0);
  OK(swiftsession_save(session, &error));
  cookie_of(session, cookie, sizeof cookie);
  swiftsession_session_free(session);

  session = open_header(manager, cookie);
  OK(swiftsession_csrf_check(session, old, size, 0, &error));
  test_time += 3600;
  OK(swiftsession_csrf_check(session, old, size, 3600, &error));
  test_time += 1;
  CHECK(swiftsession_csrf_check(session, old, size, 3600, NULL) == SWIFTSESSION_EXPIRED);
  OK(swiftsession_csrf_check(session, old, size, -1, &error));
  OK(swiftsession_csrf_check(session, old, size, INT64_MIN, &error));
  OK(swiftsession_csrf_check(session, old, size, INT64_MAX, &error));
  test_time -= 3602;
  CHECK(swiftsession_csrf_check(session, old, size, INT64_MAX, NULL) == SWIFTSESSION_EXPIRED);
  test_time = 1700000000;
  CHECK(swiftsession_csrf_check(session, old, size - 1, -1, NULL) == SWIFTSESSION_TAMPERED);
  CHECK(swiftsession_csrf_check(session, old, 0, -1, NULL) == SWIFTSESSION_MALFORMED);
  CHECK(swiftsession_csrf_check(session, NULL, 0, -1, NULL) == SWIFTSESSION_MALFORMED);
  CHECK(!swiftsession_modified(session) && swiftsession_accessed(session));
  swiftsession_session_free(session);

  session = open_header(manager, NULL);
  OK(swiftsession_csrf_token(session, NULL, NULL, &error));
  CHECK(swiftsession_csrf_check(session, old, size, -1, NULL) == SWIFTSESSION_TAMPERED);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void a_login_ends_tokens_and_renew_does_not(void) {
  char old[256];
  const char *token;
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, NULL);
  OK(swiftsession_csrf_token(session, &token, NULL, &error));
  strcpy(old, token);
  OK(swiftsession_renew(session, &error));
  OK(swiftsession_save(session, &error));
  OK(swiftsession_csrf_check(session, old, strlen(old), -1, &error));
  OK(swiftsession_login(session, "jack", 4, NULL, &error));
  CHECK(swiftsession_csrf_check(session, old, strlen(old), -1, NULL) == SWIFTSESSION_NOT_FOUND);
  OK(swiftsession_csrf_token(session, &token, NULL, &error));
  OK(swiftsession_csrf_check(session, token, strlen(token), -1, &error));
  CHECK(swiftsession_csrf_check(session, old, strlen(old), -1, NULL) == SWIFTSESSION_TAMPERED);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void without_a_key_there_are_no_tokens(void) {
  size_t count = 7;
  swiftsession_manager *manager = manager_of(without_key);
  swiftsession_session *session = open_header(manager, NULL);
  CHECK(swiftsession_csrf_token(session, NULL, NULL, NULL) == SWIFTSESSION_CONFIG && !swiftsession_modified(session));
  OK(swiftsession_set_string(session, "csrf_token", "x", 1, &error));
  CHECK(swiftsession_csrf_check(session, "x", 1, -1, NULL) == SWIFTSESSION_CONFIG);
  OK(swiftsession_flash(session, NULL, "x", 1, &error));
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
  manager = manager_of(null_session);
  session = open_header(manager, NULL);
  CHECK(swiftsession_csrf_token(session, NULL, NULL, NULL) == SWIFTSESSION_CONFIG);
  CHECK(swiftsession_flash(session, NULL, "x", 1, NULL) == SWIFTSESSION_CONFIG);
  OK(swiftsession_flashed(session, &count, &error));
  CHECK(count == 0);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void messages_are_shown_once(const char *const *of) {
  static const char odd[] =
      "[1,[\"a\"],[\"x\",\"y\",\"z\"],[1,\"b\"],[\"c\",{\"d\":[1]}],{\" t\":[\"e\",{\" m\":\"<b>\"}]}]";
  char cookie[1024];
  const char *message;
  size_t count = 7;
  swiftsession_manager *manager = manager_of(of);
  swiftsession_session *session = open_header(manager, NULL);
  OK(swiftsession_flashed(session, &count, &error));
  CHECK(count == 0 && !swiftsession_modified(session));
  OK(swiftsession_flash(session, NULL, "Saved.", 6, &error));
  OK(swiftsession_flash(session, "error", "N\xc3\xa4h <3\0!", 9, &error));
  CHECK(swiftsession_flash_message(session, 0) == NULL);
  OK(swiftsession_save(session, &error));
  cookie_of(session, cookie, sizeof cookie);
  swiftsession_session_free(session);

  session = open_header(manager, cookie);
  OK(swiftsession_flashed(session, &count, &error));
  CHECK(count == 2);
  message = swiftsession_flash_message(session, 0);
  CHECK(strcmp(swiftsession_flash_category(session, 0), "message") == 0);
  CHECK(strcmp(swiftsession_flash_category(session, 1), "error") == 0);
  CHECK(memcmp(swiftsession_flash_message(session, 1), "N\xc3\xa4h <3\0!", 9) == 0);
  CHECK(swiftsession_flash_message(session, 2) == NULL && swiftsession_flash_category(session, 2) == NULL);
  CHECK(swiftsession_flash_message(session, (size_t)-1) == NULL);
  CHECK(swiftsession_flash_category(session, SIZE_MAX / 2) == NULL);
  OK(swiftsession_set_null(session, "x", &error));
  OK(swiftsession_save(session, &error));
  CHECK(strcmp(message, "Saved.") == 0); /* until the next are taken out */
  cookie_of(session, cookie, sizeof cookie);
  OK(swiftsession_flashed(session, &count, &error));
  CHECK(count == 0 && swiftsession_flash_message(session, 0) == NULL);
  swiftsession_session_free(session);

  session = open_header(manager, cookie);
  CHECK(swiftsession_type(session, "_flashes") == SWIFTSESSION_TYPE_NONE);
  /* Flask shows whatever stands there; what is none of its messages is left out. */
  OK(swiftsession_set_json(session, "_flashes", odd, strlen(odd), &error));
  OK(swiftsession_flashed(session, &count, &error));
  CHECK(count == 2 && strcmp(swiftsession_flash_message(session, 0), "{\"d\":[1]}") == 0);
  CHECK(strcmp(swiftsession_flash_message(session, 1), "<b>") == 0);
  OK(swiftsession_set_null(session, "_flashes", &error));
  CHECK(swiftsession_flashed(session, &count, NULL) == SWIFTSESSION_WRONG_TYPE && count == 2);
  CHECK(swiftsession_flash(session, NULL, "x", 1, NULL) == SWIFTSESSION_WRONG_TYPE);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void messages_of_parallel_requests_all_stay(void) {
  char cookie[256];
  const char *first, *second;
  size_t count;
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *one = open_header(manager, NULL), *other, *shown;
  OK(swiftsession_flash(one, NULL, "a", 1, &error));
  OK(swiftsession_save(one, &error));
  cookie_of(one, cookie, sizeof cookie);
  swiftsession_session_free(one);
  one = open_header(manager, cookie);
  other = open_header(manager, cookie);
  shown = open_header(manager, cookie);
  OK(swiftsession_flash(one, NULL, "b", 1, &error));
  OK(swiftsession_csrf_token(one, &first, NULL, &error));
  OK(swiftsession_flash(other, NULL, "c", 1, &error));
  OK(swiftsession_csrf_token(other, &second, NULL, &error));
  OK(swiftsession_flashed(shown, &count, &error));
  CHECK(count == 1 && strcmp(first, second) != 0);
  char kept[256], lost[256];
  strcpy(kept, first);
  strcpy(lost, second);
  OK(swiftsession_save(one, &error));
  OK(swiftsession_save(other, &error));
  OK(swiftsession_save(shown, &error));
  /* Of two first tokens the one that was stored first is good. */
  OK(swiftsession_csrf_check(shown, kept, strlen(kept), -1, &error));
  CHECK(swiftsession_csrf_check(shown, lost, strlen(lost), -1, NULL) == SWIFTSESSION_TAMPERED);
  OK(swiftsession_flashed(shown, &count, &error));
  CHECK(count == 2 && strcmp(swiftsession_flash_message(shown, 0), "b") == 0);
  CHECK(strcmp(swiftsession_flash_message(shown, 1), "c") == 0);
  /* A session that was saved goes on, and takes its own message out of what the record made of it. */
  OK(swiftsession_flash(shown, NULL, "d", 1, &error));
  OK(swiftsession_save(shown, &error));
  OK(swiftsession_flashed(shown, &count, &error));
  CHECK(count == 1);
  OK(swiftsession_flash(other, NULL, "e", 1, &error));
  OK(swiftsession_save(other, &error));
  OK(swiftsession_save(shown, &error));
  OK(swiftsession_flashed(shown, &count, &error));
  CHECK(count == 1 && strcmp(swiftsession_flash_message(shown, 0), "e") == 0);
  swiftsession_session_free(one);
  swiftsession_session_free(other);
  swiftsession_session_free(shown);
  swiftsession_manager_free(manager);
}

int main(void) {
  null_and_wrong_handles();
  a_token_is_good_for_its_session_and_time(settings);
  a_token_is_good_for_its_session_and_time(in_cookie);
  a_login_ends_tokens_and_renew_does_not();
  without_a_key_there_are_no_tokens();
  messages_are_shown_once(settings);
  messages_are_shown_once(in_cookie);
  messages_of_parallel_requests_all_stay();
  return 0;
}
