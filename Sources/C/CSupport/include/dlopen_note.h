/* SPDX-License-Identifier: Apache-2.0 */
/* CSUPPORT_DLOPEN_NOTE: says in the ELF file itself which library it opens while it runs, so that packaging tools see
   it (https://systemd.io/ELF_DLOPEN_METADATA/). C sources only. */
#ifndef CSUPPORT_DLOPEN_NOTE_H
#define CSUPPORT_DLOPEN_NOTE_H

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

#endif
