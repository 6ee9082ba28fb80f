/* SPDX-License-Identifier: Apache-2.0 */
#ifdef CMARIADB_ENABLED
#include "CMariaDB.h"
#include "CSupport.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SONAME "libmariadb.so.3"

CSUPPORT_DLOPEN_NOTE(cmariadb_note, "mysql", "Sessions in MySQL or MariaDB", SONAME);

static cmariadb_api api;
static char problem[200];

static int begin(void) {
  if (api.mysql_server_init(0, NULL, NULL) == 0)
    return 0;
  strcpy(problem, "it cannot be initialised");
  return -1;
}

CSUPPORT_CLIENT_LIBRARY(cmariadb, SONAME, begin, CMARIADB_FUNCTIONS(CSUPPORT_NAME))

MYSQL *cmariadb_new(size_t largest) {
  MYSQL *mysql = api.mysql_init(NULL);
  if (!mysql)
    return NULL;
  /* The resolver runs on this stack too. What nobody touches of it costs nothing. */
  size_t stack = 256 << 10;
  unsigned int off = 0;
  if (api.mysql_options(mysql, MYSQL_OPT_NONBLOCK, &stack) != 0 ||
      api.mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &off) != 0 ||
      api.mysql_options(mysql, MYSQL_OPT_MAX_ALLOWED_PACKET, &largest) != 0 ||
      api.mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4") != 0 ||
      /* A record that is too long for its column is an error, also where the server would cut it. */
      api.mysql_options(mysql, MYSQL_INIT_COMMAND,
                        "SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES')") != 0 ||
      /* Not `dialog`, which asks on the terminal, and not `mysql_clear_password`. */
      api.mysql_options(mysql, MARIADB_OPT_RESTRICTED_AUTH,
                        "mysql_native_password,client_ed25519,caching_sha2_password,sha256_password") != 0) {
    api.mysql_close(mysql);
    return NULL;
  }
  return mysql;
}

/* Waits for what the library waits for: 1, or 0 when the time is over and the connection was shut down. */
static int wait_for(MYSQL *mysql, int events, int64_t until) {
  int fd = api.mysql_get_socket(mysql);
  int wanted = (events & MYSQL_WAIT_READ ? CSUPPORT_READABLE : 0) |
               (events & MYSQL_WAIT_WRITE ? CSUPPORT_WRITABLE : 0) |
               (events & MYSQL_WAIT_EXCEPT ? CSUPPORT_PRIORITY : 0);
  if (csupport_wait(fd, wanted, until) == 0)
    return 1;
  cmariadb_shut_down(fd);
  return 0;
}

/* Once it is late, reads and writes fail as soon as they are tried, also on the socket of the host's next address. */
#define RUN(starting, continuing)                                                                                      \
  int is_late = 0;                                                                                                     \
  for (int events = (starting); events != 0; events = (continuing))                                                    \
    is_late |= !wait_for(mysql, events, is_late ? 0 : until);                                                          \
  if (is_late)                                                                                                         \
    return CMARIADB_TIMEOUT;

int cmariadb_query(MYSQL *mysql, const char *text, size_t size, int64_t until) {
  int result = 1;
  RUN(api.mysql_real_query_start(&result, mysql, text, size), api.mysql_real_query_cont(&result, mysql, events))
  return result;
}

int cmariadb_store_result(MYSQL *mysql, MYSQL_RES **result, int64_t until) {
  *result = NULL;
  RUN(api.mysql_store_result_start(result, mysql), api.mysql_store_result_cont(result, mysql, events))
  return 0;
}

int cmariadb_prepare(MYSQL *mysql, MYSQL_STMT *statement, const char *text, size_t size, int64_t until) {
  int result = 1;
  RUN(api.mysql_stmt_prepare_start(&result, statement, text, size),
      api.mysql_stmt_prepare_cont(&result, statement, events))
  return result;
}

int cmariadb_execute(MYSQL *mysql, MYSQL_STMT *statement, int64_t until) {
  int result = 1;
  RUN(api.mysql_stmt_execute_start(&result, statement), api.mysql_stmt_execute_cont(&result, statement, events))
  return result;
}

int cmariadb_fetch(MYSQL *mysql, MYSQL_STMT *statement, int64_t until) {
  int result = 1;
  RUN(api.mysql_stmt_fetch_start(&result, statement), api.mysql_stmt_fetch_cont(&result, statement, events))
  return result;
}

/* The library opens its socket without telling the kernel to close it at exec(). */
static int close_at_exec(MYSQL *mysql, int events) {
  int fd = api.mysql_get_socket(mysql);
  if (fd >= 0)
    fcntl(fd, F_SETFD, FD_CLOEXEC);
  return events;
}

int cmariadb_connect(MYSQL *mysql, const char *host, const char *user, const char *password, const char *database,
                     unsigned int port, const char *socket, unsigned long flags, int64_t until) {
  MYSQL *result = NULL;
  RUN(close_at_exec(mysql,
                    api.mysql_real_connect_start(&result, mysql, host, user, password, database, port, socket, flags)),
      close_at_exec(mysql, api.mysql_real_connect_cont(&result, mysql, events)))
  return result ? 0 : 1;
}

void cmariadb_shut_down(int fd) { shutdown(fd, SHUT_RDWR); }

int cmariadb_detach(int fd) {
  int dead = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (dead < 0) {
    close(fd);
    return 0;
  }
  dup3(dead, fd, O_CLOEXEC);
  close(dead);
  return 1;
}
#endif
