/* SPDX-License-Identifier: Apache-2.0 */
/* A socket as libmongoc sees it: it ends with the deadline of the call, raises no SIGPIPE, and notes what goes out. */
#ifdef CMONGODB_ENABLED
#include "library.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

typedef struct stream {
  mongoc_stream_t base;
  cmongodb_client *client;
  int32_t place;
  int error; /* of the last call */
} stream;

/* Of none of libmongoc's own kinds. */
enum { STREAM_TYPE = 100 };

static int *socket_of(stream *self) { return &self->client->sockets[self->place]; }

/* The sooner of the call's deadline and what libmongoc allows: a negative number of milliseconds is for ever. */
static int64_t end_of(const stream *self, int32_t milliseconds) {
  if (milliseconds < 0)
    return self->client->until;
  int64_t end = csupport_monotonic_clock() + milliseconds;
  return end < self->client->until ? end : self->client->until;
}

static ssize_t failed_with(stream *self, int error, int32_t milliseconds) {
  if (error == ETIME)
    error = milliseconds == 0 ? EAGAIN : ETIMEDOUT;
  self->error = errno = error;
  return -1;
}

static int close_stream(mongoc_stream_t *base) {
  int *fd = socket_of((stream *)base);
  int old = *fd;
  *fd = -1;
  if (old >= 0)
    csupport_close(old);
  return 0;
}

static void destroy_stream(mongoc_stream_t *base) {
  close_stream(base);
  free(base);
}

static int flush_stream(mongoc_stream_t *base) {
  (void)base;
  return 0;
}

/* All parts in one go, which is one packet where it is little: the server else reads the first one alone. What the
   kernel did not take is sent part by part. */
static ssize_t write_stream(mongoc_stream_t *base, mongoc_iovec_t *parts, size_t count, int32_t milliseconds) {
  stream *self = (stream *)base;
  int fd = *socket_of(self);
  int64_t until = end_of(self, milliseconds);
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
  ssize_t total = sendmsg(fd, &message, MSG_NOSIGNAL);
  self->error = total < 0 && errno != EAGAIN && errno != EINTR ? errno : 0;
  if (self->error != 0)
    return failed_with(self, self->error, milliseconds);
  size_t taken = total < 0 ? 0 : (size_t)total;
  int error = 0;
  total = 0;
  self->client->last = self->place;
  for (size_t i = 0; i < count && error == 0; i++) {
    size_t skipped = taken < parts[i].iov_len ? taken : parts[i].iov_len, sent = 0;
    error = csupport_send(fd, (char *)parts[i].iov_base + skipped, parts[i].iov_len - skipped, until, &sent);
    taken -= skipped;
    total += (ssize_t)(skipped + sent);
  }
  if (total > 0)
    self->client->sent = 1;
  return error == 0 || total > 0 ? total : failed_with(self, error, milliseconds);
}

static int receive(int fd, void *bytes, size_t size, int64_t until, int32_t milliseconds, size_t *received) {
  if (milliseconds != 0)
    return csupport_receive(fd, bytes, size, until, received);
  ssize_t count = recv(fd, bytes, size, MSG_DONTWAIT);
  *received = count > 0 ? (size_t)count : 0;
  return count < 0 ? errno : 0;
}

static ssize_t read_stream(mongoc_stream_t *base, mongoc_iovec_t *parts, size_t count, size_t least,
                           int32_t milliseconds) {
  stream *self = (stream *)base;
  int64_t until = end_of(self, milliseconds);
  size_t total = 0;
  self->error = 0;
  for (size_t i = 0; i < count; i++) {
    for (size_t done = 0; done < parts[i].iov_len;) {
      size_t received = 0;
      int error = receive(*socket_of(self), (char *)parts[i].iov_base + done, parts[i].iov_len - done, until,
                          milliseconds, &received);
      /* What has come is handed over; the next call meets the error again. */
      if (error != 0)
        return total > 0 ? (ssize_t)total : failed_with(self, error, milliseconds);
      total += received;
      done += received;
      /* The end of the stream, or enough. */
      if (received == 0 || total >= least)
        return (ssize_t)total;
    }
  }
  return (ssize_t)total;
}

static int set_option(mongoc_stream_t *base, int level, int name, void *value, mongoc_socklen_t size) {
  (void)base, (void)level, (void)name, (void)value, (void)size;
  return 0;
}

static bool is_closed(mongoc_stream_t *base) {
  int fd = *socket_of((stream *)base);
  return fd < 0 || !csupport_is_quiet(fd);
}

static ssize_t poll_streams(mongoc_stream_poll_t *streams, size_t count, int32_t milliseconds) {
  struct pollfd entries[CMONGODB_SOCKETS];
  if (count == 0 || count > CMONGODB_SOCKETS) {
    errno = EINVAL;
    return -1;
  }
  for (size_t i = 0; i < count; i++)
    entries[i] = (struct pollfd){.fd = *socket_of((stream *)streams[i].stream), .events = (short)streams[i].events};
  int64_t end = end_of((stream *)streams[0].stream, milliseconds);
  int64_t left = end == INT64_MAX ? -1 : end - csupport_monotonic_clock();
  int ready = poll(entries, count, left > INT_MAX ? INT_MAX : end != INT64_MAX && left < 0 ? 0 : (int)left);
  if (ready < 0 && errno == EINTR)
    return 0;
  for (size_t i = 0; i < count; i++)
    streams[i].revents = entries[i].revents;
  /* Else libmongoc would ask again and again until its own time is over. */
  if (ready == 0 && ((stream *)streams[0].stream)->client->until <= csupport_monotonic_clock()) {
    for (size_t i = 0; i < count; i++)
      streams[i].revents = POLLERR | POLLHUP;
    return (ssize_t)count;
  }
  return ready;
}

static bool timed_out(mongoc_stream_t *base) { return ((stream *)base)->error == ETIMEDOUT; }

static bool should_retry(mongoc_stream_t *base) { return ((stream *)base)->error == EAGAIN; }

static const mongoc_stream_t functions = {
    .type = STREAM_TYPE,
    .destroy = destroy_stream,
    .close = close_stream,
    .flush = flush_stream,
    .writev = write_stream,
    .readv = read_stream,
    .setsockopt = set_option,
    .check_closed = is_closed,
    .poll = poll_streams,
    .failed = destroy_stream,
    .timed_out = timed_out,
    .should_retry = should_retry,
};

/* Connects within the host's share of the time, so that one that does not answer leaves some for the others. */
static int connect_to(const cmongodb_client *client, const mongoc_host_list_t *host, int *fd) {
  int64_t until = csupport_monotonic_clock() + client->share;
  if (until > client->until)
    until = client->until;
  if (host->family == AF_UNIX)
    return csupport_connect_local(host->host, until, fd);
  char port[8];
  snprintf(port, sizeof port, "%u", (unsigned)host->port);
  return csupport_connect_host(host->host, port, until, fd);
}

static mongoc_stream_t *encrypted(const mongoc_uri_t *uri, const mongoc_host_list_t *host, mongoc_stream_t *plain) {
  int is_insecure = cmongodb.mongoc_uri_get_option_as_bool(uri, MONGOC_URI_TLSINSECURE, false);
  mongoc_ssl_opt_t options = {
      .pem_file = cmongodb.mongoc_uri_get_option_as_utf8(uri, MONGOC_URI_TLSCERTIFICATEKEYFILE, NULL),
      .pem_pwd = cmongodb.mongoc_uri_get_option_as_utf8(uri, MONGOC_URI_TLSCERTIFICATEKEYFILEPASSWORD, NULL),
      .ca_file = cmongodb.mongoc_uri_get_option_as_utf8(uri, MONGOC_URI_TLSCAFILE, NULL),
      .weak_cert_validation =
          is_insecure || cmongodb.mongoc_uri_get_option_as_bool(uri, MONGOC_URI_TLSALLOWINVALIDCERTIFICATES, false),
      .allow_invalid_hostname =
          is_insecure || cmongodb.mongoc_uri_get_option_as_bool(uri, MONGOC_URI_TLSALLOWINVALIDHOSTNAMES, false),
  };
  return cmongodb.mongoc_stream_tls_new_with_hostname(plain, host->host, &options, 1);
}

mongoc_stream_t *cmongodb_connect(const mongoc_uri_t *uri, const mongoc_host_list_t *host, void *context,
                                  bson_error_t *error) {
  cmongodb_client *client = context;
  int32_t place = 0;
  while (place < CMONGODB_SOCKETS && client->sockets[place] >= 0)
    place++;
  stream *self = place < CMONGODB_SOCKETS ? calloc(1, sizeof *self) : NULL;
  int fd = -1;
  int problem = self ? connect_to(client, host, &fd) : ENOMEM;
  if (problem != 0) {
    char text[100];
    csupport_error_text(problem, text, sizeof text);
    cmongodb.bson_set_error(error, MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_CONNECT, "%s: %s", host->host_and_port,
                            problem == ETIME ? "it did not answer in the time for connecting" : text);
    free(self);
    return NULL;
  }
  *self = (stream){.base = functions, .client = client, .place = place};
  client->sockets[place] = fd;
  if (!cmongodb.mongoc_uri_get_tls(uri))
    return cmongodb_checked(&self->base, client);
  mongoc_stream_t *wrapped = encrypted(uri, host, &self->base);
  if (!wrapped) {
    cmongodb.bson_set_error(error, MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_SOCKET,
                            "the files of tlsCAFile or tlsCertificateKeyFile cannot be used");
    destroy_stream(&self->base);
    return NULL;
  }
  return cmongodb_checked(wrapped, client);
}
#endif
