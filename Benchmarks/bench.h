/* SPDX-License-Identifier: Apache-2.0 */
/* What every contestant in C needs. A program is started for one case, prints the names of its contestants, a line
   each, and an empty line; then it reads lines "number times", runs that contestant so many times, and answers with the
   nanoseconds of one time: "by the clock, of processor time". Benchmarks/bench.py asks all programs of a case in turns.
 */
#ifndef BENCH_H
#define BENCH_H

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_THREADS = 64 };

typedef struct contestant {
  const char *name;
  void (*run)(int times);
} contestant;

static inline void fail(const char *message) {
  fprintf(stderr, "%s\n", message);
  exit(1);
}

static inline double nanoseconds(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* ---- Threads: as many as the case says, started once, and given their part of the times by a barrier. */

static int threads = 1;
static _Thread_local int thread_number;
static void (*thread_begins)(void); /* for what each needs of its own, such as a connection */
static void (*thread_runs)(int times);
static int thread_times;
static pthread_barrier_t starting, ended;

static inline void *thread_main(void *number) {
  thread_number = (int)(intptr_t)number;
  thread_begins();
  for (;;) {
    pthread_barrier_wait(&ended);
    pthread_barrier_wait(&starting);
    thread_runs(thread_times);
  }
  return NULL;
}

/* With one thread it is the program's own. */
static inline void start_threads(int count, void (*begins)(void)) {
  threads = count;
  thread_begins = begins;
  if (count == 1) {
    begins();
    return;
  }
  if (count > MOST_THREADS)
    fail("there are too many threads");
  pthread_barrier_init(&starting, NULL, (unsigned)count + 1);
  pthread_barrier_init(&ended, NULL, (unsigned)count + 1);
  for (int i = 0; i < count; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, thread_main, (void *)(intptr_t)i) != 0)
      fail("a thread cannot be started");
  }
  pthread_barrier_wait(&ended);
}

static inline void run_in_threads(void (*run)(int), int times) {
  if (threads == 1) {
    run(times);
    return;
  }
  thread_runs = run;
  thread_times = times / threads;
  pthread_barrier_wait(&starting);
  pthread_barrier_wait(&ended);
}

/* ---- The conversation */

static inline void serve(const contestant *all, int count) {
  int number, times;
  for (int i = 0; i < count; i++)
    puts(all[i].name);
  puts("");
  fflush(stdout);
  while (scanf("%d %d", &number, &times) == 2) {
    if (number < 0 || number >= count)
      fail("there is no such contestant");
    times = (times + threads - 1) / threads * threads;
    double start = nanoseconds(CLOCK_MONOTONIC), start_of_work = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    run_in_threads(all[number].run, times);
    double work = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - start_of_work;
    printf("%.1f %.1f\n", (nanoseconds(CLOCK_MONOTONIC) - start) / times, work / times);
    fflush(stdout);
  }
}

/* ---- What is signed, sealed and stored: a session as JSON, of so many bytes or "keys-100", made by bench.py */

static char payload[65536 + 1];
static size_t payload_size;

static inline void read_payload(const char *name) {
  char path[64];
  snprintf(path, sizeof path, ".build/benchmarks/payload-%s.json", name);
  FILE *file = fopen(path, "r");
  if (!file)
    fail("Benchmarks/bench.py makes the payloads and starts this program");
  payload_size = fread(payload, 1, sizeof payload - 1, file);
  fclose(file);
}

#endif
