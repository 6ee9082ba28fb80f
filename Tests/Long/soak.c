/* SPDX-License-Identifier: Apache-2.0 */
/* soak SECONDS FORGETS FILE...: two threads for each file of settings visit at full speed for so many seconds.
   Each second all of them stand still and a line says what the process has: the seconds, the kilobytes of its memory
   that are resident and those that malloc has given out, its open descriptors, and the steps so far. Every half minute
   a forked child uses every manager too. One in FORGETS sessions is never freed, where that is not 0. At the end a line
   for each file has what its calls came to. */
#include "visits.h"

#include <dirent.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 2, FILES = 16 };

static struct visitor visitors[FILES * THREADS];
static pthread_rwlock_t moving;
static volatile int is_over;
static long forgets;

static void *run(void *context) {
  struct visitor *visitor = context;
  while (!is_over) {
    pthread_rwlock_rdlock(&moving);
    visit(visitor, forgets > 0 && chance(visitor, (uint32_t)forgets) == 0);
    pthread_rwlock_unlock(&moving);
  }
  return NULL;
}

static swiftsession_manager *manager_of(const char *settings) {
  swiftsession_config *config;
  swiftsession_manager *manager;
  swiftsession_error error;
  CHECK(swiftsession_config_new(&config, &error) == SWIFTSESSION_OK);
  if (swiftsession_config_load(config, settings, &error) || swiftsession_manager_open(config, &manager, &error) ||
      swiftsession_manager_prepare(manager, &error)) {
    fprintf(stderr, "%s: %s\n", settings, error.message);
    exit(1);
  }
  swiftsession_config_free(config);
  return manager;
}

static long resident(void) {
  long size, pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  CHECK(file && fscanf(file, "%ld %ld", &size, &pages) == 2);
  fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static int descriptors(void) {
  int count = -3; /* . and .. and that of the folder */
  DIR *folder = opendir("/proc/self/fd");
  CHECK(folder);
  while (readdir(folder))
    count++;
  closedir(folder);
  return count;
}

static void measure(long second, int count) {
  int64_t steps = 0;
  for (int i = 0; i < count; i++)
    steps += visitors[i].steps;
  struct mallinfo2 memory = mallinfo2();
  printf("%ld %ld %zu %d %lld\n", second, resident(), (memory.uordblks + memory.hblkhd) / 1024, descriptors(),
         (long long)steps);
  fflush(stdout);
}

/* A child that works once with what it has got. */
static void fork_once(int count) {
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    alarm(60);
    for (int i = 0; i < count; i += THREADS)
      visit(&visitors[i], 0);
    _exit(0);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void summarize(int count) {
  for (int i = 0; i < count; i += THREADS) {
    const char *name = strrchr(visitors[i].settings, '/');
    printf("%s steps=%lld", name ? name + 1 : visitors[i].settings,
           (long long)(visitors[i].steps + visitors[i + 1].steps));
    for (int status = 0; status < 20; status++) {
      int64_t times = visitors[i].statuses[status] + visitors[i + 1].statuses[status];
      if (times)
        printf(" %s=%lld", swiftsession_status_name(-status), (long long)times);
    }
    printf("\n");
  }
}

int main(int argc, char **argv) {
  CHECK(argc > 3 && argc - 3 <= FILES);
  long seconds = atol(argv[1]);
  forgets = atol(argv[2]);
  int count = (argc - 3) * THREADS;
  pthread_t threads[FILES * THREADS];
  pthread_rwlockattr_t attributes;
  pthread_rwlockattr_init(&attributes);
  pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  CHECK(pthread_rwlock_init(&moving, &attributes) == 0);
  for (int i = 0; i < count; i++) {
    visitors[i].settings = argv[3 + i / THREADS];
    visitors[i].manager = i % THREADS ? visitors[i - 1].manager : manager_of(visitors[i].settings);
    visitors[i].random = (uint64_t)i + 1;
  }
  for (int i = 0; i < count; i++)
    CHECK(pthread_create(&threads[i], NULL, run, &visitors[i]) == 0);
  time_t begun = time(NULL);
  for (long second = 0; second < seconds; second = time(NULL) - begun) {
    sleep(1);
    pthread_rwlock_wrlock(&moving);
    measure(time(NULL) - begun, count);
    if (second % 30 == 29)
      fork_once(count);
    pthread_rwlock_unlock(&moving);
  }
  is_over = 1;
  for (int i = 0; i < count; i++)
    CHECK(pthread_join(threads[i], NULL) == 0);
  summarize(count);
  for (int i = 0; i < count; i += THREADS)
    swiftsession_manager_free(visitors[i].manager);
  return 0;
}
