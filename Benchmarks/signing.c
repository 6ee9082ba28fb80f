/* SPDX-License-Identifier: Apache-2.0 */
/* Signing and verifying a value as Flask's cookie is signed (HMAC-SHA1, timestamp), without compression: the C API
   against plain C with saved SHA states and scalar base64. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "bench.h"
#include "swiftsession.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdint.h>

static const char key[] = "a secret key of thirty-two bytes";
static const int64_t now = 1700000000;
static char payload[8192];
static size_t payload_size;

/* ---- ours */

static swiftsession_signer *signer;
static char *ours_signed;
static size_t ours_size;

static void must(swiftsession_status status) {
  if (status != SWIFTSESSION_OK) {
    fprintf(stderr, "%s\n", swiftsession_strerror(status));
    exit(1);
  }
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
    must(swiftsession_signer_unsign(signer, ours_signed, ours_size, now, 60, &value, NULL, NULL, NULL));
    swiftsession_free(value);
  }
}

/* ---- plain C */

static SHA_CTX inner, outer;
static char plain_signed[16384];
static size_t plain_size;

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

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static unsigned char values[256];

static size_t base64(const unsigned char *in, size_t size, char *out) {
  char *start = out;
  size_t i = 0;
  for (; i + 3 <= size; i += 3) {
    unsigned group = (unsigned)in[i] << 16 | (unsigned)in[i + 1] << 8 | in[i + 2];
    *out++ = alphabet[group >> 18];
    *out++ = alphabet[group >> 12 & 63];
    *out++ = alphabet[group >> 6 & 63];
    *out++ = alphabet[group & 63];
  }
  if (size - i == 1) {
    *out++ = alphabet[in[i] >> 2];
    *out++ = alphabet[in[i] << 4 & 63];
  } else if (size - i == 2) {
    unsigned group = (unsigned)in[i] << 8 | in[i + 1];
    *out++ = alphabet[group >> 10];
    *out++ = alphabet[group >> 4 & 63];
    *out++ = alphabet[group << 2 & 63];
  }
  return (size_t)(out - start);
}

static size_t unbase64(const unsigned char *in, size_t size, unsigned char *out) {
  unsigned char *start = out, seen = 0;
  size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    unsigned char a = values[in[i]], b = values[in[i + 1]], c = values[in[i + 2]], d = values[in[i + 3]];
    seen |= a | b | c | d;
    *out++ = (unsigned char)(a << 2 | b >> 4);
    *out++ = (unsigned char)(b << 4 | c >> 2);
    *out++ = (unsigned char)(c << 6 | d);
  }
  if (size - i >= 2) {
    unsigned char a = values[in[i]], b = values[in[i + 1]];
    seen |= a | b;
    *out++ = (unsigned char)(a << 2 | b >> 4);
    if (size - i == 3) {
      unsigned char c = values[in[i + 2]];
      seen |= c;
      *out++ = (unsigned char)(b << 4 | c >> 2);
    }
  }
  return seen & 64 ? 0 : (size_t)(out - start);
}

static void plain_sign(int times) {
  while (times-- > 0) {
    char *text = malloc(payload_size * 4 / 3 + 64);
    size_t size = base64((const unsigned char *)payload, payload_size, text);
    text[size++] = '.';
    unsigned char time[4] = {(unsigned char)(now >> 24), (unsigned char)(now >> 16), (unsigned char)(now >> 8),
                             (unsigned char)now};
    size += base64(time, 4, text + size);
    unsigned char digest[20];
    plain_hmac(&inner, &outer, text, size, digest);
    text[size++] = '.';
    size += base64(digest, 20, text + size);
    text[size] = 0;
    if (!plain_size) {
      memcpy(plain_signed, text, size + 1);
      plain_size = size;
    }
    free(text);
  }
}

static void plain_verify(int times) {
  while (times-- > 0) {
    unsigned char digest[20], given[24], time[8];
    const char *dot = memrchr(plain_signed, '.', plain_size);
    size_t size = (size_t)(dot - plain_signed);
    if (unbase64((const unsigned char *)dot + 1, plain_size - size - 1, given) != 20)
      exit(1);
    plain_hmac(&inner, &outer, plain_signed, size, digest);
    if (CRYPTO_memcmp(digest, given, 20) != 0)
      exit(1);
    const char *second = memrchr(plain_signed, '.', size);
    size_t value_size = (size_t)(second - plain_signed);
    size_t time_size = unbase64((const unsigned char *)second + 1, size - value_size - 1, time);
    int64_t signed_at = 0;
    for (size_t i = 0; i < time_size; i++)
      signed_at = signed_at << 8 | time[i];
    if (now - signed_at > 60)
      exit(1);
    unsigned char *value = malloc(value_size);
    if (!unbase64((const unsigned char *)plain_signed, value_size, value))
      exit(1);
    free(value);
  }
}

int main(void) {
  memset(values, 64, sizeof values);
  for (unsigned char i = 0; i < 64; i++)
    values[(unsigned char)alphabet[i]] = i;

  must(swiftsession_signer_new(&signer, NULL));
  must(swiftsession_signer_set(signer, "salt", "cookie-session", 14, NULL));
  must(swiftsession_signer_set(signer, "key_derivation", "hmac", 4, NULL));
  must(swiftsession_signer_set(signer, "timed", "true", 4, NULL));
  must(swiftsession_signer_set(signer, "url_safe", "true", 4, NULL));
  must(swiftsession_signer_set(signer, "compress", "false", 5, NULL));
  must(swiftsession_signer_add_key(signer, key, sizeof key - 1, NULL));

  unsigned char derived[20];
  SHA_CTX in, out;
  plain_key((const unsigned char *)key, sizeof key - 1, &in, &out);
  plain_hmac(&in, &out, "cookie-session", 14, derived);
  plain_key(derived, 20, &inner, &outer);

  puts("| what | who | nanoseconds | against plain C | quartiles |");
  puts("| --- | --- | --- | --- | --- |");
  static const size_t sizes[] = {56, 612, 3069};
  unsigned state = 1;
  for (int i = 0; i < 3; i++) {
    payload_size = sizes[i];
    /* Bytes that do not compress, so that both sign the same text. */
    for (size_t j = 0; j < payload_size; j++) {
      state = state * 1664525u + 1013904223u;
      payload[j] = (char)(state >> 24);
    }
    plain_size = 0;
    plain_sign(1);
    must(swiftsession_signer_sign(signer, payload, payload_size, now, &ours_signed, &ours_size, NULL));
    if (ours_size != plain_size || memcmp(ours_signed, plain_signed, ours_size) != 0) {
      fputs("the two do not sign alike\n", stderr);
      return 1;
    }
    char title[32];
    snprintf(title, sizeof title, "sign, %zu bytes", payload_size);
    contestant sign[] = {{"libswiftsession", ours_sign, {0}}, {"plain C", plain_sign, {0}}};
    compare(title, sign, 2, 20000);
    snprintf(title, sizeof title, "verify, %zu bytes", payload_size);
    contestant verify[] = {{"libswiftsession", ours_verify, {0}}, {"plain C", plain_verify, {0}}};
    compare(title, verify, 2, 20000);
    swiftsession_free(ours_signed);
  }
  swiftsession_signer_free(signer);
  return 0;
}
