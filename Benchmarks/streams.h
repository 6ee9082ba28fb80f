/* SPDX-License-Identifier: Apache-2.0 */
/* Compression in plain C: zlib streams that are kept, for making one anew costs more than a cookie. */
#ifndef STREAMS_H
#define STREAMS_H

#include "bench.h"

#include <zlib.h>

static z_stream deflating, inflating;

static inline void make_streams(void) {
  if (deflateInit(&deflating, Z_DEFAULT_COMPRESSION) != Z_OK || inflateInit(&inflating) != Z_OK)
    fail("zlib refused");
}

static inline size_t deflated(const void *in, size_t size, void *out, size_t room) {
  deflateReset(&deflating);
  deflating.next_in = (Bytef *)in;
  deflating.avail_in = (uInt)size;
  deflating.next_out = out;
  deflating.avail_out = (uInt)room;
  if (deflate(&deflating, Z_FINISH) != Z_STREAM_END)
    fail("zlib does not deflate");
  return room - deflating.avail_out;
}

static inline size_t inflated(const void *in, size_t size, void *out, size_t room) {
  inflateReset(&inflating);
  inflating.next_in = (Bytef *)in;
  inflating.avail_in = (uInt)size;
  inflating.next_out = out;
  inflating.avail_out = (uInt)room;
  if (inflate(&inflating, Z_FINISH) != Z_STREAM_END)
    fail("zlib does not inflate");
  return room - inflating.avail_out;
}

#endif
