/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing and opening a value as a sealed cookie's is (docs/formats.md): the C API against plain C of the same
   construction, with saved SHA states, a cipher that was looked up once, and scalar base64. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "bench.h"
#include "swiftsession.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <sys/random.h>

enum { SALT = 24, HEADER = 49, TAG = 16, LEAD = 9 };

static const char key[] = "a secret key of thirty-two bytes";
static const char purpose[] = "session cookie";
static const int64_t now = 1700000000;
static char payload[8192];
static size_t payload_size;

static void must(int fine) {
  if (!fine) {
    fputs("failed\n", stderr);
    exit(1);
  }
}

/* ---- ours */

static swiftsession_signer *signer;
static char sealed[16384];
static size_t sealed_size;

static void ours_seal(int times) {
  while (times-- > 0) {
    char *text;
    must(swiftsession_signer_sign(signer, payload, payload_size, now, &text, NULL, NULL) == SWIFTSESSION_OK);
    swiftsession_free(text);
  }
}

static void ours_open(int times) {
  while (times-- > 0) {
    void *value;
    must(swiftsession_signer_unsign(signer, sealed, sealed_size, now, 60, &value, NULL, NULL, NULL) == SWIFTSESSION_OK);
    swiftsession_free(value);
  }
}

/* ---- plain C */

static SHA256_CTX inner, outer;
static EVP_CIPHER *cipher;
static unsigned char key_id[8], context[64];
static size_t context_size;

static void keyed(const unsigned char *bytes, size_t size, SHA256_CTX *in, SHA256_CTX *out) {
  unsigned char block[64] = {0};
  memcpy(block, bytes, size);
  for (int i = 0; i < 64; i++)
    block[i] ^= 0x36;
  SHA256_Init(in);
  SHA256_Update(in, block, 64);
  for (int i = 0; i < 64; i++)
    block[i] ^= 0x36 ^ 0x5c;
  SHA256_Init(out);
  SHA256_Update(out, block, 64);
}

static void hmac(const void *bytes, size_t size, unsigned char *digest) {
  SHA256_CTX state = inner;
  SHA256_Update(&state, bytes, size);
  SHA256_Final(digest, &state);
  state = outer;
  SHA256_Update(&state, digest, 32);
  SHA256_Final(digest, &state);
  OPENSSL_cleanse(&state, sizeof state);
}

static void hkdf(const void *info, size_t size, unsigned char *output) {
  EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
  EVP_KDF_CTX *deriving = EVP_KDF_CTX_new(kdf);
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, "SHA256", 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, sizeof key - 1),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, "swiftsession sealed 1", 21),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, size),
      OSSL_PARAM_construct_end(),
  };
  must(EVP_KDF_derive(deriving, output, 32, parameters));
  EVP_KDF_CTX_free(deriving);
  EVP_KDF_free(kdf);
}

/* Key, nonce and commitment of a salt. */
static void derive(const unsigned char *salt, unsigned char derived[64]) {
  unsigned char input[1 + SALT];
  memcpy(input + 1, salt, SALT);
  input[0] = 1;
  hmac(input, sizeof input, derived);
  input[0] = 2;
  hmac(input, sizeof input, derived + 32);
}

static EVP_CIPHER_CTX *begin(int seals, const unsigned char *derived, const unsigned char *header) {
  EVP_CIPHER_CTX *one = EVP_CIPHER_CTX_new();
  int written;
  must(EVP_CipherInit_ex2(one, cipher, derived, derived + 32, seals, NULL) &&
       EVP_CipherUpdate(one, NULL, &written, header, HEADER) &&
       EVP_CipherUpdate(one, NULL, &written, context, (int)context_size));
  return one;
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

static char *plain_seal_once(size_t *characters) {
  size_t size = HEADER + LEAD + payload_size + TAG;
  unsigned char derived[64], *message = malloc(size);
  message[0] = 1;
  memcpy(message + 1, key_id, 8);
  must(getrandom(message + 9, SALT, 0) == SALT);
  derive(message + 9, derived);
  memcpy(message + 33, derived + 44, 16);
  unsigned char *text = message + HEADER;
  for (int i = 0; i < 8; i++)
    text[i] = (unsigned char)((uint64_t)now >> (56 - 8 * i));
  text[8] = 0;
  memcpy(text + LEAD, payload, payload_size);
  EVP_CIPHER_CTX *one = begin(1, derived, message);
  int written;
  must(EVP_EncryptUpdate(one, text, &written, text, (int)(LEAD + payload_size)) &&
       EVP_EncryptFinal_ex(one, text + written, &written) &&
       EVP_CIPHER_CTX_ctrl(one, EVP_CTRL_AEAD_GET_TAG, TAG, message + size - TAG));
  EVP_CIPHER_CTX_free(one);
  OPENSSL_cleanse(derived, sizeof derived);
  char *result = malloc(size * 4 / 3 + 4);
  *characters = base64(message, size, result);
  result[*characters] = 0;
  free(message);
  return result;
}

static void plain_seal(int times) {
  while (times-- > 0) {
    size_t size;
    free(plain_seal_once(&size));
  }
}

static void plain_open(int times) {
  while (times-- > 0) {
    unsigned char derived[64], *message = malloc(sealed_size);
    size_t size = unbase64((const unsigned char *)sealed, sealed_size, message);
    must(size >= HEADER + LEAD + TAG && message[0] == 1 && memcmp(message + 1, key_id, 8) == 0);
    derive(message + 9, derived);
    int same = CRYPTO_memcmp(message + 33, derived + 44, 16) == 0;
    unsigned char *text = message + HEADER;
    size_t text_size = size - HEADER - TAG;
    EVP_CIPHER_CTX *one = begin(0, derived, message);
    int written;
    must(EVP_DecryptUpdate(one, text, &written, text, (int)text_size) &&
         EVP_CIPHER_CTX_ctrl(one, EVP_CTRL_AEAD_SET_TAG, TAG, message + size - TAG) &&
         EVP_DecryptFinal_ex(one, text + written, &written) && same);
    EVP_CIPHER_CTX_free(one);
    OPENSSL_cleanse(derived, sizeof derived);
    uint64_t issued = 0;
    for (int i = 0; i < 8; i++)
      issued = issued << 8 | text[i];
    must(now - (int64_t)issued <= 60);
    memmove(message, text + LEAD, text_size - LEAD);
    free(message);
  }
}

static size_t framed(const char *text, size_t size, unsigned char *output) {
  for (int i = 0; i < 4; i++)
    output[i] = (unsigned char)(size >> (24 - 8 * i));
  memcpy(output + 4, text, size);
  return 4 + size;
}

static void plain_key(void) {
  unsigned char info[16], derived[32];
  hkdf(info, framed("key id", 6, info), derived);
  memcpy(key_id, derived, sizeof key_id);
  context_size = framed(purpose, sizeof purpose - 1, context);
  context_size += framed("", 0, context + context_size);
  context_size += framed("session", 7, context + context_size);
  hkdf(context, context_size, derived);
  keyed(derived, sizeof derived, &inner, &outer);
  cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
}

static void set(const char *option, const char *value) {
  must(swiftsession_signer_set(signer, option, value, strlen(value), NULL) == SWIFTSESSION_OK);
}

int main(void) {
  memset(values, 64, sizeof values);
  for (unsigned char i = 0; i < 64; i++)
    values[(unsigned char)alphabet[i]] = i;
  must(swiftsession_signer_new(&signer, NULL) == SWIFTSESSION_OK);
  set("sealed", "true");
  set("salt", purpose);
  set("name", "session");
  must(swiftsession_signer_add_key(signer, key, sizeof key - 1, NULL) == SWIFTSESSION_OK);
  plain_key();

  puts("| what | who | nanoseconds | against plain C | quartiles |");
  puts("| --- | --- | --- | --- | --- |");
  static const size_t sizes[] = {56, 612, 2900};
  for (int i = 0; i < 3; i++) {
    payload_size = sizes[i];
    memset(payload, 'a', payload_size);
    char *text = plain_seal_once(&sealed_size);
    memcpy(sealed, text, sealed_size + 1);
    free(text);
    ours_open(1);
    char title[32];
    snprintf(title, sizeof title, "seal, %zu bytes", payload_size);
    contestant seal[] = {{"libswiftsession", ours_seal, {0}}, {"plain C", plain_seal, {0}}};
    compare(title, seal, 2, 5000);
    snprintf(title, sizeof title, "open, %zu bytes", payload_size);
    contestant open[] = {{"libswiftsession", ours_open, {0}}, {"plain C", plain_open, {0}}};
    compare(title, open, 2, 5000);
  }
  swiftsession_signer_free(signer);
  EVP_CIPHER_free(cipher);
  return 0;
}
