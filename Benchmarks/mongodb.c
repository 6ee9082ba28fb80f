/* SPDX-License-Identifier: Apache-2.0 */
/* One load and one replace of a record in MongoDB, as a request has them, against plain C with the same commands on
   libmongoc's own client. The only argument is the address. */
#include "store.h"

#include <mongoc/mongoc.h>

static const char *address;
static mongoc_client_t *client;

static void run(bson_t *command, bson_t *reply) {
  bson_error_t error;
  if (!mongoc_client_write_command_with_opts(client, "flask_session", command, NULL, reply, &error)) {
    fprintf(stderr, "%s\n", error.message);
    exit(1);
  }
  bson_destroy(command);
}

static void append_safety(bson_t *command) {
  bson_t concern;
  BSON_APPEND_DOCUMENT_BEGIN(command, "writeConcern", &concern);
  BSON_APPEND_UTF8(&concern, "w", "majority");
  BSON_APPEND_BOOL(&concern, "j", true);
  bson_append_document_end(command, &concern);
}

static void append_later(bson_t *filter, int64_t now) {
  bson_t later;
  BSON_APPEND_DOCUMENT_BEGIN(filter, "expiration", &later);
  BSON_APPEND_DATE_TIME(&later, "$gt", now);
  bson_append_document_end(filter, &later);
}

/* The compare-and-set; without an old record it makes the document. */
static void plain_replace(const void *old, const void *new, uint32_t size) {
  int64_t now = (int64_t)time(NULL) * 1000;
  bson_t *command = BCON_NEW("update", BCON_UTF8("plain")), updates, update, filter, changes, set, reply;
  bson_iter_t iter;
  BSON_APPEND_ARRAY_BEGIN(command, "updates", &updates);
  BSON_APPEND_DOCUMENT_BEGIN(&updates, "0", &update);
  BSON_APPEND_DOCUMENT_BEGIN(&update, "q", &filter);
  BSON_APPEND_UTF8(&filter, "id", key);
  if (old) {
    BSON_APPEND_BINARY(&filter, "val", BSON_SUBTYPE_BINARY, old, size);
    append_later(&filter, now);
  }
  bson_append_document_end(&update, &filter);
  BSON_APPEND_DOCUMENT_BEGIN(&update, "u", &changes);
  BSON_APPEND_DOCUMENT_BEGIN(&changes, "$set", &set);
  BSON_APPEND_BINARY(&set, "val", BSON_SUBTYPE_BINARY, new, size);
  BSON_APPEND_DATE_TIME(&set, "expiration", now + lifetime * 1000);
  bson_append_document_end(&changes, &set);
  bson_append_document_end(&update, &changes);
  BSON_APPEND_BOOL(&update, old ? "multi" : "upsert", true);
  bson_append_document_end(&updates, &update);
  bson_append_array_end(command, &updates);
  append_safety(command);
  run(command, &reply);
  if (!bson_iter_init_find(&iter, &reply, "n") || bson_iter_int32(&iter) != 1)
    exit(1);
  bson_destroy(&reply);
}

static void plain_index(void) {
  bson_t reply;
  run(BCON_NEW("createIndexes", BCON_UTF8("plain"), "indexes", "[", "{", "key", "{", "id", BCON_INT32(1), "}", "name",
               BCON_UTF8("id_1"), "unique", BCON_BOOL(true), "}", "{", "key", "{", "expiration", BCON_INT32(1), "}",
               "name", BCON_UTF8("expiration_1"), "expireAfterSeconds", BCON_INT32(0), "}", "]"),
      &reply);
  bson_destroy(&reply);
}

static void plain_open(void) {
  mongoc_init();
  client = mongoc_client_new(address);
  if (!client)
    exit(1);
  plain_index();
  plain_replace(NULL, record, (uint32_t)record_size);
}

static void plain(int times) {
  while (times-- > 0) {
    unsigned char old[LARGEST_RECORD], new[LARGEST_RECORD];
    bson_t filter, reply, *command = BCON_NEW("find", BCON_UTF8("plain"));
    bson_iter_t iter, found;
    bson_subtype_t subtype;
    uint32_t size;
    const uint8_t *bytes;
    BSON_APPEND_DOCUMENT_BEGIN(command, "filter", &filter);
    BSON_APPEND_UTF8(&filter, "id", key);
    append_later(&filter, (int64_t)time(NULL) * 1000);
    bson_append_document_end(command, &filter);
    BCON_APPEND(command, "projection", "{", "val", BCON_INT32(1), "expiration", BCON_INT32(1), "}", "limit",
                BCON_INT32(1), "singleBatch", BCON_BOOL(true));
    run(command, &reply);
    if (!bson_iter_init(&iter, &reply) || !bson_iter_find_descendant(&iter, "cursor.firstBatch.0.val", &found))
      exit(1);
    bson_iter_binary(&found, &subtype, &size, &bytes);
    memcpy(old, bytes, size);
    bson_destroy(&reply);
    memcpy(new, old, size);
    change(new);
    plain_replace(old, new, size);
  }
}

static void open_both(void) {
  setting settings[] = {{"SESSION_TYPE", "mongodb"}, {"SESSION_MONGODB", address}, {"SESSION_MONGODB_COLLECT", "ours"}};
  ours_open(settings, sizeof settings / sizeof *settings);
  plain_open();
}

static void close_both(void) {
  mongoc_client_destroy(client);
  ours_close();
}

int main(int count, char **arguments) {
  if (count != 2)
    fail("the address of a MongoDB is to be given");
  address = arguments[1];
  mongoc_log_set_handler(NULL, NULL);
  compare_store("MongoDB", open_both, plain, close_both, 50);
  return 0;
}
