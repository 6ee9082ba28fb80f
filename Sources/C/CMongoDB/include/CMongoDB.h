/* SPDX-License-Identifier: Apache-2.0 */
/* libmongoc, opened on first use: its way to the primary, its logins and its TLS, on sockets of ours. */
#ifndef CMONGODB_H
#define CMONGODB_H

#include <stddef.h>
#include <stdint.h>

/* 0, or -1 where libmongoc-1.0.so.0 cannot be opened, and cmongodb_problem() says why. */
int cmongodb_open(void);
const char *cmongodb_problem(void);

typedef struct cmongodb_client cmongodb_client;

enum {
  CMONGODB_ANSWERED,  /* by the server: `reply` has what it says, an error too */
  CMONGODB_REFUSED,   /* it takes neither this user nor this password */
  CMONGODB_NO_SERVER, /* there is none that takes writes now */
  CMONGODB_STRANGE,   /* what came is no message of a MongoDB server */
  CMONGODB_LOST       /* the connection broke, or the deadline passed */
};

typedef struct cmongodb_result {
  int32_t outcome;
  int32_t sent;         /* whether any byte went out: the command may have been run */
  const uint8_t *reply; /* a BSON document, as it came; until the next command of the client, or its end */
  size_t size;
  char message[160]; /* libmongoc's, where no server answered */
} cmongodb_result;

/* Connects to nothing yet. `uri` is in libmongoc's own form; each host that it names or finds has `share` milliseconds
   for connecting. NULL where libmongoc cannot use the URI. Never NULL for want of memory: libmongoc ends the process
   then. */
cmongodb_client *cmongodb_client_new(const char *uri, int64_t share);

/* Runs one command, a BSON document, on the primary. Ends when the monotonic clock has reached `until`; nothing is sent
   again. After anything but an answer the client is of no use. */
void cmongodb_command(cmongodb_client *client, const char *database, const void *command, size_t size, int64_t until,
                      cmongodb_result *result);

/* Whether the connection that was used last stands and nothing has come on it: 1 or 0. */
int cmongodb_is_quiet(const cmongodb_client *client);

/* In a forked child: lets go of the sockets without a word on them. A client that another thread was using at the fork
   must not be freed then. */
void cmongodb_abandon(cmongodb_client *client);
void cmongodb_client_free(cmongodb_client *client);

#endif
