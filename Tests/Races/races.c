/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that meet: many processes on one session in one store. Each way prints what it found, or fails.
     races login DB                    a new session; prints its cookie
     races set DB COOKIE KEY TIMES     sets KEY to 1 ... TIMES, one request each
     races add DB COOKIE TIMES         adds 1 to "sum", one request each
     races read DB COOKIE              prints the session as JSON
     races count DB COOKIE KEY TIMES   sets KEY as "set" does and adds 1 to "sum", and prints how often KEY was not as
   left races forked DB CHILDREN TIMES    a manager that was used, then by parent and children at once races killed DB
   KILLS             processes killed at any moment of a save races hurried DB TIMES            adds and renewals that
   have next to no time, while another process writes DB is the path of a SQLite file, .db, or of a folder, or the
   address of a server. */
#define _GNU_SOURCE
#include "races.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t integer_of(swiftsession_manager *manager, const char *cookie, const char *key) {
  swiftsession_session *session = request(manager, cookie);
  int64_t value;
  OK(swiftsession_get_integer(session, key, &value, &error));
  swiftsession_session_free(session);
  return value;
}

static void set_times(swiftsession_manager *manager, const char *cookie, const char *key, int times) {
  for (int i = 1; i <= times; i++) {
    swiftsession_session *session = request(manager, cookie);
    OK(swiftsession_set_integer(session, key, i, &error));
    OK(swiftsession_save(session, &error));
    swiftsession_session_free(session);
  }
}

static void add_times(swiftsession_manager *manager, const char *cookie, int times) {
  while (times-- > 0) {
    swiftsession_session *session = request(manager, cookie);
    OK(swiftsession_add(session, "sum", 1, NULL, &error));
    OK(swiftsession_save(session, &error));
    swiftsession_session_free(session);
  }
}

/* Nobody else sets this key: where it is not as this process left it, its last round is lost. */
static long count_lost(swiftsession_manager *manager, const char *cookie, const char *key, int times) {
  long lost = 0;
  for (int i = 1; i <= times + 1; i++) {
    swiftsession_session *session = request(manager, cookie);
    int64_t value = 0;
    swiftsession_status status = swiftsession_get_integer(session, key, &value, NULL);
    CHECK(status == SWIFTSESSION_OK || status == SWIFTSESSION_NOT_FOUND);
    lost += value != i - 1;
    if (i <= times) {
      OK(swiftsession_set_integer(session, key, i, &error));
      OK(swiftsession_add(session, "sum", 1, NULL, &error));
      OK(swiftsession_save(session, &error));
    }
    swiftsession_session_free(session);
  }
  return lost;
}

/* ---- Used on both sides of a fork */

static swiftsession_manager *shared;
static char shared_cookie[256];
static volatile int stopped;

static void *keep_busy(void *count) {
  while (!stopped) {
    add_times(shared, shared_cookie, 1);
    ++*(long *)count;
  }
  return NULL;
}

/* Uses a manager on several threads, forks children that use it too, and leaves before them. */
static void leave_first(const char *path, int children, int times, int report) {
  enum { THREADS = 4 };
  long counts[THREADS] = {0}, done = 0;
  pthread_t threads[THREADS];
  shared = manager_on(path);
  for (int i = 0; i < THREADS; i++)
    CHECK(pthread_create(&threads[i], NULL, keep_busy, &counts[i]) == 0);
  for (int i = 0; i < children; i++) {
    struct timespec pause = {0, 2000000};
    nanosleep(&pause, NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      add_times(shared, shared_cookie, times);
      done = times;
      CHECK(write(report, &done, sizeof done) == sizeof done);
      swiftsession_manager_free(shared);
      _exit(0);
    }
  }
  stopped = 1;
  for (int i = 0; i < THREADS; i++) {
    CHECK(pthread_join(threads[i], NULL) == 0);
    done += counts[i];
  }
  CHECK(write(report, &done, sizeof done) == sizeof done);
  exit(0);
}

static void forked(const char *path, int children, int times) {
  int report[2], status;
  swiftsession_manager *manager = manager_on(path);
  log_in(manager, shared_cookie, sizeof shared_cookie);
  swiftsession_manager_free(manager);
  CHECK(pipe(report) == 0);
  pid_t parent = fork();
  if (parent == 0)
    leave_first(path, children, times, report[1]);
  close(report[1]);
  CHECK(waitpid(parent, &status, 0) == parent && status == 0);
  long expected = 0, processes = 0, done;
  while (read(report[0], &done, sizeof done) == sizeof done) {
    expected += done;
    processes++;
  }
  manager = manager_on(path);
  long sum = (long)integer_of(manager, shared_cookie, "sum");
  swiftsession_manager_free(manager);
  printf("%ld processes, %ld saves, %ld lost\n", processes, expected, expected - sum);
  CHECK(processes == children + 1 && sum == expected && expected > (long)children * times);
}

/* ---- Killed */

static void killed(const char *path, int kills) {
  swiftsession_manager *manager = manager_on(path);
  char cookie[256];
  log_in(manager, cookie, sizeof cookie);
  unsigned state = (unsigned)getpid();
  /* Each child opens its own connection, which PostgreSQL starts a process for. */
  long longest = strncmp(path, "postgresql", 10) == 0 ? 30000000 : 3000000;
  long begun = 0, answered = 0;
  for (int i = 0; i < kills; i++) {
    int says[2];
    CHECK(pipe(says) == 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;) {
        CHECK(write(says[1], "b", 1) == 1);
        add_times(manager, cookie, 1);
        CHECK(write(says[1], "a", 1) == 1);
      }
    }
    close(says[1]);
    char byte;
    CHECK(read(says[0], &byte, 1) == 1);
    begun++;
    state = state * 1664525u + 1013904223u;
    struct timespec pause = {0, (long)(state >> 8) % longest};
    nanosleep(&pause, NULL);
    kill(child, SIGKILL);
    CHECK(waitpid(child, NULL, 0) == child);
    while (read(says[0], &byte, 1) == 1) {
      begun += byte == 'b';
      answered += byte == 'a';
    }
    close(says[0]);
  }
  long sum = (long)integer_of(manager, cookie, "sum");
  swiftsession_manager_free(manager);
  printf("%d kills, %ld saves begun, %ld answered, sum %ld\n", kills, begun, answered, sum);
  CHECK(sum <= begun && sum >= answered && begun - answered <= kills);
}

/* ---- Hurried */

/* One add, now and then with a renewal, with whose cookie it then goes on. What fails has stored nothing. */
static int hurry(swiftsession_manager *manager, char *cookie, size_t size, int renews) {
  swiftsession_session *session = request(manager, cookie);
  swiftsession_status status = swiftsession_add(session, "sum", 1, NULL, NULL);
  if (status == SWIFTSESSION_OK && renews)
    status = swiftsession_renew(session, NULL);
  if (status == SWIFTSESSION_OK)
    status = swiftsession_save(session, NULL);
  CHECK(status == SWIFTSESSION_OK || status == SWIFTSESSION_TIMEOUT || status == SWIFTSESSION_CONFLICT);
  if (status == SWIFTSESSION_OK)
    snprintf(cookie, strcspn(set_cookie(session), ";") + 1 < size ? strcspn(set_cookie(session), ";") + 1 : size, "%s",
             set_cookie(session));
  swiftsession_session_free(session);
  return status == SWIFTSESSION_OK;
}

static void hurried(const char *path, int times) {
  char cookie[256], other[256];
  swiftsession_manager *patient = manager_on(path);
  log_in(patient, cookie, sizeof cookie);
  log_in(patient, other, sizeof other);
  pid_t writer = fork();
  if (writer == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;)
      add_times(patient, other, 1);
  }
  swiftsession_manager *hasty = manager_within(path, "0.001");
  long stored = 0;
  for (int i = 0; i < times; i++) {
    stored += hurry(hasty, cookie, sizeof cookie, i % 10 == 0);
    long sum = (long)integer_of(patient, cookie, "sum");
    if (sum != stored)
      fprintf(stderr, "call %d: %ld stored, sum %ld\n", i, stored, sum);
    CHECK(sum == stored);
  }
  kill(writer, SIGKILL);
  CHECK(waitpid(writer, NULL, 0) == writer);
  swiftsession_manager_free(hasty);
  swiftsession_manager_free(patient);
  printf("%d calls, %ld stored, %ld in time for nothing\n", times, stored, times - stored);
}

int main(int count, char **arguments) {
  CHECK(count >= 3);
  const char *way = arguments[1], *path = arguments[2];
  if (strcmp(way, "forked") == 0) {
    CHECK(count == 5);
    forked(path, atoi(arguments[3]), atoi(arguments[4]));
    return 0;
  }
  if (strcmp(way, "killed") == 0) {
    CHECK(count == 4);
    killed(path, atoi(arguments[3]));
    return 0;
  }
  if (strcmp(way, "hurried") == 0) {
    CHECK(count == 4);
    hurried(path, atoi(arguments[3]));
    return 0;
  }
  swiftsession_manager *manager = manager_on(path);
  if (strcmp(way, "login") == 0) {
    char cookie[256];
    log_in(manager, cookie, sizeof cookie);
    puts(cookie);
  } else if (strcmp(way, "set") == 0) {
    CHECK(count == 6);
    set_times(manager, arguments[3], arguments[4], atoi(arguments[5]));
  } else if (strcmp(way, "add") == 0) {
    CHECK(count == 5);
    add_times(manager, arguments[3], atoi(arguments[4]));
  } else if (strcmp(way, "count") == 0) {
    CHECK(count == 6);
    printf("%ld\n", count_lost(manager, arguments[3], arguments[4], atoi(arguments[5])));
  } else if (strcmp(way, "read") == 0) {
    CHECK(count == 4);
    swiftsession_session *session = request(manager, arguments[3]);
    const void *json;
    OK(swiftsession_payload(session, "json", &json, NULL, &error));
    puts(json);
    swiftsession_session_free(session);
  } else {
    CHECK(!"a way that is known");
  }
  swiftsession_manager_free(manager);
  return 0;
}
