/* SPDX-License-Identifier: Apache-2.0 */
#ifdef CHIREDIS_ENABLED
#include "CHiredis.h"
#include "CSupport.h"

#include <pthread.h>

#define SONAME "libhiredis.so.0.14"

CSUPPORT_DLOPEN_NOTE(chiredis_note, "redis", "Sessions in Redis", SONAME);

static const char *const names[] = {
#define CHIREDIS_NAME(name) #name,
    CHIREDIS_FUNCTIONS(CHIREDIS_NAME)
#undef CHIREDIS_NAME
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static chiredis_api api;
static int is_open;
static char problem[200];
/* The reader's own functions, and the same with our bound. */
static redisReplyObjectFunctions theirs;
static redisReplyObjectFunctions ours;

_Static_assert(sizeof api == sizeof names, "one pointer a function");

/* The longest that is asked for is the answer to EXEC. */
static void *create_array(const redisReadTask *task, int elements) {
  return elements > 16 ? NULL : theirs.createArray(task, elements);
}

static void open_library(void) {
  if (csupport_open_library(SONAME, names, &api, sizeof names / sizeof *names, problem, sizeof problem) != 0)
    return;
  redisReader *reader = api.redisReaderCreate();
  if (!reader) {
    strcpy(problem, "out of memory");
    return;
  }
  ours = theirs = *reader->fn;
  ours.createArray = create_array;
  api.redisReaderFree(reader);
  is_open = 1;
}

const chiredis_api *chiredis_open(void) {
  pthread_once(&once, open_library);
  return is_open ? &api : NULL;
}

const char *chiredis_problem(void) { return problem; }

redisReader *chiredis_reader(void) {
  redisReader *reader = api.redisReaderCreate();
  if (reader)
    reader->fn = &ours;
  return reader;
}
#endif
