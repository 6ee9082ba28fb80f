/* SPDX-License-Identifier: Apache-2.0 */
/* The value of a cookie, in two ways: as it comes, and as the payload of a cookie that was signed. */
#include "fuzz.h"

static swiftsession_manager *manager;

static swiftsession_status opened(const void *value, size_t size) {
  swiftsession_session *session = NULL;
  swiftsession_status status = swiftsession_open_value(manager, value, size, &session, NULL);
  MUST((status == SWIFTSESSION_OK) == (session != NULL));
  if (session)
    look(session);
  swiftsession_session_free(session);
  return status;
}

static swiftsession_signer *flask_signer(void) {
  swiftsession_signer *signer;
  MUST(swiftsession_signer_new(&signer, NULL) == SWIFTSESSION_OK);
  MUST(swiftsession_signer_set(signer, "salt", "cookie-session", 14, NULL) == SWIFTSESSION_OK);
  MUST(swiftsession_signer_set(signer, "key_derivation", "hmac", 4, NULL) == SWIFTSESSION_OK);
  MUST(swiftsession_signer_set(signer, "timed", "true", 4, NULL) == SWIFTSESSION_OK);
  MUST(swiftsession_signer_add_key(signer, KEY, sizeof KEY - 1, NULL) == SWIFTSESSION_OK);
  return signer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static swiftsession_signer *signer;
  if (!manager) {
    manager = manager_of((const char *const[]){"SECRET_KEY", KEY, "SESSION_TYPE", "cookie", NULL});
    signer = flask_signer();
  }
  opened(data, size);

  char *value;
  size_t value_size;
  MUST(swiftsession_signer_sign(signer, data, size, NOW, &value, &value_size, NULL) == SWIFTSESSION_OK);
  MUST(opened(value, value_size) != SWIFTSESSION_TAMPERED);
  swiftsession_free(value);
  return 0;
}
