/* SPDX-License-Identifier: Apache-2.0 */
/* threads STORE THREADS ROUNDS: so many threads on one manager. In each round each adds 1 to the sum of one session
   that all have, sets a key of its own there, and counts in a session of its own, which now and then gets a new id, or
   ends and is followed by another. The first thread also sweeps and looks at the figures. STORE is the path of a SQLite
   file, .db, or of a folder, or the address of a server, or `memory`. */
#include "races.h"

#include <pthread.h>

enum { MOST = 256, LONGEST = 512 };

static swiftsession_manager *manager;
static char common[LONGEST];
static int threads, rounds;
static long events;

struct browser {
  int number;
  char cookie[LONGEST];
  int64_t visits;
  long renewed, ended;
};

static void count_event(void *context, const swiftsession_event *event) {
  (void)event;
  __atomic_add_fetch((long *)context, 1, __ATOMIC_RELAXED);
}

/* Saves, and takes the cookie that comes. */
static void save(struct browser *browser, swiftsession_session *session) {
  OK(swiftsession_save(session, &error));
  const char *line = set_cookie(session);
  if (line) {
    CHECK(strcspn(line, ";") < LONGEST);
    snprintf(browser->cookie, strcspn(line, ";") + 1, "%s", line);
  }
  swiftsession_session_free(session);
}

static int opens(const char *cookie) {
  swiftsession_session *session = request(manager, cookie);
  OK(swiftsession_load(session, &error));
  int is_there = swiftsession_origin(session) == SWIFTSESSION_ORIGIN_COOKIE;
  swiftsession_session_free(session);
  return is_there;
}

static void begin(struct browser *browser) {
  swiftsession_session *session = request(manager, NULL);
  char user[32];
  /* Eight threads each are one user, whose list they write at once. */
  int size = snprintf(user, sizeof user, "user%d", browser->number / 8);
  OK(swiftsession_login(session, user, (size_t)size, "a browser", &error));
  OK(swiftsession_set_integer(session, "visits", 0, &error));
  OK(swiftsession_set_integer(session, "owner", browser->number, &error));
  browser->visits = 0;
  save(browser, session);
}

static void visit_own(struct browser *browser, int round) {
  char old[LONGEST];
  strcpy(old, browser->cookie);
  swiftsession_session *session = request(manager, browser->cookie);
  int64_t visits, owner;
  OK(swiftsession_get_integer(session, "owner", &owner, &error));
  OK(swiftsession_add(session, "visits", 1, &visits, &error));
  CHECK(owner == browser->number && visits == ++browser->visits);
  if (round % 16 == 15) {
    OK(swiftsession_destroy(session, &error));
    save(browser, session);
    browser->ended++;
    CHECK(!opens(old));
    begin(browser);
  } else if (round % 8 == 7) {
    OK(swiftsession_renew(session, &error));
    save(browser, session);
    browser->renewed++;
    CHECK(strcmp(old, browser->cookie) != 0 && !opens(old));
  } else {
    save(browser, session);
  }
}

static void visit_common(const struct browser *browser, int round) {
  char key[32];
  snprintf(key, sizeof key, "key%d", browser->number);
  swiftsession_session *session = request(manager, common);
  int64_t before = 0;
  swiftsession_status status = swiftsession_get_integer(session, key, &before, NULL);
  CHECK(status == SWIFTSESSION_OK || status == SWIFTSESSION_NOT_FOUND);
  CHECK(before == round);
  OK(swiftsession_set_integer(session, key, round + 1, &error));
  OK(swiftsession_add(session, "sum", 1, NULL, &error));
  OK(swiftsession_save(session, &error));
  swiftsession_session_free(session);
}

static void look_after(void) {
  int32_t more;
  char *text;
  OK(swiftsession_manager_sweep(manager, 10, &more, &error));
  OK(swiftsession_manager_metrics(manager, &text, NULL, &error));
  swiftsession_free(text);
}

static void *browse(void *argument) {
  struct browser *browser = argument;
  begin(browser);
  for (int round = 0; round < rounds; round++) {
    visit_common(browser, round);
    visit_own(browser, round);
    if (browser->number == 0 && round % 4 == 0)
      look_after();
  }
  return NULL;
}

static void open_manager(const char *store) {
  swiftsession_config *config = config_on(store, "240");
  OK(swiftsession_config_set(config, "SECRET_KEY", "a key of no less than thirty-two bytes", &error));
  OK(swiftsession_config_set(config, "SESSION_USE_SIGNER", "true", &error));
  OK(swiftsession_config_set(config, "SESSION_POOL_SIZE", "16", &error));
  OK(swiftsession_config_set_events(config, count_event, &events, &error));
  OK(swiftsession_manager_open(config, &manager, &error));
  swiftsession_config_free(config);
}

/* What is left is exactly what was done. */
static void compare(const struct browser *browsers) {
  swiftsession_session *session = request(manager, common);
  int64_t sum, value;
  OK(swiftsession_get_integer(session, "sum", &sum, &error));
  CHECK(sum == (int64_t)threads * rounds);
  for (int i = 0; i < threads; i++) {
    char key[32];
    snprintf(key, sizeof key, "key%d", i);
    OK(swiftsession_get_integer(session, key, &value, &error));
    CHECK(value == rounds);
  }
  swiftsession_session_free(session);
  for (int i = 0; i < threads; i++) {
    session = request(manager, browsers[i].cookie);
    OK(swiftsession_get_integer(session, "visits", &value, &error));
    CHECK(value == browsers[i].visits);
    swiftsession_session_free(session);
  }
}

int main(int count, char **arguments) {
  static struct browser browsers[MOST];
  static pthread_t ids[MOST];
  CHECK(count == 4);
  threads = atoi(arguments[2]);
  rounds = atoi(arguments[3]);
  CHECK(threads > 0 && threads <= MOST);
  open_manager(arguments[1]);
  log_in(manager, common, sizeof common);
  for (int i = 0; i < threads; i++) {
    browsers[i].number = i;
    CHECK(pthread_create(&ids[i], NULL, browse, &browsers[i]) == 0);
  }
  long renewed = 0, ended = 0;
  for (int i = 0; i < threads; i++) {
    CHECK(pthread_join(ids[i], NULL) == 0);
    renewed += browsers[i].renewed;
    ended += browsers[i].ended;
  }
  compare(browsers);
  swiftsession_manager_free(manager);
  printf("%d threads, sum %d, %ld renewed, %ld ended, %ld events\n", threads, threads * rounds, renewed, ended, events);
  return 0;
}
