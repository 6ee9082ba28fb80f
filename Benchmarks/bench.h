/* SPDX-License-Identifier: Apache-2.0 */
/* What every benchmark needs: contestants take turns within a round, and the median round of each is compared. */
#ifndef BENCH_H
#define BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 31 };

typedef struct contestant {
  const char *name;
  void (*run)(int times);
  double rounds[ROUNDS]; /* nanoseconds of one time */
} contestant;

static inline double now_in_nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static inline int by_size(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return difference < 0 ? -1 : difference > 0;
}

static inline double median(contestant *one) {
  qsort(one->rounds, ROUNDS, sizeof one->rounds[0], by_size);
  return one->rounds[ROUNDS / 2];
}

/* Runs all contestants and prints a line each; the last one is the limit that the others are compared with. */
static inline void compare(const char *title, contestant *all, int count, int times) {
  for (int i = 0; i < count; i++)
    all[i].run(times / 10 + 1);
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < count; i++) {
      double start = now_in_nanoseconds();
      all[i].run(times);
      all[i].rounds[round] = (now_in_nanoseconds() - start) / times;
    }
  }
  double limit = median(&all[count - 1]);
  for (int i = 0; i < count; i++) {
    double own = median(&all[i]);
    printf("| %s | %s | %.0f | %.2f | %.2f to %.2f |\n", title, all[i].name, own, own / limit,
           all[i].rounds[ROUNDS / 4] / limit, all[i].rounds[ROUNDS * 3 / 4] / limit);
  }
}

#endif
