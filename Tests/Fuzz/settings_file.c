/* SPDX-License-Identifier: Apache-2.0 */
/* A file of settings. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static int file = -1;
  static char path[40];
  if (file < 0) {
    file = memfd_create("settings", MFD_CLOEXEC);
    MUST(file >= 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  }
  MUST(ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == (ssize_t)size);
  swiftsession_config *config;
  MUST(swiftsession_config_new(&config, NULL) == SWIFTSESSION_OK);
  swiftsession_error error;
  swiftsession_config_load(config, path, &error);
  MUST(memchr(error.message, 0, sizeof error.message));
  swiftsession_config_free(config);
  return 0;
}
