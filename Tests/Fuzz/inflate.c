/* SPDX-License-Identifier: Apache-2.0 */
/* What a signed cookie has compressed: any bytes in the place of the stream of zlib. */
#include "fuzz.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* A dot, and the base64url of the bytes. */
static size_t spelled(const uint8_t *data, size_t size, char *text) {
  size_t count = 0;
  text[count++] = '.';
  for (size_t i = 0; i < size; i += 3) {
    uint32_t three =
        (uint32_t)data[i] << 16 | (i + 1 < size ? (uint32_t)data[i + 1] << 8 : 0) | (i + 2 < size ? data[i + 2] : 0);
    for (size_t letter = 0; letter < (size - i > 2 ? 4 : size - i + 1); letter++)
      text[count++] = letters[three >> (18 - 6 * letter) & 63];
  }
  return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static swiftsession_signer *signer, *reader;
  if (!signer) {
    MUST(swiftsession_signer_new(&signer, NULL) == SWIFTSESSION_OK);
    MUST(swiftsession_signer_add_key(signer, KEY, sizeof KEY - 1, NULL) == SWIFTSESSION_OK);
    MUST(swiftsession_signer_new(&reader, NULL) == SWIFTSESSION_OK);
    MUST(swiftsession_signer_set(reader, "url_safe", "true", 4, NULL) == SWIFTSESSION_OK);
    MUST(swiftsession_signer_set(reader, "max_size", "100000", 6, NULL) == SWIFTSESSION_OK);
    MUST(swiftsession_signer_add_key(reader, KEY, sizeof KEY - 1, NULL) == SWIFTSESSION_OK);
  }
  if (size > 3000)
    return 0;
  char text[4100], *value;
  size_t value_size;
  MUST(swiftsession_signer_sign(signer, text, spelled(data, size, text), NOW, &value, &value_size, NULL) ==
       SWIFTSESSION_OK);
  void *inflated = NULL;
  size_t inflated_size;
  int64_t signed_at;
  swiftsession_status status =
      swiftsession_signer_unsign(reader, value, value_size, NOW, -1, &inflated, &inflated_size, &signed_at, NULL);
  MUST(status == SWIFTSESSION_OK || status == SWIFTSESSION_MALFORMED || status == SWIFTSESSION_TOO_LARGE);
  MUST(status != SWIFTSESSION_OK || inflated_size <= 100000);
  swiftsession_free(inflated);
  swiftsession_free(value);
  return 0;
}
