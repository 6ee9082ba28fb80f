/* SPDX-License-Identifier: Apache-2.0 */
/* Base64url without padding, as plain C does it: one byte after the other. */
#ifndef BASE64_H
#define BASE64_H

#include <stddef.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static unsigned char values[256];

static inline void make_values(void) {
  memset(values, 64, sizeof values);
  for (unsigned char i = 0; i < 64; i++)
    values[(unsigned char)alphabet[i]] = i;
}

static inline size_t base64(const unsigned char *in, size_t size, char *out) {
  char *start = out;
  size_t i = 0;
  for (; i + 3 <= size; i += 3) {
    unsigned group = (unsigned)in[i] << 16 | (unsigned)in[i + 1] << 8 | in[i + 2];
    *out++ = alphabet[group >> 18];
    *out++ = alphabet[group >> 12 & 63];
    *out++ = alphabet[group >> 6 & 63];
    *out++ = alphabet[group & 63];
  }
  if (size - i == 1) {
    *out++ = alphabet[in[i] >> 2];
    *out++ = alphabet[in[i] << 4 & 63];
  } else if (size - i == 2) {
    unsigned group = (unsigned)in[i] << 8 | in[i + 1];
    *out++ = alphabet[group >> 10];
    *out++ = alphabet[group >> 4 & 63];
    *out++ = alphabet[group << 2 & 63];
  }
  return (size_t)(out - start);
}

static inline size_t unbase64(const unsigned char *in, size_t size, unsigned char *out) {
  unsigned char *start = out, seen = 0;
  size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    unsigned char a = values[in[i]], b = values[in[i + 1]], c = values[in[i + 2]], d = values[in[i + 3]];
    seen |= a | b | c | d;
    *out++ = (unsigned char)(a << 2 | b >> 4);
    *out++ = (unsigned char)(b << 4 | c >> 2);
    *out++ = (unsigned char)(c << 6 | d);
  }
  if (size - i >= 2) {
    unsigned char a = values[in[i]], b = values[in[i + 1]];
    seen |= a | b;
    *out++ = (unsigned char)(a << 2 | b >> 4);
    if (size - i == 3) {
      unsigned char c = values[in[i + 2]];
      seen |= c;
      *out++ = (unsigned char)(b << 4 | c >> 2);
    }
  }
  return seen & 64 ? 0 : (size_t)(out - start);
}

#endif
