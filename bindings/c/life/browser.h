/* SPDX-License-Identifier: Apache-2.0 */
/* What the web server and the browser do around the programs of this folder. */
#ifndef BROWSER_H
#define BROWSER_H

#define _XOPEN_SOURCE 700
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <swiftsession.h>

static swiftsession_error error;

/* Ends the program with the message of a call that failed. */
#define TRY(call)                                                                                                      \
  do {                                                                                                                 \
    if (call) {                                                                                                        \
      fprintf(stderr, "%s: %s\n", swiftsession_status_name(error.status), error.message);                              \
      exit(1);                                                                                                         \
    }                                                                                                                  \
  } while (0)

/* The time, which the programs set forward. */
static int64_t now = 1700000000;

static inline int64_t time_now(void *context) { return *(int64_t *)context; }

typedef struct setting {
  const char *name, *value;
} setting;

/* A manager of these settings, up to one without a name, that tells of events. */
static inline swiftsession_manager *manager_that_tells(const setting *settings, swiftsession_events events,
                                                       void *context) {
  swiftsession_config *config;
  swiftsession_manager *manager;
  TRY(swiftsession_config_new(&config, &error));
  TRY(swiftsession_config_set_events(config, events, context, &error));
  for (; settings->name != NULL; settings++)
    TRY(swiftsession_config_set(config, settings->name, settings->value, &error));
  TRY(swiftsession_manager_open(config, &manager, &error));
  TRY(swiftsession_manager_set_clock(manager, time_now, &now, &error));
  swiftsession_config_free(config);
  return manager;
}

static inline swiftsession_manager *manager_of(const setting *settings) {
  return manager_that_tells(settings, NULL, NULL);
}

/* A browser remembers one cookie. */
typedef struct browser {
  char cookie[1024];
} browser;

/* A request of a browser begins. */
static inline swiftsession_session *request(swiftsession_manager *manager, const browser *from) {
  swiftsession_session *session;
  TRY(swiftsession_open(manager, from->cookie, strlen(from->cookie), &session, &error));
  return session;
}

/* It ends: the session is saved, and the browser remembers what the Set-Cookie line says. */
static inline void answer(swiftsession_session *session, browser *to) {
  TRY(swiftsession_save(session, &error));
  for (size_t i = 0; i < swiftsession_header_count(session); i++) {
    if (strcmp(swiftsession_header_name(session, i), "Set-Cookie") == 0)
      sscanf(swiftsession_header_value(session, i), "%1023[^;]", to->cookie);
  }
  swiftsession_session_free(session);
}

/* Prints what the sessions of jack are called, the current one in brackets, and takes the reference of the first. A
   program of yours reads the JSON with the library that it has for that. */
static inline void show_sessions(const char *when, swiftsession_manager *manager, swiftsession_session *current,
                                 char first[32]) {
  char *json, *label;
  TRY(swiftsession_manager_user_sessions(manager, current, "jack", 4, &json, NULL, &error));
  sscanf(json, "[{\"reference\":\"%31[^\"]", first);
  printf("%s:", when);
  for (label = json; (label = strstr(label, "\"label\":\"")) != NULL;) {
    label += strlen("\"label\":\"");
    int size = (int)strcspn(label, "\"");
    int is_current = strncmp(label + size, "\",\"current\":true", 16) == 0;
    printf(is_current ? " [%.*s]" : " %.*s", size, label);
  }
  printf("\n");
  swiftsession_free(json);
}

/* Prints whose a session is, and what is in its cart. */
static inline void show(const char *when, swiftsession_session *session) {
  const char *user = "nobody";
  int64_t cart = 0;
  swiftsession_user(session, &user, NULL, NULL); /* writes nothing where there is nobody */
  swiftsession_get_integer(session, "cart", &cart, NULL);
  printf("%s: %s %d\n", when, user, (int)cart);
}

/* Prints the figures whose names begin so. */
static inline void show_figures(swiftsession_manager *manager, const char *beginning) {
  char *text;
  TRY(swiftsession_manager_metrics(manager, &text, NULL, &error));
  for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    if (strncmp(line, beginning, strlen(beginning)) == 0)
      puts(line);
  }
  swiftsession_free(text);
}

/* Prints the same of jack's phone and his laptop. */
static inline void show_both(const char *when, swiftsession_manager *manager, const browser browsers[2]) {
  char line[64];
  for (int i = 0; i < 2; i++) {
    swiftsession_session *session = request(manager, &browsers[i]);
    snprintf(line, sizeof line, "%s, %s", when, i == 0 ? "phone" : "laptop");
    show(line, session);
    swiftsession_session_free(session);
  }
}

/* Whether a session has a value under a key; this asking is no use of it. */
static inline int is_there(swiftsession_manager *manager, const browser *from, const char *key) {
  swiftsession_session *session = request(manager, from);
  TRY(swiftsession_peek(session, &error));
  int is_there = swiftsession_type(session, key) != SWIFTSESSION_TYPE_NONE;
  swiftsession_session_free(session);
  return is_there;
}

/* Prints everything that is in a session, as tagged JSON. */
static inline void show_values(swiftsession_manager *manager, const browser *from) {
  const void *json;
  swiftsession_session *session = request(manager, from);
  TRY(swiftsession_payload(session, "tagged", &json, NULL, &error));
  puts(json);
  swiftsession_session_free(session);
}

/* A place in a folder of this program's own. */
static inline const char *in_folder(const char *name) {
  static char folder[] = "/tmp/swiftsession-XXXXXX", places[4][64];
  static int count;
  if (count == 0 && mkdtemp(folder) == NULL)
    exit(1);
  snprintf(places[count], sizeof places[0], "%s/%s", folder, name);
  return places[count++];
}

/* A session begins with a name in it. */
static inline void store_name(const char *name, swiftsession_manager *manager, browser *to) {
  swiftsession_session *session = request(manager, to);
  TRY(swiftsession_set_string(session, "name", name, strlen(name), &error));
  answer(session, to);
}

/* Prints the name in each session. */
static inline void show_names(const char *when, swiftsession_manager *manager, const browser *browsers, int count) {
  printf("%s:", when);
  for (int i = 0; i < count; i++) {
    const char *name;
    swiftsession_session *session = request(manager, &browsers[i]);
    TRY(swiftsession_get_string(session, "name", &name, NULL, &error));
    printf(" %s", name);
    swiftsession_session_free(session);
  }
  printf("\n");
}

#endif
