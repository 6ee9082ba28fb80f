/* SPDX-License-Identifier: Apache-2.0 */
#ifdef CSQLITE_ENABLED
#include "CSQLite.h"
#include "CSupport.h"

#include <pthread.h>
#include <time.h>

CSUPPORT_DLOPEN_NOTE(csqlite_note, "sqlite", "Sessions in a SQLite database", "libsqlite3.so.0");

static const char *const names[] = {
#define CSQLITE_NAME(name) "sqlite3_" #name,
    CSQLITE_FUNCTIONS(CSQLITE_NAME)
#undef CSQLITE_NAME
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static csqlite_api api;
static int is_open;
static char problem[200];

_Static_assert(sizeof api == sizeof names, "one pointer a function");

static void open_library(void) {
  is_open =
      csupport_open_library("libsqlite3.so.0", names, &api, sizeof names / sizeof *names, problem, sizeof problem) == 0;
}

const csqlite_api *csqlite_open(void) {
  pthread_once(&once, open_library);
  return is_open ? &api : NULL;
}

const char *csqlite_problem(void) { return problem; }

int csqlite_busy(void *deadline, int count) {
  int64_t left = ((const csqlite_deadline *)deadline)->milliseconds - csupport_monotonic_clock();
  if (left <= 0)
    return 0;
  /* A write holds the lock for some microseconds: short waits at first, then up to 4 ms, of random length so that
     waiters do not come back together. */
  uint32_t most = count < 6 ? 50000u << count : 4000000u;
  uint32_t chance = 0;
  csupport_random(&chance, sizeof chance);
  int64_t nanoseconds = most / 2 + chance % (most / 2);
  if (nanoseconds > left * 1000000)
    nanoseconds = left * 1000000;
  struct timespec pause = {.tv_sec = 0, .tv_nsec = nanoseconds};
  nanosleep(&pause, NULL);
  return 1;
}

int csqlite_progress(void *context) {
  const csqlite_deadline *deadline = context;
  return deadline->interrupts && deadline->milliseconds <= csupport_monotonic_clock();
}
#endif
