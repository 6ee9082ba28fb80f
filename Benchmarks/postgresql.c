/* SPDX-License-Identifier: Apache-2.0 */
/* One load and one replace of a record in PostgreSQL, as a request has them, against plain C on libpq with the same
   statements and parameters. The only argument is the address of a database. */
#include "store.h"

#include <libpq-fe.h>

#define ITS "session_id = $1 AND session_id COLLATE \"C\" = $1"

static const char *address;
static PGconn *connection;

static PGresult *run(const char *statement, int count, const char *const *values, const int *lengths,
                     const int *formats, const Oid *types) {
  PGresult *result = PQexecParams(connection, statement, count, types, values, lengths, formats, 1);
  if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
    fail(PQerrorMessage(connection));
  return result;
}

static void time_text(time_t seconds, char text[40]) {
  struct tm date;
  gmtime_r(&seconds, &date);
  strftime(text, 40, "%Y-%m-%d %H:%M:%S.000000+00", &date);
}

static void plain_open(void) {
  char until[40];
  connection = PQconnectdb(address);
  if (PQstatus(connection) != CONNECTION_OK)
    fail(PQerrorMessage(connection));
  PQclear(PQexec(connection,
                 "SET client_min_messages = warning; DROP TABLE IF EXISTS plain;"
                 "CREATE TABLE plain (id BIGSERIAL PRIMARY KEY, session_id VARCHAR(255) COLLATE \"C\" UNIQUE,"
                 " data BYTEA, expiry TIMESTAMP); CREATE INDEX ON plain (expiry)"));
  time_text(time(NULL) + lifetime, until);
  const char *values[] = {key, (const char *)record, until};
  const int lengths[] = {sizeof key - 1, (int)record_size, 0}, formats[] = {1, 1, 0};
  const Oid types[] = {25, 17, 0};
  PQclear(run("INSERT INTO plain (session_id, data, expiry) VALUES ($1, $2, $3)", 3, values, lengths, formats, types));
}

static void plain(int times) {
  while (times-- > 0) {
    char now[40], until[40], new[LARGEST_RECORD];
    time_t seconds = time(NULL);
    time_text(seconds, now);
    time_text(seconds + lifetime, until);
    const char *wanted[] = {key, now};
    const int wanted_lengths[] = {sizeof key - 1, 0}, wanted_formats[] = {1, 0};
    const Oid wanted_types[] = {25, 0};
    PGresult *old = run("SELECT CASE WHEN octet_length(data) <= 67108864 THEN data END FROM plain WHERE " ITS
                        " AND expiry > $2 AND data IS NOT NULL",
                        2, wanted, wanted_lengths, wanted_formats, wanted_types);
    int size = PQgetlength(old, 0, 0);
    memcpy(new, PQgetvalue(old, 0, 0), (size_t)size);
    change(new);
    const char *values[] = {key, new, until, now, PQgetvalue(old, 0, 0)};
    const int lengths[] = {sizeof key - 1, size, 0, 0, size}, formats[] = {1, 1, 0, 0, 1};
    const Oid types[] = {25, 17, 0, 0, 17};
    PGresult *result = run("UPDATE plain SET data = $2, expiry = $3 WHERE " ITS " AND expiry > $4 AND data = $5", 5,
                           values, lengths, formats, types);
    if (strcmp(PQcmdTuples(result), "1") != 0)
      fail("the record was changed");
    PQclear(result);
    PQclear(old);
  }
}

static void open_both(void) {
  setting settings[] = {{"SESSION_TYPE", "postgresql"}, {"SESSION_POSTGRESQL", address}};
  ours_open(settings, sizeof settings / sizeof *settings);
  plain_open();
}

static void close_both(void) {
  PQfinish(connection);
  ours_close();
}

int main(int count, char **arguments) {
  if (count != 2)
    fail("the address of a PostgreSQL database is to be given");
  address = arguments[1];
  compare_store("PostgreSQL", open_both, plain, close_both, 300);
  return 0;
}
