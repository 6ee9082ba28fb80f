/* SPDX-License-Identifier: Apache-2.0 */
/* A request on sessions in memory or in their cookie, where next to nothing else is in the way: what the library itself
   costs. Usage: local memory|cookie|sealed write|read|untouched SIZE THREADS; sealed is in memory. */
#include "store.h"

int main(int count, char **arguments) {
  if (count < 5) /* an address is for the others of the case */
    return 2;
  seals = strcmp(arguments[1], "sealed") == 0;
  const setting settings[] = {{"SESSION_TYPE", seals ? "memory" : arguments[1]},
                              {"SECRET_KEY", "a secret key of thirty-two bytes"},
                              {"SESSION_RECORD_FORMAT", seals ? "sealed" : "flask-session"}};
  return run_store(arguments + 1, settings, 3, NULL);
}
