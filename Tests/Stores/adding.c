/* SPDX-License-Identifier: Apache-2.0 */
/* adding FILE TIMES: makes the counter if there is none, and adds 1 so many times. */
#include "counting.h"

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  swiftsession_store *store = open_store(argv[1]);
  int failed = create(store);
  for (int i = atoi(argv[2]); i > 0 && !failed; i--)
    failed = add(store);
  swiftsession_store_free(store);
  return failed ? 1 : 0;
}
