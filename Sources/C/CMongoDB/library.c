/* SPDX-License-Identifier: Apache-2.0 */
#ifdef CMONGODB_ENABLED
#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define SONAME "libmongoc-1.0.so.0"

CSUPPORT_DLOPEN_NOTE(cmongodb_note, "mongodb", "Sessions in MongoDB", SONAME);

static const char *const names[] = {
#define CMONGODB_NAME(name) #name,
    CMONGODB_FUNCTIONS(CMONGODB_NAME)
#undef CMONGODB_NAME
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
cmongodb_api cmongodb;
static int is_open;
static char problem[200];

_Static_assert(sizeof cmongodb == sizeof names, "one pointer a function");

/* Not the dynamic model, which would need the loader itself as a library. */
static __thread int depth __attribute__((tls_model("initial-exec")));

static mongoc_log_func_t hosts_handler;
static void *hosts_data;

void cmongodb_enter(void) { depth++; }

void cmongodb_leave(void) { depth--; }

static void log_of_host(mongoc_log_level_t level, const char *domain, const char *message, void *data) {
  (void)data;
  if (depth == 0 && hosts_handler)
    hosts_handler(level, domain, message, hosts_data);
}

/* libmongoc has one log handler for the whole process, and its own writes to stdout and stderr. Where nobody else had
   loaded it there is none from now on, and no lock that a fork could find held. A host that uses libmongoc itself keeps
   its handler, for what it does itself; without the function that tells which one that is, nothing is changed. */
static void silence(void *of_host) {
  if (!of_host) {
    cmongodb.mongoc_log_set_handler(NULL, NULL);
    return;
  }
  void (*get_handler)(mongoc_log_func_t *, void **);
  void *function = dlsym(of_host, "_mongoc_log_get_handler");
  if (!function)
    return;
  memcpy(&get_handler, &function, sizeof get_handler);
  get_handler(&hosts_handler, &hosts_data);
  cmongodb.mongoc_log_set_handler(log_of_host, NULL);
}

/* libmongoc counts in shared memory of the process's number, which a process that is killed leaves behind, and which
   the next one of this number complains of. Without its name it goes with its last user. */
static void unname_counters(void) {
  char name[32];
  snprintf(name, sizeof name, "/mongoc-%u", (unsigned)getpid());
  shm_unlink(name);
}

static void open_library(void) {
  void *of_host = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  if (csupport_open_library(SONAME, names, &cmongodb, sizeof names / sizeof *names, problem, sizeof problem) != 0)
    return;
  silence(of_host);
  if (!of_host)
    unname_counters();
  cmongodb.mongoc_init();
  is_open = 1;
}

int cmongodb_open(void) {
  pthread_once(&once, open_library);
  return is_open ? 0 : -1;
}

const char *cmongodb_problem(void) { return problem; }
#endif
