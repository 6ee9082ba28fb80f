/* SPDX-License-Identifier: Apache-2.0 */
/* Signing and verifying a value as Flask's cookie is signed (HMAC-SHA1, timestamp): the C API against plain C with
   saved SHA states, scalar base64 and kept zlib streams. Usage: signing sign|verify SIZE plain|compressed */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base64.h"
#include "bench.h"
#include "streams.h"
#include "swiftsession.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

static const char key[] = "a secret key of thirty-two bytes";
static const int64_t now = 1700000000;
static int compresses;

/* ---- ours */

static swiftsession_signer *signer;
static char *signed_text; /* what both verify */
static size_t signed_size;

static void must(swiftsession_status status) {
  if (status != SWIFTSESSION_OK)
    fail(swiftsession_strerror(status));
}

static void ours_sign(int times) {
  while (times-- > 0) {
    char *text;
    must(swiftsession_signer_sign(signer, payload, payload_size, now, &text, NULL, NULL));
    swiftsession_free(text);
  }
}

static void ours_verify(int times) {
  while (times-- > 0) {
    void *value;
    must(swiftsession_signer_unsign(signer, signed_text, signed_size, now, 60, &value, NULL, NULL, NULL));
    swiftsession_free(value);
  }
}

/* ---- plain C */

static SHA_CTX inner, outer;

static void plain_key(const unsigned char *bytes, size_t size, SHA_CTX *in, SHA_CTX *out) {
  unsigned char block[64] = {0};
  memcpy(block, bytes, size);
  for (int i = 0; i < 64; i++)
    block[i] ^= 0x36;
  SHA1_Init(in);
  SHA1_Update(in, block, 64);
  for (int i = 0; i < 64; i++)
    block[i] ^= 0x36 ^ 0x5c;
  SHA1_Init(out);
  SHA1_Update(out, block, 64);
}

static void plain_hmac(const SHA_CTX *in, const SHA_CTX *out, const void *bytes, size_t size, unsigned char *digest) {
  SHA_CTX state = *in;
  SHA1_Update(&state, bytes, size);
  SHA1_Final(digest, &state);
  state = *out;
  SHA1_Update(&state, digest, 20);
  SHA1_Final(digest, &state);
}

/* What is signed: base64 of the payload, or a dot and base64 of what it is compressed to where that is shorter. */
static size_t plain_text(char *text) {
  static unsigned char shorter[sizeof payload];
  if (compresses) {
    size_t size = deflated(payload, payload_size, shorter, sizeof shorter);
    if (size < payload_size - 1) {
      text[0] = '.';
      return 1 + base64(shorter, size, text + 1);
    }
  }
  return base64((const unsigned char *)payload, payload_size, text);
}

static char *plain_sign_once(size_t *signed_size) {
  char *text = malloc(payload_size * 4 / 3 + 64);
  size_t size = plain_text(text);
  text[size++] = '.';
  unsigned char time[4] = {(unsigned char)(now >> 24), (unsigned char)(now >> 16), (unsigned char)(now >> 8),
                           (unsigned char)now};
  size += base64(time, 4, text + size);
  unsigned char digest[20];
  plain_hmac(&inner, &outer, text, size, digest);
  text[size++] = '.';
  size += base64(digest, 20, text + size);
  text[size] = 0;
  *signed_size = size;
  return text;
}

static void plain_sign(int times) {
  while (times-- > 0) {
    size_t size;
    free(plain_sign_once(&size));
  }
}

static unsigned char *plain_value(const char *text, size_t size, size_t *value_size) {
  static unsigned char shorter[sizeof payload], whole[sizeof payload];
  unsigned char *value;
  if (text[0] != '.') {
    value = malloc(size);
    *value_size = unbase64((const unsigned char *)text, size, value);
  } else {
    size_t count = unbase64((const unsigned char *)text + 1, size - 1, shorter);
    *value_size = inflated(shorter, count, whole, sizeof whole);
    value = malloc(*value_size);
    memcpy(value, whole, *value_size);
  }
  if (!*value_size)
    fail("the value is no base64");
  return value;
}

static unsigned char *plain_verify_once(size_t *value_size) {
  unsigned char digest[20], given[24], time[8];
  const char *dot = memrchr(signed_text, '.', signed_size);
  size_t size = (size_t)(dot - signed_text);
  if (unbase64((const unsigned char *)dot + 1, signed_size - size - 1, given) != 20)
    fail("the signature is no base64");
  plain_hmac(&inner, &outer, signed_text, size, digest);
  if (CRYPTO_memcmp(digest, given, 20) != 0)
    fail("the signature is wrong");
  const char *second = memrchr(signed_text, '.', size);
  size_t text_size = (size_t)(second - signed_text);
  size_t time_size = unbase64((const unsigned char *)second + 1, size - text_size - 1, time);
  int64_t signed_at = 0;
  for (size_t i = 0; i < time_size; i++)
    signed_at = signed_at << 8 | time[i];
  if (now - signed_at > 60)
    fail("the value is too old");
  return plain_value(signed_text, text_size, value_size);
}

static void plain_verify(int times) {
  while (times-- > 0) {
    size_t size;
    free(plain_verify_once(&size));
  }
}

static void make_keys(void) {
  must(swiftsession_signer_new(&signer, NULL));
  must(swiftsession_signer_set(signer, "salt", "cookie-session", 14, NULL));
  must(swiftsession_signer_set(signer, "key_derivation", "hmac", 4, NULL));
  must(swiftsession_signer_set(signer, "timed", "true", 4, NULL));
  must(swiftsession_signer_set(signer, "url_safe", "true", 4, NULL));
  must(swiftsession_signer_set(signer, "compress", compresses ? "true" : "false", compresses ? 4 : 5, NULL));
  must(swiftsession_signer_add_key(signer, key, sizeof key - 1, NULL));

  unsigned char derived[20];
  SHA_CTX in, out;
  plain_key((const unsigned char *)key, sizeof key - 1, &in, &out);
  plain_hmac(&in, &out, "cookie-session", 14, derived);
  plain_key(derived, 20, &inner, &outer);
}

/* Each reads what the other one signs; without compression they sign the same text. */
static void check_both(void) {
  size_t size;
  char *text = plain_sign_once(&size);
  must(swiftsession_signer_sign(signer, payload, payload_size, now, &signed_text, &signed_size, NULL));
  if (!compresses && (signed_size != size || memcmp(signed_text, text, size) != 0))
    fail("the two do not sign alike");
  unsigned char *value = plain_verify_once(&size);
  if (size != payload_size || memcmp(value, payload, size) != 0)
    fail("plain C reads something else");
  free(value);
  free(text);
}

int main(int count, char **arguments) {
  if (count != 4)
    return 2;
  make_values();
  make_streams();
  read_payload(arguments[2]);
  compresses = strcmp(arguments[3], "compressed") == 0;
  make_keys();
  check_both();
  int signs = strcmp(arguments[1], "sign") == 0;
  contestant both[] = {{"libswiftsession", signs ? ours_sign : ours_verify},
                       {"plain C", signs ? plain_sign : plain_verify}};
  serve(both, 2);
  return 0;
}
