/* SPDX-License-Identifier: Apache-2.0 */
#include "CSupport.h"

#include <pthread.h>

struct csupport_fork_observer {
  void *context;
  void (*prepare)(void *);
  void (*parent)(void *);
  void (*child)(void *);
  csupport_fork_observer *next;
  csupport_fork_observer *previous;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
/* Held over a fork(), so that the list is whole on both sides. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static csupport_fork_observer *first;
static csupport_fork_observer *last;

static void prepare(void) {
  pthread_mutex_lock(&mutex);
  for (csupport_fork_observer *observer = last; observer; observer = observer->previous)
    observer->prepare(observer->context);
}

static void parent(void) {
  for (csupport_fork_observer *observer = first; observer; observer = observer->next)
    observer->parent(observer->context);
  pthread_mutex_unlock(&mutex);
}

static void child(void) {
  for (csupport_fork_observer *observer = first; observer; observer = observer->next)
    observer->child(observer->context);
  pthread_mutex_init(&mutex, NULL);
}

static void install(void) {
  if (pthread_atfork(prepare, parent, child) != 0)
    abort();
}

csupport_fork_observer *csupport_fork_observe(void *context, void (*prepare)(void *), void (*parent)(void *),
                                              void (*child)(void *)) {
  pthread_once(&once, install);
  csupport_fork_observer *observer = malloc(sizeof *observer);
  if (!observer)
    abort();
  *observer = (csupport_fork_observer){.context = context, .prepare = prepare, .parent = parent, .child = child};
  pthread_mutex_lock(&mutex);
  observer->previous = last;
  if (last)
    last->next = observer;
  else
    first = observer;
  last = observer;
  pthread_mutex_unlock(&mutex);
  return observer;
}

void csupport_fork_ignore(csupport_fork_observer *observer) {
  pthread_mutex_lock(&mutex);
  if (observer->previous)
    observer->previous->next = observer->next;
  else
    first = observer->next;
  if (observer->next)
    observer->next->previous = observer->previous;
  else
    last = observer->previous;
  pthread_mutex_unlock(&mutex);
  free(observer);
}
