/* SPDX-License-Identifier: Apache-2.0 */
/* The saved states are copies of OpenSSL's SHA contexts, which its version 3 declares deprecated in favour of EVP_MAC.
   They are the only way to keep a half-done hash on the stack: EVP_MAC_dup() costs four times a whole short HMAC. An
   OpenSSL built without them takes the EVP_MAC way below. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "CCrypto.h"
#include "CSupport.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

static const EVP_MD *message_digest(int algorithm) {
  switch (algorithm) {
  case CCRYPTO_SHA1:
    return EVP_sha1();
  case CCRYPTO_SHA256:
    return EVP_sha256();
  case CCRYPTO_SHA512:
    return EVP_sha512();
  case CCRYPTO_MD5:
    return EVP_md5();
  default:
    return NULL;
  }
}

static int fetched_digest(int algorithm, const void *bytes, size_t size, unsigned char *digest) {
  const EVP_MD *md = message_digest(algorithm);
  return md && EVP_Digest(bytes, size, digest, NULL, md, NULL) == 1;
}

void ccrypto_wipe(void *bytes, size_t size) { csupport_wipe(bytes, size); }

int ccrypto_equal(const void *left, const void *right, size_t size) { return CRYPTO_memcmp(left, right, size) == 0; }

#if !defined(OPENSSL_NO_DEPRECATED_3_0) && !defined(CCRYPTO_EVP_MAC)

typedef union {
  SHA_CTX sha1;
  SHA256_CTX sha256;
  SHA512_CTX sha512;
} hash_state;

struct ccrypto_hmac {
  int algorithm;
  hash_state inner, outer;
};

static size_t block_size(int algorithm) { return algorithm == CCRYPTO_SHA512 ? 128 : 64; }

static size_t digest_size(int algorithm) {
  return algorithm == CCRYPTO_SHA1 ? 20 : algorithm == CCRYPTO_SHA256 ? 32 : 64;
}

static int start(int algorithm, hash_state *state) {
  switch (algorithm) {
  case CCRYPTO_SHA1:
    return SHA1_Init(&state->sha1);
  case CCRYPTO_SHA256:
    return SHA256_Init(&state->sha256);
  case CCRYPTO_SHA512:
    return SHA512_Init(&state->sha512);
  default:
    return 0;
  }
}

static int update(int algorithm, hash_state *state, const void *bytes, size_t size) {
  switch (algorithm) {
  case CCRYPTO_SHA1:
    return SHA1_Update(&state->sha1, bytes, size);
  case CCRYPTO_SHA256:
    return SHA256_Update(&state->sha256, bytes, size);
  default:
    return SHA512_Update(&state->sha512, bytes, size);
  }
}

static int finish(int algorithm, hash_state *state, unsigned char *digest) {
  switch (algorithm) {
  case CCRYPTO_SHA1:
    return SHA1_Final(digest, &state->sha1);
  case CCRYPTO_SHA256:
    return SHA256_Final(digest, &state->sha256);
  default:
    return SHA512_Final(digest, &state->sha512);
  }
}

/* EVP_Digest() looks for its algorithm each time, which takes as long as hashing half a kilobyte. */
int ccrypto_digest(int algorithm, const void *bytes, size_t size, unsigned char *digest) {
  hash_state state;
  if (algorithm == CCRYPTO_MD5)
    return fetched_digest(algorithm, bytes, size, digest);
  return start(algorithm, &state) && update(algorithm, &state, bytes, size) && finish(algorithm, &state, digest);
}

ccrypto_hmac *ccrypto_hmac_new(int algorithm, const void *key, size_t size) {
  if (!message_digest(algorithm))
    return NULL;
  ccrypto_hmac *hmac = csupport_secret_new(sizeof *hmac);
  hmac->algorithm = algorithm;
  unsigned char block[128] = {0};
  size_t length = block_size(algorithm);
  int fine = 1;
  if (size > length)
    fine = ccrypto_digest(algorithm, key, size, block);
  else if (size > 0)
    memcpy(block, key, size);
  for (size_t i = 0; i < length; i++)
    block[i] ^= 0x36;
  fine = fine && start(algorithm, &hmac->inner) && update(algorithm, &hmac->inner, block, length);
  for (size_t i = 0; i < length; i++)
    block[i] ^= 0x36 ^ 0x5c;
  fine = fine && start(algorithm, &hmac->outer) && update(algorithm, &hmac->outer, block, length);
  OPENSSL_cleanse(block, sizeof block);
  if (!fine) {
    ccrypto_hmac_free(hmac);
    return NULL;
  }
  return hmac;
}

int ccrypto_hmac_sign(const ccrypto_hmac *hmac, const void *bytes, size_t size, unsigned char *digest) {
  int algorithm = hmac->algorithm;
  hash_state state = hmac->inner;
  int fine = update(algorithm, &state, bytes, size) && finish(algorithm, &state, digest);
  state = hmac->outer;
  fine = fine && update(algorithm, &state, digest, digest_size(algorithm)) && finish(algorithm, &state, digest);
  /* What is left in it leads back to a keyed state. */
  csupport_wipe(&state, algorithm == CCRYPTO_SHA512 ? sizeof state : sizeof state.sha256);
  return fine;
}

void ccrypto_hmac_free(ccrypto_hmac *hmac) { csupport_secret_free(hmac, sizeof *hmac); }

#else

int ccrypto_digest(int algorithm, const void *bytes, size_t size, unsigned char *digest) {
  return fetched_digest(algorithm, bytes, size, digest);
}

struct ccrypto_hmac {
  EVP_MAC_CTX *keyed;
};

ccrypto_hmac *ccrypto_hmac_new(int algorithm, const void *key, size_t size) {
  const EVP_MD *md = message_digest(algorithm);
  EVP_MAC *mac = md ? EVP_MAC_fetch(NULL, "HMAC", NULL) : NULL;
  ccrypto_hmac *hmac = calloc(1, sizeof *hmac);
  if (!mac || !hmac || !(hmac->keyed = EVP_MAC_CTX_new(mac))) {
    EVP_MAC_free(mac);
    free(hmac);
    return NULL;
  }
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)EVP_MD_get0_name(md), 0),
      OSSL_PARAM_construct_end(),
  };
  /* A NULL key would mean "the key set before". */
  int fine = EVP_MAC_init(hmac->keyed, size ? key : (const void *)"", size, parameters);
  EVP_MAC_free(mac);
  if (!fine) {
    ccrypto_hmac_free(hmac);
    return NULL;
  }
  return hmac;
}

int ccrypto_hmac_sign(const ccrypto_hmac *hmac, const void *bytes, size_t size, unsigned char *digest) {
  EVP_MAC_CTX *context = EVP_MAC_CTX_dup(hmac->keyed);
  size_t length = 0;
  int fine =
      context && EVP_MAC_update(context, bytes, size) && EVP_MAC_final(context, digest, &length, CCRYPTO_MAX_DIGEST);
  EVP_MAC_CTX_free(context);
  return fine;
}

void ccrypto_hmac_free(ccrypto_hmac *hmac) {
  if (!hmac)
    return;
  EVP_MAC_CTX_free(hmac->keyed);
  free(hmac);
}

#endif

/* ---- AES-256-GCM */

enum { TAG = 16 };

ccrypto_gcm *ccrypto_gcm_new(void) { return (ccrypto_gcm *)EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL); }

void ccrypto_gcm_free(ccrypto_gcm *gcm) { EVP_CIPHER_free((EVP_CIPHER *)gcm); }

/* A context with key, nonce and associated data set; NULL when libcrypto refuses. Freeing it overwrites its keys. */
static EVP_CIPHER_CTX *begin(const ccrypto_gcm *gcm, int seals, const unsigned char *key, const unsigned char *nonce,
                             const ccrypto_part *associated, size_t count) {
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  int fine = context && EVP_CipherInit_ex2(context, (const EVP_CIPHER *)gcm, key, nonce, seals, NULL) == 1;
  for (size_t i = 0; i < count && fine; i++) {
    int written;
    if (associated[i].size > 0)
      fine = associated[i].size <= INT_MAX &&
             EVP_CipherUpdate(context, NULL, &written, associated[i].bytes, (int)associated[i].size) == 1;
  }
  if (fine)
    return context;
  EVP_CIPHER_CTX_free(context);
  return NULL;
}

int ccrypto_gcm_seal(const ccrypto_gcm *gcm, const unsigned char *key, const unsigned char *nonce,
                     const ccrypto_part *associated, size_t count, unsigned char *text, size_t size,
                     unsigned char *tag) {
  EVP_CIPHER_CTX *context = size <= INT_MAX ? begin(gcm, 1, key, nonce, associated, count) : NULL;
  int written;
  int fine = context && (size == 0 || EVP_EncryptUpdate(context, text, &written, text, (int)size) == 1) &&
             EVP_EncryptFinal_ex(context, text + size, &written) == 1 &&
             EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG, tag) == 1;
  EVP_CIPHER_CTX_free(context);
  return fine;
}

int ccrypto_gcm_open(const ccrypto_gcm *gcm, const unsigned char *key, const unsigned char *nonce,
                     const ccrypto_part *associated, size_t count, unsigned char *text, size_t size,
                     const unsigned char *tag) {
  EVP_CIPHER_CTX *context = size <= INT_MAX ? begin(gcm, 0, key, nonce, associated, count) : NULL;
  int written;
  int fine = context && (size == 0 || EVP_DecryptUpdate(context, text, &written, text, (int)size) == 1) &&
             EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG, (void *)tag) == 1;
  int opened = fine && EVP_DecryptFinal_ex(context, text + size, &written) == 1;
  EVP_CIPHER_CTX_free(context);
  if (!opened)
    OPENSSL_cleanse(text, size);
  return !fine ? -1 : opened;
}
