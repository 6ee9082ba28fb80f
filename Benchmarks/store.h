/* SPDX-License-Identifier: Apache-2.0 */
/* A request on a store, through the C API, against plain C on the same client library that does the same operations.
   Each thread has a session and a record of its own; the record has the size of the session's.

   Usage: PROGRAM write|read|untouched|cas SIZE THREADS ADDRESS
     write      open, read a value, set one, save: a load and a compare-and-set
     read       open, read a value, save: a load and a touch
     untouched  open, save: a touch that says whether the session is still there
     cas        a compare-and-set, against a plain write of the same bytes */
#ifndef STORE_H
#define STORE_H

#include "bench.h"
#include "swiftsession.h"

enum { LARGEST_RECORD = sizeof payload + 4096 };

typedef struct setting {
  const char *name, *value;
} setting;

/* One store in plain C. What each thread has of its own is thread-local. */
typedef struct plain_store {
  void (*open)(void); /* connects, and puts `record` under `plain_key` */
  size_t (*load)(unsigned char *into);
  void (*replace)(const unsigned char *old, const unsigned char *new, size_t size);
  void (*write)(const unsigned char *new, size_t size);
  void (*touch)(void);
  void (*refresh)(void); /* what says whether there is a record, and touches it */
  int compares_numbers;  /* what a compare needs comes with a load alone */
} plain_store;

static const int64_t lifetime = 2678400;
static const plain_store *plain;
static swiftsession_manager *manager;
static swiftsession_store *store;
static int with_store_calls; /* beside the requests */
static int seals;            /* the records are sealed */

static _Thread_local char cookie[16384], key[64], plain_key[64];
static _Thread_local unsigned char record[LARGEST_RECORD], other[LARGEST_RECORD];
static _Thread_local unsigned char plain_record[LARGEST_RECORD]; /* what stands under `plain_key` */
static _Thread_local size_t record_size;
static _Thread_local void *tokens[2];
static _Thread_local size_t token_sizes[2];

static inline void must(swiftsession_status status, const swiftsession_error *error) {
  if (status != SWIFTSESSION_OK)
    fail(error->message);
}

/* Each replace writes another record. */
static inline void change(unsigned char *bytes) {
  static _Thread_local uint32_t number;
  number++;
  memcpy(bytes, &number, sizeof number);
}

static inline void ours_open(const setting *settings, size_t count) {
  swiftsession_error error;
  swiftsession_config *config;
  must(swiftsession_config_new(&config, &error), &error);
  for (size_t i = 0; i < count; i++)
    must(swiftsession_config_set(config, settings[i].name, settings[i].value, &error), &error);
  if (with_store_calls)
    must(swiftsession_store_open(config, &store, &error), &error);
  must(swiftsession_manager_open(config, &manager, &error), &error);
  swiftsession_config_free(config);
}

/* A session that holds the payload, and a record of its size. */
static inline void make_session(void) {
  swiftsession_error error;
  swiftsession_session *session;
  const void *bytes;
  must(swiftsession_open(manager, NULL, 0, &session, &error), &error);
  must(swiftsession_set_payload(session, "flask", payload, payload_size, &error), &error);
  must(swiftsession_set_permanent(session, 1, &error), &error);
  must(swiftsession_payload(session, "msgpack", &bytes, &record_size, &error), &error);
  memcpy(record, bytes, record_size);
  must(swiftsession_save(session, &error), &error);
  for (size_t i = 0; i < swiftsession_header_count(session); i++)
    if (strcmp(swiftsession_header_name(session, i), "Set-Cookie") == 0)
      snprintf(cookie, sizeof cookie, "%s", swiftsession_header_value(session, i));
  char *end = strchr(cookie, ';');
  if (!end)
    fail("there is no cookie, or it is too long");
  *end = 0;
  swiftsession_session_free(session);
}

static inline void load_token(int which) {
  swiftsession_error error;
  must(swiftsession_store_load(store, key, strlen(key), NULL, NULL, &tokens[which], &token_sizes[which], &error),
       &error);
}

/* Under a key of our own, with the tokens of both records that stand there in turns. */
static inline void make_record(void) {
  swiftsession_error error;
  size_t size = strlen(key);
  memcpy(other, record, record_size);
  change(other);
  must(swiftsession_store_remove(store, key, size, NULL, 0, &error), &error);
  must(swiftsession_store_create(store, key, size, other, record_size, lifetime, &error), &error);
  load_token(1);
  must(swiftsession_store_replace(store, key, size, record, record_size, lifetime, tokens[1], token_sizes[1], &error),
       &error);
  load_token(0);
}

static inline void thread_of_store(void) {
  snprintf(key, sizeof key, "session:stho7ZYbrkJ-pZS22_q3rup5D0GqANe7jRUzSeM8ours-%d", thread_number);
  snprintf(plain_key, sizeof plain_key, "session:stho7ZYbrkJ-pZS22_q3rup5D0GqANe7jRUzSeM8plain-%d", thread_number);
  make_session();
  if (store)
    make_record();
  memcpy(plain_record, record, record_size);
  if (plain)
    plain->open();
}

/* ---- Ours */

static inline void open_session(swiftsession_session **session) {
  swiftsession_error error;
  must(swiftsession_open(manager, cookie, strlen(cookie), session, &error), &error);
}

static inline void read_value(swiftsession_session *session) {
  swiftsession_error error;
  const char *text;
  size_t size;
  swiftsession_status status = swiftsession_get_string(session, "user", &text, &size, &error);
  if (status != SWIFTSESSION_NOT_FOUND) /* where growth is measured, payloads have no user */
    must(status, &error);
}

static inline void save_session(swiftsession_session *session) {
  swiftsession_error error;
  must(swiftsession_save(session, &error), &error);
  swiftsession_session_free(session);
}

static inline void ours_write(int times) {
  static _Thread_local int64_t number = 1000000;
  swiftsession_error error;
  while (times-- > 0) {
    swiftsession_session *session;
    open_session(&session);
    read_value(session);
    must(swiftsession_set_integer(session, "n", ++number, &error), &error);
    save_session(session);
  }
}

static inline void ours_read(int times) {
  while (times-- > 0) {
    swiftsession_session *session;
    open_session(&session);
    read_value(session);
    save_session(session);
  }
}

static inline void ours_untouched(int times) {
  while (times-- > 0) {
    swiftsession_session *session;
    open_session(&session);
    save_session(session);
  }
}

static inline void store_write(int times) {
  swiftsession_error error;
  while (times-- > 0) {
    void *found, *token;
    size_t size, token_size;
    must(swiftsession_store_load(store, key, strlen(key), &found, &size, &token, &token_size, &error), &error);
    change(found);
    must(swiftsession_store_replace(store, key, strlen(key), found, size, lifetime, token, token_size, &error), &error);
    swiftsession_free(found);
    swiftsession_free(token);
  }
}

static inline void store_cas(int times) {
  static _Thread_local int there; /* which of the two records */
  swiftsession_error error;
  if (plain->compares_numbers) {
    store_write(times);
    return;
  }
  while (times-- > 0) {
    const unsigned char *new = there ? record : other;
    must(swiftsession_store_replace(store, key, strlen(key), new, record_size, lifetime, tokens[there],
                                    token_sizes[there], &error),
         &error);
    there = !there;
  }
}

/* ---- Plain C */

static inline void plain_request(int times) {
  static _Thread_local unsigned char old[LARGEST_RECORD], new[LARGEST_RECORD];
  while (times-- > 0) {
    size_t size = plain->load(old);
    memcpy(new, old, size);
    change(new);
    plain->replace(old, new, size);
  }
}

static inline void plain_read(int times) {
  static _Thread_local unsigned char old[LARGEST_RECORD];
  while (times-- > 0) {
    plain->load(old);
    plain->touch();
  }
}

static inline void plain_untouched(int times) {
  while (times-- > 0)
    plain->refresh();
}

static inline void plain_cas(int times) {
  if (plain->compares_numbers) {
    plain_request(times);
    return;
  }
  static _Thread_local unsigned char old[LARGEST_RECORD];
  while (times-- > 0) {
    memcpy(old, plain_record, record_size);
    change(plain_record);
    plain->replace(old, plain_record, record_size);
  }
}

static inline void plain_write(int times) {
  static _Thread_local unsigned char old[LARGEST_RECORD];
  while (times-- > 0) {
    if (plain->compares_numbers)
      plain->load(old);
    change(plain_record);
    plain->write(plain_record, record_size);
  }
}

/* ---- The program */

static inline int run_store(char **arguments, const setting *settings, size_t count, const plain_store *in_plain_c) {
  const char *action = arguments[1];
  plain = in_plain_c;
  read_payload(arguments[2]);
  int writes = strcmp(action, "write") == 0, compares = strcmp(action, "cas") == 0;
  with_store_calls = plain && (writes || compares);
  ours_open(settings, count);
  start_threads(atoi(arguments[3]), thread_of_store);
  int reads = strcmp(action, "read") == 0;
  contestant own = {seals ? "libswiftsession, sealed" : "libswiftsession", writes  ? ours_write
                                                                           : reads ? ours_read
                                                                                   : ours_untouched};
  if (compares) {
    const contestant all[] = {{"libswiftsession, store calls", store_cas},
                              {"plain C, compare-and-set", plain_cas},
                              {"plain C, plain write", plain_write}};
    serve(all, 3);
  } else if (!plain) {
    serve(&own, 1);
  } else if (writes) {
    const contestant all[] = {own, {"libswiftsession, store calls", store_write}, {"plain C", plain_request}};
    serve(all, 3);
  } else {
    const contestant both[] = {own, {"plain C", reads ? plain_read : plain_untouched}};
    serve(both, 2);
  }
  return 0;
}

#endif
