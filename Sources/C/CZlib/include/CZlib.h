/* SPDX-License-Identifier: Apache-2.0 */
/* zlib as the module Cookies sees it: whole buffers, the stream of the last call kept for the next one. */
#ifndef CZLIB_H
#define CZLIB_H

#include <stddef.h>

enum { CZLIB_OK = 0, CZLIB_FULL = 1, CZLIB_BAD = 2, CZLIB_MEMORY = 3 };

/* Compresses as Python's zlib.compress() does (level 6, window 15, zlib header) into at most *size bytes.
   CZLIB_FULL when the result needs more than *size. */
int czlib_deflate(const void *bytes, size_t count, unsigned char *output, size_t *size);

/* Expands one zlib stream; what follows it is ignored. The result is allocated with malloc() and followed by a zero
   byte. CZLIB_FULL when it has more than `limit` bytes, CZLIB_BAD when the stream is not whole and sound. */
int czlib_inflate(const void *bytes, size_t count, size_t limit, unsigned char **output, size_t *size);

#endif
