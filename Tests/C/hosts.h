/* SPDX-License-Identifier: Apache-2.0 */
/* A manager whose clock the test sets, and requests as short calls. */
#ifndef HOSTS_H
#define HOSTS_H

#include "check.h"
#include "swiftsession.h"

static int64_t test_time = 1700000000;

static inline int64_t test_clock(void *context) { return *(int64_t *)context; }

/* CHECK with the message of a failed call. */
#define OK(call)                                                                                                       \
  do {                                                                                                                 \
    swiftsession_error error;                                                                                          \
    if ((call) != SWIFTSESSION_OK) {                                                                                   \
      fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call, error.message);                                    \
      exit(1);                                                                                                         \
    }                                                                                                                  \
  } while (0)

/* Settings as name, value, name, value ..., NULL. */
static inline swiftsession_manager *manager_of(const char *const *settings) {
  swiftsession_config *config;
  swiftsession_manager *manager;
  OK(swiftsession_config_new(&config, &error));
  for (; *settings; settings += 2)
    OK(swiftsession_config_set(config, settings[0], settings[1], &error));
  OK(swiftsession_manager_open(config, &manager, &error));
  swiftsession_config_free(config);
  OK(swiftsession_manager_set_clock(manager, test_clock, &test_time, &error));
  return manager;
}

static inline swiftsession_session *open_header(swiftsession_manager *manager, const char *header) {
  swiftsession_session *session;
  OK(swiftsession_open(manager, header, header ? strlen(header) : 0, &session, &error));
  return session;
}

/* The value of a header line, NULL where there is none. */
static inline const char *header_of(const swiftsession_session *session, const char *name) {
  for (size_t i = 0; i < swiftsession_header_count(session); i++) {
    if (strcmp(swiftsession_header_name(session, i), name) == 0)
      return swiftsession_header_value(session, i);
  }
  return NULL;
}

/* What the browser sends back: `name=value` of a Set-Cookie line. */
static inline void cookie_of(const swiftsession_session *session, char *cookie, size_t size) {
  const char *line = header_of(session, "Set-Cookie");
  CHECK(line != NULL);
  size_t length = strcspn(line, ";");
  CHECK(length < size);
  memcpy(cookie, line, length);
  cookie[length] = 0;
}

#endif
