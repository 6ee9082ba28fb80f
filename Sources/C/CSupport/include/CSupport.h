/* SPDX-License-Identifier: Apache-2.0 */
/* libc as the Swift modules see it: one header in ordinary and in Embedded builds, and what Swift cannot say itself
   (errno, variadic calls). */
#ifndef CSUPPORT_H
#define CSUPPORT_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Fills `size` bytes from the kernel's generator. 0, or the errno of the failure. */
int csupport_random(void *bytes, size_t size);

/* Overwrites memory that held a secret; not optimised away. */
void csupport_wipe(void *bytes, size_t size);

/* Memory for a secret, zeroed: pages of its own that no core dump takes in, where the system allows. Ends the process
   when memory is exhausted. Freeing it overwrites it; `size` is that of the call that made it. */
__attribute__((returns_nonnull)) void *csupport_secret_new(size_t size);
void csupport_secret_free(void *secret, size_t size);

/* Seconds since 1970-01-01T00:00:00Z by the system's clock. */
int64_t csupport_wall_clock(void);

/* The double that `text` (NUL-terminated, `[-]digits[.digits][e[+-]digits]`) is nearest to, whatever the locale. */
double csupport_double(const char *text);

/* Milliseconds of the clock that nobody sets, from an unnamed start. */
int64_t csupport_monotonic_clock(void);

/* Nanoseconds of the same clock. */
int64_t csupport_monotonic_nanoseconds(void);

/* Numbers that any thread may add to at any time. */
static inline void csupport_count(uint64_t *number, uint64_t amount) {
  __atomic_fetch_add(number, amount, __ATOMIC_RELAXED);
}
static inline uint64_t csupport_counted(const uint64_t *number) { return __atomic_load_n(number, __ATOMIC_RELAXED); }

/* Waits for so many milliseconds, or less when a signal comes. */
void csupport_sleep(int64_t milliseconds);

/* A mutex with a condition to wait for. Ends the process when memory is exhausted. */
typedef struct csupport_lock csupport_lock;
__attribute__((returns_nonnull)) csupport_lock *csupport_lock_new(void);
void csupport_lock_free(csupport_lock *lock);
void csupport_lock_take(csupport_lock *lock);
void csupport_lock_drop(csupport_lock *lock);
/* Lets go, waits for a signal, takes again. 0 when the monotonic clock has reached `until`; wakes up without a reason
   too. INT64_MAX waits for ever. Not a cancellation point. */
int csupport_lock_wait(csupport_lock *lock, int64_t until);
void csupport_lock_signal(csupport_lock *lock);
void csupport_lock_broadcast(csupport_lock *lock);
/* In a forked child: as new, whoever held it or waited for it. */
void csupport_lock_reset(csupport_lock *lock);

/* Calls around each fork(): `prepare` before it, the last observer first; `parent` and `child` after it, the first
   observer first. None of the three may add or end an observer. */
typedef struct csupport_fork_observer csupport_fork_observer;
__attribute__((returns_nonnull)) csupport_fork_observer *
csupport_fork_observe(void *context, void (*prepare)(void *), void (*parent)(void *), void (*child)(void *));
/* Waits for a fork() that is under way. */
void csupport_fork_ignore(csupport_fork_observer *observer);

/* pthread_cancel() waits from here to the restore: a thread that ends inside a client library leaves its locks held. */
int csupport_cancellation_off(void);
void csupport_cancellation_restore(int state);

/* Opens the shared library `soname` and writes the addresses of `count` functions, or nothing and a sentence about
   what is missing. 0 or -1. */
int csupport_open_library(const char *soname, const char *const *names, void *functions, size_t count, char *problem,
                          size_t size);

/* Makes an empty file that only its owner may read, if there is none of that name. 0 or an errno. No descriptor of
   `path` is ever open here: closing one would drop the POSIX locks that this process holds on the file. */
int csupport_create_file(const char *path);

/* The working directory, to be freed with free(); NULL when it has none or memory is short. */
char *csupport_working_directory(void);

/* What is there is a folder, a device, a pipe or a socket. */
#define CSUPPORT_NOT_REGULAR (-1)

/* Reads at most `limit` bytes of a file. 0 and *bytes (free with free()) and *size; else CSUPPORT_NOT_REGULAR or an
   errno: EFBIG above the limit. */
int csupport_read_file(const char *path, size_t limit, unsigned char **bytes, size_t *size);

/* Files of a folder whose names others may choose too: none of these follows a symbolic link in the last place, and
   none waits for a pipe. 0 or an errno. */
/* A regular file, its size and when it was last written. Also CSUPPORT_NOT_REGULAR. */
int csupport_open_regular(const char *path, int *fd, size_t *size, int64_t *seconds, int64_t *nanoseconds);
/* Reads `size` bytes, or up to the end. */
int csupport_read_start(int fd, void *bytes, size_t size, size_t *got);
/* Writes `draft`, which must not exist, and puts it in the place of `path`, at once. */
int csupport_replace_file(const char *draft, const char *path, const void *head, size_t head_size, const void *bytes,
                          size_t size, int mode);
/* Writes the first bytes of a file anew. */
int csupport_overwrite_start(const char *path, const void *bytes, size_t size);
int csupport_remove_file(const char *path);
/* Makes a folder that is missing, and the folders that it is in with the rights that the process gives new ones. */
int csupport_make_folder(const char *path, int mode);
/* Whether it is there and may be read and written. */
int csupport_check_folder(const char *path);
/* Names of a folder, a NUL behind each, from a position on: 0 is the beginning, -1 is told at the end. A position means
   something to later calls as well, though entries come and go. */
int csupport_read_folder(const char *path, int64_t *position, char *names, size_t size, size_t *used);
/* Locks a place of a lock file against everyone who locks the same one, threads of this process too. ETIME when the
   monotonic clock has reached `until`. */
int csupport_lock_place(const char *path, int mode, int64_t place, int64_t until, int *fd);
void csupport_unlock_place(int fd, int64_t place);

/* Sockets: each is closed by exec, never blocks and never raises SIGPIPE. What waits ends with ETIME when the monotonic
   clock has reached `until`; INT64_MAX is never. 0 or an errno. No answer of a resolver is bounded in time. */
int csupport_connect_local(const char *path, int64_t until, int *fd);
/* Tries each address of a host. Also CSUPPORT_RESOLVER and below: the resolver knows none. */
int csupport_connect_host(const char *host, const char *port, int64_t until, int *fd);
#define CSUPPORT_RESOLVER (-1000)
/* Sends all, or says how much of it the kernel took. */
int csupport_send(int fd, const void *bytes, size_t size, int64_t until, size_t *sent);
/* Waits for some bytes: 0 of them at the end of the stream. */
int csupport_receive(int fd, void *bytes, size_t size, int64_t until, size_t *received);
/* Whether it stands and nothing has come: 1 or 0. */
int csupport_is_quiet(int fd);
void csupport_close(int fd);

/* For the descriptors of client libraries, which they keep: waits for one of the events of poll() or for its failure.
   0, ETIME or an errno. */
int csupport_wait(int fd, int events, int64_t until);
enum { CSUPPORT_READABLE = 1, CSUPPORT_PRIORITY = 2, CSUPPORT_WRITABLE = 4 };
/* How many bytes have come since a TCP connection was made; 0 for another socket. */
uint64_t csupport_bytes_received(int fd);

/* The text for an errno, or for what csupport_connect_host() gave, written into `buffer`. */
void csupport_error_text(int error, char *buffer, size_t size);

/* The variables of the process, NULL-terminated, each `NAME=value`. */
char *const *csupport_environment(void);

/* One of them; NULL where it is not set, and in a program that runs with rights of another user. */
const char *csupport_environment_value(const char *name);

/* Base64 with the URL-safe alphabet, without padding. The output has room for all of it, and `width` is how many
   characters at a time may be done, where the processor can: 32, 16 or 1. */
/* The bytes may stand at the end of the room for the text. */
void csupport_base64url_encode(const unsigned char *bytes, size_t count, unsigned char *text, int width);
/* 1; or 0 and garbage for what encoding never gives: padding, other characters, unused bits that are not zero. */
int csupport_base64url_decode(const unsigned char *text, size_t count, unsigned char *bytes, int width);

/* Where a byte stands last; -1 where it does not. */
int64_t csupport_last_place(const void *bytes, size_t count, unsigned char byte);

#include "client_library.h"

#endif
