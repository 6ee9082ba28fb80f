/* SPDX-License-Identifier: Apache-2.0 */
/* host NAME=VALUE ...: a program as any other, which leaves SIGPIPE alone. It takes an operation a line, does it with a
   manager or a store of these settings, and answers with a line:

       STATUS MICROSECONDS OURS UNKNOWN COOKIES ID OWNER SUM TEXT MESSAGE

   MICROSECONDS is the longest call of the library's, OURS the same without the time that this thread waited for a
   processor; UNKNOWN is 1 where a message says that an outcome is; COOKIES is the number of Set-Cookie lines. What
   there is nothing to say of is "-". */
#include "swiftsession.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static swiftsession_manager *manager;
static swiftsession_store *store;
static swiftsession_error error;

/* What is answered. */
static int64_t longest, longest_here, sum;
static int is_unknown, cookies, has_sum;
static char id[256], owner[256], text[256];

/* The token of `token KEY`. */
static void *token;
static size_t token_size;

/* Nanoseconds. */
static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* Nanoseconds in which this thread could run and other programs had the processors. */
static int64_t waited(void) {
  int64_t nanoseconds = 0;
  char buffer[64] = {0};
  static int file = -1;
  if (file < 0)
    file = open("/proc/self/schedstat", O_RDONLY);
  if (file >= 0 && pread(file, buffer, sizeof buffer - 1, 0) > 0 && strchr(buffer, ' '))
    nanoseconds = atoll(strchr(buffer, ' '));
  return nanoseconds;
}

/* Each call of the library that may go to a server stands in this. */
#define TIMED(call) (started = now(), started_waiting = waited(), ended(call))
static int64_t started, started_waiting;
static swiftsession_status ended(swiftsession_status status) {
  int64_t took = (now() - started) / 1000, here = took - (waited() - started_waiting) / 1000;
  if (took > longest)
    longest = took;
  if (here > longest_here)
    longest_here = here;
  if (status && strstr(error.message, "outcome is unknown"))
    is_unknown = 1;
  return status;
}

/* Who the session is of, how much was added to it, and its id. */
static void look(swiftsession_session *session) {
  const char *name;
  if (swiftsession_get_string(session, "owner", &name, NULL, NULL) == SWIFTSESSION_OK)
    snprintf(owner, sizeof owner, "%s", name);
  has_sum = swiftsession_get_integer(session, "sum", &sum, NULL) == SWIFTSESSION_OK;
}

static swiftsession_status save(swiftsession_session *session) {
  swiftsession_status status;
  status = TIMED(swiftsession_save(session, &error));
  for (size_t i = 0; i < swiftsession_header_count(session); i++)
    cookies += strcmp(swiftsession_header_name(session, i), "Set-Cookie") == 0;
  if (swiftsession_id(session))
    snprintf(id, sizeof id, "%s", swiftsession_id(session));
  return status;
}

/* What a request does with a session that is loaded. */
static swiftsession_status change(swiftsession_session *session, const char *what, const char *with) {
  if (strcmp(what, "add") == 0)
    return swiftsession_add(session, "sum", 1, NULL, &error);
  if (strcmp(what, "append") == 0)
    return swiftsession_append(session, "list", "1", 1, &error);
  if (strcmp(what, "set") == 0)
    return swiftsession_set_integer(session, "sum", atoll(with), &error);
  if (strcmp(what, "large") == 0) {
    static char many[20000];
    memset(many, 'x', sizeof many);
    return swiftsession_set_string(session, "many", many, sizeof many, &error);
  }
  if (strcmp(what, "clear") == 0)
    return swiftsession_clear(session, &error);
  if (strcmp(what, "logout") == 0)
    return swiftsession_logout(session, &error);
  if (strcmp(what, "destroy") == 0)
    return swiftsession_destroy(session, &error);
  if (strcmp(what, "renew") == 0)
    return swiftsession_renew(session, &error);
  if (strcmp(what, "login") == 0)
    return swiftsession_login(session, with, strlen(with), NULL, &error);
  if (strcmp(what, "end_others") == 0)
    return swiftsession_end_others(session, &error);
  return SWIFTSESSION_OK; /* touch, read */
}

static swiftsession_status on_session(const char *what, const char *name, const char *with) {
  swiftsession_session *session;
  char header[400] = "";
  int is_new = strcmp(what, "create") == 0;
  swiftsession_status status = SWIFTSESSION_OK;
  if (!is_new)
    snprintf(header, sizeof header, "session=%s", name);
  if (swiftsession_open(manager, header, strlen(header), &session, &error))
    return error.status;
  if (is_new) {
    status = swiftsession_set_string(session, "owner", name, strlen(name), &error);
    if (status == SWIFTSESSION_OK)
      status = swiftsession_set_integer(session, "sum", 0, &error);
  } else if (strcmp(what, "touch") != 0 && strcmp(what, "destroy") != 0) {
    status = TIMED(swiftsession_load(session, &error));
    if (status == SWIFTSESSION_OK && swiftsession_origin(session) == SWIFTSESSION_ORIGIN_NOT_FOUND)
      status = SWIFTSESSION_NOT_FOUND;
    if (status == SWIFTSESSION_OK)
      look(session);
  }
  if (status == SWIFTSESSION_OK && strcmp(what, "load") != 0) {
    status = TIMED(change(session, what, with));
    if (status == SWIFTSESSION_OK)
      status = save(session);
  }
  swiftsession_session_free(session);
  return status;
}

/* `begin ID` adds 1 to a session, `finish` saves it. */
static swiftsession_session *begun;

static swiftsession_status begin(const char *name) {
  char header[400];
  snprintf(header, sizeof header, "session=%s", name);
  swiftsession_session_free(begun);
  if (swiftsession_open(manager, header, strlen(header), &begun, &error))
    return error.status;
  return TIMED(swiftsession_add(begun, "sum", 1, NULL, &error));
}

static swiftsession_status finish(void) {
  swiftsession_status status = save(begun);
  swiftsession_session_free(begun);
  begun = NULL;
  return status;
}

static swiftsession_status user_sessions(const char *user) {
  char *json;
  size_t size;
  swiftsession_status status =
      TIMED(swiftsession_manager_user_sessions(manager, NULL, user, strlen(user), &json, &size, &error));
  if (status)
    return status;
  /* How many there are, and the first one's reference. */
  sum = 0;
  has_sum = 1;
  const char *mark = "\"reference\":\"";
  for (const char *at = strstr(json, mark); at; at = strstr(at + 1, mark)) {
    if (sum++ == 0)
      snprintf(text, sizeof text, "%.*s", (int)strcspn(at + strlen(mark), "\""), at + strlen(mark));
  }
  swiftsession_free(json);
  return status;
}

static swiftsession_status on_manager(const char *what, const char *name, const char *with) {
  if (strcmp(what, "ping") == 0)
    return TIMED(swiftsession_manager_ping(manager, &error));
  if (strcmp(what, "prepare") == 0)
    return TIMED(swiftsession_manager_prepare(manager, &error));
  if (strcmp(what, "sweep") == 0)
    return TIMED(swiftsession_manager_sweep(manager, 10, NULL, &error));
  if (strcmp(what, "end_user") == 0)
    return TIMED(swiftsession_manager_end_user(manager, name, strlen(name), &error));
  if (strcmp(what, "end_session") == 0)
    return TIMED(swiftsession_manager_end_session(manager, name, strlen(name), with, &error));
  return user_sessions(name);
}

/* A record is its key, a colon and a number. */
static swiftsession_status store_load(const char *key, int with_token) {
  char *record;
  void *new_token;
  size_t new_size;
  swiftsession_status status =
      TIMED(swiftsession_store_load(store, key, strlen(key), (void **)&record, NULL, &new_token, &new_size, &error));
  if (status)
    return status;
  snprintf(owner, sizeof owner, "%.*s", (int)strcspn(record, ":"), record);
  has_sum = strchr(record, ':') != NULL;
  if (has_sum)
    sum = atoll(strchr(record, ':') + 1);
  swiftsession_free(record);
  if (with_token) {
    swiftsession_free(token);
    token = new_token;
    token_size = new_size;
  } else {
    swiftsession_free(new_token);
  }
  return status;
}

static swiftsession_status on_store(const char *what, const char *key, const char *with) {
  char record[300];
  size_t size = strlen(key);
  int record_size = snprintf(record, sizeof record, "%s:%s", key, with);
  if (strcmp(what, "store_load") == 0 || strcmp(what, "token") == 0)
    return store_load(key, strcmp(what, "token") == 0);
  if (strcmp(what, "store_create") == 0)
    return TIMED(swiftsession_store_create(store, key, size, record, (size_t)record_size, 3600, &error));
  if (strcmp(what, "store_replace") == 0)
    return TIMED(
        swiftsession_store_replace(store, key, size, record, (size_t)record_size, 3600, token, token_size, &error));
  if (strcmp(what, "store_touch") == 0)
    return TIMED(swiftsession_store_touch(store, key, size, 3600, &error));
  if (strcmp(what, "store_remove") == 0)
    return TIMED(swiftsession_store_remove(store, key, size, NULL, 0, &error));
  if (strcmp(what, "store_remove_token") == 0)
    return TIMED(swiftsession_store_remove(store, key, size, token, token_size, &error));
  return SWIFTSESSION_ARGUMENT;
}

static int is_of_manager(const char *what) {
  static const char *const names[] = {"ping", "prepare", "sweep", "end_user", "end_session", "user_sessions"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(what, names[i]) == 0)
      return 1;
  return 0;
}

static swiftsession_status done(const char *what, const char *name, const char *with) {
  if (strcmp(what, "begin") == 0)
    return begin(name);
  if (strcmp(what, "finish") == 0)
    return finish();
  if (strncmp(what, "store_", 6) == 0 || strcmp(what, "token") == 0)
    return on_store(what, name, with);
  return is_of_manager(what) ? on_manager(what, name, with) : on_session(what, name, with);
}

static const char *or_none(const char *word) { return *word ? word : "-"; }

static void answer(swiftsession_status status) {
  char number[24] = "-";
  if (has_sum)
    snprintf(number, sizeof number, "%lld", (long long)sum);
  printf("%s %lld %lld %d %d %s %s %s %s %s\n", swiftsession_status_name(status), (long long)longest,
         (long long)longest_here, is_unknown, cookies, or_none(id), or_none(owner), number, or_none(text),
         error.message);
  fflush(stdout);
}

int main(int argc, char **argv) {
  swiftsession_config *config;
  swiftsession_config_new(&config, NULL);
  for (int i = 1; i < argc; i++) {
    char *value = strchr(argv[i], '=');
    *value = 0;
    if (swiftsession_config_set(config, argv[i], value + 1, &error)) {
      fprintf(stderr, "%s\n", error.message);
      return 2;
    }
  }
  if (swiftsession_manager_open(config, &manager, &error) || swiftsession_store_open(config, &store, &error)) {
    fprintf(stderr, "%s\n", error.message);
    return 2;
  }
  swiftsession_config_free(config);
  char line[1000], what[64], name[300], with[300];
  while (fgets(line, sizeof line, stdin)) {
    strcpy(name, "");
    strcpy(with, "0");
    if (sscanf(line, "%63s %299s %299s", what, name, with) < 1)
      continue;
    memset(&error, 0, sizeof error);
    longest = longest_here = is_unknown = cookies = has_sum = 0;
    *id = *owner = *text = 0;
    answer(done(what, name, with));
  }
  swiftsession_session_free(begun);
  swiftsession_store_free(store);
  swiftsession_manager_free(manager);
  swiftsession_free(token);
  return 0;
}
