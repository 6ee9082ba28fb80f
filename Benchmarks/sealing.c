/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing and opening a value as a sealed cookie's is (docs/formats.md): the C API against plain C of the same
   construction, with saved SHA states, a cipher that was looked up once, scalar base64 and kept zlib streams.
   Usage: sealing seal|open SIZE plain|compressed */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base64.h"
#include "bench.h"
#include "streams.h"
#include "swiftsession.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/sha.h>
#include <sys/random.h>

enum { SALT = 24, HEADER = 49, TAG = 16, LEAD = 9 };

static const char key[] = "a secret key of thirty-two bytes";
static const char purpose[] = "session cookie";
static const int64_t now = 1700000000;
static int compresses;

static void must(int fine) {
  if (!fine)
    fail("failed");
}

/* ---- ours */

static swiftsession_signer *signer;
static char sealed[2 * sizeof payload];
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

static char *plain_seal_once(size_t *characters) {
  static unsigned char shorter[sizeof payload];
  const void *contents = payload;
  size_t contents_size = payload_size;
  if (compresses) {
    contents_size = deflated(payload, payload_size, shorter, sizeof shorter);
    contents = shorter;
  }
  size_t size = HEADER + LEAD + contents_size + TAG;
  unsigned char derived[64], *message = malloc(size);
  message[0] = 1;
  memcpy(message + 1, key_id, 8);
  must(getrandom(message + 9, SALT, 0) == SALT);
  derive(message + 9, derived);
  memcpy(message + 33, derived + 44, 16);
  unsigned char *text = message + HEADER;
  for (int i = 0; i < 8; i++)
    text[i] = (unsigned char)((uint64_t)now >> (56 - 8 * i));
  text[8] = (unsigned char)compresses;
  memcpy(text + LEAD, contents, contents_size);
  EVP_CIPHER_CTX *one = begin(1, derived, message);
  int written;
  must(EVP_EncryptUpdate(one, text, &written, text, (int)(LEAD + contents_size)) &&
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
    if (text[8] & 1) {
      static unsigned char whole[sizeof payload];
      size_t whole_size = inflated(text + LEAD, text_size - LEAD, whole, sizeof whole);
      void *value = malloc(whole_size);
      memcpy(value, whole, whole_size);
      free(value);
    } else {
      memmove(message, text + LEAD, text_size - LEAD);
    }
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

int main(int count, char **arguments) {
  if (count != 4)
    return 2;
  make_values();
  make_streams();
  read_payload(arguments[2]);
  compresses = strcmp(arguments[3], "compressed") == 0;
  must(swiftsession_signer_new(&signer, NULL) == SWIFTSESSION_OK);
  set("sealed", "true");
  set("salt", purpose);
  set("name", "session");
  set("url_safe", "true");
  set("compress", compresses ? "true" : "false");
  must(swiftsession_signer_add_key(signer, key, sizeof key - 1, NULL) == SWIFTSESSION_OK);
  plain_key();
  /* Ours opens what plain C sealed. */
  char *text = plain_seal_once(&sealed_size);
  memcpy(sealed, text, sealed_size + 1);
  free(text);
  ours_open(1);
  int seals = strcmp(arguments[1], "seal") == 0;
  contestant both[] = {{"libswiftsession", seals ? ours_seal : ours_open},
                       {"plain C", seals ? plain_seal : plain_open}};
  serve(both, 2);
  return 0;
}
