/* SPDX-License-Identifier: Apache-2.0 */
#ifdef CMEMCACHED_ENABLED
#include "CMemcached.h"
#include "CSupport.h"

#include <pthread.h>

#define SONAME "libmemcached.so.11"

CSUPPORT_DLOPEN_NOTE(cmemcached_note, "memcached", "Sessions in several memcached servers", SONAME);

static const char *const names[] = {
#define CMEMCACHED_NAME(name) #name,
    CMEMCACHED_FUNCTIONS(CMEMCACHED_NAME)
#undef CMEMCACHED_NAME
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static cmemcached_api api;
static int is_open;
static char problem[200];

_Static_assert(sizeof api == sizeof names, "one pointer a function");

static void open_library(void) {
  is_open = csupport_open_library(SONAME, names, &api, sizeof names / sizeof *names, problem, sizeof problem) == 0;
}

const cmemcached_api *cmemcached_open(void) {
  pthread_once(&once, open_library);
  return is_open ? &api : NULL;
}

const char *cmemcached_problem(void) { return problem; }
#endif
