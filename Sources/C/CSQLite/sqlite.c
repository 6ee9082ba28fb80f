/* SPDX-License-Identifier: Apache-2.0 */
#ifdef CSQLITE_ENABLED
#include "CSQLite.h"
#include "CSupport.h"

#include <time.h>

CSUPPORT_DLOPEN_NOTE(csqlite_note, "sqlite", "Sessions in a SQLite database", "libsqlite3.so.0");

static csqlite_api api;
static char problem[200];

#define CSQLITE_NAME(name) "sqlite3_" #name,

CSUPPORT_CLIENT_LIBRARY(csqlite, "libsqlite3.so.0", csupport_begun, CSQLITE_FUNCTIONS(CSQLITE_NAME))

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
