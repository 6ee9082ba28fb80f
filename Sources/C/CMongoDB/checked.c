/* SPDX-License-Identifier: Apache-2.0 */
/* A stream over another, plain or encrypted, that lets a server's message through when all of it has come and is sound:
   libmongoc follows the lengths and kinds in it wherever they lead. */
#ifdef CMONGODB_ENABLED
#include "library.h"

/* Of none of libmongoc's own kinds. */
enum { CHECKED_TYPE = 101 };

enum { HEADER = 16, OP_REPLY = 1, OP_QUERY = 2004, OP_MSG = 2013 };

/* In front of the document: flags and the kind of its section; flags, cursor, place and number of documents. */
enum { BEFORE_MSG = HEADER + 5, BEFORE_REPLY = HEADER + 20, LEAST_DOCUMENT = 5 };

typedef struct checked {
  mongoc_stream_t base;
  mongoc_stream_t *inner;
  cmongodb_client *client;
  uint64_t unsent;  /* of the request that is being written */
  uint32_t request; /* the opcode of the last one */
  int is_refused;   /* what came is no message of a MongoDB server */
  uint8_t header[HEADER];
  uint8_t *message; /* once the header is known */
  size_t size;      /* of it */
  size_t received;
  size_t taken;
} checked;

static void forget_message(checked *self) {
  free(self->message);
  self->message = NULL;
  self->size = self->received = self->taken = 0;
}

static int close_checked(mongoc_stream_t *base) { return ((checked *)base)->inner->close(((checked *)base)->inner); }

static void destroy_checked(mongoc_stream_t *base) {
  checked *self = (checked *)base;
  forget_message(self);
  self->inner->destroy(self->inner);
  free(self);
}

static void fail_checked(mongoc_stream_t *base) {
  checked *self = (checked *)base;
  forget_message(self);
  self->inner->failed(self->inner);
  free(self);
}

static int flush_checked(mongoc_stream_t *base) { return ((checked *)base)->inner->flush(((checked *)base)->inner); }

/* Notes what is asked: the answer must be of the kind that belongs to it. */
static void note_request(checked *self, const mongoc_iovec_t *parts, size_t count) {
  uint8_t header[HEADER] = {0};
  size_t known = 0;
  for (size_t i = 0; i < count && known < HEADER; i++) {
    size_t size = parts[i].iov_len < HEADER - known ? parts[i].iov_len : HEADER - known;
    memcpy(header + known, parts[i].iov_base, size);
    known += size;
  }
  self->unsent = cmongodb_number(header);
  self->request = cmongodb_number(header + 12);
}

static ssize_t write_checked(mongoc_stream_t *base, mongoc_iovec_t *parts, size_t count, int32_t milliseconds) {
  checked *self = (checked *)base;
  if (self->unsent == 0)
    note_request(self, parts, count);
  ssize_t sent = self->inner->writev(self->inner, parts, count, milliseconds);
  if (sent > 0)
    self->unsent -= (uint64_t)sent < self->unsent ? (uint64_t)sent : self->unsent;
  return sent;
}

/* An OP_MSG, or to the hello of a new connection an OP_REPLY. */
static size_t size_before_document(const checked *self, uint32_t opcode) {
  if (opcode == OP_MSG && self->request == OP_MSG)
    return BEFORE_MSG;
  return opcode == OP_REPLY && self->request == OP_QUERY ? BEFORE_REPLY : 0;
}

static int take_header(checked *self) {
  size_t size = cmongodb_number(self->header);
  size_t before = size_before_document(self, cmongodb_number(self->header + 12));
  if (before == 0 || size < before + LEAST_DOCUMENT || size > CMONGODB_MESSAGE)
    return 0;
  self->message = malloc(size);
  if (!self->message)
    abort();
  memcpy(self->message, self->header, HEADER);
  self->size = size;
  return 1;
}

/* One document to the very end. No flag of an OP_MSG is ever to be expected: a server adds a checksum where it got one.
 */
static int is_sound(const checked *self) {
  const uint8_t *message = self->message;
  if (cmongodb_number(message + 12) == OP_MSG)
    return cmongodb_number(message + HEADER) == 0 && message[HEADER + 4] == 0 &&
           cmongodb_is_document(message + BEFORE_MSG, self->size - BEFORE_MSG);
  return cmongodb_number(message + HEADER) <= 0xF && cmongodb_number(message + HEADER + 16) == 1 &&
         cmongodb_is_document(message + BEFORE_REPLY, self->size - BEFORE_REPLY);
}

/* More than 0 when there are `size` bytes of the message; else what the stream below says. */
static ssize_t receive_until(checked *self, uint8_t *bytes, size_t size, int32_t milliseconds) {
  while (self->received < size) {
    mongoc_iovec_t part = {.iov_base = bytes + self->received, .iov_len = size - self->received};
    ssize_t count = self->inner->readv(self->inner, &part, 1, part.iov_len, milliseconds);
    if (count <= 0)
      return count;
    self->received += (size_t)count;
  }
  return 1;
}

static ssize_t refuse(checked *self) {
  forget_message(self);
  self->is_refused = 1;
  self->client->strange = 1;
  errno = EPROTO;
  return -1;
}

static ssize_t receive_message(checked *self, int32_t milliseconds) {
  if (self->is_refused)
    return refuse(self);
  ssize_t state = self->message ? 1 : receive_until(self, self->header, HEADER, milliseconds);
  if (state <= 0)
    return state;
  if (!self->message && !take_header(self))
    return refuse(self);
  state = receive_until(self, self->message, self->size, milliseconds);
  if (state <= 0)
    return state;
  return is_sound(self) ? 1 : refuse(self);
}

static ssize_t read_checked(mongoc_stream_t *base, mongoc_iovec_t *parts, size_t count, size_t least,
                            int32_t milliseconds) {
  checked *self = (checked *)base;
  (void)least;
  if (self->size == 0 || self->received < self->size) {
    ssize_t state = receive_message(self, milliseconds);
    if (state <= 0)
      return state;
  }
  size_t total = 0;
  for (size_t i = 0; i < count; i++) {
    size_t left = self->size - self->taken, size = parts[i].iov_len < left ? parts[i].iov_len : left;
    memcpy(parts[i].iov_base, self->message + self->taken, size);
    self->taken += size;
    total += size;
  }
  if (self->taken == self->size)
    forget_message(self);
  return (ssize_t)total;
}

static int set_option(mongoc_stream_t *base, int level, int name, void *value, mongoc_socklen_t size) {
  (void)base, (void)level, (void)name, (void)value, (void)size;
  return 0;
}

static mongoc_stream_t *inner_of(mongoc_stream_t *base) { return ((checked *)base)->inner; }

static bool is_closed(mongoc_stream_t *base) { return inner_of(base)->check_closed(inner_of(base)); }

static bool timed_out(mongoc_stream_t *base) {
  return !((checked *)base)->is_refused && inner_of(base)->timed_out(inner_of(base));
}

static bool should_retry(mongoc_stream_t *base) {
  return !((checked *)base)->is_refused && inner_of(base)->should_retry(inner_of(base));
}

/* libmongoc polls the innermost. */
static const mongoc_stream_t functions = {
    .type = CHECKED_TYPE,
    .destroy = destroy_checked,
    .close = close_checked,
    .flush = flush_checked,
    .writev = write_checked,
    .readv = read_checked,
    .setsockopt = set_option,
    .get_base_stream = inner_of,
    .check_closed = is_closed,
    .failed = fail_checked,
    .timed_out = timed_out,
    .should_retry = should_retry,
};

mongoc_stream_t *cmongodb_checked(mongoc_stream_t *inner, cmongodb_client *client) {
  checked *self = calloc(1, sizeof *self);
  if (!self)
    abort();
  *self = (checked){.base = functions, .inner = inner, .client = client};
  return &self->base;
}
#endif
