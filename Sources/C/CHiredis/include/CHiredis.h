/* SPDX-License-Identifier: Apache-2.0 */
/* The formatter and the reader of libhiredis, opened on first use. The socket is ours: none of its contexts. */
#ifndef CHIREDIS_H
#define CHIREDIS_H

#include <hiredis/hiredis.h>
#include <stddef.h>

#define CHIREDIS_FUNCTIONS(X)                                                                                          \
  X(redisFormatCommandArgv)                                                                                            \
  X(redisFreeCommand)                                                                                                  \
  X(redisReaderCreate)                                                                                                 \
  X(redisReaderFeed)                                                                                                   \
  X(redisReaderGetReply)                                                                                               \
  X(redisReaderFree)                                                                                                   \
  X(freeReplyObject)

typedef struct chiredis_api {
#define CHIREDIS_MEMBER(name) __typeof__(name) *name;
  CHIREDIS_FUNCTIONS(CHIREDIS_MEMBER)
#undef CHIREDIS_MEMBER
} chiredis_api;

/* The functions of libhiredis.so.0.14; NULL where it is not installed, and chiredis_problem() says why. */
const chiredis_api *chiredis_open(void);
const char *chiredis_problem(void);

/* A reader that takes arrays of a few elements only, before it makes room for them: a server says how many there will
   be, and may lie. NULL when memory is short. */
redisReader *chiredis_reader(void);

#endif
