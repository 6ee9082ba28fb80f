/* SPDX-License-Identifier: Apache-2.0 */
#ifdef CMONGODB_ENABLED
#include "library.h"

#include <stdio.h>

cmongodb_client *cmongodb_client_new(const char *uri, int64_t share) {
  static const bson_t empty = BSON_INITIALIZER;
  /* A bson_t may be aligned to more than malloc gives. */
  cmongodb_client *self = aligned_alloc(_Alignof(cmongodb_client), sizeof *self);
  bson_error_t error;
  if (!self)
    abort();
  memset(self, 0, sizeof *self);
  cmongodb_enter();
  mongoc_uri_t *parsed = cmongodb.mongoc_uri_new_with_error(uri, &error);
  self->client = parsed ? cmongodb.mongoc_client_new_from_uri(parsed) : NULL;
  if (parsed)
    cmongodb.mongoc_uri_destroy(parsed);
  if (self->client) {
    cmongodb.mongoc_client_set_error_api(self->client, MONGOC_ERROR_API_VERSION_2);
    cmongodb.mongoc_client_set_stream_initiator(self->client, cmongodb_connect, self);
  }
  cmongodb_leave();
  self->share = share;
  self->reply = empty;
  for (int i = 0; i < CMONGODB_SOCKETS; i++)
    self->sockets[i] = -1;
  if (!self->client) {
    free(self);
    return NULL;
  }
  return self;
}

static int32_t outcome_of(const bson_error_t *error) {
  if (error->domain == MONGOC_ERROR_CLIENT && error->code == MONGOC_ERROR_CLIENT_AUTHENTICATE)
    return CMONGODB_REFUSED;
  return error->domain == MONGOC_ERROR_SERVER_SELECTION ? CMONGODB_NO_SERVER : CMONGODB_LOST;
}

void cmongodb_command(cmongodb_client *self, const char *database, const void *command, size_t size, int64_t until,
                      cmongodb_result *result) {
  bson_error_t error = {0};
  bson_t document;
  self->until = until;
  self->sent = self->strange = 0;
  *result = (cmongodb_result){.outcome = CMONGODB_LOST};
  cmongodb.bson_destroy(&self->reply);
  if (!cmongodb.bson_init_static(&document, command, size)) {
    snprintf(result->message, sizeof result->message, "the command is no BSON document");
    bson_t none = BSON_INITIALIZER;
    self->reply = none;
    return;
  }
  cmongodb_enter();
  /* As a command that writes, also where it reads: others are marked as allowed on a secondary where the URI names one
     server alone. */
  cmongodb.mongoc_client_write_command_with_opts(self->client, database, &document, NULL, &self->reply, &error);
  cmongodb_leave();
  result->sent = self->sent;
  /* What a server answers has an "ok"; libmongoc's own reply for a broken connection has none. */
  if (cmongodb.bson_has_field(&self->reply, "ok")) {
    result->outcome = CMONGODB_ANSWERED;
    result->reply = cmongodb.bson_get_data(&self->reply);
    result->size = self->reply.len;
    return;
  }
  result->outcome = self->strange ? CMONGODB_STRANGE : outcome_of(&error);
  snprintf(result->message, sizeof result->message, "%s", error.message);
}

int cmongodb_is_quiet(const cmongodb_client *self) {
  int fd = self->sockets[self->last];
  return fd >= 0 && csupport_is_quiet(fd);
}

void cmongodb_abandon(cmongodb_client *self) {
  for (int i = 0; i < CMONGODB_SOCKETS; i++) {
    if (self->sockets[i] >= 0)
      csupport_close(self->sockets[i]);
    self->sockets[i] = -1;
  }
}

void cmongodb_client_free(cmongodb_client *self) {
  cmongodb_enter();
  /* Without its server sessions it has no goodbye to send, which nothing would bound in time; the server forgets them
     after half an hour. */
  self->until = csupport_monotonic_clock();
  cmongodb.bson_destroy(&self->reply);
  cmongodb.mongoc_client_reset(self->client);
  cmongodb.mongoc_client_destroy(self->client);
  cmongodb_leave();
  free(self);
}
#endif
