/* SPDX-License-Identifier: Apache-2.0 */
/* libmariadb, opened on first use, and its calls made to end by a deadline. */
#ifndef CMARIADB_H
#define CMARIADB_H

#include <mariadb/errmsg.h>
#include <mariadb/mysql.h>
#include <mariadb/mysqld_error.h>
#include <stddef.h>
#include <stdint.h>

#define CMARIADB_FUNCTIONS(X)                                                                                          \
  X(mysql_server_init)                                                                                                 \
  X(mysql_init)                                                                                                        \
  X(mysql_options)                                                                                                     \
  X(mysql_close)                                                                                                       \
  X(mysql_get_socket)                                                                                                  \
  X(mysql_get_ssl_cipher)                                                                                              \
  X(mysql_errno)                                                                                                       \
  X(mysql_error)                                                                                                       \
  X(mysql_real_connect_start)                                                                                          \
  X(mysql_real_connect_cont)                                                                                           \
  X(mysql_real_query_start)                                                                                            \
  X(mysql_real_query_cont)                                                                                             \
  X(mysql_store_result_start)                                                                                          \
  X(mysql_store_result_cont)                                                                                           \
  X(mysql_free_result)                                                                                                 \
  X(mysql_num_fields)                                                                                                  \
  X(mysql_fetch_field_direct)                                                                                          \
  X(mysql_fetch_row)                                                                                                   \
  X(mysql_fetch_lengths)                                                                                               \
  X(mysql_stmt_init)                                                                                                   \
  X(mysql_stmt_prepare_start)                                                                                          \
  X(mysql_stmt_prepare_cont)                                                                                           \
  X(mysql_stmt_param_count)                                                                                            \
  X(mysql_stmt_field_count)                                                                                            \
  X(mysql_stmt_bind_param)                                                                                             \
  X(mysql_stmt_bind_result)                                                                                            \
  X(mysql_stmt_execute_start)                                                                                          \
  X(mysql_stmt_execute_cont)                                                                                           \
  X(mysql_stmt_fetch_start)                                                                                            \
  X(mysql_stmt_fetch_cont)                                                                                             \
  X(mysql_stmt_fetch_column)                                                                                           \
  X(mysql_stmt_affected_rows)                                                                                          \
  X(mysql_stmt_errno)                                                                                                  \
  X(mysql_stmt_error)                                                                                                  \
  X(mysql_stmt_close)

typedef struct cmariadb_api {
#define CMARIADB_MEMBER(name) __typeof__(name) *name;
  CMARIADB_FUNCTIONS(CMARIADB_MEMBER)
#undef CMARIADB_MEMBER
} cmariadb_api;

/* The functions of libmariadb.so.3, made ready; NULL where it is not installed, and cmariadb_problem() says why. */
const cmariadb_api *cmariadb_open(void);
const char *cmariadb_problem(void);

/* A connection that is not connected yet, for the calls below: no local files, no plugin that prompts or tells a
   password, packets of `largest` bytes at most. NULL when memory is short. */
MYSQL *cmariadb_new(size_t largest);

/* What a call came to besides what the library answers. */
#define CMARIADB_TIMEOUT (-2)
#define CMARIADB_NO_TLS (-3)

/* The library's calls, each ended when the monotonic clock has reached `until`: then the connection is shut down, the
   call is run to its end on it, and CMARIADB_TIMEOUT is answered. All that is left to do then is to close it. A server
   that has to have TLS and does not offer it is told nothing: CMARIADB_NO_TLS. */
int cmariadb_connect(MYSQL *mysql, const char *host, const char *user, const char *password, const char *database,
                     unsigned int port, const char *socket, unsigned long flags, int demands_tls, int64_t until);
int cmariadb_query(MYSQL *mysql, const char *text, size_t size, int64_t until);
int cmariadb_store_result(MYSQL *mysql, MYSQL_RES **result, int64_t until);
int cmariadb_prepare(MYSQL *mysql, MYSQL_STMT *statement, const char *text, size_t size, int64_t until);
int cmariadb_execute(MYSQL *mysql, MYSQL_STMT *statement, int64_t until);
int cmariadb_fetch(MYSQL *mysql, MYSQL_STMT *statement, int64_t until);

/* Frees a connection; no SIGPIPE comes of it. */
void cmariadb_close(MYSQL *mysql);

/* Ends what is said on a connection; closing it then says nothing more. */
void cmariadb_shut_down(int fd);

/* In a forked child: puts a dead socket in the place of a connection that the parent goes on with. 0 when it could not,
   and closed the descriptor instead: then the connection must not be closed any more. */
int cmariadb_detach(int fd);

#endif
