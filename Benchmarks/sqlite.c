/* SPDX-License-Identifier: Apache-2.0 */
/* One load and one replace of a record in SQLite, as a request has them: swiftsession_store_* against plain C with the
   same statements, prepared once, on a database of the same settings. */
#include "store.h"

#include <sqlite3.h>
#include <unistd.h>

static char folder[] = "/tmp/swiftsession-benchmark-XXXXXX";

static void path_of(const char *name, char *path, size_t size) { snprintf(path, size, "%s/%s", folder, name); }

#define ITS "session_id = ?1 COLLATE BINARY"
#define LIVE ITS " AND expiry > ?2 AND data IS NOT NULL ORDER BY expiry DESC LIMIT 1"

static sqlite3 *database;
static sqlite3_stmt *load, *replace;

static void check(int result) {
  if (result != SQLITE_OK) {
    fprintf(stderr, "%s\n", sqlite3_errmsg(database));
    exit(1);
  }
}

static void time_text(time_t seconds, char text[32]) {
  struct tm date;
  gmtime_r(&seconds, &date);
  strftime(text, 32, "%Y-%m-%d %H:%M:%S.000000", &date);
}

static void plain_open(void) {
  char path[64], until[32];
  path_of("plain.db", path, sizeof path);
  check(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));
  check(sqlite3_busy_timeout(database, 5000));
  check(sqlite3_exec(database,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                     "CREATE TABLE sessions (id INTEGER NOT NULL, session_id VARCHAR(255), data BLOB, expiry DATETIME,"
                     " PRIMARY KEY (id), UNIQUE (session_id));"
                     "CREATE INDEX sessions_expiry ON sessions (expiry)",
                     NULL, NULL, NULL));
  check(sqlite3_prepare_v3(database, "SELECT data FROM sessions WHERE " LIVE, -1, SQLITE_PREPARE_PERSISTENT, &load,
                           NULL));
  check(sqlite3_prepare_v3(database,
                           "UPDATE sessions SET data = ?4, expiry = ?3 WHERE " ITS
                           " AND (SELECT CAST(data AS BLOB) FROM sessions WHERE " LIVE ") = ?5",
                           -1, SQLITE_PREPARE_PERSISTENT, &replace, NULL));
  sqlite3_stmt *create;
  check(sqlite3_prepare_v2(database, "INSERT INTO sessions (session_id, data, expiry) VALUES (?, ?, ?)", -1, &create,
                           NULL));
  time_text(time(NULL) + lifetime, until);
  sqlite3_bind_text(create, 1, key, sizeof key - 1, SQLITE_STATIC);
  sqlite3_bind_blob(create, 2, record, (int)record_size, SQLITE_STATIC);
  sqlite3_bind_text(create, 3, until, -1, SQLITE_STATIC);
  sqlite3_step(create);
  check(sqlite3_finalize(create));
}

static void plain(int times) {
  while (times-- > 0) {
    char now[32], until[32];
    unsigned char old[LARGEST_RECORD], new[LARGEST_RECORD];
    time_t seconds = time(NULL);
    time_text(seconds, now);
    time_text(seconds + lifetime, until);
    sqlite3_bind_text(load, 1, key, sizeof key - 1, SQLITE_STATIC);
    sqlite3_bind_text(load, 2, now, -1, SQLITE_STATIC);
    if (sqlite3_step(load) != SQLITE_ROW)
      check(SQLITE_ERROR);
    int size = sqlite3_column_bytes(load, 0);
    memcpy(old, sqlite3_column_blob(load, 0), (size_t)size);
    check(sqlite3_reset(load));
    memcpy(new, old, (size_t)size);
    change(new);
    sqlite3_bind_text(replace, 1, key, sizeof key - 1, SQLITE_STATIC);
    sqlite3_bind_text(replace, 2, now, -1, SQLITE_STATIC);
    sqlite3_bind_text(replace, 3, until, -1, SQLITE_STATIC);
    sqlite3_bind_blob(replace, 4, new, size, SQLITE_STATIC);
    sqlite3_bind_blob(replace, 5, old, size, SQLITE_STATIC);
    sqlite3_step(replace);
    check(sqlite3_reset(replace));
    if (sqlite3_changes(database) != 1)
      check(SQLITE_ERROR);
  }
}

static void remove_files(void) {
  char path[64];
  path_of("ours.db", path, sizeof path);
  unlink(path);
  path_of("plain.db", path, sizeof path);
  unlink(path);
}

static void open_both(void) {
  char path[64];
  path_of("ours.db", path, sizeof path);
  setting settings[] = {{"SESSION_TYPE", "sqlite"}, {"SESSION_SQLITE", path}};
  ours_open(settings, sizeof settings / sizeof *settings);
  plain_open();
}

static void close_both(void) {
  sqlite3_finalize(load);
  sqlite3_finalize(replace);
  check(sqlite3_close(database));
  ours_close();
  remove_files();
}

int main(void) {
  if (!mkdtemp(folder))
    return 1;
  compare_store("SQLite", open_both, plain, close_both, 2000);
  return rmdir(folder) != 0;
}
