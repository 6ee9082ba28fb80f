/* SPDX-License-Identifier: Apache-2.0 */
/* libcrypto as the module Crypto sees it. Nothing else includes OpenSSL. */
#ifndef CCRYPTO_H
#define CCRYPTO_H

#include <stddef.h>
#include <stdint.h>

enum { CCRYPTO_SHA1 = 1, CCRYPTO_SHA256 = 2, CCRYPTO_SHA512 = 3, CCRYPTO_MD5 = 4 };
enum { CCRYPTO_MAX_DIGEST = 64 };

/* The digest of `size` bytes, written to `digest`. 1, or 0 when libcrypto refuses. */
int ccrypto_digest(int algorithm, const void *bytes, size_t size, unsigned char *digest);

/* An HMAC key (RFC 2104) whose two padded blocks are already hashed: each message then costs two compressions less.
   NULL when libcrypto refuses or memory is short. Read-only after it is made, so any number of threads may use it. */
typedef struct ccrypto_hmac ccrypto_hmac;
ccrypto_hmac *ccrypto_hmac_new(int algorithm, const void *key, size_t size);
int ccrypto_hmac_sign(const ccrypto_hmac *hmac, const void *bytes, size_t size, unsigned char *digest);
void ccrypto_hmac_free(ccrypto_hmac *hmac);

/* AES-256-GCM (NIST SP 800-38D), looked up once in libcrypto. Read-only after it is made. NULL when libcrypto refuses.
 */
typedef struct ccrypto_gcm ccrypto_gcm;
ccrypto_gcm *ccrypto_gcm_new(void);
void ccrypto_gcm_free(ccrypto_gcm *gcm);

/* One of several runs of bytes that are associated data, one after the other. */
typedef struct ccrypto_part {
  const void *bytes;
  size_t size;
} ccrypto_part;

/* Encrypts `size` bytes of `text` where they stand and writes the 16 bytes of `tag`. The key has 32 bytes, the
   nonce 12. 1, or 0 when libcrypto refuses. */
int ccrypto_gcm_seal(const ccrypto_gcm *gcm, const unsigned char *key, const unsigned char *nonce,
                     const ccrypto_part *associated, size_t count, unsigned char *text, size_t size,
                     unsigned char *tag);
/* Decrypts what was encrypted so: 1 when the tag holds, 0 when not, -1 when libcrypto refuses. `text` is then zeros. */
int ccrypto_gcm_open(const ccrypto_gcm *gcm, const unsigned char *key, const unsigned char *nonce,
                     const ccrypto_part *associated, size_t count, unsigned char *text, size_t size,
                     const unsigned char *tag);

/* Overwrites memory that held a secret; not optimised away. */
void ccrypto_wipe(void *bytes, size_t size);

/* 1 when equal; the time depends on `size` alone. */
int ccrypto_equal(const void *left, const void *right, size_t size);

#endif
