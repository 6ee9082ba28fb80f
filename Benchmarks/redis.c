/* SPDX-License-Identifier: Apache-2.0 */
/* One load and one replace of a record in Redis, as a request has them, against plain C on hiredis with the same
   commands: GET, and the same script by its digest. The only argument is the address, redis://127.0.0.1:port/0. */
#include "store.h"

#include <hiredis/hiredis.h>

static const char script[] = "local there = redis.pcall('GET', KEYS[1])\n"
                             "if there ~= ARGV[1] then return there end\n"
                             "local done = redis.pcall('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])\n"
                             "if done.err then return done end\n"
                             "return 1";
static const char *address;
static redisContext *connection;
static char digest[64];

static redisReply *answer(void *reply) {
  if (!reply || ((redisReply *)reply)->type == REDIS_REPLY_ERROR)
    fail(reply ? ((redisReply *)reply)->str : connection->errstr);
  return reply;
}

static void plain_open(void) {
  int port = 0;
  if (sscanf(address, "redis://127.0.0.1:%d", &port) != 1)
    fail("the address is to be redis://127.0.0.1:port/0");
  connection = redisConnect("127.0.0.1", port);
  if (!connection || connection->err)
    fail("redis-server cannot be reached");
  redisReply *reply = answer(redisCommand(connection, "SCRIPT LOAD %s", script));
  snprintf(digest, sizeof digest, "%s", reply->str);
  freeReplyObject(reply);
  freeReplyObject(
      answer(redisCommand(connection, "SET plain:%s %b EX %lld", key, record, record_size, (long long)lifetime)));
}

static void plain(int times) {
  static const char name[] = "plain:session:stho7ZYbrkJ-pZS22_q3rup5D0GqANe7jRUzSeM8brc";
  while (times-- > 0) {
    char seconds[24];
    unsigned char new[LARGEST_RECORD];
    const char *get[] = {"GET", name};
    size_t get_sizes[] = {3, sizeof name - 1};
    redisReply *old = answer(redisCommandArgv(connection, 2, get, get_sizes));
    memcpy(new, old->str, old->len);
    change(new);
    int length = snprintf(seconds, sizeof seconds, "%lld", (long long)lifetime);
    const char *set[] = {"EVALSHA", digest, "1", name, old->str, (const char *)new, seconds};
    size_t set_sizes[] = {7, strlen(digest), 1, sizeof name - 1, old->len, old->len, (size_t)length};
    redisReply *reply = answer(redisCommandArgv(connection, 7, set, set_sizes));
    if (reply->type != REDIS_REPLY_INTEGER)
      fail("the record was changed");
    freeReplyObject(old);
    freeReplyObject(reply);
  }
}

static void open_both(void) {
  setting settings[] = {{"SESSION_TYPE", "redis"}, {"SESSION_REDIS", address}};
  ours_open(settings, sizeof settings / sizeof *settings);
  plain_open();
}

static void close_both(void) {
  redisFree(connection);
  ours_close();
}

int main(int count, char **arguments) {
  if (count != 2)
    fail("the address of a Redis server is to be given");
  address = arguments[1];
  compare_store("Redis", open_both, plain, close_both, 1000);
  return 0;
}
