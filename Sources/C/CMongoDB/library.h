/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of libmongoc, and of the libbson that it needs. */
#ifndef CMONGODB_LIBRARY_H
#define CMONGODB_LIBRARY_H

#include "CMongoDB.h"
#include "CSupport.h"

#include <mongoc/mongoc.h>

#define CMONGODB_FUNCTIONS(X)                                                                                          \
  X(bson_destroy)                                                                                                      \
  X(bson_get_data)                                                                                                     \
  X(bson_has_field)                                                                                                    \
  X(bson_init_static)                                                                                                  \
  X(bson_set_error)                                                                                                    \
  X(mongoc_client_destroy)                                                                                             \
  X(mongoc_client_new_from_uri)                                                                                        \
  X(mongoc_client_reset)                                                                                               \
  X(mongoc_client_set_error_api)                                                                                       \
  X(mongoc_client_set_stream_initiator)                                                                                \
  X(mongoc_client_write_command_with_opts)                                                                             \
  X(mongoc_init)                                                                                                       \
  X(mongoc_log_set_handler)                                                                                            \
  X(mongoc_stream_tls_new_with_hostname)                                                                               \
  X(mongoc_uri_destroy)                                                                                                \
  X(mongoc_uri_get_option_as_bool)                                                                                     \
  X(mongoc_uri_get_option_as_utf8)                                                                                     \
  X(mongoc_uri_get_tls)                                                                                                \
  X(mongoc_uri_new_with_error)

typedef struct cmongodb_api {
#define CMONGODB_MEMBER(name) __typeof__(name) *name;
  CMONGODB_FUNCTIONS(CMONGODB_MEMBER)
#undef CMONGODB_MEMBER
} cmongodb_api;

extern cmongodb_api cmongodb;

/* Around every call of libmongoc that may log: what it says about us is dropped. */
void cmongodb_enter(void);
void cmongodb_leave(void);

/* The sockets of a client: one each of the hosts that it talks to. Its place is empty at -1. */
enum { CMONGODB_SOCKETS = 64 };

struct cmongodb_client {
  mongoc_client_t *client;
  int64_t share;
  int64_t until;   /* of the command that runs */
  int32_t sent;    /* whether it has sent a byte */
  int32_t last;    /* the place of the socket that was written to last */
  int32_t strange; /* whether a server sent it what is no message */
  int sockets[CMONGODB_SOCKETS];
  bson_t reply;
};

/* A mongoc_stream_initiator_t: connects to a host; `context` is the cmongodb_client. */
mongoc_stream_t *cmongodb_connect(const mongoc_uri_t *uri, const mongoc_host_list_t *host, void *context,
                                  bson_error_t *error);

/* What libmongoc is given in place of `inner`, which goes with it. Never NULL. */
mongoc_stream_t *cmongodb_checked(mongoc_stream_t *inner, cmongodb_client *client);

/* The largest message of a server. */
enum { CMONGODB_MESSAGE = 48000000 };

/* Whether all the bytes are one BSON document. */
int cmongodb_is_document(const uint8_t *bytes, size_t size);

/* The four bytes of a number, the lowest first. */
uint32_t cmongodb_number(const uint8_t *bytes);

#endif
