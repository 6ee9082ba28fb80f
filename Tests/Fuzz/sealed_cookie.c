/* SPDX-License-Identifier: Apache-2.0 */
/* The value of a sealed cookie. The first byte says how: as it comes, as the payload of one that was sealed, or as what
   happens to a good one on its way, which then is good no more. */
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

static swiftsession_signer *sealer(const char *compress) {
  swiftsession_signer *signer;
  MUST(swiftsession_signer_new(&signer, NULL) == SWIFTSESSION_OK);
  MUST(swiftsession_signer_set(signer, "sealed", "true", 4, NULL) == SWIFTSESSION_OK);
  MUST(swiftsession_signer_set(signer, "salt", "session cookie", 14, NULL) == SWIFTSESSION_OK);
  MUST(swiftsession_signer_set(signer, "name", "session", 7, NULL) == SWIFTSESSION_OK);
  MUST(swiftsession_signer_set(signer, "url_safe", compress, strlen(compress), NULL) == SWIFTSESSION_OK);
  MUST(swiftsession_signer_add_key(signer, KEY, sizeof KEY - 1, NULL) == SWIFTSESSION_OK);
  return signer;
}

static char *sealed(const swiftsession_signer *signer, const void *payload, size_t size, size_t *value_size) {
  char *value;
  MUST(swiftsession_signer_sign(signer, payload, size, NOW, &value, value_size, NULL) == SWIFTSESSION_OK);
  return value;
}

/* Pairs of a place and what is changed there. */
static void change(char *value, size_t value_size, const uint8_t *data, size_t size) {
  for (size_t i = 0; i + 1 < size; i += 2)
    value[data[i] % value_size] = (char)(value[data[i] % value_size] ^ data[i + 1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static swiftsession_signer *plain, *compressing;
  static char *good;
  static size_t good_size;
  if (!manager) {
    manager = manager_of(
        (const char *const[]){"SECRET_KEY", KEY, "SESSION_TYPE", "cookie", "SESSION_COOKIE_FORMAT", "sealed", NULL});
    plain = sealer("false");
    compressing = sealer("true");
    good = sealed(plain, "{\"a\":1}", 7, &good_size);
    MUST(opened(good, good_size) == SWIFTSESSION_OK);
  }
  if (size == 0)
    return 0;
  int kind = *data++ % 4;
  size -= 1;
  if (kind == 0) {
    /* Nothing opens that we did not seal, and what we sealed nobody was told. */
    MUST(opened(data, size) != SWIFTSESSION_OK);
  } else if (kind == 1) {
    char value[1000];
    MUST(good_size < sizeof value);
    memcpy(value, good, good_size);
    change(value, good_size, data, size);
    MUST((opened(value, good_size) == SWIFTSESSION_OK) == (memcmp(value, good, good_size) == 0));
  } else {
    size_t value_size;
    char *value = sealed(kind == 2 ? plain : compressing, data, size, &value_size);
    MUST(opened(value, value_size) != SWIFTSESSION_TAMPERED);
    swiftsession_free(value);
  }
  return 0;
}
