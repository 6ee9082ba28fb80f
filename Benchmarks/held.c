/* SPDX-License-Identifier: Apache-2.0 */
/* Prints how many bytes of the heap one takes: held session SIZE, opened and read, in memory; or held manager TYPE. */
#include "store.h"

#include <malloc.h>

enum { MANY = 200 };

static swiftsession_session *sessions[MANY];
static swiftsession_manager *managers[MANY];

static size_t taken(void) { return mallinfo2().uordblks + mallinfo2().hblkhd; }

static void open_manager(const char *type) {
  const setting settings[] = {{"SESSION_TYPE", type}, {"SECRET_KEY", "a secret key of thirty-two bytes"}};
  ours_open(settings, 2);
}

int main(int count, char **arguments) {
  if (count != 3)
    return 2;
  int of_sessions = strcmp(arguments[1], "session") == 0;
  open_manager(of_sessions ? "memory" : arguments[2]);
  if (of_sessions) {
    read_payload(arguments[2]);
    make_session();
    open_session(&sessions[0]); /* what the first one takes for all */
    read_value(sessions[0]);
  }
  size_t before = taken();
  for (int i = 1; i < MANY; i++) {
    if (of_sessions) {
      open_session(&sessions[i]);
      read_value(sessions[i]);
    } else {
      open_manager(arguments[2]);
      managers[i] = manager;
    }
  }
  printf("%zu\n", (taken() - before) / (MANY - 1));
  return 0;
}
