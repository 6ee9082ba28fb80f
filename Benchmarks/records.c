/* SPDX-License-Identifier: Apache-2.0 */
/* What sealing a record adds to a request that loads, changes and saves a session: on sessions in memory, where next to
   nothing else is in the way. */
#include "store.h"

typedef struct side {
  swiftsession_manager *manager;
  char cookie[sizeof cookie];
} side;

static side sealed, bare;

static void make(side *one, const char *format) {
  const setting settings[] = {{"SESSION_TYPE", "memory"},
                              {"SECRET_KEY", "a secret key of thirty-two bytes"},
                              {"SESSION_RECORD_FORMAT", format}};
  ours_open(settings, sizeof settings / sizeof settings[0]);
  one->manager = manager;
  memcpy(one->cookie, cookie, sizeof cookie);
  swiftsession_store_free(store);
}

static void run(const side *one, int times) {
  manager = one->manager;
  memcpy(cookie, one->cookie, sizeof cookie);
  request(times);
}

static void run_sealed(int times) { run(&sealed, times); }

static void run_bare(int times) { run(&bare, times); }

int main(void) {
  static const size_t sizes[] = {56, 612, 3069};
  puts("| what | who | nanoseconds | against flask-session | quartiles |");
  puts("| --- | --- | --- | --- | --- |");
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    char title[64];
    record_size = sizes[i];
    make(&sealed, "sealed");
    make(&bare, "flask-session");
    contestant both[] = {{"sealed", run_sealed, {0}}, {"flask-session", run_bare, {0}}};
    snprintf(title, sizeof title, "a request, a record of %zu bytes", sizes[i]);
    compare(title, both, 2, 4000);
    swiftsession_manager_free(sealed.manager);
    swiftsession_manager_free(bare.manager);
  }
  return 0;
}
