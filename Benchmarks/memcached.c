/* SPDX-License-Identifier: Apache-2.0 */
/* memcached, against plain C on libmemcached with gets and cas. Its compare needs the number that came with a load, so
   that all contestants load first. The address is memcached://127.0.0.1:port. */
#include "store.h"

#include <libmemcached-1.0/memcached.h>

static const char *address;
static _Thread_local memcached_st *client;
static _Thread_local memcached_result_st result;
static _Thread_local uint64_t number;

static void check(memcached_return_t status) {
  if (status != MEMCACHED_SUCCESS)
    fail(memcached_strerror(client, status));
}

static void store_plainly(const unsigned char *new, size_t size) {
  check(memcached_set(client, plain_key, strlen(plain_key), (const char *)new, size, time(NULL) + lifetime, 0));
}

static void connect_plainly(void) {
  int port = 0;
  if (sscanf(address, "memcached://127.0.0.1:%d", &port) != 1)
    fail("the address is to be memcached://127.0.0.1:port");
  client = memcached_create(NULL);
  check(memcached_server_add(client, "127.0.0.1", (in_port_t)port));
  check(memcached_behavior_set(client, MEMCACHED_BEHAVIOR_SUPPORT_CAS, 1));
  check(memcached_behavior_set(client, MEMCACHED_BEHAVIOR_TCP_NODELAY, 1));
  memcached_result_create(client, &result);
  store_plainly(record, record_size);
}

static size_t load(unsigned char *into) {
  const char *keys[] = {plain_key};
  const size_t sizes[] = {strlen(plain_key)};
  memcached_return_t status;
  check(memcached_mget(client, keys, sizes, 1));
  if (!memcached_fetch_result(client, &result, &status))
    check(status);
  size_t size = memcached_result_length(&result);
  number = memcached_result_cas(&result);
  memcpy(into, memcached_result_value(&result), size);
  /* The end of the answer. */
  memcached_fetch_result(client, &result, &status);
  return size;
}

static void replace(const unsigned char *old, const unsigned char *new, size_t size) {
  (void)old;
  check(memcached_cas(client, plain_key, strlen(plain_key), (const char *)new, size, time(NULL) + lifetime, 0, number));
}

static void touch(void) { check(memcached_touch(client, plain_key, strlen(plain_key), time(NULL) + lifetime)); }

static void refresh(void) {
  static _Thread_local unsigned char there[LARGEST_RECORD];
  touch();
  load(there);
}

int main(int count, char **arguments) {
  static const plain_store in_plain_c = {connect_plainly, load, replace, store_plainly, touch, refresh, 1};
  if (count != 5)
    return 2;
  address = arguments[4];
  const setting settings[] = {{"SESSION_TYPE", "memcached"}, {"SESSION_MEMCACHED", address}};
  return run_store(arguments, settings, 2, &in_plain_c);
}
