/* SPDX-License-Identifier: Apache-2.0 */
/* MongoDB, against plain C with the same commands on libmongoc's own client, on the same collection. */
#include "store.h"

#include <mongoc/mongoc.h>

static const char *address;
static _Thread_local mongoc_client_t *client;

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

/* With an old record the compare-and-set; without one whatever is there is replaced, or made. */
static void update(const void *old, const void *new, size_t size) {
  int64_t now = (int64_t)time(NULL) * 1000;
  bson_t *command = BCON_NEW("update", BCON_UTF8("sessions")), updates, update, filter, changes, set, reply;
  bson_iter_t iter;
  BSON_APPEND_ARRAY_BEGIN(command, "updates", &updates);
  BSON_APPEND_DOCUMENT_BEGIN(&updates, "0", &update);
  BSON_APPEND_DOCUMENT_BEGIN(&update, "q", &filter);
  BSON_APPEND_UTF8(&filter, "id", plain_key);
  if (old) {
    BSON_APPEND_BINARY(&filter, "val", BSON_SUBTYPE_BINARY, old, (uint32_t)size);
    append_later(&filter, now);
  }
  bson_append_document_end(&update, &filter);
  BSON_APPEND_DOCUMENT_BEGIN(&update, "u", &changes);
  BSON_APPEND_DOCUMENT_BEGIN(&changes, "$set", &set);
  BSON_APPEND_BINARY(&set, "val", BSON_SUBTYPE_BINARY, new, (uint32_t)size);
  BSON_APPEND_DATE_TIME(&set, "expiration", now + lifetime * 1000);
  bson_append_document_end(&changes, &set);
  bson_append_document_end(&update, &changes);
  BSON_APPEND_BOOL(&update, old ? "multi" : "upsert", true);
  bson_append_document_end(&updates, &update);
  bson_append_array_end(command, &updates);
  append_safety(command);
  run(command, &reply);
  if (!bson_iter_init_find(&iter, &reply, "n") || bson_iter_int32(&iter) != 1)
    fail("the record was changed");
  bson_destroy(&reply);
}

static void replace(const unsigned char *old, const unsigned char *new, size_t size) { update(old, new, size); }

static void store_plainly(const unsigned char *new, size_t size) { update(NULL, new, size); }

static void connect_plainly(void) {
  client = mongoc_client_new(address);
  if (!client)
    fail("the address is no MongoDB's");
  store_plainly(record, record_size);
}

static size_t load(unsigned char *into) {
  bson_t filter, reply, *command = BCON_NEW("find", BCON_UTF8("sessions"));
  bson_iter_t iter, found;
  bson_subtype_t subtype;
  uint32_t size;
  const uint8_t *bytes;
  BSON_APPEND_DOCUMENT_BEGIN(command, "filter", &filter);
  BSON_APPEND_UTF8(&filter, "id", plain_key);
  append_later(&filter, (int64_t)time(NULL) * 1000);
  bson_append_document_end(command, &filter);
  BCON_APPEND(command, "projection", "{", "val", BCON_INT32(1), "expiration", BCON_INT32(1), "}", "limit",
              BCON_INT32(1), "singleBatch", BCON_BOOL(true));
  run(command, &reply);
  if (!bson_iter_init(&iter, &reply) || !bson_iter_find_descendant(&iter, "cursor.firstBatch.0.val", &found))
    fail("the record is gone");
  bson_iter_binary(&found, &subtype, &size, &bytes);
  memcpy(into, bytes, size);
  bson_destroy(&reply);
  return size;
}

/* findAndModify, which gives the document back. */
static void refresh_with(const char *field) {
  bson_t *command = BCON_NEW("findAndModify", BCON_UTF8("sessions")), filter, changes, set, fields, reply;
  bson_iter_t iter, found;
  int64_t now = (int64_t)time(NULL) * 1000;
  BSON_APPEND_DOCUMENT_BEGIN(command, "query", &filter);
  BSON_APPEND_UTF8(&filter, "id", plain_key);
  append_later(&filter, now);
  bson_append_document_end(command, &filter);
  BSON_APPEND_DOCUMENT_BEGIN(command, "update", &changes);
  BSON_APPEND_DOCUMENT_BEGIN(&changes, "$set", &set);
  BSON_APPEND_DATE_TIME(&set, "expiration", now + lifetime * 1000);
  bson_append_document_end(&changes, &set);
  bson_append_document_end(command, &changes);
  BSON_APPEND_DOCUMENT_BEGIN(command, "fields", &fields);
  BSON_APPEND_INT32(&fields, field, 1);
  bson_append_document_end(command, &fields);
  append_safety(command);
  run(command, &reply);
  if (!bson_iter_init(&iter, &reply) || !bson_iter_find_descendant(&iter, "value._id", &found))
    fail("the record is gone");
  bson_destroy(&reply);
}

static void touch(void) { refresh_with("expiration"); }

static void refresh(void) { refresh_with("val"); }

int main(int count, char **arguments) {
  static const plain_store in_plain_c = {connect_plainly, load, replace, store_plainly, touch, refresh, 0};
  if (count != 5)
    return 2;
  address = arguments[4];
  mongoc_init();
  mongoc_log_set_handler(NULL, NULL);
  const setting settings[] = {{"SESSION_TYPE", "mongodb"}, {"SESSION_MONGODB", address}};
  return run_store(arguments, settings, 2, &in_plain_c);
}
