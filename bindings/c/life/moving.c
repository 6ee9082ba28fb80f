/* SPDX-License-Identifier: Apache-2.0 */
/* The sessions of SQLite go on in files: one moves when its cookie comes, the others in bulk. */
#include "browser.h"

int main(void) {
  const char *old = in_folder("old.db"), *until = "2100-01-01T00:00:00Z";
  const setting from[] = {{"SESSION_TYPE", "sqlite"}, {"SESSION_SQLITE", old}, {NULL, NULL}};
  const setting to[] = {{"SESSION_TYPE", "filesystem"},
                        {"SESSION_FILE_DIR", in_folder("new")},
                        {"SESSION_MIGRATE_FROM", "sqlite"},
                        {"SESSION_MIGRATE_UNTIL", until},
                        {"SESSION_SQLITE", old},
                        {NULL, NULL}};
  swiftsession_manager *before = manager_of(from), *after = manager_of(to);
  static const char *const names[] = {"jack", "jill", "june"};
  browser browsers[3] = {{""}, {""}, {""}};
  for (int i = 0; i < 3; i++)
    store_name(names[i], before, &browsers[i]);
  show_names("with its cookie", after, browsers, 1);
  swiftsession_migration progress = {0, 0, 0, 0, ""};
  int32_t more = 1;
  while (more)
    TRY(swiftsession_migrate(after, 100, &progress, &more, &error));
  printf("in bulk: %d\n", (int)progress.moved);
  show_names("there", after, browsers, 3);
  swiftsession_manager_free(before);
  swiftsession_manager_free(after);
  return 0;
}
