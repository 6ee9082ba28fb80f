// SPDX-License-Identifier: Apache-2.0
/*
 * What anybody can read of a cookie. The signers of the library read strictly and within bounds, and want a signature:
 * so what stands before the cookie's own is signed here with a key that means nothing, and read by the same key.
 */
#include "readable.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <swiftsession.h>

static const char key[] = "what is read without the key is not verified";

enum { SEALED_OVERHEAD = 65, KEY_ID_AT = 1, KEY_ID_SIZE = 8 };

static swiftsession_signer *new_signer(bool is_url_safe, bool is_timed) {
  swiftsession_signer *signer = NULL;
  if (!swiftsession_signer_new(&signer, NULL) && !swiftsession_signer_add_key(signer, key, sizeof key, NULL) &&
      !swiftsession_signer_set(signer, "url_safe", is_url_safe ? "true" : "false", is_url_safe ? 4 : 5, NULL) &&
      !swiftsession_signer_set(signer, "timed", is_timed ? "true" : "false", is_timed ? 4 : 5, NULL))
    return signer;
  swiftsession_signer_free(signer);
  return NULL;
}

/* Reads base64url, compressed or not, and the time behind it where `time` is not NULL. */
static bool decode(const char *text, size_t size, int64_t *time, void **data, size_t *data_size) {
  swiftsession_signer *writer = new_signer(false, false), *reader = new_signer(true, time != NULL);
  char *value = NULL;
  size_t value_size;
  bool is_read = writer && reader && !swiftsession_signer_sign(writer, text, size, 0, &value, &value_size, NULL) &&
                 !swiftsession_signer_unsign(reader, value, value_size, 0, -1, data, data_size, time, NULL);
  swiftsession_free(value);
  swiftsession_signer_free(writer);
  swiftsession_signer_free(reader);
  return is_read;
}

/* Takes a payload as a session, so that what is shown is well-formed JSON. */
static void keep_session(const void *payload, size_t size, readable *found) {
  swiftsession_config *config = NULL;
  swiftsession_manager *manager = NULL;
  swiftsession_session *session = NULL;
  const void *json;
  if (!swiftsession_config_new(&config, NULL) && !swiftsession_config_set(config, "SESSION_TYPE", "cookie", NULL) &&
      !swiftsession_config_set(config, "SECRET_KEY", key, NULL) && !swiftsession_manager_open(config, &manager, NULL) &&
      !swiftsession_open(manager, NULL, 0, &session, NULL) &&
      !swiftsession_set_payload(session, "flask", payload, size, NULL) &&
      !swiftsession_payload(session, "tagged", &json, &found->session_size, NULL)) {
    found->session = malloc(found->session_size + 1);
    if (found->session)
      memcpy(found->session, json, found->session_size);
  }
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
  swiftsession_config_free(config);
}

static bool is_id(const char *text, size_t size) {
  if (size < 8 || size > 200)
    return false;
  for (size_t i = 0; i < size; i++)
    if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", text[i]) || !text[i])
      return false;
  return true;
}

static bool read_signed(const char *value, size_t signed_size, readable *found) {
  void *data = NULL;
  size_t size;
  if (!decode(value, signed_size, &found->issued, &data, &size))
    return false;
  found->has_issued = true;
  found->form = "signed session";
  keep_session(data, size, found);
  explicit_bzero(data, size);
  swiftsession_free(data);
  return true;
}

static bool read_sealed(const char *value, size_t size, readable *found) {
  void *data = NULL;
  size_t data_size;
  if (size == 0 || value[0] == '.' || !decode(value, size, NULL, &data, &data_size))
    return false;
  const unsigned char *bytes = data;
  bool is_sealed = data_size >= SEALED_OVERHEAD && bytes[0] == 1;
  for (int i = 0; is_sealed && i < KEY_ID_SIZE; i++)
    snprintf(found->key_id + 2 * i, 3, "%02x", bytes[KEY_ID_AT + i]);
  swiftsession_free(data);
  found->form = "sealed";
  return is_sealed;
}

void read_without_key(const char *value, size_t size, readable *found) {
  memset(found, 0, sizeof *found);
  found->pieces = size >= 2 && value[0] == '~' && value[1] >= '2' && value[1] <= '9' ? value[1] - '0' : 1;
  if (found->pieces > 1)
    value += 2, size -= 2;
  const char *dot = memrchr(value, '.', size);
  if (dot && dot > value) {
    size_t signed_size = (size_t)(dot - value);
    if (read_signed(value, signed_size, found))
      return;
    found->form = is_id(value, signed_size) ? "signed id" : "unknown";
  } else if (!read_sealed(value, size, found))
    found->form = is_id(value, size) ? "id" : "unknown";
}

void forget_readable(readable *found) {
  if (found->session)
    explicit_bzero(found->session, found->session_size);
  free(found->session);
}
