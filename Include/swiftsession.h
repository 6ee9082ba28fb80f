/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libswiftsession: one web session for every server on a host.
 *
 * This header is the reference manual and all that a host compiles against. It reads from top to bottom: the rules that
 * hold everywhere, then errors, settings, the manager, a session from its opening to its Set-Cookie line, and signing
 * without sessions.
 *
 * A request in eight lines:
 *
 *     swiftsession_open(manager, cookie_header, strlen(cookie_header), &session, &error);
 *     swiftsession_get_string(session, "username", &text, &size, &error);
 *     swiftsession_set_string(session, "username", "jack", 4, &error);
 *     swiftsession_save(session, &error);
 *     for (size_t i = 0; i < swiftsession_header_count(session); i++)
 *       send_header(swiftsession_header_name(session, i), swiftsession_header_value(session, i));
 *     swiftsession_session_free(session);
 *
 * Rules
 *
 *   Arguments stand in this order: the object, what goes in, what comes out, `swiftsession_error *error`. What comes
 *   out is written only when the function succeeds. Any of the out pointers but the one that receives a handle may be
 *   NULL, and so may `error`.
 *
 *   Functions that can fail return a swiftsession_status: 0 is success, a failure is negative.
 *
 *   Handles are made by `_new`, `_open` and the like and dropped by `swiftsession_<type>_free`, in any order; freeing
 *   NULL does nothing. NULL, or a handle of another type, where a handle is due is SWIFTSESSION_ARGUMENT (functions
 *   without a status then answer 0 or NULL). What was freed, or was never ours, cannot be told.
 *
 *   Data is `const void *` and `size_t`. Text that goes in as `const char *` ends with a zero byte and is UTF-8,
 *   checked. Text and data that come out are followed by a zero byte that is not counted in the size.
 *
 *   Borrowed results (`const`) live until the next call that changes their object, or until it is freed. Allocated
 *   results (not `const`) go back through swiftsession_free().
 *
 *   Times are seconds since 1970-01-01T00:00:00Z, durations are seconds, both as int64_t.
 *
 *   Threads: managers, and signers once they are set up, may be used by any number of threads at the same time. A
 *   config or a session belongs to one thread at a time. The library starts no threads, takes no signals and writes
 *   nothing to stdout or stderr. It may be used on both sides of a fork().
 */
#ifndef SWIFTSESSION_H
#define SWIFTSESSION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version --------------------------------------------------------------------------------------------------- */

#define SWIFTSESSION_VERSION "0.1.0"

/* The version of the library that was loaded, as "0.1.0". */
const char *swiftsession_version(void);

/* ---- Errors ---------------------------------------------------------------------------------------------------- */

/* What a call came to. The numbers never change their meaning. */
typedef int32_t swiftsession_status;
enum {
  SWIFTSESSION_OK = 0,
  SWIFTSESSION_ARGUMENT = -1,    /* a NULL, a wrong handle, text that is not UTF-8: a fault of the calling program */
  SWIFTSESSION_CONFIG = -2,      /* a setting is unknown, wrong, missing, or contradicts another one */
  SWIFTSESSION_UNSUPPORTED = -3, /* not in this build or this release */
  SWIFTSESSION_UNAVAILABLE = -4, /* the store or its client library is not there, or was lost on the way */
  SWIFTSESSION_NOT_FOUND = -5,   /* nothing under this key or id */
  SWIFTSESSION_WRONG_TYPE = -6,  /* there is a value, but of another type */
  SWIFTSESSION_EXISTS = -7,      /* there is one already */
  SWIFTSESSION_EXPIRED = -8,     /* a cookie or signed value is too old, or dated in the future */
  SWIFTSESSION_TAMPERED = -9,    /* a cookie or signed value that none of the keys signed */
  SWIFTSESSION_MALFORMED = -10,  /* signed well, or given by the caller, but not in the format that is due */
  SWIFTSESSION_TOO_LARGE = -11,  /* above a limit of size, depth or count */
  SWIFTSESSION_TIMEOUT = -12,    /* the deadline of the call passed */
  SWIFTSESSION_AUTH = -13,       /* the server refused the credentials, or they lack a right */
  SWIFTSESSION_BACKEND = -14,    /* the server refused the command, or answered what its protocol does not allow */
  SWIFTSESSION_CONFLICT = -15,   /* changes that cannot be merged, or others kept writing until the deadline */
  SWIFTSESSION_GONE = -16,       /* the session was ended elsewhere; nothing was stored */
  SWIFTSESSION_CRYPTO = -17,     /* libcrypto refused */
  SWIFTSESSION_INTERNAL = -18    /* a fault of this library, or no memory */
};

/* Filled by the call that was given it, also on success. The message says what was wrong, what was expected and what
   to do; it never holds a key, an id or a cookie's value. */
typedef struct swiftsession_error {
  int32_t status;    /* the swiftsession_status that the call returned */
  int32_t native;    /* the number that the operating system or the client library gave, or 0 */
  char message[248]; /* UTF-8, ends with a zero byte; empty on success */
} swiftsession_error;

/* The name of a status, as "CONFIG"; NULL for a number that is none. */
const char *swiftsession_status_name(swiftsession_status status);

/* What a status means, as one sentence. */
const char *swiftsession_strerror(swiftsession_status status);

/* Gives back an allocated result. NULL does nothing. */
void swiftsession_free(void *memory);

/* ---- Signing without sessions ---------------------------------------------------------------------------------- */

/* Signs and verifies as itsdangerous does: Signer, TimestampSigner, URLSafeSerializer and URLSafeTimedSerializer are
   one signer with other settings. Set it up first, on one thread; then any thread may sign and unsign. */
typedef struct swiftsession_signer swiftsession_signer;

swiftsession_status swiftsession_signer_new(swiftsession_signer **signer, swiftsession_error *error);
void swiftsession_signer_free(swiftsession_signer *signer);

/* Options and what they begin with:
     salt            itsdangerous.Signer   any bytes
     separator       .                     any bytes but none at all or a piece of the base64url alphabet
     key_derivation  django-concat         concat, django-concat, hmac, none
     digest_method   sha1                  sha1, sha256, sha512
     timed           false                 true: with a timestamp, which unsign checks
     url_safe        false                 true: base64url, compressed where that is shorter
     compress        true                  false: url_safe without compression
     max_size        1048576               what a compressed value may expand to, in bytes */
swiftsession_status swiftsession_signer_set(swiftsession_signer *signer, const char *option, const void *value,
                                            size_t size, swiftsession_error *error);

/* Adds a key, oldest first: the last one signs, all verify. The key must not be empty. */
swiftsession_status swiftsession_signer_add_key(swiftsession_signer *signer, const void *key, size_t size,
                                                swiftsession_error *error);

/* Signs a value. `now` is used where the signer is timed. Allocated. */
swiftsession_status swiftsession_signer_sign(const swiftsession_signer *signer, const void *value, size_t size,
                                             int64_t now, char **signed_value, size_t *signed_size,
                                             swiftsession_error *error);

/* Verifies first, then reads: TAMPERED, MALFORMED (signed, but no timestamp or no payload as is due), EXPIRED (older
   than max_age seconds, or dated after `now`; a max_age below 0 asks for no check). `signed_at` is 0 where the signer
   is not timed. Base64 is read strictly: one value has one spelling. Allocated. */
swiftsession_status swiftsession_signer_unsign(const swiftsession_signer *signer, const void *signed_value,
                                               size_t signed_size, int64_t now, int64_t max_age, void **value,
                                               size_t *size, int64_t *signed_at, swiftsession_error *error);

#ifdef __cplusplus
}
#endif

#endif
