/* SPDX-License-Identifier: Apache-2.0 */
/* What the sources of client libraries have in common. C sources only.

   CSUPPORT_DLOPEN_NOTE: says in the ELF file itself which library it opens while it runs, so that packaging tools see
   it (https://systemd.io/ELF_DLOPEN_METADATA/). */
#ifndef CSUPPORT_CLIENT_LIBRARY_H
#define CSUPPORT_CLIENT_LIBRARY_H

#include <pthread.h>
#include <stdint.h>

#define CSUPPORT_DLOPEN_NOTE(variable, feature, description, soname)                                                   \
  CSUPPORT_DLOPEN_NOTE_JSON(variable, "[{\"feature\":\"" feature "\",\"description\":\"" description                   \
                                      "\",\"priority\":\"suggested\",\"soname\":[\"" soname "\"]}]")

#define CSUPPORT_DLOPEN_NOTE_JSON(variable, json)                                                                      \
  __attribute__((used, section(".note.dlopen"))) _Alignas(uint32_t) static const struct {                              \
    uint32_t name_size, size, type;                                                                                    \
    char name[sizeof "FDO"];                                                                                           \
    _Alignas(uint32_t) char text[sizeof(json)];                                                                        \
  } variable = {                                                                                                       \
      .name_size = sizeof "FDO", .size = sizeof(json), .type = UINT32_C(0x407c0c0a), .name = "FDO", .text = json}

/* A client library that is opened on first use: defines CLIENT_open(), which gives the table `api` of its functions or
   NULL, and CLIENT_problem(), which says why. The source has defined `api`, of the type CLIENT_api, and `problem`, an
   array of characters, before; `begin` is called once when all functions are there, and answers 0 or leaves a problem.
   What follows are the functions' names in the order of the table. */
#define CSUPPORT_CLIENT_LIBRARY(client, soname, begin, ...)                                                            \
  static const char *const client##_names[] = {__VA_ARGS__};                                                           \
  _Static_assert(sizeof api == sizeof client##_names, "one pointer a function");                                       \
  static pthread_once_t client##_once = PTHREAD_ONCE_INIT;                                                             \
  static int client##_is_open;                                                                                         \
  static void client##_open_library(void) {                                                                            \
    client##_is_open = csupport_open_library(soname, client##_names, &api, sizeof api / sizeof(void *), problem,       \
                                             sizeof problem) == 0 &&                                                   \
                       begin() == 0;                                                                                   \
  }                                                                                                                    \
  const client##_api *client##_open(void) {                                                                            \
    pthread_once(&client##_once, client##_open_library);                                                               \
    return client##_is_open ? &api : NULL;                                                                             \
  }                                                                                                                    \
  const char *client##_problem(void) { return problem; }

/* For a table whose members have the functions' names. */
#define CSUPPORT_NAME(name) #name,

/* For a library that needs no beginning. */
static inline int csupport_begun(void) { return 0; }

#endif
