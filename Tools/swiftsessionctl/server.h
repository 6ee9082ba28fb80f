// SPDX-License-Identifier: Apache-2.0
/* Asks a Redis or memcached server how it is set up; the library has no reason to. */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <stddef.h>

/* What a Redis server answers to INFO, for the first address of SESSION_REDIS; allocated. NULL with a reason. */
char *redis_information(const char *address, const char **reason);
/* What a memcached server answers to "stats" and "stats settings", in one text. */
char *memcached_information(const char *address, const char **reason);
/* The value of a line `name` + separator + value. */
bool read_line(const char *text, const char *name, char separator, char *value, size_t size);

#endif
