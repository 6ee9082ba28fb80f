/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded: an allocation that one library asks for fails. Only those count that are made from its own code, so that
   neither ours nor libc's fail. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <string.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static const char *failing;
static long due, made;
static uintptr_t start, end;

/* Where its code is: the part of it that can be run. */
static int find(struct dl_phdr_info *object, size_t size, void *unused) {
  (void)size;
  (void)unused;
  if (!strstr(object->dlpi_name, failing))
    return 0;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    if (part->p_type == PT_LOAD && part->p_flags & PF_X) {
      start = object->dlpi_addr + part->p_vaddr;
      end = start + part->p_memsz;
    }
  }
  return 1;
}

void fail_allocation(const char *library, long number) {
  failing = library;
  due = number;
  made = 0;
  if (number && !start)
    dl_iterate_phdr(find, NULL);
}

long allocations(void) { return made; }

static int fails(const void *caller) {
  if (!due || (uintptr_t)caller < start || (uintptr_t)caller >= end)
    return 0;
  if (++made != due)
    return 0;
  errno = ENOMEM;
  return 1;
}

void *malloc(size_t size) { return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size); }

void *calloc(size_t count, size_t size) {
  return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, size);
}
