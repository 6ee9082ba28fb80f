/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite, against plain C with the same statements, prepared once, on a table that is the same in a file
   of its own: the two would empty each other's page caches. The address is a folder. */
#include "store.h"

#include <sqlite3.h>

#define ITS "session_id = ?1 COLLATE BINARY"
#define LIVE ITS " AND expiry > ?2 AND data IS NOT NULL ORDER BY expiry DESC LIMIT 1"

static char path[512], plain_path[512];
static _Thread_local sqlite3 *database;
static _Thread_local sqlite3_stmt *loading, *replacing, *writing, *touching;

static void check(int result) {
  if (result != SQLITE_OK)
    fail(sqlite3_errmsg(database));
}

static void time_text(time_t seconds, char text[32]) {
  struct tm date;
  gmtime_r(&seconds, &date);
  strftime(text, 32, "%Y-%m-%d %H:%M:%S.000000", &date);
}

static sqlite3_stmt *prepare(const char *statement) {
  sqlite3_stmt *made;
  check(sqlite3_prepare_v3(database, statement, -1, SQLITE_PREPARE_PERSISTENT, &made, NULL));
  return made;
}

/* Its key, now and the new expiry are what each statement begins with. */
static void bind_times(sqlite3_stmt *statement, char now[32], char until[32]) {
  time_t seconds = time(NULL);
  time_text(seconds, now);
  time_text(seconds + lifetime, until);
  sqlite3_bind_text(statement, 1, plain_key, (int)strlen(plain_key), SQLITE_STATIC);
  sqlite3_bind_text(statement, 2, now, -1, SQLITE_STATIC);
  sqlite3_bind_text(statement, 3, until, -1, SQLITE_STATIC);
}

static void run(sqlite3_stmt *statement) {
  sqlite3_step(statement);
  check(sqlite3_reset(statement));
  if (sqlite3_changes(database) != 1)
    fail("the record was changed");
}

static void connect_plainly(void) {
  char now[32], until[32];
  check(sqlite3_open_v2(plain_path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));
  check(sqlite3_busy_timeout(database, 5000));
  check(sqlite3_exec(database,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                     "CREATE TABLE IF NOT EXISTS sessions (id INTEGER NOT NULL, session_id VARCHAR(255), data BLOB,"
                     " expiry DATETIME, PRIMARY KEY (id), UNIQUE (session_id));"
                     "CREATE INDEX IF NOT EXISTS sessions_expiry ON sessions (expiry)",
                     NULL, NULL, NULL));
  loading = prepare("SELECT data FROM sessions WHERE " LIVE);
  replacing = prepare("UPDATE sessions SET data = ?4, expiry = ?3 WHERE " ITS
                      " AND (SELECT CAST(data AS BLOB) FROM sessions WHERE " LIVE ") = ?5");
  writing = prepare("UPDATE sessions SET data = ?4, expiry = ?3 WHERE session_id = ?1");
  touching = prepare("UPDATE sessions SET expiry = ?3 WHERE rowid = (SELECT rowid FROM sessions WHERE " LIVE ")");
  sqlite3_stmt *create = prepare("INSERT OR REPLACE INTO sessions (session_id, data, expiry) VALUES (?1, ?4, ?3)");
  bind_times(create, now, until);
  sqlite3_bind_blob(create, 4, record, (int)record_size, SQLITE_STATIC);
  run(create);
  sqlite3_finalize(create);
}

static size_t load(unsigned char *into) {
  char now[32];
  time_text(time(NULL), now);
  sqlite3_bind_text(loading, 1, plain_key, (int)strlen(plain_key), SQLITE_STATIC);
  sqlite3_bind_text(loading, 2, now, -1, SQLITE_STATIC);
  if (sqlite3_step(loading) != SQLITE_ROW)
    fail("the record is gone");
  size_t size = (size_t)sqlite3_column_bytes(loading, 0);
  memcpy(into, sqlite3_column_blob(loading, 0), size);
  check(sqlite3_reset(loading));
  return size;
}

static void replace(const unsigned char *old, const unsigned char *new, size_t size) {
  char now[32], until[32];
  bind_times(replacing, now, until);
  sqlite3_bind_blob(replacing, 4, new, (int)size, SQLITE_STATIC);
  sqlite3_bind_blob(replacing, 5, old, (int)size, SQLITE_STATIC);
  run(replacing);
}

static void store_plainly(const unsigned char *new, size_t size) {
  char now[32], until[32];
  bind_times(writing, now, until);
  sqlite3_bind_blob(writing, 4, new, (int)size, SQLITE_STATIC);
  run(writing);
}

static void touch(void) {
  char now[32], until[32];
  bind_times(touching, now, until);
  run(touching);
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
  snprintf(path, sizeof path, "%s/sessions.db", arguments[4]);
  snprintf(plain_path, sizeof plain_path, "%s/plain.db", arguments[4]);
  const setting settings[] = {{"SESSION_TYPE", "sqlite"}, {"SESSION_SQLITE", path}};
  return run_store(arguments, settings, 2, &in_plain_c);
}
