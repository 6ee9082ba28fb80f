/* SPDX-License-Identifier: Apache-2.0 */
#ifdef CMARIADB_ENABLED
#include "CMariaDB.h"
#include "CSupport.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define SONAME "libmariadb.so.3"

CSUPPORT_DLOPEN_NOTE(cmariadb_note, "mysql", "Sessions in MySQL or MariaDB", SONAME);

static cmariadb_api api;
static char problem[200];

/* What bounds a TLS handshake of this thread. */
struct handshake {
  int64_t until;
  int is_late;
};
static pthread_key_t handshakes;

static int begin(void) {
  if (pthread_key_create(&handshakes, NULL) != 0) {
    strcpy(problem, "there is no room for a value of each thread");
    return -1;
  }
  /* It has the process ignore SIGPIPE from then on, which is the host's to say. */
  struct sigaction of_host;
  sigaction(SIGPIPE, NULL, &of_host);
  int result = api.mysql_server_init(0, NULL, NULL);
  sigaction(SIGPIPE, &of_host, NULL);
  if (result == 0)
    return 0;
  strcpy(problem, "it cannot be initialised");
  return -1;
}

CSUPPORT_CLIENT_LIBRARY(cmariadb, SONAME, begin, CMARIADB_FUNCTIONS(CSUPPORT_NAME))

/* With TLS the library may write to a connection that has ended, in the way that raises SIGPIPE: this thread then waits
   with it, and a signal that came in between is taken away. */
struct held {
  int is_held, was_pending;
  sigset_t mask;
};

static int is_pending(void) {
  sigset_t pending;
  sigemptyset(&pending);
  sigpending(&pending);
  return sigismember(&pending, SIGPIPE) == 1;
}

static struct held hold(int has_tls) {
  struct held held = {.is_held = has_tls};
  if (has_tls) {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    held.was_pending = is_pending();
    pthread_sigmask(SIG_BLOCK, &pipe, &held.mask);
  }
  return held;
}

static void release(const struct held *held) {
  if (!held->is_held)
    return;
  const struct timespec at_once = {0};
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  if (!held->was_pending && is_pending())
    sigtimedwait(&pipe, NULL, &at_once);
  pthread_sigmask(SIG_SETMASK, &held->mask, NULL);
}

static int has_tls(MYSQL *mysql) { return api.mysql_get_ssl_cipher(mysql) != NULL; }

/* How the library waits where it does not leave that to its caller: in a TLS handshake. 1, or 0 when the time is over.
 */
static int wait_in_handshake(my_socket fd, my_bool is_read, int timeout) {
  (void)timeout;
  struct handshake *handshake = pthread_getspecific(handshakes);
  if (handshake && csupport_wait(fd, is_read ? CSUPPORT_READABLE : CSUPPORT_WRITABLE, handshake->until) == 0)
    return 1;
  if (handshake)
    handshake->is_late = 1;
  return 0;
}

/* With TLS the library reads and writes as if its socket did not block, which it does. A read that waits a moment and
   then says so is the next best, and is waited for by those who know for how long. */
static void wait_a_moment(int fd) {
  struct timeval moment = {.tv_usec = 1000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &moment, sizeof moment);
}

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
      api.mysql_options(mysql, MARIADB_OPT_IO_WAIT, wait_in_handshake) != 0 ||
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
  struct held held = hold(has_tls(mysql));                                                                             \
  for (int events = (starting); events != 0; events = (continuing))                                                    \
    is_late |= !wait_for(mysql, events, is_late ? 0 : until);                                                          \
  release(&held);                                                                                                      \
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

/* As much of a server's first packet as is looked at for its flags. */
#define GREETING 512

/* Copies `size` bytes of what comes and leaves them where they are: 1; 0 where the connection ends before; or
   CMARIADB_TIMEOUT. */
static int peek(int fd, unsigned char *bytes, int size, int64_t until) {
  int one = 1;
  setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &size, sizeof size);
  int is_late = csupport_wait(fd, CSUPPORT_READABLE, until) != 0;
  setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &one, sizeof one);
  return is_late ? CMARIADB_TIMEOUT : recv(fd, bytes, (size_t)size, MSG_PEEK | MSG_DONTWAIT) == size;
}

/* Whether the server behind a new connection offers TLS: 1 or CMARIADB_NO_TLS; or CMARIADB_TIMEOUT. 0 where it ends the
   connection, or says why it wants none: then the library tells it nothing either. */
static int look_for_tls(int fd, int64_t until) {
  unsigned char bytes[4 + GREETING];
  int result = peek(fd, bytes, 4, until);
  if (result != 1)
    return result;
  size_t size = bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16;
  size = size < GREETING ? size : GREETING;
  if (size == 0)
    return CMARIADB_NO_TLS;
  result = peek(fd, bytes, (int)(4 + size), until);
  if (result != 1 || bytes[4] == 0xFF)
    return result == CMARIADB_TIMEOUT ? result : 0;
  /* The protocol, the version and its end, a number, a part of the salt and a zero; then the flags. */
  const unsigned char *end = memchr(bytes + 5, 0, size - 1);
  size_t flags = end ? (size_t)(end - bytes) + 1 + 4 + 8 + 1 : sizeof bytes;
  int has_flags = flags + 2 <= 4 + size;
  return has_flags && (bytes[flags] | bytes[flags + 1] << 8) & CLIENT_SSL ? 1 : CMARIADB_NO_TLS;
}

/* The library would tell a server without TLS the name and a hash of the password, unless it checks certificates. It
   waits to write until a socket is connected, and has read nothing then. */
int cmariadb_connect(MYSQL *mysql, const char *host, const char *user, const char *password, const char *database,
                     unsigned int port, const char *socket, unsigned long flags, int demands_tls, int64_t until) {
  MYSQL *result = NULL;
  int problem = 0, has_looked = 0;
  struct handshake handshake = {.until = until};
  struct held held = hold(demands_tls);
  pthread_setspecific(handshakes, &handshake);
  int events = api.mysql_real_connect_start(&result, mysql, host, user, password, database, port, socket, flags);
  while (close_at_exec(mysql, events) != 0) {
    int fd = api.mysql_get_socket(mysql);
    if (!wait_for(mysql, events, problem ? 0 : until) && problem == 0)
      problem = CMARIADB_TIMEOUT;
    if (demands_tls)
      wait_a_moment(fd);
    if (problem == 0 && demands_tls && !has_looked && events & MYSQL_WAIT_WRITE) {
      int found = look_for_tls(fd, until);
      has_looked = found == 1;
      if (found < 0) {
        problem = found;
        cmariadb_shut_down(fd);
      }
    }
    events = api.mysql_real_connect_cont(&result, mysql, events);
  }
  if (demands_tls && result)
    wait_a_moment(api.mysql_get_socket(mysql)); /* as the last thing the library set time-outs of its own */
  pthread_setspecific(handshakes, NULL);
  release(&held);
  if (!problem && !result && handshake.is_late)
    return CMARIADB_TIMEOUT;
  if (problem || !result)
    return problem ? problem : 1;
  /* A record that is too long for its column is an error, also where the server would cut it. */
  static const char strict[] = "SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES')";
  return cmariadb_query(mysql, strict, sizeof strict - 1, until);
}

void cmariadb_close(MYSQL *mysql) {
  struct held held = hold(has_tls(mysql));
  api.mysql_close(mysql);
  release(&held);
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
