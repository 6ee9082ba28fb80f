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

/* 1 when equal; the time depends on `size` alone. */
int ccrypto_equal(const void *left, const void *right, size_t size);

#endif
