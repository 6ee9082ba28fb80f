/* SPDX-License-Identifier: Apache-2.0 */
/* libsqlite3, opened on first use. */
#ifndef CSQLITE_H
#define CSQLITE_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#define CSQLITE_FUNCTIONS(X)                                                                                           \
  X(threadsafe)                                                                                                        \
  X(open_v2)                                                                                                           \
  X(close_v2)                                                                                                          \
  X(extended_result_codes)                                                                                             \
  X(extended_errcode)                                                                                                  \
  X(system_errno)                                                                                                      \
  X(errmsg)                                                                                                            \
  X(busy_handler)                                                                                                      \
  X(progress_handler)                                                                                                  \
  X(file_control)                                                                                                      \
  X(prepare_v3)                                                                                                        \
  X(finalize)                                                                                                          \
  X(reset)                                                                                                             \
  X(step)                                                                                                              \
  X(bind_int64)                                                                                                        \
  X(bind_text)                                                                                                         \
  X(bind_blob)                                                                                                         \
  X(column_blob)                                                                                                       \
  X(column_bytes)                                                                                                      \
  X(column_count)                                                                                                      \
  X(column_int64)                                                                                                      \
  X(column_type)                                                                                                       \
  X(changes)                                                                                                           \
  X(get_autocommit)

typedef struct csqlite_api {
#define CSQLITE_MEMBER(name) __typeof__(sqlite3_##name) *name;
  CSQLITE_FUNCTIONS(CSQLITE_MEMBER)
#undef CSQLITE_MEMBER
} csqlite_api;

/* The functions of libsqlite3.so.0; NULL where it is not installed, and csqlite_problem() says why. */
const csqlite_api *csqlite_open(void);
const char *csqlite_problem(void);

/* When the call that a connection is busy with has to end, in milliseconds of the monotonic clock: what both handlers
   are given as their context. */
typedef struct csqlite_deadline {
  int64_t milliseconds;
  int32_t interrupts; /* whether the statement that runs may be interrupted */
} csqlite_deadline;

/* For sqlite3_busy_handler: waits a little, and gives up at the deadline. */
int csqlite_busy(void *deadline, int count);

/* For sqlite3_progress_handler: interrupts at the deadline, where that is allowed. SQLite asks once more after a
   statement has committed, and then reports what is done as interrupted: so never for a write whose outcome matters. */
int csqlite_progress(void *deadline);

#endif
