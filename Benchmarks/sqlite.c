/* SPDX-License-Identifier: Apache-2.0 */
/* One load and one replace of a record in SQLite, as a request has them: swiftsession_store_* against plain C with the
   same statements, prepared once, on a database of the same settings. */
#include "bench.h"
#include "swiftsession.h"

#include <sqlite3.h>
#include <stdint.h>
#include <unistd.h>

static const char key[] = "session:stho7ZYbrkJ-pZS22_q3rup5D0GqANe7jRUzSeM8brc";
static const int64_t lifetime = 2678400;
static char folder[] = "/tmp/swiftsession-benchmark-XXXXXX";
static unsigned char record[8192];
static size_t record_size;

/* Each replace writes another record. */
static void change(void *bytes) {
  static uint32_t number;
  number++;
  memcpy(bytes, &number, sizeof number);
}

static void path_of(const char *name, char *path, size_t size) { snprintf(path, size, "%s/%s", folder, name); }

/* ---- ours */

static swiftsession_store *store;

static void must(swiftsession_status status, const swiftsession_error *error) {
  if (status != SWIFTSESSION_OK) {
    fprintf(stderr, "%s\n", error->message);
    exit(1);
  }
}

static void ours_open(void) {
  swiftsession_error error;
  swiftsession_config *config;
  char path[64];
  path_of("ours.db", path, sizeof path);
  must(swiftsession_config_new(&config, &error), &error);
  must(swiftsession_config_set(config, "SESSION_TYPE", "sqlite", &error), &error);
  must(swiftsession_config_set(config, "SESSION_SQLITE", path, &error), &error);
  must(swiftsession_store_open(config, &store, &error), &error);
  swiftsession_config_free(config);
  must(swiftsession_store_create(store, key, sizeof key - 1, record, record_size, lifetime, &error), &error);
}

static void ours(int times) {
  swiftsession_error error;
  while (times-- > 0) {
    void *found, *token;
    size_t size, token_size;
    must(swiftsession_store_load(store, key, sizeof key - 1, &found, &size, &token, &token_size, &error), &error);
    change(found);
    must(swiftsession_store_replace(store, key, sizeof key - 1, found, size, lifetime, token, token_size, &error),
         &error);
    swiftsession_free(found);
    swiftsession_free(token);
  }
}

/* ---- ours, as a whole request: open, load, change, encode, save, header lines */

static swiftsession_manager *manager;
static char cookie[256];

static void request_open(void) {
  swiftsession_error error;
  swiftsession_config *config;
  swiftsession_session *session;
  char path[64];
  path_of("ours.db", path, sizeof path);
  must(swiftsession_config_new(&config, &error), &error);
  must(swiftsession_config_set(config, "SESSION_TYPE", "sqlite", &error), &error);
  must(swiftsession_config_set(config, "SESSION_SQLITE", path, &error), &error);
  must(swiftsession_manager_open(config, &manager, &error), &error);
  swiftsession_config_free(config);
  must(swiftsession_open(manager, NULL, 0, &session, &error), &error);
  /* A record of the same size: 17 bytes for _permanent and the map, 9 for the number, the rest is text. */
  char *text = malloc(record_size);
  memset(text, 'x', record_size);
  must(swiftsession_set_string(session, "t", text, record_size - 30, &error), &error);
  free(text);
  must(swiftsession_save(session, &error), &error);
  snprintf(cookie, sizeof cookie, "%s", swiftsession_header_value(session, 0));
  *strchr(cookie, ';') = 0;
  swiftsession_session_free(session);
}

static void request(int times) {
  static int64_t number;
  swiftsession_error error;
  while (times-- > 0) {
    swiftsession_session *session;
    const char *text;
    size_t size;
    must(swiftsession_open(manager, cookie, strlen(cookie), &session, &error), &error);
    must(swiftsession_get_string(session, "t", &text, &size, &error), &error);
    must(swiftsession_set_integer(session, "n", ++number, &error), &error);
    must(swiftsession_save(session, &error), &error);
    swiftsession_session_free(session);
  }
}

/* ---- plain C */

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
    unsigned char old[sizeof record], new[sizeof record];
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

int main(void) {
  static const size_t sizes[] = {56, 612, 3069};
  if (!mkdtemp(folder))
    return 1;
  puts("| what | who | nanoseconds | against plain C | quartiles |");
  puts("| --- | --- | --- | --- | --- |");
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    char title[64];
    record_size = sizes[i];
    for (size_t j = 0; j < record_size; j++)
      record[j] = (unsigned char)(j * 7);
    ours_open();
    plain_open();
    snprintf(title, sizeof title, "SQLite, load and replace, %zu bytes", record_size);
    request_open();
    contestant all[] = {{"libswiftsession, the store", ours, {0}},
                        {"libswiftsession, a request", request, {0}},
                        {"plain C", plain, {0}}};
    compare(title, all, 3, 2000);
    swiftsession_manager_free(manager);
    sqlite3_finalize(load);
    sqlite3_finalize(replace);
    check(sqlite3_close(database));
    swiftsession_store_free(store);
    remove_files();
  }
  return rmdir(folder) != 0;
}
