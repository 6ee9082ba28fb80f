/* SPDX-License-Identifier: Apache-2.0 */
/* One load and one replace of a record in MariaDB, as a request has them, against plain C on libmariadb with the same
   statements, prepared once. The only argument is the address, mysql+pymysql://root:dev@127.0.0.1:port/devops. */
#include "store.h"

#include <mysql.h>

#define TABLE "`sessions`"

static const char *address;
static MYSQL *connection;
static MYSQL_STMT *load, *replace;

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

static const char plain_key[] = "plain:stho7ZYbrkJ-pZS22_q3rup5D0GqANe7jRUzSeM8brc";

static void plain_open(void) {
  unsigned int port = 0;
  if (sscanf(address, "mysql+pymysql://root:dev@127.0.0.1:%u", &port) != 1)
    fail("the address is to be mysql+pymysql://root:dev@127.0.0.1:port/devops");
  connection = mysql_init(NULL);
  mysql_options(connection, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  if (!mysql_real_connect(connection, "127.0.0.1", "root", "dev", "devops", port, NULL, CLIENT_FOUND_ROWS))
    fail(mysql_error(connection));
  load = prepare("SELECT data FROM " TABLE
                 " WHERE session_id = ? AND expiry > ? AND data IS NOT NULL ORDER BY expiry DESC LIMIT 1");
  replace = prepare("UPDATE " TABLE " SET data = ?, expiry = ? WHERE session_id = ? AND expiry > ? AND data = ?");
  MYSQL_STMT *clear = prepare("DELETE FROM " TABLE " WHERE session_id = ?");
  MYSQL_STMT *create = prepare("INSERT INTO " TABLE " (session_id, data, expiry) VALUES (?, ?, ?)");
  char until[32];
  time_text(time(NULL) + lifetime, until);
  MYSQL_BIND values[] = {blob(plain_key, sizeof plain_key - 1), blob(record, record_size), text(until, strlen(until))};
  execute(clear, values);
  execute(create, values);
  mysql_stmt_close(clear);
  mysql_stmt_close(create);
}

static void plain(int times) {
  while (times-- > 0) {
    char now[32], until[32];
    unsigned char old[LARGEST_RECORD], new[LARGEST_RECORD];
    unsigned long size = 0;
    time_t seconds = time(NULL);
    time_text(seconds, now);
    time_text(seconds + lifetime, until);
    MYSQL_BIND asked[] = {blob(plain_key, sizeof plain_key - 1), text(now, strlen(now))};
    execute(load, asked);
    MYSQL_BIND found = {.buffer_type = MYSQL_TYPE_BLOB, .buffer = old, .buffer_length = sizeof old, .length = &size};
    check(mysql_stmt_bind_result(load, &found));
    check(mysql_stmt_fetch(load));
    if (mysql_stmt_fetch(load) != MYSQL_NO_DATA)
      fail("there are two rows");
    memcpy(new, old, size);
    change(new);
    MYSQL_BIND given[] = {blob(new, size), text(until, strlen(until)), blob(plain_key, sizeof plain_key - 1),
                          text(now, strlen(now)), blob(old, size)};
    execute(replace, given);
    if (mysql_stmt_affected_rows(replace) != 1)
      fail("the record was changed");
  }
}

static void open_both(void) {
  setting settings[] = {{"SESSION_TYPE", "mysql"}, {"SESSION_MYSQL", address}};
  ours_open(settings, sizeof settings / sizeof *settings);
  plain_open();
}

static void close_both(void) {
  mysql_stmt_close(load);
  mysql_stmt_close(replace);
  mysql_close(connection);
  ours_close();
}

int main(int count, char **arguments) {
  if (count != 2)
    fail("the address of a MariaDB server is to be given");
  address = arguments[1];
  compare_store("MariaDB", open_both, plain, close_both, 500);
  return 0;
}
