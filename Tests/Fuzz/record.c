/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes that a store has under the id of a cookie: a file, whose header ends the record tomorrow; with FUZZ_WHOLE
   the header is fuzzed too. */
#include "fuzz.h"

#include <fcntl.h>
#include <unistd.h>

#define ID "abcdefghijklmnopqrstuvwxyz0123456789"
/* MD5 of "session:" and the id, as cachelib names it. */
#define NAME "7ab95ca9b8769626aa9f59743acb0c2d"

/* The one file in the folder FUZZ_FOLDER, which `run` and `replay` make. */
static char path[256];

static void put(const uint8_t *data, size_t size) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  MUST(file >= 0);
#ifndef FUZZ_WHOLE
  uint32_t end = NOW + 86400;
  MUST(write(file, &end, sizeof end) == sizeof end);
#endif
  MUST(write(file, data, size) == (ssize_t)size);
  close(file);
}

static swiftsession_manager *manager_of_folder(void) {
  const char *folder = getenv("FUZZ_FOLDER");
  MUST(folder);
  snprintf(path, sizeof path, "%s/" NAME, folder);
  return manager_of(
      (const char *const[]){"SECRET_KEY", KEY, "SESSION_TYPE", "filesystem", "SESSION_FILE_DIR", folder, NULL});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static swiftsession_manager *manager;
  if (!manager)
    manager = manager_of_folder();
  put(data, size);
  swiftsession_session *session;
  MUST(swiftsession_open(manager, "session=" ID, 8 + sizeof ID - 1, &session, NULL) == SWIFTSESSION_OK);
  if (swiftsession_load(session, NULL) == SWIFTSESSION_OK)
    look(session);
  swiftsession_session_free(session);
  return 0;
}
