/* SPDX-License-Identifier: Apache-2.0 */
#ifdef CHIREDIS_ENABLED
#include "CHiredis.h"
#include "CSupport.h"

#define SONAME "libhiredis.so.0.14"

CSUPPORT_DLOPEN_NOTE(chiredis_note, "redis", "Sessions in Redis", SONAME);

static chiredis_api api;
static char problem[200];
/* The reader's own functions, and the same with our bound. */
static redisReplyObjectFunctions theirs;
static redisReplyObjectFunctions ours;

/* The longest that is asked for is the answer to EXEC; within an answer, the keys of a SCAN. */
static void *create_array(const redisReadTask *task, int elements) {
  int is_within = task->parent && !task->parent->parent;
  return elements > (is_within ? 4096 : 16) ? NULL : theirs.createArray(task, elements);
}

static int begin(void) {
  redisReader *reader = api.redisReaderCreate();
  if (!reader) {
    strcpy(problem, "out of memory");
    return -1;
  }
  ours = theirs = *reader->fn;
  ours.createArray = create_array;
  api.redisReaderFree(reader);
  return 0;
}

CSUPPORT_CLIENT_LIBRARY(chiredis, SONAME, begin, CHIREDIS_FUNCTIONS(CSUPPORT_NAME))

redisReader *chiredis_reader(void) {
  redisReader *reader = api.redisReaderCreate();
  if (reader)
    reader->fn = &ours;
  return reader;
}
#endif
