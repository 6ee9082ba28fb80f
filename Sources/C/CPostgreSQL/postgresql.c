/* SPDX-License-Identifier: Apache-2.0 */
#ifdef CPOSTGRESQL_ENABLED
#include "CPostgreSQL.h"
#include "CSupport.h"

#include <pthread.h>

#define SONAME "libpq.so.5"

CSUPPORT_DLOPEN_NOTE(cpostgresql_note, "postgresql", "Sessions in PostgreSQL", SONAME);

static const char *const names[] = {
#define CPOSTGRESQL_NAME(name) #name,
    CPOSTGRESQL_FUNCTIONS(CPOSTGRESQL_NAME)
#undef CPOSTGRESQL_NAME
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static cpostgresql_api api;
static int is_open;
static char problem[200];

_Static_assert(sizeof api == sizeof names, "one pointer a function");

static void open_library(void) {
  is_open = csupport_open_library(SONAME, names, &api, sizeof names / sizeof *names, problem, sizeof problem) == 0;
}

const cpostgresql_api *cpostgresql_open(void) {
  pthread_once(&once, open_library);
  return is_open ? &api : NULL;
}

const char *cpostgresql_problem(void) { return problem; }
#endif
