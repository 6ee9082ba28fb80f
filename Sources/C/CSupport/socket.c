/* SPDX-License-Identifier: Apache-2.0 */
#include "CSupport.h"

#include <limits.h>
#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Waits until the socket can be used or has failed: 0, ETIME or an errno. */
static int wait_for(int fd, short events, int64_t until) {
  for (;;) {
    int64_t left = until == INT64_MAX ? -1 : until - csupport_monotonic_clock();
    if (until != INT64_MAX && left <= 0)
      return ETIME;
    struct pollfd entry = {.fd = fd, .events = events};
    int count = poll(&entry, 1, left > INT_MAX ? INT_MAX : (int)left);
    if (count > 0)
      return 0;
    if (count < 0 && errno != EINTR)
      return errno;
  }
}

/* Takes a socket that was just made, and keeps it only when it is connected. */
static int connect_to(const struct sockaddr *address, socklen_t size, int64_t until, int *fd) {
  *fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (*fd < 0)
    return errno;
  int error = connect(*fd, address, size) == 0 ? 0 : errno;
  /* A local server whose queue is full gives no sign when there is room again. */
  while (error == EAGAIN && csupport_monotonic_clock() < until) {
    csupport_sleep(1);
    error = connect(*fd, address, size) == 0 ? 0 : errno;
  }
  if (error == EAGAIN)
    error = ETIME;
  if (error == EINPROGRESS || error == EINTR) {
    error = wait_for(*fd, POLLOUT, until);
    socklen_t length = sizeof error;
    if (error == 0 && getsockopt(*fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
      error = errno;
  }
  if (error != 0) {
    close(*fd);
    *fd = -1;
  }
  return error;
}

int csupport_connect_local(const char *path, int64_t until, int *fd) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  *fd = -1;
  if (strlen(path) >= sizeof address.sun_path)
    return ENAMETOOLONG;
  strcpy(address.sun_path, path);
  return connect_to((const struct sockaddr *)&address, sizeof address, until, fd);
}

int csupport_connect_host(const char *host, const char *port, int64_t until, int *fd) {
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
  struct addrinfo *found;
  *fd = -1;
  int error = getaddrinfo(host, port, &hints, &found);
  if (error != 0)
    return error == EAI_SYSTEM ? errno : CSUPPORT_RESOLVER - (error < 0 ? -error : error);
  int64_t count = 0;
  for (struct addrinfo *address = found; address; address = address->ai_next)
    count++;
  error = EHOSTUNREACH;
  /* Each gets its share of the time, so that one that does not answer leaves some for the others. */
  for (struct addrinfo *address = found; address && *fd < 0; address = address->ai_next, count--) {
    int64_t now = csupport_monotonic_clock();
    int64_t end = until == INT64_MAX || count == 1 || until <= now ? until : now + (until - now) / count;
    error = connect_to(address->ai_addr, address->ai_addrlen, end, fd);
  }
  freeaddrinfo(found);
  if (*fd >= 0) {
    int on = 1;
    setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(*fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  }
  return error;
}

int csupport_send(int fd, const void *bytes, size_t size, int64_t until, size_t *sent) {
  *sent = 0;
  while (*sent < size) {
    ssize_t count = send(fd, (const char *)bytes + *sent, size - *sent, MSG_NOSIGNAL);
    int error = count < 0 ? errno : 0;
    if (count > 0)
      *sent += (size_t)count;
    else if (error == EAGAIN)
      error = wait_for(fd, POLLOUT, until);
    if (error != 0 && error != EINTR)
      return error;
  }
  return 0;
}

int csupport_receive(int fd, void *bytes, size_t size, int64_t until, size_t *received) {
  *received = 0;
  for (;;) {
    /* First the wait: the answer is never there yet. */
    int error = wait_for(fd, POLLIN, until);
    if (error != 0)
      return error;
    ssize_t count = recv(fd, bytes, size, 0);
    if (count >= 0) {
      *received = (size_t)count;
      return 0;
    }
    if (errno != EAGAIN && errno != EINTR)
      return errno;
  }
}

int csupport_is_quiet(int fd) {
  char byte;
  return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

void csupport_close(int fd) { close(fd); }

_Static_assert(CSUPPORT_READABLE == POLLIN && CSUPPORT_PRIORITY == POLLPRI && CSUPPORT_WRITABLE == POLLOUT,
               "poll's own");

int csupport_wait(int fd, int events, int64_t until) { return wait_for(fd, (short)events, until); }

uint64_t csupport_bytes_received(int fd) {
  struct tcp_info info = {0};
  socklen_t size = sizeof info;
  return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_bytes_received : 0;
}
