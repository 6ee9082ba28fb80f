/* SPDX-License-Identifier: Apache-2.0 */
#include "CSupport.h"

#include <dlfcn.h>
#include <stdio.h>

int csupport_open_library(const char *soname, const char *const *names, void *functions, size_t count, char *problem,
                          size_t size) {
  void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *reason = dlerror();
    snprintf(problem, size, "%s", reason ? reason : soname);
    return -1;
  }
  for (size_t i = 0; i < count; i++) {
    void *function = dlsym(library, names[i]);
    if (!function) {
      snprintf(problem, size, "%s has no %s", soname, names[i]);
      memset(functions, 0, count * sizeof function);
      dlclose(library);
      return -1;
    }
    memcpy((char *)functions + i * sizeof function, &function, sizeof function);
  }
  return 0;
}
