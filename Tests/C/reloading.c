/* SPDX-License-Identifier: Apache-2.0 */
/* Keys turn over in a program whose threads serve requests: no request loses its session, and afterwards no cookie has
   an old key. */
#include "hosts.h"

#include <pthread.h>
#include <unistd.h>

enum { THREADS = 4, KEYS = 8, LONGEST = 4096 };

static swiftsession_manager *manager;
static char path[] = "/tmp/swiftsession-keys-XXXXXX";
static int rounds = 2000;

/* Keys first to last; a key begins long before the clock of the test. */
static void write_keys(int first, int last) {
  char next[sizeof path + 4];
  snprintf(next, sizeof next, "%s.new", path);
  FILE *file = fopen(next, "w");
  CHECK(file != NULL);
  for (int i = first; i <= last; i++)
    fprintf(file, "key%d %d - cookies %d000000000000000000000000000000000000000000\n", i, 1000 + i, i);
  CHECK(fclose(file) == 0 && rename(next, path) == 0);
}

static void *serve(void *number) {
  char cookie[LONGEST];
  swiftsession_session *session = open_header(manager, NULL);
  OK(swiftsession_set_integer(session, "visits", 0, &error));
  OK(swiftsession_save(session, &error));
  cookie_of(session, cookie, sizeof cookie);
  swiftsession_session_free(session);
  for (int i = 0; i < rounds; i++) {
    session = open_header(manager, cookie);
    CHECK(swiftsession_origin(session) == SWIFTSESSION_ORIGIN_COOKIE);
    int64_t visits;
    OK(swiftsession_add(session, "visits", 1, &visits, &error));
    CHECK(visits == i + 1);
    OK(swiftsession_save(session, &error));
    cookie_of(session, cookie, sizeof cookie);
    swiftsession_session_free(session);
  }
  strcpy(number, cookie);
  return NULL;
}

int main(void) {
  if (getenv("SHORT"))
    rounds = 50;
  int file = mkstemp(path);
  CHECK(file >= 0 && close(file) == 0);
  write_keys(0, 0);
  const char *const settings[] = {
      "SESSION_KEYS_FILE", path, "SESSION_TYPE", "cookie", "SESSION_COOKIE_FORMAT", "sealed", NULL};
  manager = manager_of(settings);

  pthread_t threads[THREADS];
  static char last[THREADS][LONGEST];
  for (int i = 0; i < THREADS; i++)
    CHECK(pthread_create(&threads[i], NULL, serve, last[i]) == 0);
  for (int i = 1; i < KEYS; i++) {
    write_keys(0, i);
    for (int again = 0; again < 20; again++) {
      OK(swiftsession_manager_reload(manager, &error));
      struct timespec pause = {.tv_sec = 0, .tv_nsec = 500000};
      nanosleep(&pause, NULL);
    }
  }
  for (int i = 0; i < THREADS; i++)
    CHECK(pthread_join(threads[i], NULL) == 0);

  /* What is used now has the newest key alone. */
  for (int i = 0; i < THREADS; i++) {
    write_keys(0, KEYS - 1);
    OK(swiftsession_manager_reload(manager, &error));
    swiftsession_session *session = open_header(manager, last[i]);
    OK(swiftsession_save(session, &error));
    if (header_of(session, "Set-Cookie"))
      cookie_of(session, last[i], sizeof last[i]);
    swiftsession_session_free(session);
    write_keys(KEYS - 1, KEYS - 1);
    OK(swiftsession_manager_reload(manager, &error));
    session = open_header(manager, last[i]);
    int64_t visits;
    OK(swiftsession_get_integer(session, "visits", &visits, &error));
    CHECK(visits == rounds);
    swiftsession_session_free(session);
  }

  /* A wrong file leaves everything as it is. */
  FILE *wrong = fopen(path, "w");
  CHECK(wrong != NULL && fputs("nonsense\n", wrong) >= 0 && fclose(wrong) == 0);
  swiftsession_error error;
  CHECK(swiftsession_manager_reload(manager, &error) == SWIFTSESSION_CONFIG && strstr(error.message, "line 1"));
  CHECK(unlink(path) == 0);
  CHECK(swiftsession_manager_reload(manager, NULL) == SWIFTSESSION_CONFIG);
  swiftsession_session *session = open_header(manager, last[0]);
  CHECK(swiftsession_origin(session) == SWIFTSESSION_ORIGIN_COOKIE);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
  return 0;
}
