// SPDX-License-Identifier: Apache-2.0
/* A conversation with a Redis or memcached server: connect, ask, read, within two seconds each. */
#include "server.h"
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_LIMIT = 256 * 1024, TEXT = 1024 };

typedef struct address {
  char user[TEXT], password[TEXT], host[TEXT], port[16], path[TEXT];
} address;

static int hexadecimal(char digit) {
  const char *digits = "0123456789abcdef", *at = digit ? strchr(digits, digit | 0x20) : NULL;
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  return at && *at >= 'a' ? (int)(at - digits) : -1;
}

/* Copies a part of an address without its percent escapes. */
static bool take(char *out, size_t room, const char *text, size_t size) {
  size_t count = 0;
  for (size_t i = 0; i < size; i++) {
    if (count + 1 >= room)
      return false;
    bool is_escape = text[i] == '%' && i + 2 < size;
    int high = is_escape ? hexadecimal(text[i + 1]) : -1, low = is_escape ? hexadecimal(text[i + 2]) : -1;
    out[count++] = high >= 0 && low >= 0 ? (char)(high * 16 + low) : text[i];
    i += high >= 0 && low >= 0 ? 2 : 0;
  }
  out[count] = '\0';
  return true;
}

static bool read_address(const char *url, const char *scheme, const char *port, address *out) {
  const char *at = strstr(url, "://");
  memset(out, 0, sizeof *out);
  if (!at)
    return false;
  size_t named = (size_t)(at - url), length = strlen(scheme);
  bool is_local = (named == length + 5 && strncasecmp(url + length, "+unix", 5) == 0) || named == 4;
  if (strncasecmp(url, is_local && named == 4 ? "unix" : scheme, is_local && named == 4 ? 4 : length) != 0 ||
      (!is_local && named != length))
    return false;
  at += 3;
  size_t size = strcspn(at, "/?#");
  const char *credentials = memrchr(at, '@', size);
  if (credentials) {
    const char *colon = memchr(at, ':', (size_t)(credentials - at));
    const char *user_end = colon ? colon : credentials;
    if (!take(out->user, TEXT, at, (size_t)(user_end - at)) ||
        (colon && !take(out->password, TEXT, colon + 1, (size_t)(credentials - colon - 1))))
      return false;
    size -= (size_t)(credentials + 1 - at);
    at = credentials + 1;
  }
  if (is_local)
    return take(out->path, TEXT, at + size, strcspn(at + size, "?#"));
  bool is_bracketed = size > 0 && *at == '[';
  size_t host = is_bracketed ? strcspn(at, "]") + 1 : strcspn(at, ":,/?#");
  if (host > size || (is_bracketed && host < 2))
    return false;
  bool has_port = host < size && at[host] == ':';
  snprintf(out->port, sizeof out->port, "%s", port);
  if (has_port && !take(out->port, sizeof out->port, at + host + 1, strcspn(at + host + 1, ",/?#")))
    return false;
  return take(out->host, TEXT, at + is_bracketed, host - (is_bracketed ? 2 : 0)) && out->host[0];
}

static int connect_to(const struct sockaddr *name, socklen_t size, int family) {
  struct timeval limit = {2, 0};
  int stream = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (stream < 0)
    return -1;
  setsockopt(stream, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(stream, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (connect(stream, name, size) == 0)
    return stream;
  close(stream);
  return -1;
}

static int reach(const address *to) {
  if (to->path[0]) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (strlen(to->path) >= sizeof name.sun_path)
      return -1;
    strcpy(name.sun_path, to->path);
    return connect_to((struct sockaddr *)&name, sizeof name, AF_UNIX);
  }
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
  int stream = -1;
  if (getaddrinfo(to->host, to->port, &hints, &found) != 0)
    return -1;
  for (struct addrinfo *each = found; each && stream < 0; each = each->ai_next)
    stream = connect_to(each->ai_addr, each->ai_addrlen, each->ai_family);
  freeaddrinfo(found);
  return stream;
}

static bool say(int stream, const char *text, size_t size) {
  return send(stream, text, size, MSG_NOSIGNAL) == (ssize_t)size;
}

/* Reads until the answer ends with `end`, or until the server closes or falls silent. */
static bool listen_until(int stream, char *answer, size_t *size, const char *end) {
  size_t begin = *size, length = strlen(end);
  while (*size < ANSWER_LIMIT) {
    ssize_t count = recv(stream, answer + *size, ANSWER_LIMIT - *size, 0);
    if (count <= 0)
      return false;
    *size += (size_t)count;
    answer[*size] = '\0';
    if (*size - begin >= length && memcmp(answer + *size - length, end, length) == 0)
      return true;
  }
  return false;
}

static bool log_in(int stream, const address *to, char *answer) {
  char command[3 * TEXT];
  size_t size = 0;
  bool has_user = to->user[0] != '\0';
  if (!to->password[0])
    return true;
  int count = has_user ? snprintf(command, sizeof command, "*3\r\n$4\r\nAUTH\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n",
                                  strlen(to->user), to->user, strlen(to->password), to->password)
                       : snprintf(command, sizeof command, "*2\r\n$4\r\nAUTH\r\n$%zu\r\n%s\r\n", strlen(to->password),
                                  to->password);
  bool is_said = count > 0 && (size_t)count < sizeof command && say(stream, command, (size_t)count);
  explicit_bzero(command, sizeof command);
  return is_said && listen_until(stream, answer, &size, "\r\n") && answer[0] == '+';
}

/* INFO is one bulk string: $<size>CRLF<text>CRLF. */
static bool ask_redis(int stream, char *answer) {
  static const char question[] = "*1\r\n$4\r\nINFO\r\n";
  size_t size = 0;
  if (!say(stream, question, sizeof question - 1))
    return false;
  do {
    if (!listen_until(stream, answer, &size, "\r\n") || answer[0] != '$')
      return false;
  } while (size < strtoull(answer + 1, NULL, 10));
  return true;
}

char *redis_information(const char *url, const char **reason) {
  address to;
  *reason = "its address is none that doctor reads";
  if (!read_address(url, "redis", "6379", &to))
    return NULL;
  char *answer = calloc(1, ANSWER_LIMIT + 1);
  int stream = reach(&to);
  *reason = stream < 0 ? "it could not be reached" : NULL;
  if (!*reason && answer && !log_in(stream, &to, answer))
    *reason = "it refused the credentials";
  else if (!*reason && (!answer || !ask_redis(stream, answer)))
    *reason = "it did not answer INFO, or these credentials may not ask for it";
  if (stream >= 0)
    close(stream);
  explicit_bzero(&to, sizeof to);
  if (!*reason)
    return answer;
  free(answer);
  return NULL;
}

char *memcached_information(const char *url, const char **reason) {
  static const char *const questions[] = {"stats\r\n", "stats settings\r\n"};
  address to;
  size_t size = 0;
  *reason = "its address is none that doctor reads";
  if (!read_address(url, "memcached", "11211", &to))
    return NULL;
  char *answer = calloc(1, ANSWER_LIMIT + 1);
  int stream = reach(&to);
  bool is_asked = stream >= 0 && answer;
  for (int i = 0; i < 2 && is_asked; i++)
    is_asked = say(stream, questions[i], strlen(questions[i])) && listen_until(stream, answer, &size, "END\r\n");
  if (stream >= 0)
    close(stream);
  *reason = stream < 0 ? "it could not be reached" : "it did not answer in the text protocol";
  if (is_asked)
    return answer;
  free(answer);
  return NULL;
}

bool read_line(const char *text, const char *name, char separator, char *value, size_t size) {
  size_t length = strlen(name);
  for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
    if (strncmp(line, name, length) != 0 || line[length] != separator)
      continue;
    size_t count = strcspn(line + length + 1, "\r\n");
    if (count >= size)
      return false;
    memcpy(value, line + length + 1, count);
    value[count] = '\0';
    return true;
  }
  return false;
}
