/* SPDX-License-Identifier: Apache-2.0 */
/* Where libmemcached puts a key among several servers, opened on first use. The sockets and the protocol are ours: its
   reader ends the process on answers that it did not expect (1.1.4: an assertion, or writes beyond its buffers). */
#ifndef CMEMCACHED_H
#define CMEMCACHED_H

#include <libmemcached-1.0/memcached.h>
#include <stddef.h>

#define CMEMCACHED_FUNCTIONS(X)                                                                                        \
  X(memcached_create)                                                                                                  \
  X(memcached_free)                                                                                                    \
  X(memcached_behavior_set)                                                                                            \
  X(memcached_server_add)                                                                                              \
  X(memcached_server_add_unix_socket)                                                                                  \
  X(memcached_generate_hash)

typedef struct cmemcached_api {
#define CMEMCACHED_MEMBER(name) __typeof__(name) *name;
  CMEMCACHED_FUNCTIONS(CMEMCACHED_MEMBER)
#undef CMEMCACHED_MEMBER
} cmemcached_api;

/* The functions of libmemcached.so.11; NULL where it is not installed, and cmemcached_problem() says why. */
const cmemcached_api *cmemcached_open(void);
const char *cmemcached_problem(void);

#endif
