/* SPDX-License-Identifier: Apache-2.0 */
/* Redis, against plain C on hiredis with the same commands: GET, and the same script by its digest or, above 4 kB,
   WATCH and MULTI. The address is redis://127.0.0.1:port/0. */
#include "store.h"

#include <hiredis/hiredis.h>

enum { LARGEST_FOR_SCRIPT = 4096 };

static const char script[] = "local there = redis.pcall('GET', KEYS[1])\n"
                             "if there ~= ARGV[1] then return there end\n"
                             "local done = redis.pcall('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])\n"
                             "if done.err then return done end\n"
                             "return 1";
static const char *address;
static _Thread_local redisContext *connection;
static _Thread_local char digest[64], seconds[24];

static redisReply *answer(void *reply) {
  if (!reply || ((redisReply *)reply)->type == REDIS_REPLY_ERROR)
    fail(reply ? ((redisReply *)reply)->str : connection->errstr);
  return reply;
}

static redisReply *next_answer(void) {
  void *reply = NULL;
  redisGetReply(connection, &reply);
  return answer(reply);
}

static void store_plainly(const unsigned char *new, size_t size) {
  const char *set[] = {"SET", plain_key, (const char *)new, "EX", seconds};
  const size_t sizes[] = {3, strlen(plain_key), size, 2, strlen(seconds)};
  freeReplyObject(answer(redisCommandArgv(connection, 5, set, sizes)));
}

static void connect_plainly(void) {
  int port = 0;
  if (sscanf(address, "redis://127.0.0.1:%d", &port) != 1)
    fail("the address is to be redis://127.0.0.1:port/0");
  connection = redisConnect("127.0.0.1", port);
  if (!connection || connection->err)
    fail("redis-server cannot be reached");
  redisReply *reply = answer(redisCommand(connection, "SCRIPT LOAD %s", script));
  snprintf(digest, sizeof digest, "%s", reply->str);
  freeReplyObject(reply);
  snprintf(seconds, sizeof seconds, "%lld", (long long)lifetime);
  store_plainly(record, record_size);
}

static size_t load(unsigned char *into) {
  const char *get[] = {"GET", plain_key};
  const size_t sizes[] = {3, strlen(plain_key)};
  redisReply *reply = answer(redisCommandArgv(connection, 2, get, sizes));
  size_t size = reply->len;
  memcpy(into, reply->str, size);
  freeReplyObject(reply);
  return size;
}

static void replace_watched(const unsigned char *old, const unsigned char *new, size_t size) {
  const char *set[] = {"SET", plain_key, (const char *)new, "EX", seconds, "XX"};
  const size_t sizes[] = {3, strlen(plain_key), size, 2, strlen(seconds), 2};
  redisAppendCommand(connection, "WATCH %s", plain_key);
  redisAppendCommand(connection, "GET %s", plain_key);
  freeReplyObject(next_answer());
  redisReply *there = next_answer();
  if (there->len != size || memcmp(there->str, old, size) != 0)
    fail("the record was changed");
  freeReplyObject(there);
  redisAppendCommand(connection, "MULTI");
  redisAppendCommandArgv(connection, 6, set, sizes);
  redisAppendCommand(connection, "EXEC");
  freeReplyObject(next_answer());
  freeReplyObject(next_answer());
  redisReply *done = next_answer();
  if (done->type != REDIS_REPLY_ARRAY)
    fail("the record was changed");
  freeReplyObject(done);
}

static void replace(const unsigned char *old, const unsigned char *new, size_t size) {
  if (size > LARGEST_FOR_SCRIPT) {
    replace_watched(old, new, size);
    return;
  }
  const char *set[] = {"EVALSHA", digest, "1", plain_key, (const char *)old, (const char *)new, seconds};
  const size_t sizes[] = {7, strlen(digest), 1, strlen(plain_key), size, size, strlen(seconds)};
  redisReply *reply = answer(redisCommandArgv(connection, 7, set, sizes));
  if (reply->type != REDIS_REPLY_INTEGER)
    fail("the record was changed");
  freeReplyObject(reply);
}

static void touch(void) {
  const char *expire[] = {"EXPIRE", plain_key, seconds};
  const size_t sizes[] = {6, strlen(plain_key), strlen(seconds)};
  freeReplyObject(answer(redisCommandArgv(connection, 3, expire, sizes)));
}

static void refresh(void) {
  const char *both[] = {"GETEX", plain_key, "EX", seconds};
  const size_t sizes[] = {5, strlen(plain_key), 2, strlen(seconds)};
  freeReplyObject(answer(redisCommandArgv(connection, 4, both, sizes)));
}

int main(int count, char **arguments) {
  static const plain_store in_plain_c = {connect_plainly, load, replace, store_plainly, touch, refresh, 0};
  if (count != 5)
    return 2;
  address = arguments[4];
  const setting settings[] = {{"SESSION_TYPE", "redis"}, {"SESSION_REDIS", address}};
  return run_store(arguments, settings, 2, &in_plain_c);
}
