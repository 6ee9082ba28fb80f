/* SPDX-License-Identifier: Apache-2.0 */
/* What a calling program may get wrong is answered with ARGUMENT: NULL, another handle, text that is not UTF-8. */
#include "hosts.h"

static const char *const settings[] = {"SECRET_KEY", "adavafa", "SESSION_TYPE", "cookie", NULL};

#define REFUSED(call) CHECK((call) == SWIFTSESSION_ARGUMENT)

static void null_and_wrong_handles(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, NULL);
  swiftsession_session *wrong = (swiftsession_session *)manager;
  swiftsession_session *sessions[] = {NULL, wrong};
  swiftsession_error error;
  for (int i = 0; i < 2; i++) {
    REFUSED(swiftsession_get_bool(sessions[i], "x", NULL, &error));
    CHECK(strstr(error.message, "session") && error.status == SWIFTSESSION_ARGUMENT);
    REFUSED(swiftsession_get_integer(sessions[i], "x", NULL, NULL));
    REFUSED(swiftsession_get_double(sessions[i], "x", NULL, NULL));
    REFUSED(swiftsession_get_string(sessions[i], "x", NULL, NULL, NULL));
    REFUSED(swiftsession_get_bytes(sessions[i], "x", NULL, NULL, NULL));
    REFUSED(swiftsession_get_time(sessions[i], "x", NULL, NULL));
    REFUSED(swiftsession_get_json(sessions[i], "x", NULL, NULL, NULL));
    REFUSED(swiftsession_set_null(sessions[i], "x", NULL));
    REFUSED(swiftsession_set_bool(sessions[i], "x", 1, NULL));
    REFUSED(swiftsession_set_integer(sessions[i], "x", 1, NULL));
    REFUSED(swiftsession_set_double(sessions[i], "x", 1, NULL));
    REFUSED(swiftsession_set_string(sessions[i], "x", "", 0, NULL));
    REFUSED(swiftsession_set_bytes(sessions[i], "x", "", 0, NULL));
    REFUSED(swiftsession_set_time(sessions[i], "x", 1, NULL));
    REFUSED(swiftsession_set_json(sessions[i], "x", "1", 1, NULL));
    REFUSED(swiftsession_add(sessions[i], "x", 1, NULL, NULL));
    REFUSED(swiftsession_append(sessions[i], "x", "1", 1, NULL));
    REFUSED(swiftsession_remove(sessions[i], "x", NULL));
    REFUSED(swiftsession_clear(sessions[i], NULL));
    REFUSED(swiftsession_key(sessions[i], 0, NULL, NULL, NULL));
    REFUSED(swiftsession_set_permanent(sessions[i], 1, NULL));
    REFUSED(swiftsession_set_modified(sessions[i], 1, NULL));
    REFUSED(swiftsession_set_accessed(sessions[i], 1, NULL));
    REFUSED(swiftsession_payload(sessions[i], "flask", NULL, NULL, NULL));
    REFUSED(swiftsession_set_payload(sessions[i], "flask", "{}", 2, NULL));
    REFUSED(swiftsession_load(sessions[i], NULL));
    REFUSED(swiftsession_renew(sessions[i], NULL));
    REFUSED(swiftsession_destroy(sessions[i], NULL));
    REFUSED(swiftsession_save(sessions[i], NULL));
    CHECK(swiftsession_origin(sessions[i]) == 0 && swiftsession_is_new(sessions[i]) == 0);
    CHECK(swiftsession_type(sessions[i], "x") == SWIFTSESSION_TYPE_NONE && swiftsession_count(sessions[i]) == 0);
    CHECK(swiftsession_permanent(sessions[i]) == 0 && swiftsession_modified(sessions[i]) == 0);
    CHECK(swiftsession_accessed(sessions[i]) == 0 && swiftsession_header_count(sessions[i]) == 0);
    CHECK(swiftsession_header_name(sessions[i], 0) == NULL && swiftsession_header_value(sessions[i], 0) == NULL);
    CHECK(swiftsession_id(sessions[i]) == NULL);
    /* A handle of another type is not freed. */
    swiftsession_session_free(sessions[i]);
  }

  swiftsession_config *config;
  swiftsession_signer *signer;
  REFUSED(swiftsession_config_new(NULL, NULL));
  REFUSED(swiftsession_signer_new(NULL, NULL));
  OK(swiftsession_config_new(&config, &error));
  OK(swiftsession_signer_new(&signer, &error));
  REFUSED(swiftsession_config_set(NULL, "SECRET_KEY", "x", NULL));
  REFUSED(swiftsession_config_set((swiftsession_config *)signer, "SECRET_KEY", "x", NULL));
  REFUSED(swiftsession_config_set(config, NULL, "x", NULL));
  REFUSED(swiftsession_config_set(config, "SECRET_KEY", NULL, NULL));
  REFUSED(swiftsession_config_set(config, "SECRET_KEY\xff", "x", NULL));
  REFUSED(swiftsession_config_set_bytes(config, "SECRET_KEY", NULL, 0, NULL));
  REFUSED(swiftsession_config_add(config, "SECRET_KEY_FALLBACKS", NULL, 3, NULL));
  REFUSED(swiftsession_config_load(config, NULL, NULL));
  REFUSED(swiftsession_config_environment(config, NULL, NULL));
  REFUSED(swiftsession_config_environment(config, "", NULL));
  REFUSED(swiftsession_config_set_log(NULL, NULL, NULL, NULL));
  REFUSED(swiftsession_manager_open(NULL, &manager, NULL));
  REFUSED(swiftsession_manager_open((swiftsession_config *)signer, &manager, NULL));
  REFUSED(swiftsession_manager_open(config, NULL, NULL));
  REFUSED(swiftsession_manager_set_clock(NULL, NULL, NULL, NULL));
  REFUSED(swiftsession_open(NULL, "", 0, &session, NULL));
  REFUSED(swiftsession_open(manager, NULL, 1, &session, NULL));
  REFUSED(swiftsession_open(manager, "", 0, NULL, NULL));
  REFUSED(swiftsession_open_value(manager, NULL, 0, &session, NULL));
  REFUSED(swiftsession_signer_set(NULL, "salt", "x", 1, NULL));
  REFUSED(swiftsession_signer_set(signer, NULL, "x", 1, NULL));
  REFUSED(swiftsession_signer_set(signer, "salt", NULL, 1, NULL));
  REFUSED(swiftsession_signer_add_key(signer, NULL, 1, NULL));
  REFUSED(swiftsession_signer_sign((swiftsession_signer *)config, "x", 1, 0, NULL, NULL, NULL));
  REFUSED(swiftsession_signer_sign(signer, NULL, 1, 0, NULL, NULL, NULL));
  REFUSED(swiftsession_signer_unsign(signer, NULL, 1, 0, 0, NULL, NULL, NULL, NULL));
  swiftsession_signer_free((swiftsession_signer *)config);
  swiftsession_config_free((swiftsession_config *)signer);
  swiftsession_config_free(config);
  swiftsession_signer_free(signer);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
  swiftsession_config_free(NULL);
  swiftsession_manager_free(NULL);
  swiftsession_signer_free(NULL);
}

static void text_is_checked(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, NULL);
  REFUSED(swiftsession_set_string(session, "x", "\xff", 1, NULL));
  REFUSED(swiftsession_set_string(session, "x", "\xed\xa0\x80", 3, NULL));
  REFUSED(swiftsession_set_string(session, "x", NULL, 0, NULL));
  REFUSED(swiftsession_set_null(session, "\xc0\x80", NULL));
  REFUSED(swiftsession_set_null(session, NULL, NULL));
  REFUSED(swiftsession_set_json(session, "x", "\"\xff\"", 3, NULL));
  CHECK(swiftsession_set_json(session, "x", "{", 1, NULL) == SWIFTSESSION_MALFORMED);
  CHECK(swiftsession_set_string(session, "x", "", (size_t)1 << 40, NULL) == SWIFTSESSION_TOO_LARGE);
  CHECK(swiftsession_set_string(session, "x", "", (size_t)-1, NULL) == SWIFTSESSION_TOO_LARGE);
  CHECK(swiftsession_set_time(session, "x", INT64_MAX, NULL) == SWIFTSESSION_TOO_LARGE);
  CHECK(swiftsession_count(session) == 0 && !swiftsession_modified(session));
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

static void freeing_needs_no_order(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, NULL);
  swiftsession_manager_free(manager);
  OK(swiftsession_set_integer(session, "x", 1, &error));
  OK(swiftsession_save(session, &error));
  CHECK(header_of(session, "Set-Cookie") != NULL);
  swiftsession_session_free(session);
}

static void depth_has_a_limit(void) {
  swiftsession_manager *manager = manager_of(settings);
  swiftsession_session *session = open_header(manager, NULL);
  char json[1000];
  for (size_t depth = 1; depth < 500; depth++) {
    memset(json, '[', depth);
    memset(json + depth, ']', depth);
    swiftsession_status status = swiftsession_set_json(session, "deep", json, depth * 2, NULL);
    if (status == SWIFTSESSION_OK) {
      char cookie[1000];
      OK(swiftsession_save(session, &error));
      cookie_of(session, cookie, sizeof cookie);
      swiftsession_session *again = open_header(manager, cookie);
      CHECK(swiftsession_origin(again) == SWIFTSESSION_ORIGIN_COOKIE);
      swiftsession_session_free(again);
    } else {
      CHECK(status == SWIFTSESSION_TOO_LARGE && depth > 150);
    }
  }
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
}

int main(void) {
  null_and_wrong_handles();
  text_is_checked();
  freeing_needs_no_order();
  depth_has_a_limit();
  return 0;
}
