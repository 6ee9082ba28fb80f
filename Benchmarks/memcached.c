/* SPDX-License-Identifier: Apache-2.0 */
/* One load and one replace of a record in memcached, as a request has them, against plain C on libmemcached with gets
   and cas on one connection. The only argument is the address, memcached://127.0.0.1:port. */
#include "store.h"

#include <libmemcached-1.0/memcached.h>

static const char plain_key[] = "session:stho7ZYbrkJ-pZS22_q3rup5D0GqANe7jRUzSeM8plain";
static const char *address;
static memcached_st *client;

static void check(memcached_return_t result) {
  if (result != MEMCACHED_SUCCESS)
    fail(memcached_strerror(client, result));
}

static void plain_open(void) {
  int port = 0;
  if (sscanf(address, "memcached://127.0.0.1:%d", &port) != 1)
    fail("the address is to be memcached://127.0.0.1:port");
  client = memcached_create(NULL);
  check(memcached_server_add(client, "127.0.0.1", (in_port_t)port));
  check(memcached_behavior_set(client, MEMCACHED_BEHAVIOR_SUPPORT_CAS, 1));
  check(memcached_set(client, plain_key, sizeof plain_key - 1, (char *)record, record_size, time(NULL) + lifetime, 0));
}

static void plain(int times) {
  static const char *keys[] = {plain_key};
  static const size_t sizes[] = {sizeof plain_key - 1};
  memcached_result_st result;
  memcached_return_t status;
  memcached_result_create(client, &result);
  while (times-- > 0) {
    char copy[LARGEST_RECORD];
    check(memcached_mget(client, keys, sizes, 1));
    if (!memcached_fetch_result(client, &result, &status))
      check(status);
    size_t size = memcached_result_length(&result);
    uint64_t cas = memcached_result_cas(&result);
    memcpy(copy, memcached_result_value(&result), size);
    /* The end of the answer. */
    memcached_fetch_result(client, &result, &status);
    change(copy);
    check(memcached_cas(client, plain_key, sizeof plain_key - 1, copy, size, time(NULL) + lifetime, 0, cas));
  }
  memcached_result_free(&result);
}

static void open_both(void) {
  setting settings[] = {{"SESSION_TYPE", "memcached"}, {"SESSION_MEMCACHED", address}};
  ours_open(settings, sizeof settings / sizeof *settings);
  plain_open();
}

static void close_both(void) {
  memcached_free(client);
  ours_close();
}

int main(int count, char **arguments) {
  if (count != 2)
    fail("the address of a memcached is to be given");
  address = arguments[1];
  compare_store("memcached", open_both, plain, close_both, 1000);
  return 0;
}
