// SPDX-License-Identifier: Apache-2.0
/* What doctor asks of each kind of store. docs/stores.md says why. */
#include "doctor.h"
#include "server.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

enum { NFS = 0x6969, SMB = 0x517b, CIFS = (int)0xff534d42, SMB2 = (int)0xfe534d42, CLOCKS_MAY_DIFFER = 5 };

/* A figure of a server, -1 where it does not tell. */
static int64_t figure(const char *text, const char *name, char separator) {
  char value[64];
  return read_line(text, name, separator, value, sizeof value) ? strtoll(value, NULL, 10) : -1;
}

static void check_clock(doctor *doctor, int64_t theirs) {
  int64_t difference = theirs < 0 ? 0 : theirs - (int64_t)time(NULL);
  if (difference > CLOCKS_MAY_DIFFER || difference < -CLOCKS_MAY_DIFFER)
    find(doctor, WARNING, "clock", "the server's clock is %lld seconds from this one", (long long)difference);
}

static void check_redis_memory(doctor *doctor, const char *text) {
  char policy[64] = "";
  int64_t limit = figure(text, "maxmemory", ':'), evicted = figure(text, "evicted_keys", ':');
  if (!read_line(text, "maxmemory_policy", ':', policy, sizeof policy))
    find(doctor, UNSEEN, "redis", "maxmemory-policy: the server does not tell; it has to be noeviction");
  else if (strcmp(policy, "noeviction") == 0)
    find(doctor, OK, "redis", "maxmemory-policy is noeviction: no live session is dropped for room");
  else
    find(doctor, limit > 0 ? PROBLEM : WARNING, "redis",
         "maxmemory-policy is %s: %s live sessions are dropped for room; set noeviction, or give them a server of "
         "their own",
         policy, limit > 0 ? "when maxmemory is reached," : "once maxmemory is set,");
  if (evicted > 0)
    find(doctor, WARNING, "redis", "%lld keys have been dropped for room since it was started", (long long)evicted);
}

static void check_redis(doctor *doctor) {
  const char *reason, *url = setting(doctor->tool, "SESSION_REDIS");
  char *text = url ? redis_information(url, &reason) : NULL;
  char role[32] = "";
  if (!text) {
    find(doctor, UNSEEN, "redis", "the settings of the server: %s", url ? reason : "SESSION_REDIS is not set");
    return;
  }
  check_redis_memory(doctor, text);
  if (figure(text, "aof_enabled", ':') == 1)
    find(doctor, OK, "redis", "appendonly is on; what appendfsync is cannot be seen");
  else
    find(doctor, WARNING, "redis",
         "appendonly is off: a crash loses the last sessions and brings back the last logouts");
  if (read_line(text, "role", ':', role, sizeof role) && strcmp(role, "master") != 0)
    find(doctor, PROBLEM, "redis", "this server is a replica: sessions cannot be written here");
  if (figure(text, "connected_slaves", ':') > 0)
    find(doctor, WARNING, "redis", "it has replicas: a failover forgets what had not reached them, logouts too");
  int64_t microseconds = figure(text, "server_time_usec", ':');
  check_clock(doctor, microseconds < 0 ? -1 : microseconds / 1000000);
  free(text);
}

static void check_memcached(doctor *doctor) {
  const char *reason, *url = setting(doctor->tool, "SESSION_MEMCACHED");
  char *text = url ? memcached_information(url, &reason) : NULL;
  char word[32] = "";
  if (!text) {
    find(doctor, UNSEEN, "memcached", "the settings of the server: %s", url ? reason : "SESSION_MEMCACHED is not set");
    return;
  }
  find(doctor, WARNING, "memcached", "it keeps nothing: a restart ends every session, and full memory the oldest");
  if (figure(text, "STAT evictions", ' ') > 0)
    find(doctor, PROBLEM, "memcached", "%lld items have been dropped for room; give it more with -m",
         (long long)figure(text, "STAT evictions", ' '));
  if (read_line(text, "STAT cas_enabled", ' ', word, sizeof word) && strcmp(word, "no") == 0)
    find(doctor, PROBLEM, "memcached", "it was started with -C: nothing can be compared and set");
  find(doctor, OK, "memcached", "a session may have %lld bytes", (long long)figure(text, "STAT item_size_max", ' '));
  if (url && strchr(url, ','))
    find(doctor, UNSEEN, "memcached", "the other servers: the first one alone was asked");
  check_clock(doctor, figure(text, "STAT time", ' '));
  free(text);
}

/* A folder or a file that has to be on a local disk and nobody else's to read. */
static void check_path(doctor *doctor, const char *path) {
  struct statfs system;
  struct stat about;
  if (!path || statfs(path, &system) != 0 || stat(path, &about) != 0) {
    find(doctor, UNSEEN, doctor->kind, "the disk: its path is not there, or not readable");
    return;
  }
  int type = (int)system.f_type;
  if (type == NFS || type == SMB || type == CIFS || type == SMB2)
    find(doctor, PROBLEM, doctor->kind, "it is on a network's file system, whose locks do not hold: use a local disk");
  if (about.st_mode & S_IROTH)
    find(doctor, WARNING, doctor->kind, "every user of this machine can read it, and with it every session: chmod o-r");
  if (about.st_mode & S_IWOTH)
    find(doctor, WARNING, doctor->kind, "every user of this machine can write it, and make sessions: chmod o-w");
  if (system.f_blocks > 0 && system.f_bavail < system.f_blocks / 20)
    find(doctor, WARNING, doctor->kind, "its disk is more than 95 %% full");
}

void check_server(doctor *doctor) {
  const char *kind = doctor->kind;
  if (strcasecmp(kind, "redis") == 0)
    check_redis(doctor);
  else if (strcasecmp(kind, "memcached") == 0)
    check_memcached(doctor);
  else if (strcasecmp(kind, "sqlite") == 0 || strcasecmp(kind, "filesystem") == 0)
    check_path(doctor, store_path(doctor->tool, kind));
  else if (strcasecmp(kind, "postgresql") == 0)
    find(doctor, UNSEEN, kind,
         "SHOW synchronous_commit; SHOW fsync; both have to be on, or a crash brings back logouts");
  else if (strcasecmp(kind, "mysql") == 0)
    find(doctor, UNSEEN, kind,
         "SELECT @@innodb_flush_log_at_trx_commit, @@sync_binlog; both have to be 1, or a crash brings back logouts");
  else if (strcasecmp(kind, "mongodb") == 0)
    find(doctor, UNSEEN, kind, "rs.status(): a replica set with a majority that is up keeps what it confirmed");
}
