/* SPDX-License-Identifier: Apache-2.0 */
/* One load and one replace of a record in memcached, as a request has them: swiftsession_store_* against plain C on
   libmemcached, with gets and cas on one connection. Both on a server of their own, over its socket. */
#include "bench.h"
#include "swiftsession.h"

#include <libmemcached-1.0/memcached.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char key[] = "session:stho7ZYbrkJ-pZS22_q3rup5D0GqANe7jRUzSeM8brc";
static const char plain_key[] = "session:stho7ZYbrkJ-pZS22_q3rup5D0GqANe7jRUzSeM8plain";
static const int64_t lifetime = 2678400;
static char folder[] = "/tmp/swiftsession-benchmark-XXXXXX";
static char path[64];
static char record[8192];
static size_t record_size;

/* Each replace writes another record. */
static void change(void *bytes) {
  static uint32_t number;
  number++;
  memcpy(bytes, &number, sizeof number);
}

/* ---- ours */

static swiftsession_store *store;

static void must(swiftsession_status status, const swiftsession_error *error) {
  if (status != SWIFTSESSION_OK) {
    fprintf(stderr, "%s\n", error->message);
    exit(1);
  }
}

static swiftsession_config *configured(const char *protocol) {
  swiftsession_error error;
  swiftsession_config *config;
  char address[128];
  snprintf(address, sizeof address, "memcached+unix://%s?protocol=%s", path, protocol);
  must(swiftsession_config_new(&config, &error), &error);
  must(swiftsession_config_set(config, "SESSION_TYPE", "memcached", &error), &error);
  must(swiftsession_config_set(config, "SESSION_MEMCACHED", address, &error), &error);
  return config;
}

static void ours_open(const char *protocol) {
  swiftsession_error error;
  swiftsession_config *config = configured(protocol);
  must(swiftsession_store_open(config, &store, &error), &error);
  swiftsession_config_free(config);
  must(swiftsession_store_remove(store, key, sizeof key - 1, NULL, 0, &error), &error);
  must(swiftsession_store_create(store, key, sizeof key - 1, record, record_size, lifetime, &error), &error);
}

static void ours(int times) {
  swiftsession_error error;
  while (times-- > 0) {
    void *found, *token;
    size_t size, token_size;
    must(swiftsession_store_load(store, key, sizeof key - 1, &found, &size, &token, &token_size, &error), &error);
    change(found);
    must(swiftsession_store_replace(store, key, sizeof key - 1, found, size, lifetime, token, token_size, &error),
         &error);
    swiftsession_free(found);
    swiftsession_free(token);
  }
}

/* ---- ours, as a whole request: open, load, change, encode, save, header lines */

static swiftsession_manager *manager;
static char cookie[256];

static void request_open(const char *protocol) {
  swiftsession_error error;
  swiftsession_config *config = configured(protocol);
  swiftsession_session *session;
  must(swiftsession_manager_open(config, &manager, &error), &error);
  swiftsession_config_free(config);
  must(swiftsession_open(manager, NULL, 0, &session, &error), &error);
  /* A record of the same size: 17 bytes for _permanent and the map, 9 for the number, the rest is text. */
  char *text = malloc(record_size);
  memset(text, 'x', record_size);
  must(swiftsession_set_string(session, "t", text, record_size - 30, &error), &error);
  free(text);
  must(swiftsession_save(session, &error), &error);
  snprintf(cookie, sizeof cookie, "%s", swiftsession_header_value(session, 0));
  *strchr(cookie, ';') = 0;
  swiftsession_session_free(session);
}

static void request(int times) {
  static int64_t number;
  swiftsession_error error;
  while (times-- > 0) {
    swiftsession_session *session;
    const char *text;
    size_t size;
    must(swiftsession_open(manager, cookie, strlen(cookie), &session, &error), &error);
    must(swiftsession_get_string(session, "t", &text, &size, &error), &error);
    must(swiftsession_set_integer(session, "n", ++number, &error), &error);
    must(swiftsession_save(session, &error), &error);
    swiftsession_session_free(session);
  }
}

/* ---- plain C */

static memcached_st *client;

static void check(memcached_return_t result) {
  if (result != MEMCACHED_SUCCESS) {
    fprintf(stderr, "%s\n", memcached_strerror(client, result));
    exit(1);
  }
}

static void plain_open(uint64_t binary) {
  client = memcached_create(NULL);
  check(memcached_server_add_unix_socket(client, path));
  check(memcached_behavior_set(client, MEMCACHED_BEHAVIOR_SUPPORT_CAS, 1));
  check(memcached_behavior_set(client, MEMCACHED_BEHAVIOR_BINARY_PROTOCOL, binary));
  check(memcached_set(client, plain_key, sizeof plain_key - 1, record, record_size, time(NULL) + lifetime, 0));
}

static void plain(int times) {
  static const char *keys[] = {plain_key};
  static const size_t sizes[] = {sizeof plain_key - 1};
  memcached_result_st result;
  memcached_return_t status;
  memcached_result_create(client, &result);
  while (times-- > 0) {
    char copy[sizeof record];
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

/* ---- */

static pid_t server_start(void) {
  pid_t server = fork();
  if (server == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execlp("memcached", "memcached", "-u", getpwuid(getuid())->pw_name, "-s", path, "-t", "1", (char *)NULL);
    perror("memcached");
    _exit(1);
  }
  for (int i = 0; i < 1000 && access(path, F_OK) != 0; i++)
    usleep(10000);
  usleep(100000);
  return server;
}

static void measure(const char *protocol, uint64_t binary) {
  static const size_t sizes[] = {56, 612, 3069};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    char title[64];
    record_size = sizes[i];
    for (size_t j = 0; j < record_size; j++)
      record[j] = (char)(j * 7);
    ours_open(protocol);
    request_open(protocol);
    plain_open(binary);
    snprintf(title, sizeof title, "memcached, %s, load and replace, %zu bytes", protocol, record_size);
    contestant all[] = {{"libswiftsession, the store", ours, {0}},
                        {"libswiftsession, a request", request, {0}},
                        {"plain C", plain, {0}}};
    compare(title, all, 3, 1000);
    memcached_free(client);
    swiftsession_manager_free(manager);
    swiftsession_store_free(store);
  }
}

int main(void) {
  if (!mkdtemp(folder))
    return 1;
  snprintf(path, sizeof path, "%s/s", folder);
  pid_t server = server_start();
  puts("| what | who | nanoseconds | against plain C | quartiles |");
  puts("| --- | --- | --- | --- | --- |");
  measure("text", 0);
  measure("binary", 1);
  kill(server, SIGKILL);
  waitpid(server, NULL, 0);
  unlink(path);
  return rmdir(folder) != 0;
}
