/* SPDX-License-Identifier: Apache-2.0 */
/* forking FILE THREADS_ADD CHILDREN_ADD: a store that four threads use is carried into eight children; all of them add,
   and the parent closes its store while the children still work. Prints what the counter is and what it should be. */
#include "counting.h"

#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4, CHILDREN = 8 };

static swiftsession_store *store;
static int times;

static void *work(void *unused) {
  (void)unused;
  for (int i = 0; i < times; i++) {
    if (add(store))
      return store;
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 4)
    return 2;
  int own = atoi(argv[2]), each = atoi(argv[3]), failed = 0;
  store = open_store(argv[1]);
  if (create(store))
    return 1;
  times = own;
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    pthread_create(&threads[i], NULL, work, NULL);
  pid_t children[CHILDREN];
  for (int i = 0; i < CHILDREN; i++) {
    children[i] = fork();
    if (children[i] == 0) {
      times = each;
      int lost = work(NULL) != NULL;
      if (i % 2)
        swiftsession_store_free(store);
      _exit(lost);
    }
    /* The threads are to be in the middle of something when the next fork comes. */
    nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
  }
  for (int i = 0; i < THREADS; i++) {
    void *result;
    pthread_join(threads[i], &result);
    failed |= result != NULL;
  }
  swiftsession_store_free(store);
  for (int i = 0; i < CHILDREN; i++) {
    int status;
    if (waitpid(children[i], &status, 0) != children[i] || status != 0) {
      fprintf(stderr, "child %d ended with %#x\n", i, status);
      failed = 1;
    }
  }
  store = open_store(argv[1]);
  printf("%lld %lld\n", (long long)count(store), (long long)THREADS * own + (long long)CHILDREN * each);
  swiftsession_store_free(store);
  return failed;
}
