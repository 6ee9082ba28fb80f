/* SPDX-License-Identifier: Apache-2.0 */
/* PostgreSQL, against plain C on libpq with the same statements and parameters, on the same table. The address is that
   of a database. */
#include "store.h"

#include <libpq-fe.h>

#define ITS "session_id = $1 AND session_id COLLATE \"C\" = $1"
#define DATA "CASE WHEN octet_length(data) <= 67108864 THEN data END"

static const char *address;
static _Thread_local PGconn *connection;

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

static PGresult *with_record(const char *statement, int count, const unsigned char *old, const unsigned char *new,
                             size_t size) {
  char now[40], until[40];
  time_t seconds = time(NULL);
  time_text(seconds, now);
  time_text(seconds + lifetime, until);
  const char *values[] = {plain_key, (const char *)new, until, now, (const char *)old};
  const int lengths[] = {(int)strlen(plain_key), (int)size, 0, 0, (int)size}, formats[] = {1, 1, 0, 0, 1};
  const Oid types[] = {25, 17, 0, 0, 17};
  return run(statement, count, values, lengths, formats, types);
}

static PGresult *without_record(const char *statement, int count) {
  char now[40], until[40];
  time_t seconds = time(NULL);
  time_text(seconds, now);
  time_text(seconds + lifetime, until);
  const char *values[] = {plain_key, now, until};
  const int lengths[] = {(int)strlen(plain_key), 0, 0}, formats[] = {1, 0, 0};
  const Oid types[] = {25, 0, 0};
  return run(statement, count, values, lengths, formats, types);
}

static void one_row(PGresult *result) {
  if (strcmp(PQcmdTuples(result), "1") != 0)
    fail("the record was changed");
  PQclear(result);
}

static void connect_plainly(void) {
  connection = PQconnectdb(address);
  if (PQstatus(connection) != CONNECTION_OK)
    fail(PQerrorMessage(connection));
  PQclear(without_record("DELETE FROM sessions WHERE session_id = $1", 1));
  one_row(
      with_record("INSERT INTO sessions (session_id, data, expiry) VALUES ($1, $2, $3)", 3, NULL, record, record_size));
}

static size_t load(unsigned char *into) {
  PGresult *found =
      without_record("SELECT " DATA " FROM sessions WHERE " ITS " AND expiry > $2 AND data IS NOT NULL", 2);
  size_t size = (size_t)PQgetlength(found, 0, 0);
  memcpy(into, PQgetvalue(found, 0, 0), size);
  PQclear(found);
  return size;
}

static void replace(const unsigned char *old, const unsigned char *new, size_t size) {
  one_row(with_record("UPDATE sessions SET data = $2, expiry = $3 WHERE " ITS " AND expiry > $4 AND data = $5", 5, old,
                      new, size));
}

static void store_plainly(const unsigned char *new, size_t size) {
  one_row(with_record("UPDATE sessions SET data = $2, expiry = $3 WHERE session_id = $1", 3, NULL, new, size));
}

static void touch(void) {
  one_row(without_record("UPDATE sessions SET expiry = $3 WHERE " ITS " AND expiry > $2 AND data IS NOT NULL", 3));
}

static void refresh(void) {
  one_row(without_record(
      "UPDATE sessions SET expiry = $3 WHERE " ITS " AND expiry > $2 AND data IS NOT NULL RETURNING " DATA, 3));
}

int main(int count, char **arguments) {
  static const plain_store in_plain_c = {connect_plainly, load, replace, store_plainly, touch, refresh, 0};
  if (count != 5)
    return 2;
  address = arguments[4];
  const setting settings[] = {{"SESSION_TYPE", "postgresql"}, {"SESSION_POSTGRESQL", address}};
  return run_store(arguments, settings, 2, &in_plain_c);
}
