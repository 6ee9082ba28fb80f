/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that opened a session and then wait, while another process ends it or gives it another id.
     parked EVENT DB REQUESTS          they go on when it is over: nobody is brought back
     parked EVENT DB REQUESTS meets    they go on while it happens
   EVENT is what happens meanwhile:
     logout, login, renew              whoever has the old id has no session
     end-all, end-others               nor has who was not spared
     aging                             a new id by time: all go on under the new one, and nothing that they do is lost
     aged                              the same, and the time is over in which the old id leads to the new one
   DB is the path of a SQLite file, .db, or of a folder, or the address of a server. */
#define _GNU_SOURCE
#include "races.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How many requests wait with one session, and with how many sessions at once. */
enum { WAITING = 40, SESSIONS = 50, RENEW_AFTER = 3600 };

typedef enum {
  READS,
  ONLY_OPENS,
  SETS,
  ADDS,
  APPENDS,
  PEEKS_AND_SETS,
  REMOVES,
  /* What follows is not done where the session is to go on. */
  CLEARS,
  CLEARS_AND_SETS,
  RENEWS,
  LOGS_IN,
  ENDS_OTHERS,
  KINDS
} kind;

/* One browser. Every second one is logged in, and every second two meet servers that renew ids by time. */
typedef struct {
  int number;
  char cookie[128];
} browser;

static const char *event, *store;
static int meets;
/* Tells the users of this run from those of others on the same store. */
static long run_number;
/* How far the clock of both processes is ahead. */
static int64_t *ahead;
static swiftsession_manager *managers[2];
static long alive, late, wrong, written;

static int is_event(const char *name) { return strcmp(event, name) == 0; }

static int is_by_time(void) { return is_event("aging") || is_event("aged"); }

static int has_user(const browser *one) { return one->number % 2 || strncmp(event, "end-", 4) == 0; }

static int64_t clock_ahead(void *context) {
  (void)context;
  return (int64_t)time(NULL) + *ahead;
}

static swiftsession_manager *manager_of(const browser *one) { return managers[is_by_time() || one->number / 2 % 2]; }

static void open_managers(void) {
  for (int renews = 0; renews < 2; renews++) {
    swiftsession_config *config = config_on(store, "60");
    if (renews) {
      OK(swiftsession_config_set(config, "SESSION_RENEW_AFTER", "3600", &error));
      OK(swiftsession_config_set(config, "SESSION_RENEW_GRACE", is_event("aged") ? "1" : "600", &error));
    }
    OK(swiftsession_manager_open(config, &managers[renews], &error));
    OK(swiftsession_manager_set_clock(managers[renews], clock_ahead, NULL, &error));
    swiftsession_config_free(config);
  }
}

static void close_managers(void) {
  swiftsession_manager_free(managers[0]);
  swiftsession_manager_free(managers[1]);
}

static void name_of(const browser *one, char *name, size_t size) {
  snprintf(name, size, "jack %ld.%d", run_number, one->number);
}

static void log_in_as(swiftsession_session *session, const browser *one) {
  char name[64];
  name_of(one, name, sizeof name);
  OK(swiftsession_login(session, name, strlen(name), "Firefox", &error));
}

static void take_cookie(swiftsession_session *session, browser *one) {
  const char *line = set_cookie(session);
  CHECK(line && strcspn(line, ";") < sizeof one->cookie);
  snprintf(one->cookie, strcspn(line, ";") + 1, "%s", line);
}

static void begin(browser *one) {
  swiftsession_session *session = request(manager_of(one), NULL);
  OK(swiftsession_set_string(session, "name", "jack", 4, &error));
  OK(swiftsession_set_integer(session, "sum", 0, &error));
  OK(swiftsession_set_json(session, "list", "[]", 2, &error));
  OK(swiftsession_set_null(session, "old", &error));
  if (has_user(one))
    log_in_as(session, one);
  OK(swiftsession_save(session, &error));
  take_cookie(session, one);
  swiftsession_session_free(session);
}

/* ---- The other process */

static void happen(browser *one) {
  swiftsession_manager *manager = manager_of(one);
  if (is_event("end-all")) {
    char name[64];
    name_of(one, name, sizeof name);
    OK(swiftsession_manager_end_user(manager, name, strlen(name), &error));
    one->cookie[0] = 0;
    return;
  }
  swiftsession_session *session = request(manager, is_event("end-others") ? NULL : one->cookie);
  if (is_event("logout")) {
    OK(swiftsession_logout(session, &error));
  } else if (is_event("login")) {
    log_in_as(session, one);
  } else if (is_event("renew")) {
    OK(swiftsession_renew(session, &error));
  } else if (is_event("end-others")) {
    OK(swiftsession_set_string(session, "name", "jack", 4, &error));
    log_in_as(session, one);
    OK(swiftsession_save(session, &error));
    take_cookie(session, one);
    swiftsession_session_free(session);
    session = request(manager, one->cookie);
    OK(swiftsession_end_others(session, &error));
  }
  OK(swiftsession_save(session, &error));
  if (is_event("logout"))
    one->cookie[0] = 0;
  else
    take_cookie(session, one);
  swiftsession_session_free(session);
}

static pid_t happen_elsewhere(int in[2], int out[2]) {
  CHECK(pipe(in) == 0 && pipe(out) == 0);
  pid_t child = fork();
  if (child != 0)
    return child;
  close(in[1]);
  open_managers();
  browser one;
  while (read(in[0], &one, sizeof one) == sizeof one) {
    happen(&one);
    CHECK(write(out[1], &one, sizeof one) == sizeof one);
  }
  close_managers();
  exit(0);
}

/* ---- Those who wait */

/* Another one comes first with each session. */
static kind kind_of(const browser *one, int place) {
  kind is = (one->number + place) % (meets || is_event("aging") ? CLEARS : KINDS);
  return is;
}

static int only_reads(kind is) { return is == READS || is == ONLY_OPENS; }

static void park(swiftsession_session *session, const browser *one, int place) {
  char key[32];
  snprintf(key, sizeof key, "late%d", place);
  switch (kind_of(one, place)) {
  case READS:
    OK(swiftsession_load(session, &error));
    break;
  case PEEKS_AND_SETS:
    OK(swiftsession_peek(session, &error));
    OK(swiftsession_set_integer(session, key, place, &error));
    break;
  case SETS:
    OK(swiftsession_set_integer(session, key, place, &error));
    break;
  case ADDS:
    OK(swiftsession_add(session, "sum", 1, NULL, &error));
    break;
  case APPENDS:
    OK(swiftsession_append(session, "list", "1", 1, &error));
    break;
  case REMOVES:
    OK(swiftsession_remove(session, "old", &error));
    break;
  case CLEARS:
    OK(swiftsession_clear(session, &error));
    break;
  case CLEARS_AND_SETS:
    OK(swiftsession_clear(session, &error));
    OK(swiftsession_set_integer(session, key, place, &error));
    break;
  case RENEWS:
    OK(swiftsession_renew(session, &error));
    break;
  case LOGS_IN:
    log_in_as(session, one);
    break;
  case ENDS_OTHERS:
    if (has_user(one)) {
      OK(swiftsession_end_others(session, &error));
    } else {
      OK(swiftsession_set_integer(session, key, place, &error));
    }
    break;
  default:
    break;
  }
}

static void count(long *counter, const char *what, const browser *one, int place) {
  if (++*counter <= 10)
    fprintf(stderr, "%s: %s: browser %d, request %d of kind %d\n", event, what, one->number, place,
            (int)kind_of(one, place));
}

/* Ends one that waited. Where it was with the event, it may have come first. */
static void go_on(swiftsession_session *session, const browser *one, const browser *after, int place) {
  swiftsession_status status = swiftsession_save(session, NULL);
  const char *cookie = set_cookie(session);
  int succeeds = is_event("aging") || only_reads(kind_of(one, place));
  written += status == SWIFTSESSION_OK && !only_reads(kind_of(one, place));
  if (status != (succeeds ? SWIFTSESSION_OK : SWIFTSESSION_GONE) && !(meets && status == SWIFTSESSION_OK))
    count(&wrong, swiftsession_status_name(status), one, place);
  if (!meets && cookie && !is_event("aging"))
    count(&late, "a cookie", one, place);
  if (!meets && is_event("aging") && cookie && strncmp(cookie, after->cookie, strlen(after->cookie)) != 0)
    count(&late, "another id", one, place);
  if (status == SWIFTSESSION_GONE && cookie)
    count(&late, "a cookie of what is gone", one, place);
  swiftsession_session_free(session);
}

/* ---- What is left */

/* How many requests of a kind there were with each session. */
static int64_t number_of(const browser *one, kind sought) {
  int64_t number = 0;
  for (int place = 0; place < WAITING; place++)
    number += kind_of(one, place) == sought;
  return number;
}

static void check_sessions_of_user(const browser *one, int expected) {
  char name[64], *list;
  name_of(one, name, sizeof name);
  OK(swiftsession_manager_user_sessions(manager_of(one), NULL, name, strlen(name), &list, NULL, &error));
  int number = 0;
  for (const char *place = list; (place = strstr(place, "\"reference\"")); place++)
    number++;
  if (number != expected)
    count(number > expected ? &alive : &wrong, "in the list of the user", one, -1);
  swiftsession_free(list);
}

static void check_old(const browser *one) {
  swiftsession_session *session = request(manager_of(one), one->cookie);
  OK(swiftsession_load(session, &error));
  if ((swiftsession_origin(session) == SWIFTSESSION_ORIGIN_NOT_FOUND) == is_event("aging"))
    count(&alive, "the old id", one, -1);
  swiftsession_session_free(session);
}

/* Those who waited have neither ended the new session nor, but for one by time, changed it. */
static void check_new(const browser *one) {
  int keeps = is_event("aging");
  swiftsession_session *session = request(manager_of(one), one->cookie);
  int64_t sum = 0;
  const char *list = "";
  size_t size = 0;
  int is_there = swiftsession_get_string(session, "name", NULL, NULL, NULL) == SWIFTSESSION_OK;
  if (is_event("end-others") || meets) {
    if (!is_there)
      count(&wrong, "the new session", one, -1);
    if (!keeps) {
      swiftsession_session_free(session);
      return;
    }
  }
  swiftsession_get_integer(session, "sum", &sum, NULL);
  swiftsession_get_json(session, "list", &list, &size, NULL);
  int64_t items = size > 2 ? ((int64_t)size - 1) / 2 : 0;
  if (!is_there || sum != (keeps ? number_of(one, ADDS) : 0) || items != (keeps ? number_of(one, APPENDS) : 0))
    count(&wrong, "what the new session holds", one, -1);
  for (int place = 0; place < WAITING; place++) {
    char key[32];
    snprintf(key, sizeof key, "late%d", place);
    int is_set = swiftsession_type(session, key) != SWIFTSESSION_TYPE_NONE;
    if (is_set != (keeps && (kind_of(one, place) == SETS || kind_of(one, place) == PEEKS_AND_SETS)))
      count(&wrong, "a key of the new session", one, place);
  }
  swiftsession_session_free(session);
}

static void check(const browser *before, const browser *after) {
  int goes_on = after->cookie[0] != 0;
  check_old(before);
  if (goes_on)
    check_new(after);
  if (has_user(before) || is_event("login"))
    check_sessions_of_user(before, goes_on);
}

/* ---- All of it */

/* The time of redis and memcached cannot be set. */
static void let_the_grace_pass(void) {
  *ahead += 2;
  struct timespec pause = {2, 100000000};
  if (strncmp(store, "redis", 5) == 0 || strncmp(store, "memcached", 9) == 0)
    nanosleep(&pause, NULL);
}

static void run(int start, int number, int in, int out) {
  static browser before[SESSIONS], after[SESSIONS];
  static swiftsession_session *sessions[SESSIONS * WAITING];
  for (int i = 0; i < number; i++) {
    before[i] = (browser){.number = start + i};
    begin(&before[i]);
    for (int place = 0; place < WAITING; place++) {
      sessions[i * WAITING + place] = request(manager_of(&before[i]), before[i].cookie);
      park(sessions[i * WAITING + place], &before[i], place);
    }
  }
  if (is_by_time())
    *ahead += RENEW_AFTER;
  for (int i = 0; i < number; i++) {
    CHECK(write(in, &before[i], sizeof *before) == sizeof *before);
    for (int place = 0; meets && place < WAITING; place++)
      go_on(sessions[i * WAITING + place], &before[i], NULL, place);
    CHECK(read(out, &after[i], sizeof *after) == sizeof *after);
  }
  if (is_event("aged"))
    let_the_grace_pass();
  for (int i = 0; i < number * WAITING && !meets; i++)
    go_on(sessions[i], &before[i / WAITING], &after[i / WAITING], i % WAITING);
  for (int i = 0; i < number; i++)
    check(&before[i], &after[i]);
}

int main(int arguments, char **argument) {
  CHECK(arguments == 4 || arguments == 5);
  event = argument[1];
  store = argument[2];
  meets = arguments == 5;
  CHECK(!(meets && is_event("aged")));
  run_number = (long)time(NULL) * 100000 + getpid() % 100000;
  ahead = mmap(NULL, sizeof *ahead, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(ahead != MAP_FAILED);
  int in[2], out[2], status, sessions = atoi(argument[3]) / WAITING;
  pid_t other = happen_elsewhere(in, out);
  close(in[0]);
  close(out[1]);
  open_managers();
  for (int start = 0; start < sessions; start += SESSIONS)
    run(start, sessions - start < SESSIONS ? sessions - start : SESSIONS, in[1], out[0]);
  close(in[1]);
  CHECK(waitpid(other, &status, 0) == other && status == 0);
  close_managers();
  printf("%d requests across %s: %ld sessions alive, %ld late cookies, %ld wrong; %ld wrote\n", sessions * WAITING,
         event, alive, late, wrong, written);
  CHECK(alive == 0 && late == 0 && wrong == 0);
  return 0;
}
