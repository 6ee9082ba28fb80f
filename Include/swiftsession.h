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
 *   nothing to stdout or stderr. It may be used on both sides of a fork(). A thread that calls it needs
 *   256 KB of stack.
 *
 *   Limits: values nest 200 deep, the session itself being the first level; a payload has at most 16 MiB and 1,048,576
 *   values; an integer has at most 4,300 digits. A session in a cookie has at most 1 MiB as JSON and makes a cookie of
 *   at most 64 KiB, as much of a Cookie header as is looked at; browsers keep about 4 KiB. Above a limit is TOO_LARGE.
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

/* ---- Log ------------------------------------------------------------------------------------------------------- */

/* How grave an event is. */
enum { SWIFTSESSION_LOG_INFO = 1, SWIFTSESSION_LOG_WARNING = 2 };

/* Called with events that no caller sees otherwise: a short key, a cookie that browsers may drop. It runs on the thread
   of the call that caused it and must not call the library. `message` lives until it returns. */
typedef void (*swiftsession_log)(void *context, int32_t level, const char *message);

/* ---- Events ---------------------------------------------------------------------------------------------------- */

/* What happens to sessions. Each cookie that was looked at is OPENED, REJECTED or EXPIRED once: at swiftsession_open
   where the session is in its cookie or the cookie is forged, and where a store has to be asked when it is loaded.
   These and all others are counted too: see swiftsession_manager_metrics. The numbers never change their meaning. */
enum {
  SWIFTSESSION_EVENT_OPENED = 1,      /* a cookie opened a session */
  SWIFTSESSION_EVENT_REJECTED = 2,    /* a cookie opened nothing. Its reason: EXPIRED, TAMPERED, MALFORMED or TOO_LARGE;
                                         NOT_FOUND where the store has no live session of this id */
  SWIFTSESSION_EVENT_EXPIRED = 3,     /* a session in a store was over SESSION_ABSOLUTE_TIMEOUT */
  SWIFTSESSION_EVENT_CREATED = 4,     /* a new session was stored, or sent as a cookie */
  SWIFTSESSION_EVENT_SAVED = 5,       /* one that was there was stored, or sent, with changes */
  SWIFTSESSION_EVENT_TOUCHED = 6,     /* one was extended without a change */
  SWIFTSESSION_EVENT_MERGED = 7,      /* a save met the changes of another request; SAVED follows */
  SWIFTSESSION_EVENT_RENEWED = 8,     /* a session in a store has a new id, by time, renew or login; `previous` */
  SWIFTSESSION_EVENT_CONFLICT = 9,    /* a save was CONFLICT */
  SWIFTSESSION_EVENT_GONE = 10,       /* a save was GONE */
  SWIFTSESSION_EVENT_LOGIN = 11,      /* a login was stored; `user` */
  SWIFTSESSION_EVENT_ENDED = 12,      /* a session was ended: destroy, logout, end_session, SESSION_USER_LIMIT, or with
                                         nothing left in it */
  SWIFTSESSION_EVENT_USER_ENDED = 13, /* all sessions of a user were ended; all but `session` where that is not NULL */
  SWIFTSESSION_EVENT_STORE_ERROR = 14 /* a call of the store failed, or a write was not answered (UNAVAILABLE) */
};

/* Sessions and users stand here under names that tell events of the same one, and nothing else: 16 characters of the
   HMAC-SHA256 of the id or of the user's name, NULL where the event concerns none or its id is not known. Their key is
   SECRET_KEY, so that they are the same in all processes of an application; without one it is random for each
   manager. A session in its cookie has no id and no name. No event holds an id, a cookie's value or a user. */
typedef struct swiftsession_event {
  size_t size;          /* of this struct; a later release may add members at its end */
  int32_t kind;         /* SWIFTSESSION_EVENT_* */
  int32_t reason;       /* a swiftsession_status, 0 where there is none */
  const char *name;     /* of the kind, as "opened" or "store_error" */
  const char *session;  /* the session */
  const char *previous; /* the same session under its old id, of RENEWED */
  const char *user;     /* whose the session is, where that is known */
} swiftsession_event;

/* Called with each event, on the thread of the call that caused it; it must not use a manager or a session, and
   delays the call. `event` lives until it returns. */
typedef void (*swiftsession_events)(void *context, const swiftsession_event *event);

/* ---- Settings -------------------------------------------------------------------------------------------------- */

/* Names and values: the names of Flask and Flask-Session, listed in the README. Nothing is read from files or from the
   environment but by the calls below. */
typedef struct swiftsession_config swiftsession_config;

swiftsession_status swiftsession_config_new(swiftsession_config **config, swiftsession_error *error);
void swiftsession_config_free(swiftsession_config *config);

/* One setting as text: a name as it is, a number "1800", a duration in seconds "1800" or "0.25", a boolean "true",
   "false", "1" or "0" in any case, a list as a JSON array of strings. An unknown name is CONFIG, and where one
   is near the message has it. Setting a name again replaces its value. */
swiftsession_status swiftsession_config_set(swiftsession_config *config, const char *name, const char *value,
                                            swiftsession_error *error);

/* A setting whose value may be any bytes: SECRET_KEY. */
swiftsession_status swiftsession_config_set_bytes(swiftsession_config *config, const char *name, const void *value,
                                                  size_t size, swiftsession_error *error);

/* One more item of a setting that is a list: SECRET_KEY_FALLBACKS. */
swiftsession_status swiftsession_config_add(swiftsession_config *config, const char *name, const void *value,
                                            size_t size, swiftsession_error *error);

/* Reads a file of NAME=value lines. Empty lines and lines that begin with # say nothing. A name begins its line and
   ends at the =; the value is all that follows, spaces and quotes too. A file with a wrong line changes nothing. */
swiftsession_status swiftsession_config_load(swiftsession_config *config, const char *path, swiftsession_error *error);

/* Takes every variable of the environment whose name begins with `prefix`: with "APP_", APP_SECRET_KEY is SECRET_KEY.
   The prefix must not be empty. */
swiftsession_status swiftsession_config_environment(swiftsession_config *config, const char *prefix,
                                                    swiftsession_error *error);

/* Where the managers opened from this config report events; NULL is nowhere, as at the start. */
swiftsession_status swiftsession_config_set_log(swiftsession_config *config, swiftsession_log log, void *context,
                                                swiftsession_error *error);

/* Who is told what happens in the managers opened from this config; NULL is nobody, as at the start. */
swiftsession_status swiftsession_config_set_events(swiftsession_config *config, swiftsession_events events,
                                                   void *context, swiftsession_error *error);

/* ---- Manager --------------------------------------------------------------------------------------------------- */

/* Opens and saves the sessions of one application. Made once, used by every thread. */
typedef struct swiftsession_manager swiftsession_manager;

/* Checks every setting and connects to nothing. The config may be changed or freed afterwards. */
swiftsession_status swiftsession_manager_open(const swiftsession_config *config, swiftsession_manager **manager,
                                              swiftsession_error *error);
void swiftsession_manager_free(swiftsession_manager *manager);

/* Answers with the time now. It may be called from any thread that uses the manager. */
typedef int64_t (*swiftsession_clock)(void *context);

/* Sets the manager's wall clock, before its first use; NULL is the system's. Deadlines keep their own clock. */
swiftsession_status swiftsession_manager_set_clock(swiftsession_manager *manager, swiftsession_clock clock,
                                                   void *context, swiftsession_error *error);

/* What this manager has counted in this process, as text for Prometheus (its format 0.0.4): for each kind of event a
   counter swiftsession_<name>_total, where it has a reason by reason; with a store also how long sessions took to load
   and to save, and each call of the store, swiftsession_load_seconds, _save_seconds and _store_seconds. A forked child
   begins with zeros: the figures of all processes add up. Allocated. */
swiftsession_status swiftsession_manager_metrics(swiftsession_manager *manager, char **text, size_t *size,
                                                 swiftsession_error *error);

/* Reads the files of SECRET_KEY_FILE, SECRET_KEY_FALLBACKS_FILES, SESSION_KEYS_FILE and SESSION_KEYS_CREDENTIAL again.
   May be called at any time, while requests run, too: from then on what is read and written is with the new keys. Where
   a file is wrong, or has no key for what needs one, the call fails and the manager keeps all its keys. */
swiftsession_status swiftsession_manager_reload(swiftsession_manager *manager, swiftsession_error *error);

/* ---- Opening a session ----------------------------------------------------------------------------------------- */

typedef struct swiftsession_session swiftsession_session;

/* Opens the session that a request's Cookie header names. No cookie (size 0; then NULL is allowed), or one that is
   expired, forged or broken, gives a new, empty session: never an error. Needs no I/O. Free the session in any case. */
swiftsession_status swiftsession_open(swiftsession_manager *manager, const void *cookie_header, size_t size,
                                      swiftsession_session **session, swiftsession_error *error);

/* Opens and loads the session of one cookie's value, for websockets, jobs and tools. Here a value that opens nothing is
   an error, and no session is made: EXPIRED, TAMPERED, MALFORMED, TOO_LARGE, NOT_FOUND, or CONFIG where there is no key
   to verify with; and what a store answers. Of a cookie in pieces the value is all of theirs, joined in their order. */
swiftsession_status swiftsession_open_value(swiftsession_manager *manager, const void *value, size_t size,
                                            swiftsession_session **session, swiftsession_error *error);
void swiftsession_session_free(swiftsession_session *session);

/* Where the contents of a session come from. */
enum {
  SWIFTSESSION_ORIGIN_COOKIE = 1,    /* opened from the request's cookie */
  SWIFTSESSION_ORIGIN_NEW = 2,       /* new: the request had no such cookie */
  SWIFTSESSION_ORIGIN_EXPIRED = 3,   /* new: the cookie was too old, or dated in the future */
  SWIFTSESSION_ORIGIN_TAMPERED = 4,  /* new: none of the keys signed the cookie */
  SWIFTSESSION_ORIGIN_MALFORMED = 5, /* new: the cookie was signed, but what it holds is no session */
  SWIFTSESSION_ORIGIN_NULL = 6,      /* a null session: no SECRET_KEY was set, so it can be read and not written */
  SWIFTSESSION_ORIGIN_NOT_FOUND = 7  /* new: the store has no live record under the cookie's id, or has ended it */
};
/* A session in a store, or one in a cookie that is a user's, knows only once it is loaded whether it is still there;
   until then it is ORIGIN_COOKIE. */
int32_t swiftsession_origin(const swiftsession_session *session);

/* 1 when the session did not exist before this request. */
int32_t swiftsession_is_new(const swiftsession_session *session);

/* Fetches the contents now; without it the first read or change does. A session in a cookie is complete when it is
   opened; where it is a user's, the store is asked whether it still counts. UNAVAILABLE, TIMEOUT and the like are the
   store's; the call may be repeated. */
swiftsession_status swiftsession_load(swiftsession_session *session, swiftsession_error *error);

/* This request does not extend the session's time, for polling in the background and the like: save then says nothing
   to the store and the browser, unless the session was changed. It still reads, and the session still may end. */
swiftsession_status swiftsession_peek(swiftsession_session *session, swiftsession_error *error);

/* The id of a session in a store, NULL for a session that lives in its cookie. A new session has the id that it will be
   stored under; NULL too where SESSION_TYPE is auto, as long as it is not stored. Borrowed, until the session is
   renewed or saved. Never log it. */
const char *swiftsession_id(swiftsession_session *session);

/* ---- Values ---------------------------------------------------------------------------------------------------- */

/* A session is a map from text to values. The functions below reach its top level; get_json and set_json carry a value
   of any depth. A key that is not there is NOT_FOUND, a value of another type is WRONG_TYPE. Reading or writing marks
   the session as accessed, for the Vary header. */

enum {
  SWIFTSESSION_TYPE_NONE = 0, /* no such key */
  SWIFTSESSION_TYPE_NULL = 1,
  SWIFTSESSION_TYPE_BOOL = 2,
  SWIFTSESSION_TYPE_INTEGER = 3, /* also wider than 64 bits: get_integer is then TOO_LARGE, get_json has the digits */
  SWIFTSESSION_TYPE_DOUBLE = 4,
  SWIFTSESSION_TYPE_STRING = 5,
  SWIFTSESSION_TYPE_BYTES = 6,
  SWIFTSESSION_TYPE_TIME = 7,
  SWIFTSESSION_TYPE_UUID = 8,
  SWIFTSESSION_TYPE_MARKUP = 9, /* text that is safe HTML (markupsafe.Markup); get_string reads it too */
  SWIFTSESSION_TYPE_ARRAY = 10,
  SWIFTSESSION_TYPE_TUPLE = 11,
  SWIFTSESSION_TYPE_MAP = 12
};
int32_t swiftsession_type(swiftsession_session *session, const char *key);

swiftsession_status swiftsession_get_bool(swiftsession_session *session, const char *key, int32_t *value,
                                          swiftsession_error *error);
swiftsession_status swiftsession_get_integer(swiftsession_session *session, const char *key, int64_t *value,
                                             swiftsession_error *error);
/* An integer is read as a double too, rounded where it has to be. */
swiftsession_status swiftsession_get_double(swiftsession_session *session, const char *key, double *value,
                                            swiftsession_error *error);
/* Borrowed. UTF-8, but for a lone surrogate that another program stored: that one stays its three bytes. */
swiftsession_status swiftsession_get_string(swiftsession_session *session, const char *key, const char **value,
                                            size_t *size, swiftsession_error *error);
/* Borrowed. */
swiftsession_status swiftsession_get_bytes(swiftsession_session *session, const char *key, const void **value,
                                           size_t *size, swiftsession_error *error);
swiftsession_status swiftsession_get_time(swiftsession_session *session, const char *key, int64_t *value,
                                          swiftsession_error *error);
/* Borrowed. The value as tagged JSON, as Flask writes it, but with keys in their order and times in full: a tuple is
   {" t":[...]}, bytes are {" b":"AP8="}, a time is {" d":"2020-01-20T16:45:00Z"}, and so on. */
swiftsession_status swiftsession_get_json(swiftsession_session *session, const char *key, const char **json,
                                          size_t *size, swiftsession_error *error);

swiftsession_status swiftsession_set_null(swiftsession_session *session, const char *key, swiftsession_error *error);
swiftsession_status swiftsession_set_bool(swiftsession_session *session, const char *key, int32_t value,
                                          swiftsession_error *error);
swiftsession_status swiftsession_set_integer(swiftsession_session *session, const char *key, int64_t value,
                                             swiftsession_error *error);
swiftsession_status swiftsession_set_double(swiftsession_session *session, const char *key, double value,
                                            swiftsession_error *error);
swiftsession_status swiftsession_set_string(swiftsession_session *session, const char *key, const char *value,
                                            size_t size, swiftsession_error *error);
swiftsession_status swiftsession_set_bytes(swiftsession_session *session, const char *key, const void *value,
                                           size_t size, swiftsession_error *error);
/* A moment in whole seconds, years 1 to 9999. Flask reads it as an aware datetime in UTC; in a cookie the years 1 to 99
   come back as 1969 to 2068, as in Flask. */
swiftsession_status swiftsession_set_time(swiftsession_session *session, const char *key, int64_t value,
                                          swiftsession_error *error);
swiftsession_status swiftsession_set_json(swiftsession_session *session, const char *key, const char *json, size_t size,
                                          swiftsession_error *error);

/* Adds to an integer (one that is not there counts as 0) and answers with the sum. TOO_LARGE beyond 64 bits. */
swiftsession_status swiftsession_add(swiftsession_session *session, const char *key, int64_t amount, int64_t *sum,
                                     swiftsession_error *error);

/* Appends one value, given as tagged JSON, to an array (one that is not there counts as empty). */
swiftsession_status swiftsession_append(swiftsession_session *session, const char *key, const char *json, size_t size,
                                        swiftsession_error *error);

/* Removes the first item of an array that equals one value, given as tagged JSON: it has the same type, and a map has
   its keys in the same order. `was_removed` is 1 or 0; with 0 the session stays unmodified. Merged with the changes of
   others, it removes the first such item of what is there then, if there is one. */
swiftsession_status swiftsession_remove_item(swiftsession_session *session, const char *key, const char *json,
                                             size_t size, int32_t *was_removed, swiftsession_error *error);

/* Sets a key that is not there to one value, given as tagged JSON; one that is there stays. `was_set` is 1 or 0. */
swiftsession_status swiftsession_set_if_absent(swiftsession_session *session, const char *key, const char *json,
                                               size_t size, int32_t *was_set, swiftsession_error *error);

/* Takes a value that the host changed in place, as tagged JSON. Unlike set_json, what is merged with the changes of
   other requests is only the difference to what was there: maps key by key to any depth, everything else as a whole. */
swiftsession_status swiftsession_update_json(swiftsession_session *session, const char *key, const char *json,
                                             size_t size, swiftsession_error *error);

/* Removes one key; one that is not there is NOT_FOUND and leaves the session unmodified. */
swiftsession_status swiftsession_remove(swiftsession_session *session, const char *key, swiftsession_error *error);
/* Removes one key and lends what it held, as get_json does. Borrowed. */
swiftsession_status swiftsession_pop_json(swiftsession_session *session, const char *key, const char **json,
                                          size_t *size, swiftsession_error *error);
swiftsession_status swiftsession_clear(swiftsession_session *session, swiftsession_error *error);

/* The keys, by position: 0 to count - 1. Borrowed. One that another program stored and that is no text is WRONG_TYPE.
 */
size_t swiftsession_count(swiftsession_session *session);
swiftsession_status swiftsession_key(swiftsession_session *session, size_t index, const char **key, size_t *size,
                                     swiftsession_error *error);

/* A permanent session's cookie outlives the browser, for PERMANENT_SESSION_LIFETIME; it is the key "_permanent". */
int32_t swiftsession_permanent(swiftsession_session *session);
swiftsession_status swiftsession_set_permanent(swiftsession_session *session, int32_t permanent,
                                               swiftsession_error *error);

/* What Flask calls modified and accessed. Setting them is for hosts that keep the values on their own side. */
int32_t swiftsession_modified(const swiftsession_session *session);
int32_t swiftsession_accessed(const swiftsession_session *session);
swiftsession_status swiftsession_set_modified(swiftsession_session *session, int32_t modified,
                                              swiftsession_error *error);
swiftsession_status swiftsession_set_accessed(swiftsession_session *session, int32_t accessed,
                                              swiftsession_error *error);

/* The whole session in one piece, for hosts with a serializer of their own. Codecs: "flask" (Flask's tagged JSON, keys
   sorted, times in whole seconds), "tagged" (the same tags, keys in their order, times as RFC 3339 in full, without a
   zone where a pickle had none), "json" and "msgpack" (as msgspec writes them), "pickle0", "pickle4" and "pickle5"
   (Python's pickle in that protocol; all are read, as plain data, and nothing is executed). Borrowed. set_payload takes
   one map in that codec and marks the session as modified: in a cookie the bytes of "flask" are signed as they are; in
   a store the difference to what was there is logged as by update_json. */
swiftsession_status swiftsession_payload(swiftsession_session *session, const char *codec, const void **payload,
                                         size_t *size, swiftsession_error *error);
swiftsession_status swiftsession_set_payload(swiftsession_session *session, const char *codec, const void *payload,
                                             size_t size, swiftsession_error *error);

/* ---- Users ----------------------------------------------------------------------------------------------------- */

/* Whose a session is; the store has, for each user, which sessions count. A user is named by 1 to 1,024 bytes of UTF-8,
   whatever the application knows them by. Sessions in a cookie have users where SESSION_REVOCATION names a store, which
   is asked when such a session is first read or changed; without it they have none: UNSUPPORTED. */

/* Logs a user in: save gives the session a new id, as after renew, and from then on it is one of this user's; the
   tokens that it gave to forms before are good no more. `label` is what to call the session in a list, such as the
   browser's name, at most 256 bytes; NULL is none. Save is CONFLICT where SESSION_USER_LIMIT refuses one more. ARGUMENT
   for a name or a label of another length. */
swiftsession_status swiftsession_login(swiftsession_session *session, const char *user, size_t user_size,
                                       const char *label, swiftsession_error *error);

/* Logs out: loads the session, so that it leaves its user's list, then destroys it. For sessions in a cookie too; with
   SESSION_REVOCATION save then ends every copy of the cookie. */
swiftsession_status swiftsession_logout(swiftsession_session *session, swiftsession_error *error);

/* The user of the last login. Borrowed. NOT_FOUND where nobody is logged in. */
swiftsession_status swiftsession_user(swiftsession_session *session, const char **user, size_t *size,
                                      swiftsession_error *error);

/* Save ends all sessions of the session's user but this one, by one write. NOT_FOUND where nobody is logged in. */
swiftsession_status swiftsession_end_others(swiftsession_session *session, swiftsession_error *error);

/* Ends all sessions of a user, however many there are, by one write that the next request of each sees. */
swiftsession_status swiftsession_manager_end_user(swiftsession_manager *manager, const char *user, size_t user_size,
                                                  swiftsession_error *error);

/* The newest 256 sessions of a user, the oldest of them first, as a JSON array of
     {"reference":"...","created":1700000000,"last_seen":1700000060,"label":"...","current":true}
   `reference` names a session for end_session and opens nothing; `last_seen` is null from memcached, near the end that
   SESSION_ABSOLUTE_TIMEOUT sets, while SESSION_UNCONFIRMED_LIFETIME counts, and for sessions in a cookie; of sealed
   records wherever one of these two settings is made; `current` is true for `session`, which may be NULL. Allocated. */
swiftsession_status swiftsession_manager_user_sessions(swiftsession_manager *manager, swiftsession_session *session,
                                                       const char *user, size_t user_size, char **json,
                                                       size_t *json_size, swiftsession_error *error);

/* Ends one session of a user. NOT_FOUND where this user has none of this reference. */
swiftsession_status swiftsession_manager_end_session(swiftsession_manager *manager, const char *user, size_t user_size,
                                                     const char *reference, swiftsession_error *error);

/* ---- Forms ------------------------------------------------------------------------------------------------------ */

/* A token proves that a form came from a page of this session (CSRF). Tokens are Flask-WTF's: the session keeps a
   secret under the key "csrf_token", and a form brings it back signed with the time, by WTF_CSRF_SECRET_KEY or else
   SECRET_KEY. So a page of one server may post to the other. Forms have it in a hidden field, scripts send it as
   X-CSRFToken. */

/* The token for the forms of this session, the same one until the session is changed. The secret is made where there is
   none, and the session is then modified; what was borrowed stays all the same. Borrowed. Letters, digits, - _ and
   dots: nothing to escape in HTML. CONFIG where there is no key. */
swiftsession_status swiftsession_csrf_token(swiftsession_session *session, const char **token, size_t *size,
                                            swiftsession_error *error);

/* Whether a request that changes something brings a token of this session; anything but OK is to be refused. `max_age`
   is in seconds (Flask-WTF has 3600), below 0 any. NULL and size 0 are no token. Failures:
     NOT_FOUND   this session has given no token: it is new, or has expired
     TAMPERED    none of the keys signed this, or it is the token of another session or from before the login
     EXPIRED     the token is older than max_age, or dated after now
     MALFORMED   there is none, or it was signed but is not what csrf_token gives */
swiftsession_status swiftsession_csrf_check(swiftsession_session *session, const char *token, size_t size,
                                            int64_t max_age, swiftsession_error *error);

/* Leaves a message for the next page, as Flask's flash does, under the key "_flashes"; messages of requests that run at
   the same time all stay. `category` is what kind it is, as "error"; NULL is "message". */
swiftsession_status swiftsession_flash(swiftsession_session *session, const char *category, const char *message,
                                       size_t size, swiftsession_error *error);

/* Takes the messages out, Flask's too, and answers with their number. They can then be read by position, from 0, the
   oldest first, until the next swiftsession_flashed. */
swiftsession_status swiftsession_flashed(swiftsession_session *session, size_t *count, swiftsession_error *error);

/* NULL for an index that is none. A message is text, to be escaped in HTML; one that Python made of something else is
   tagged JSON. Both are borrowed. */
const char *swiftsession_flash_category(const swiftsession_session *session, size_t index);
const char *swiftsession_flash_message(const swiftsession_session *session, size_t index);

/* ---- Ending a request ------------------------------------------------------------------------------------------ */

/* Marks the session for a new id, at login or any other change of rights; save does the work, and whoever still holds
   the old id has no session. A session in a cookie has no id and is signed anew; of one that is a user's, older cookies
   are then dead. */
swiftsession_status swiftsession_renew(swiftsession_session *session, swiftsession_error *error);

/* Empties the session and marks it as ended, at logout; save removes it from its store and makes the line that deletes
   the cookie. A copy of a session that lived in its cookie still opens until it expires, but where it was a user's and
   SESSION_REVOCATION names a store: nothing else on the server can end it. */
swiftsession_status swiftsession_destroy(swiftsession_session *session, swiftsession_error *error);

/* Ends the request: stores what has to be stored and makes the header lines of the response. It may be called again
   after further changes; the lines are then those of the last call.

   A session in a cookie follows Flask's rules: a Set-Cookie line when it was modified, or when it is permanent and
   SESSION_REFRESH_EACH_REQUEST is on; a line that deletes the cookie when it was emptied. TOO_LARGE above the limits,
   and ARGUMENT when the clock says a time before 1970. One that is a user's also fails as one in a store does.

   With SESSION_TYPE auto a session that is too large for its cookie, or a user's, is put into the store, and one that
   has become small again into its cookie.

   A session in a store follows Flask-Session's, and loses no update: the record is compared and set, and when another
   request has written meanwhile, the changes of this one are made again on the newest record. Who wrote last wins only
   where both wrote the same value; what add, append, remove_item and flash did is kept from both. An untouched session
   is touched, not written. Failures:
     GONE         the session was ended elsewhere (logout, expiry) while this request ran: nothing was stored, no cookie
                  line is made, and nobody is brought back
     CONFLICT     another request put something else where this one adds, appends or removes an item, others kept
                  writing until SESSION_TIMEOUT had passed, or a login is one too many: nothing was stored, and the
                  login is taken back
     UNAVAILABLE, TIMEOUT, BACKEND and the like: as the store says; UNAVAILABLE also when it is unknown whether an add,
                  append or remove_item was stored, and then the message says so */
swiftsession_status swiftsession_save(swiftsession_session *session, swiftsession_error *error);

/* The header lines to append to the response: Set-Cookie, Vary, and Cache-Control where SESSION_CACHE_CONTROL is set.
   There are several Set-Cookie lines where SESSION_COOKIE_CHUNKS lets a cookie be cut. Borrowed; NULL for an index that
   is none. A Vary line is to be merged with the response's own. */
size_t swiftsession_header_count(const swiftsession_session *session);
const char *swiftsession_header_name(const swiftsession_session *session, size_t index);
const char *swiftsession_header_value(const swiftsession_session *session, size_t index);

/* ---- Stores ---------------------------------------------------------------------------------------------------- */

/* Upkeep. Each call ends within SESSION_TIMEOUT. A session in a cookie has no store but that of
   SESSION_REVOCATION; without it they do nothing. */

/* Makes the tables and indexes that are missing; without it the first use does. */
swiftsession_status swiftsession_manager_prepare(swiftsession_manager *manager, swiftsession_error *error);

/* Whether the store can be reached and used. */
swiftsession_status swiftsession_manager_ping(swiftsession_manager *manager, swiftsession_error *error);

/* Removes at most `limit` expired records; `more` is 1 when there may be more. A store whose server expires records
   itself has nothing to do. Safe to run on every host at once. */
swiftsession_status swiftsession_manager_sweep(swiftsession_manager *manager, int64_t limit, int32_t *more,
                                               swiftsession_error *error);

/* Moving sessions from the store that SESSION_MIGRATE_FROM names. Each moves by itself when its cookie comes; this
   moves the others. */

/* How far that has come, in all calls. To begin, and to begin again: all zero. */
typedef struct swiftsession_migration {
  int64_t moved;         /* records that are in the new store now, those of users among them */
  int64_t skipped;       /* ended before their turn, or in the new store already */
  int64_t unreadable;    /* nobody can read them; they stay where they are */
  int32_t position_size; /* ours: where it goes on */
  unsigned char position[260];
} swiftsession_migration;

/* Moves about `limit` records, 1,000 at most; `more` is 1 when there may be more. Requests run meanwhile, on managers
   with the same SESSION_MIGRATE_ settings, and none is hindered; a session that ends while it moves has ended. Each
   record has SESSION_TIMEOUT. `progress` is written when the call fails too, and the next call goes on from there.
   UNSUPPORTED for files and sealed records, which are named by hashes of their ids, and memcached, which lists nothing.
 */
swiftsession_status swiftsession_migrate(swiftsession_manager *manager, int64_t limit, swiftsession_migration *progress,
                                         int32_t *more, swiftsession_error *error);

/* The store itself: bytes under a key, with a time to live and a compare-and-set, for hosts that keep records of their
   own. Any thread may use one at any time. Keys are 1 to 255 bytes; SESSION_KEY_PREFIX is not put before them. */
typedef struct swiftsession_store swiftsession_store;

swiftsession_status swiftsession_store_open(const swiftsession_config *config, swiftsession_store **store,
                                            swiftsession_error *error);
void swiftsession_store_free(swiftsession_store *store);

/* As for a manager, before the first use. Redis and memcached expire by their own clocks. */
swiftsession_status swiftsession_store_set_clock(swiftsession_store *store, swiftsession_clock clock, void *context,
                                                 swiftsession_error *error);

/* The live record under a key, and the token to compare by. NOT_FOUND when there is none. Both allocated. */
swiftsession_status swiftsession_store_load(swiftsession_store *store, const void *key, size_t key_size, void **record,
                                            size_t *size, void **token, size_t *token_size, swiftsession_error *error);

/* Puts a record where there is none. EXISTS when there is one. A time to live is 1 second or more. */
swiftsession_status swiftsession_store_create(swiftsession_store *store, const void *key, size_t key_size,
                                              const void *record, size_t size, int64_t time_to_live,
                                              swiftsession_error *error);

/* Puts a record in the place of the one that the token is of: CONFLICT when another one is there by now, GONE when none
   is. */
swiftsession_status swiftsession_store_replace(swiftsession_store *store, const void *key, size_t key_size,
                                               const void *record, size_t size, int64_t time_to_live, const void *token,
                                               size_t token_size, swiftsession_error *error);

/* Sets the full time to live and leaves the record alone. GONE when there is none. */
swiftsession_status swiftsession_store_touch(swiftsession_store *store, const void *key, size_t key_size,
                                             int64_t time_to_live, swiftsession_error *error);

/* Removes a record; one that is not there is fine. With a token (not NULL) only that very record: CONFLICT, GONE. */
swiftsession_status swiftsession_store_remove(swiftsession_store *store, const void *key, size_t key_size,
                                              const void *token, size_t token_size, swiftsession_error *error);

/* A write that went out and was not answered is UNAVAILABLE, and the message says that its outcome is unknown. */

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
     max_size        1048576               what a compressed value may expand to, in bytes
   and for values that only who has the keys can read, in the place of all the above but salt, compress and max_size:
     sealed          false                 true: sealed as docs/formats.md says, with the time. Keys have 32 bytes or
                                           more, salt is the purpose, and compress counts where url_safe is true
     application     empty                 a value opens with the salt, application and name of its sealing alone
     name            empty
     padding         none                  what is sealed is as long as a multiple of it, 1 to 1048576 */
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
