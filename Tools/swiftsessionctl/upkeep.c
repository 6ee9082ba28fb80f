// SPDX-License-Identifier: Apache-2.0
/* sweep and migrate: long work in short calls, which may be stopped at any time and begun again. */
#include "tool.h"
#include <string.h>
#include <strings.h>

static bool removes_itself(const char *kind) {
  return strcasecmp(kind, "redis") == 0 || strcasecmp(kind, "memcached") == 0 || strcasecmp(kind, "mongodb") == 0;
}

int command_sweep(tool *tool, int count, char **arguments) {
  (void)count, (void)arguments;
  char text[96], kind[KIND_TEXT];
  int32_t more = 1;
  int64_t batches = 0;
  int status = open_existing(tool, true);
  double begin = monotonic();
  /* Of a server that removes expired records itself, a sweep asks nothing. */
  if (!status && swiftsession_manager_ping(tool->manager, &tool->error))
    status = fail(tool);
  while (!status && more && (!tool->seconds || monotonic() - begin < (double)tool->seconds)) {
    if (swiftsession_manager_sweep(tool->manager, tool->limit, &more, &tool->error))
      return fail(tool);
    batches += 1;
    snprintf(text, sizeof text, "%lld batches of at most %lld records, %.0f seconds", (long long)batches,
             (long long)tool->limit, monotonic() - begin);
    if (more || batches > 1)
      show_progress(tool, text, !more);
  }
  if (status)
    return status;
  store_kind(tool, kind);
  if (tool->json)
    printf("{\"status\":\"OK\",\"batches\":%lld,\"limit\":%lld,\"more\":%s,\"seconds\":%.3f}\n", (long long)batches,
           (long long)tool->limit, more ? "true" : "false", monotonic() - begin);
  else if (!tool->quiet)
    puts(more                   ? "The time is over; there may be more expired records."
         : removes_itself(kind) ? "The server removes expired records itself."
                                : "No expired records are left.");
  return EXIT_DONE;
}

static void put_migration(const tool *tool, const swiftsession_migration *progress, double seconds) {
  if (tool->json)
    printf("{\"status\":\"OK\",\"moved\":%lld,\"skipped\":%lld,\"unreadable\":%lld,\"seconds\":%.3f}\n",
           (long long)progress->moved, (long long)progress->skipped, (long long)progress->unreadable, seconds);
  else if (!tool->quiet)
    printf("%lld moved, %lld skipped, %lld unreadable\n", (long long)progress->moved, (long long)progress->skipped,
           (long long)progress->unreadable);
}

int command_migrate(tool *tool, int count, char **arguments) {
  (void)count, (void)arguments;
  char text[128];
  swiftsession_migration progress;
  int32_t more = 1;
  memset(&progress, 0, sizeof progress);
  int status = open_manager(tool);
  status = status ? status : check_source(tool);
  double begin = monotonic();
  while (!status && more) {
    bool failed = swiftsession_migrate(tool->manager, tool->limit, &progress, &more, &tool->error) != SWIFTSESSION_OK;
    double seconds = monotonic() - begin;
    snprintf(text, sizeof text, "%lld moved, %lld skipped, %lld unreadable, %.0f a second", (long long)progress.moved,
             (long long)progress.skipped, (long long)progress.unreadable,
             seconds > 0 ? (double)progress.moved / seconds : 0.0);
    show_progress(tool, text, failed || !more);
    if (failed)
      status = fail(tool);
  }
  if (!status)
    put_migration(tool, &progress, monotonic() - begin);
  return status;
}
