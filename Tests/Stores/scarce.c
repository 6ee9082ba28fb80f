/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of a process that lacks something.
     scarce descriptors STORE          0, 1, 2 ... file descriptors are left
     scarce memory STORE LIBRARY       the 1st, 2nd ... allocation of the client library fails, with failing_malloc.so
   Each request has a manager that was used before, and then a new one. It is answered and does what it says, and when
   nothing lacks any more the next is fine. Prints how many requests were OK and how many were not.
   STORE is the path of a SQLite file, .db, or of a folder, or the address of a server. */
#include "../Races/races.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Of failing_malloc.so: the allocation that fails next, counted from now; none for 0. And how many there were since. */
extern void fail_allocation(const char *library, long number) __attribute__((weak));
extern long allocations(void) __attribute__((weak));

static char cookie[256];
static long fine, refused, unknown;

static int open_descriptors(void) {
  DIR *folder = opendir("/proc/self/fd");
  int count = -3; /* `.`, `..` and what this reads it with */
  CHECK(folder != NULL);
  while (readdir(folder))
    count++;
  closedir(folder);
  return count;
}

/* One addition. What fails says why, and is one of those that a store may answer. */
static void add(swiftsession_manager *manager) {
  swiftsession_error error = {0};
  swiftsession_session *session;
  swiftsession_status status = swiftsession_open(manager, cookie, strlen(cookie), &session, &error);
  CHECK(status == SWIFTSESSION_OK);
  status = swiftsession_add(session, "sum", 1, NULL, &error);
  if (status == SWIFTSESSION_OK)
    status = swiftsession_save(session, &error);
  switch (status) {
  case SWIFTSESSION_OK:
    fine++;
    break;
  case SWIFTSESSION_UNAVAILABLE:
  case SWIFTSESSION_TIMEOUT:
  case SWIFTSESSION_BACKEND:
  case SWIFTSESSION_AUTH:
    refused++;
    break;
  default:
    fprintf(stderr, "%s: %s\n", swiftsession_status_name(status), error.message);
    CHECK(!"a status of a store");
  }
  if (status != SWIFTSESSION_OK) {
    CHECK(error.message[0] != 0 && set_cookie(session) == NULL);
    unknown += strstr(error.message, "unknown") != NULL;
  }
  swiftsession_session_free(session);
}

enum { MOST = 64 };
static int taken[MOST];

/* Takes all descriptors but so many. */
static int take_descriptors(int left) {
  int count = 0;
  while (count < MOST && (taken[count] = open("/dev/null", O_RDONLY)) >= 0)
    count++;
  CHECK(count >= left && count < MOST);
  for (int i = 0; i < left; i++)
    CHECK(close(taken[--count]) == 0);
  return count;
}

static void give_back(int count) {
  while (count > 0)
    CHECK(close(taken[--count]) == 0);
}

static void without_descriptors(const char *store) {
  struct rlimit limit;
  CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = 48;
  CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  swiftsession_manager *used = manager_within(store, "5");
  add(used);
  int before = open_descriptors();
  for (int left = 0; left < 12; left++) {
    int count = take_descriptors(left);
    add(used);
    swiftsession_manager *fresh = manager_within(store, "5");
    add(fresh);
    swiftsession_manager_free(fresh);
    give_back(count);
    /* SQLite closes a file only when the process has no lock on it any more. */
    CHECK(open_descriptors() <= before + 1);
  }
  long refusals = refused;
  CHECK(refusals > 0);
  add(used);
  CHECK(refused == refusals);
  swiftsession_manager_free(used);
}

/* Until a request needs fewer allocations than that. */
static void without_memory(const char *store, const char *library) {
  swiftsession_manager *used = manager_within(store, "5");
  add(used);
  long met = 0;
  for (int is_fresh = 0; is_fresh < 2; is_fresh++) {
    long number = 0, made;
    do {
      swiftsession_manager *manager = is_fresh ? manager_within(store, "5") : used;
      fail_allocation(library, ++number);
      add(manager);
      made = allocations();
      fail_allocation(library, 0);
      long refusals = refused;
      add(manager);
      add(manager);
      /* A connection that the failure left may be met once more. */
      CHECK(refused <= refusals + 1);
      if (is_fresh)
        swiftsession_manager_free(manager);
      met += made >= number;
    } while (made >= number && number < 3000);
  }
  CHECK(met > 0);
  swiftsession_manager_free(used);
  printf("%ld allocations failed; ", met);
}

int main(int count, char **arguments) {
  CHECK(count >= 3);
  const char *store = arguments[2];
  swiftsession_manager *manager = manager_on(store);
  log_in(manager, cookie, sizeof cookie);
  if (strcmp(arguments[1], "memory") == 0) {
    CHECK(count == 4 && fail_allocation);
    without_memory(store, arguments[3]);
  } else {
    without_descriptors(store);
  }
  swiftsession_session *session = request(manager, cookie);
  int64_t sum;
  OK(swiftsession_get_integer(session, "sum", &sum, &error));
  CHECK(sum >= fine && sum <= fine + unknown);
  swiftsession_session_free(session);
  swiftsession_manager_free(manager);
  printf("%ld OK, %ld refused, %ld of them with an unknown outcome, sum %ld\n", fine, refused, unknown, (long)sum);
  return 0;
}
