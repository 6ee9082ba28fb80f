/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs of the races share: managers on any store, requests, and a first session. */
#ifndef RACES_H
#define RACES_H

#include "../C/check.h"
#include "swiftsession.h"

#define OK(call)                                                                                                       \
  do {                                                                                                                 \
    swiftsession_error error;                                                                                          \
    if ((call) != SWIFTSESSION_OK) {                                                                                   \
      fprintf(stderr, "%s:%d: %s: %s: %s\n", __FILE__, __LINE__, #call, swiftsession_status_name(error.status),        \
              error.message);                                                                                          \
      exit(1);                                                                                                         \
    }                                                                                                                  \
  } while (0)

/* The settings for a store: the path of a SQLite file, .db, or of a folder, or the address of a server, or `memory`. */
static inline swiftsession_config *config_on(const char *store, const char *timeout) {
  swiftsession_config *config;
  OK(swiftsession_config_new(&config, &error));
  static const char *const servers[][2] = {{"memcached", "SESSION_MEMCACHED"},
                                           {"mongodb", "SESSION_MONGODB"},
                                           {"mysql", "SESSION_MYSQL"},
                                           {"postgresql", "SESSION_POSTGRESQL"},
                                           {"redis", "SESSION_REDIS"}};
  int is_sqlite = strstr(store, ".db") != NULL;
  const char *type = is_sqlite ? "sqlite" : "filesystem", *setting = is_sqlite ? "SESSION_SQLITE" : "SESSION_FILE_DIR";
  for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
    if (strncmp(store, servers[i][0], strlen(servers[i][0])) == 0) {
      type = servers[i][0];
      setting = servers[i][1];
    }
  }
  if (strcmp(store, "memory") == 0) {
    OK(swiftsession_config_set(config, "SESSION_TYPE", store, &error));
  } else {
    OK(swiftsession_config_set(config, "SESSION_TYPE", type, &error));
    OK(swiftsession_config_set(config, setting, store, &error));
  }
  OK(swiftsession_config_set(config, "SESSION_TIMEOUT", timeout, &error));
  return config;
}

static inline swiftsession_manager *manager_within(const char *store, const char *timeout) {
  swiftsession_config *config = config_on(store, timeout);
  swiftsession_manager *manager;
  OK(swiftsession_manager_open(config, &manager, &error));
  swiftsession_config_free(config);
  return manager;
}

static inline swiftsession_manager *manager_on(const char *path) { return manager_within(path, "60"); }

static inline swiftsession_session *request(swiftsession_manager *manager, const char *cookie) {
  swiftsession_session *session;
  OK(swiftsession_open(manager, cookie, cookie ? strlen(cookie) : 0, &session, &error));
  return session;
}

static inline const char *set_cookie(const swiftsession_session *session) {
  for (size_t i = 0; i < swiftsession_header_count(session); i++) {
    if (strcmp(swiftsession_header_name(session, i), "Set-Cookie") == 0)
      return swiftsession_header_value(session, i);
  }
  return NULL;
}

/* A session with a user and a sum of 0, as the cookie that a browser sends. */
static inline void log_in(swiftsession_manager *manager, char *cookie, size_t size) {
  swiftsession_session *session = request(manager, NULL);
  OK(swiftsession_set_string(session, "user", "jack", 4, &error));
  OK(swiftsession_set_integer(session, "sum", 0, &error));
  OK(swiftsession_save(session, &error));
  const char *line = set_cookie(session);
  CHECK(line && strcspn(line, ";") < size);
  snprintf(cookie, strcspn(line, ";") + 1, "%s", line);
  swiftsession_session_free(session);
}

#endif
