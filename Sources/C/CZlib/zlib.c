/* SPDX-License-Identifier: Apache-2.0 */
#include "CZlib.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <zlib.h>

/* A new stream costs a hundred times what a reset one does, so a few are kept. Taking one and putting it back are
   single atomic exchanges: no lock that a fork could find held. */
enum { KEPT = 8 };

typedef _Atomic(z_stream *) slot;
static slot deflaters[KEPT], inflaters[KEPT];

static z_stream *take(slot *slots) {
  for (int i = 0; i < KEPT; i++) {
    if (atomic_load_explicit(&slots[i], memory_order_relaxed)) {
      z_stream *stream = atomic_exchange_explicit(&slots[i], NULL, memory_order_acquire);
      if (stream)
        return stream;
    }
  }
  return NULL;
}

static int put(slot *slots, z_stream *stream) {
  for (int i = 0; i < KEPT; i++) {
    z_stream *none = NULL;
    if (atomic_compare_exchange_strong_explicit(&slots[i], &none, stream, memory_order_release, memory_order_relaxed))
      return 1;
  }
  return 0;
}

static z_stream *deflater(void) {
  z_stream *stream = take(deflaters);
  if (stream)
    return stream;
  stream = calloc(1, sizeof *stream);
  if (stream && deflateInit(stream, 6) != Z_OK) {
    free(stream);
    return NULL;
  }
  return stream;
}

static z_stream *inflater(void) {
  z_stream *stream = take(inflaters);
  if (stream)
    return stream;
  stream = calloc(1, sizeof *stream);
  if (stream && inflateInit(stream) != Z_OK) {
    free(stream);
    return NULL;
  }
  return stream;
}

int czlib_deflate(const void *bytes, size_t count, unsigned char *output, size_t *size) {
  if (count > UINT_MAX || *size > UINT_MAX)
    return CZLIB_FULL;
  z_stream *stream = deflater();
  if (!stream)
    return CZLIB_MEMORY;
  stream->next_in = (Bytef *)bytes;
  stream->avail_in = (uInt)count;
  stream->next_out = output;
  stream->avail_out = (uInt)*size;
  int result = deflate(stream, Z_FINISH);
  size_t used = *size - stream->avail_out;
  if (deflateReset(stream) != Z_OK || !put(deflaters, stream)) {
    deflateEnd(stream);
    free(stream);
  }
  if (result != Z_STREAM_END)
    return CZLIB_FULL;
  *size = used;
  return CZLIB_OK;
}

static int expand(z_stream *stream, size_t limit, unsigned char **output, size_t *size) {
  unsigned char *buffer = NULL;
  size_t room = 0, used = 0;
  for (;;) {
    if (used == room) {
      /* One byte more than the limit tells "just fits" from "too much". */
      if (room > limit)
        break;
      room = room ? room * 2 : 4096;
      if (room > limit + 1)
        room = limit + 1;
      unsigned char *larger = realloc(buffer, room + 1);
      if (!larger) {
        free(buffer);
        return CZLIB_MEMORY;
      }
      buffer = larger;
    }
    stream->next_out = buffer + used;
    stream->avail_out = (uInt)(room - used);
    int result = inflate(stream, Z_NO_FLUSH);
    used = room - stream->avail_out;
    if (result == Z_STREAM_END) {
      if (used > limit)
        break;
      buffer[used] = 0;
      *output = buffer;
      *size = used;
      return CZLIB_OK;
    }
    if (result == Z_MEM_ERROR) {
      free(buffer);
      return CZLIB_MEMORY;
    }
    if (result != Z_OK) {
      free(buffer);
      return CZLIB_BAD;
    }
  }
  free(buffer);
  return CZLIB_FULL;
}

int czlib_inflate(const void *bytes, size_t count, size_t limit, unsigned char **output, size_t *size) {
  if (count > UINT_MAX || limit > UINT_MAX / 4)
    return CZLIB_FULL;
  z_stream *stream = inflater();
  if (!stream)
    return CZLIB_MEMORY;
  stream->next_in = (Bytef *)bytes;
  stream->avail_in = (uInt)count;
  int result = expand(stream, limit, output, size);
  if (inflateReset(stream) != Z_OK || !put(inflaters, stream)) {
    inflateEnd(stream);
    free(stream);
  }
  return result;
}
