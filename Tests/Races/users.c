/* SPDX-License-Identifier: Apache-2.0 */
/* The sessions of one user, however many.
     users fill DB LOGINS COUNT IDS    logs in so often, copies one of the records until there are COUNT, notes their
   ids users end DB                      ends all of them users look DB IDS                 opens each and prints how
   many are there still DB is the path of a SQLite file, .db, or of a folder, or the address of a server. */
#include "races.h"

static void log_in_once(swiftsession_manager *manager, char *id, size_t size) {
  swiftsession_session *session = request(manager, NULL);
  OK(swiftsession_set_integer(session, "sum", 0, &error));
  OK(swiftsession_login(session, "jack", 4, "Firefox", &error));
  OK(swiftsession_save(session, &error));
  snprintf(id, size, "%s", swiftsession_id(session));
  swiftsession_session_free(session);
}

/* The record does not know its id: what is under another one is a session as any. */
static void copy(const char *path, const char *id, long first, long count, FILE *ids) {
  swiftsession_config *config = config_on(path, "60");
  swiftsession_store *store;
  OK(swiftsession_store_open(config, &store, &error));
  swiftsession_config_free(config);
  char key[160];
  void *record;
  size_t size;
  snprintf(key, sizeof key, "session:%s", id);
  OK(swiftsession_store_load(store, key, strlen(key), &record, &size, NULL, NULL, &error));
  for (long i = first; i < count; i++) {
    snprintf(key, sizeof key, "session:copy-%038ld", i);
    OK(swiftsession_store_create(store, key, strlen(key), record, size, 86400, &error));
    fprintf(ids, "%s\n", key + strlen("session:"));
  }
  swiftsession_free(record);
  swiftsession_store_free(store);
}

static void look(swiftsession_manager *manager, FILE *ids) {
  char id[128], cookie[160];
  long there = 0, count = 0;
  for (; fgets(id, sizeof id, ids); count++) {
    snprintf(cookie, sizeof cookie, "session=%.*s", (int)strcspn(id, "\n"), id);
    swiftsession_session *session = request(manager, cookie);
    OK(swiftsession_load(session, &error));
    there += swiftsession_origin(session) == SWIFTSESSION_ORIGIN_COOKIE;
    swiftsession_session_free(session);
  }
  printf("%ld of %ld\n", there, count);
}

int main(int count, char **arguments) {
  CHECK(count >= 3);
  const char *way = arguments[1], *path = arguments[2];
  swiftsession_manager *manager = manager_on(path);
  if (strcmp(way, "fill") == 0) {
    CHECK(count == 6);
    FILE *ids = fopen(arguments[5], "w");
    char id[128];
    long logins = atol(arguments[3]);
    CHECK(ids && logins > 0);
    for (long i = 0; i < logins; i++) {
      log_in_once(manager, id, sizeof id);
      fprintf(ids, "%s\n", id);
    }
    copy(path, id, logins, atol(arguments[4]), ids);
    CHECK(fclose(ids) == 0);
  } else if (strcmp(way, "end") == 0) {
    OK(swiftsession_manager_end_user(manager, "jack", 4, &error));
  } else {
    CHECK(count == 4 && strcmp(way, "look") == 0);
    FILE *ids = fopen(arguments[3], "r");
    CHECK(ids);
    look(manager, ids);
    fclose(ids);
  }
  swiftsession_manager_free(manager);
  return 0;
}
