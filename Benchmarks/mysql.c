/* SPDX-License-Identifier: Apache-2.0 */
/* MariaDB, against plain C on libmariadb with the same statements, prepared once, on the same table. The address is
   mysql+pymysql://root:dev@127.0.0.1:port/devops. */
#include "store.h"

#include <mysql.h>

#define LIVE "session_id = ? AND expiry > ? AND data IS NOT NULL"

static const char *address;
static _Thread_local MYSQL *connection;
static _Thread_local MYSQL_STMT *loading, *replacing, *writing, *touching;

static void check(int result) {
  if (result != 0)
    fail(mysql_error(connection));
}

static void time_text(time_t seconds, char text[32]) {
  struct tm date;
  gmtime_r(&seconds, &date);
  strftime(text, 32, "%Y-%m-%d %H:%M:%S.000000", &date);
}

static MYSQL_BIND text(const char *bytes, size_t size) {
  return (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING, .buffer = (void *)bytes, .buffer_length = size};
}

static MYSQL_BIND blob(const void *bytes, size_t size) {
  return (MYSQL_BIND){.buffer_type = MYSQL_TYPE_BLOB, .buffer = (void *)bytes, .buffer_length = size};
}

static MYSQL_STMT *prepare(const char *statement) {
  MYSQL_STMT *made = mysql_stmt_init(connection);
  if (mysql_stmt_prepare(made, statement, strlen(statement)) != 0)
    fail(mysql_stmt_error(made));
  return made;
}

static void execute(MYSQL_STMT *statement, MYSQL_BIND *binds) {
  if (mysql_stmt_bind_param(statement, binds) != 0 || mysql_stmt_execute(statement) != 0)
    fail(mysql_stmt_error(statement));
}

static MYSQL_BIND its_key(void) { return blob(plain_key, strlen(plain_key)); }

static void one_row(MYSQL_STMT *statement) {
  if (mysql_stmt_affected_rows(statement) != 1)
    fail("the record was changed");
}

static void connect_plainly(void) {
  unsigned int port = 0;
  if (sscanf(address, "mysql+pymysql://root:dev@127.0.0.1:%u", &port) != 1)
    fail("the address is to be mysql+pymysql://root:dev@127.0.0.1:port/devops");
  connection = mysql_init(NULL);
  mysql_options(connection, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  if (!mysql_real_connect(connection, "127.0.0.1", "root", "dev", "devops", port, NULL, CLIENT_FOUND_ROWS))
    fail(mysql_error(connection));
  loading = prepare("SELECT data FROM sessions WHERE " LIVE " ORDER BY expiry DESC LIMIT 1");
  replacing = prepare("UPDATE sessions SET data = ?, expiry = ? WHERE session_id = ? AND expiry > ? AND data = ?");
  writing = prepare("UPDATE sessions SET data = ?, expiry = ? WHERE session_id = ?");
  touching = prepare("UPDATE sessions SET expiry = ? WHERE " LIVE);
  MYSQL_STMT *clear = prepare("DELETE FROM sessions WHERE session_id = ?");
  MYSQL_STMT *create = prepare("INSERT INTO sessions (session_id, data, expiry) VALUES (?, ?, ?)");
  char until[32];
  time_text(time(NULL) + lifetime, until);
  MYSQL_BIND values[] = {its_key(), blob(record, record_size), text(until, strlen(until))};
  execute(clear, values);
  execute(create, values);
  mysql_stmt_close(clear);
  mysql_stmt_close(create);
}

static size_t load(unsigned char *into) {
  char now[32];
  unsigned long size = 0;
  time_text(time(NULL), now);
  MYSQL_BIND asked[] = {its_key(), text(now, strlen(now))};
  execute(loading, asked);
  MYSQL_BIND found = {.buffer_type = MYSQL_TYPE_BLOB, .buffer = into, .buffer_length = LARGEST_RECORD, .length = &size};
  check(mysql_stmt_bind_result(loading, &found));
  check(mysql_stmt_fetch(loading));
  if (mysql_stmt_fetch(loading) != MYSQL_NO_DATA)
    fail("there are two rows");
  return size;
}

static void replace(const unsigned char *old, const unsigned char *new, size_t size) {
  char now[32], until[32];
  time_t seconds = time(NULL);
  time_text(seconds, now);
  time_text(seconds + lifetime, until);
  MYSQL_BIND given[] = {blob(new, size), text(until, strlen(until)), its_key(), text(now, strlen(now)),
                        blob(old, size)};
  execute(replacing, given);
  one_row(replacing);
}

static void store_plainly(const unsigned char *new, size_t size) {
  char until[32];
  time_text(time(NULL) + lifetime, until);
  MYSQL_BIND given[] = {blob(new, size), text(until, strlen(until)), its_key()};
  execute(writing, given);
  one_row(writing);
}

static void touch(void) {
  char now[32], until[32];
  time_t seconds = time(NULL);
  time_text(seconds, now);
  time_text(seconds + lifetime, until);
  MYSQL_BIND given[] = {text(until, strlen(until)), its_key(), text(now, strlen(now))};
  execute(touching, given);
  one_row(touching);
}

static void refresh(void) {
  static _Thread_local unsigned char there[LARGEST_RECORD];
  touch();
  load(there);
}

int main(int count, char **arguments) {
  static const plain_store in_plain_c = {connect_plainly, load, replace, store_plainly, touch, refresh, 0};
  if (count != 5)
    return 2;
  address = arguments[4];
  mysql_library_init(0, NULL, NULL);
  const setting settings[] = {{"SESSION_TYPE", "mysql"}, {"SESSION_MYSQL", address}};
  return run_store(arguments, settings, 2, &in_plain_c);
}
