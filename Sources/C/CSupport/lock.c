/* SPDX-License-Identifier: Apache-2.0 */
#include "CSupport.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

struct csupport_lock {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
};

int64_t csupport_monotonic_nanoseconds(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
    return 0;
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t csupport_monotonic_clock(void) { return csupport_monotonic_nanoseconds() / 1000000; }

void csupport_lock_reset(csupport_lock *lock) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_mutex_init(&lock->mutex, NULL);
  pthread_cond_init(&lock->changed, &attributes);
  pthread_condattr_destroy(&attributes);
}

csupport_lock *csupport_lock_new(void) {
  csupport_lock *lock = malloc(sizeof *lock);
  if (!lock)
    abort();
  csupport_lock_reset(lock);
  return lock;
}

void csupport_lock_free(csupport_lock *lock) {
  pthread_cond_destroy(&lock->changed);
  pthread_mutex_destroy(&lock->mutex);
  free(lock);
}

void csupport_lock_take(csupport_lock *lock) { pthread_mutex_lock(&lock->mutex); }

void csupport_lock_drop(csupport_lock *lock) { pthread_mutex_unlock(&lock->mutex); }

int csupport_lock_wait(csupport_lock *lock, int64_t until) {
  int state = csupport_cancellation_off();
  int error;
  if (until == INT64_MAX) {
    error = pthread_cond_wait(&lock->changed, &lock->mutex);
  } else {
    struct timespec end = {.tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000};
    error = pthread_cond_timedwait(&lock->changed, &lock->mutex, &end);
  }
  csupport_cancellation_restore(state);
  return error != ETIMEDOUT;
}

void csupport_lock_signal(csupport_lock *lock) { pthread_cond_signal(&lock->changed); }

void csupport_lock_broadcast(csupport_lock *lock) { pthread_cond_broadcast(&lock->changed); }

int csupport_cancellation_off(void) {
  int state = PTHREAD_CANCEL_ENABLE;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
  return state;
}

void csupport_cancellation_restore(int state) { pthread_setcancelstate(state, NULL); }
