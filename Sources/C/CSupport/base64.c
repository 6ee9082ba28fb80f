/* SPDX-License-Identifier: Apache-2.0 */
#include "CSupport.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The six bits that each character stands for; 64 for every other byte. */
/* clang-format off */
static const unsigned char values[256] = {
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 64,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 64, 64, 64,
    64, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 63,
    64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
};
/* clang-format on */

/* Many characters at a time, with what the processor at hand has; what is left over is done one group after the other.
   These encode or decode from the start of what is given and answer with how much of it they did. Decoding stops where
   a character means nothing. `width` is how many characters at a time there may be.

   The method is that of Muła and Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions" (2018), with
   tables for the URL-safe alphabet. */
#ifdef __x86_64__
#include <immintrin.h>

#define SSSE3 __attribute__((target("ssse3")))
#define AVX2 __attribute__((target("avx2")))

/* A table of sixteen bytes, which AVX2 wants in each of its halves. */
typedef signed char table[16];

/* What is between a number of six bits and its character, by the kind of number: 26 to 51, each digit, `-`, `_`, and 0
   to 25. */
static const table to_character = {71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -17, 32, 65, 0, 0};
/* The same from the character to the number, by its upper four bits; `_` is 33 further. */
static const table to_number = {0, 0, 17, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0};
/* A character means nothing where its upper and its lower four bits have a bit in common here. */
static const table upper_kind = {32, 32, 1, 2, 4, 8, 4, 16, 32, 32, 32, 32, 32, 32, 32, 32};
static const table lower_wrong = {37, 33, 33, 33, 33, 33, 33, 33, 33, 33, 35, 59, 59, 58, 59, 51};
/* Three bytes to the four places that need them, and the other way. */
static const table spread = {1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10};
static const table gather = {2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1};

SSSE3 static inline __m128i half(const table bytes) { return _mm_loadu_si128((const __m128i *)bytes); }

AVX2 static inline __m256i both(const table bytes) { return _mm256_broadcastsi128_si256(half(bytes)); }

SSSE3 static inline size_t encode_sixteen(const unsigned char *bytes, size_t count, unsigned char *text, size_t index) {
  for (; count - index >= 16; index += 12) {
    __m128i in = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(bytes + index)), half(spread));
    __m128i odd = _mm_mulhi_epu16(_mm_and_si128(in, _mm_set1_epi32(0x0FC0FC00)), _mm_set1_epi32(0x04000040));
    __m128i even = _mm_mullo_epi16(_mm_and_si128(in, _mm_set1_epi32(0x003F03F0)), _mm_set1_epi32(0x01000010));
    __m128i six = _mm_or_si128(odd, even);
    __m128i upper = _mm_and_si128(_mm_cmpgt_epi8(_mm_set1_epi8(26), six), _mm_set1_epi8(13));
    __m128i kind = _mm_or_si128(_mm_subs_epu8(six, _mm_set1_epi8(51)), upper);
    __m128i out = _mm_add_epi8(six, _mm_shuffle_epi8(half(to_character), kind));
    _mm_storeu_si128((__m128i *)(text + index / 3 * 4), out);
  }
  return index;
}

AVX2 static size_t encode_thirty_two(const unsigned char *bytes, size_t count, unsigned char *text) {
  size_t index = 0;
  for (; count - index >= 28; index += 24) {
    __m256i in = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(bytes + index))),
                                         _mm_loadu_si128((const __m128i *)(bytes + index + 12)), 1);
    in = _mm256_shuffle_epi8(in, both(spread));
    __m256i odd =
        _mm256_mulhi_epu16(_mm256_and_si256(in, _mm256_set1_epi32(0x0FC0FC00)), _mm256_set1_epi32(0x04000040));
    __m256i even =
        _mm256_mullo_epi16(_mm256_and_si256(in, _mm256_set1_epi32(0x003F03F0)), _mm256_set1_epi32(0x01000010));
    __m256i six = _mm256_or_si256(odd, even);
    __m256i upper = _mm256_and_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(26), six), _mm256_set1_epi8(13));
    __m256i kind = _mm256_or_si256(_mm256_subs_epu8(six, _mm256_set1_epi8(51)), upper);
    __m256i out = _mm256_add_epi8(six, _mm256_shuffle_epi8(both(to_character), kind));
    _mm256_storeu_si256((__m256i *)(text + index / 3 * 4), out);
  }
  return encode_sixteen(bytes, count, text, index);
}

/* Each sixteen characters are written as sixteen bytes, the last four of which are not theirs. */
SSSE3 static inline size_t decode_sixteen(const unsigned char *text, size_t count, unsigned char *bytes, size_t index) {
  __m128i four = _mm_set1_epi8(15);
  for (; count - index >= 22; index += 16) {
    __m128i in = _mm_loadu_si128((const __m128i *)(text + index));
    __m128i upper = _mm_and_si128(_mm_srli_epi32(in, 4), four), lower = _mm_and_si128(in, four);
    __m128i wrong =
        _mm_and_si128(_mm_shuffle_epi8(half(upper_kind), upper), _mm_shuffle_epi8(half(lower_wrong), lower));
    if (_mm_movemask_epi8(_mm_cmpeq_epi8(wrong, _mm_setzero_si128())) != 0xFFFF)
      break;
    __m128i low = _mm_and_si128(_mm_cmpeq_epi8(in, _mm_set1_epi8('_')), _mm_set1_epi8(33));
    __m128i six = _mm_add_epi8(_mm_add_epi8(in, low), _mm_shuffle_epi8(half(to_number), upper));
    __m128i twelve = _mm_maddubs_epi16(six, _mm_set1_epi16(0x0140));
    __m128i out = _mm_shuffle_epi8(_mm_madd_epi16(twelve, _mm_set1_epi32(0x00011000)), half(gather));
    _mm_storeu_si128((__m128i *)(bytes + index / 4 * 3), out);
  }
  return index;
}

AVX2 static size_t decode_thirty_two(const unsigned char *text, size_t count, unsigned char *bytes) {
  size_t index = 0;
  __m256i four = _mm256_set1_epi8(15), close = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);
  for (; count - index >= 43; index += 32) {
    __m256i in = _mm256_loadu_si256((const __m256i *)(text + index));
    __m256i upper = _mm256_and_si256(_mm256_srli_epi32(in, 4), four), lower = _mm256_and_si256(in, four);
    if (!_mm256_testz_si256(_mm256_shuffle_epi8(both(upper_kind), upper),
                            _mm256_shuffle_epi8(both(lower_wrong), lower)))
      break;
    __m256i low = _mm256_and_si256(_mm256_cmpeq_epi8(in, _mm256_set1_epi8('_')), _mm256_set1_epi8(33));
    __m256i six = _mm256_add_epi8(_mm256_add_epi8(in, low), _mm256_shuffle_epi8(both(to_number), upper));
    __m256i twelve = _mm256_maddubs_epi16(six, _mm256_set1_epi16(0x0140));
    __m256i out = _mm256_shuffle_epi8(_mm256_madd_epi16(twelve, _mm256_set1_epi32(0x00011000)), both(gather));
    _mm256_storeu_si256((__m256i *)(bytes + index / 4 * 3), _mm256_permutevar8x32_epi32(out, close));
  }
  return decode_sixteen(text, count, bytes, index);
}

static size_t encode_wide(const unsigned char *bytes, size_t count, unsigned char *text, int width) {
  if (width >= 32 && __builtin_cpu_supports("avx2"))
    return encode_thirty_two(bytes, count, text);
  if (width >= 16 && __builtin_cpu_supports("ssse3"))
    return encode_sixteen(bytes, count, text, 0);
  return 0;
}

static size_t decode_wide(const unsigned char *text, size_t count, unsigned char *bytes, int width) {
  if (width >= 32 && __builtin_cpu_supports("avx2"))
    return decode_thirty_two(text, count, bytes);
  if (width >= 16 && __builtin_cpu_supports("ssse3"))
    return decode_sixteen(text, count, bytes, 0);
  return 0;
}

#elif defined(__aarch64__)
#include <arm_neon.h>

/* Each processor of this kind has what this needs. Reading and writing in threes and fours does the spreading. */
static size_t encode_wide(const unsigned char *bytes, size_t count, unsigned char *text, int width) {
  uint8x16x4_t characters = vld1q_u8_x4((const unsigned char *)alphabet), out;
  uint8x16_t six = vdupq_n_u8(63);
  size_t index = 0;
  for (; width >= 16 && count - index >= 48; index += 48) {
    uint8x16x3_t in = vld3q_u8(bytes + index);
    out.val[0] = vshrq_n_u8(in.val[0], 2);
    out.val[1] = vandq_u8(vsliq_n_u8(vshrq_n_u8(in.val[1], 4), in.val[0], 4), six);
    out.val[2] = vandq_u8(vsliq_n_u8(vshrq_n_u8(in.val[2], 6), in.val[1], 2), six);
    out.val[3] = vandq_u8(in.val[2], six);
    for (int i = 0; i < 4; i++)
      out.val[i] = vqtbl4q_u8(characters, out.val[i]);
    vst4q_u8(text + index / 3 * 4, out);
  }
  return index;
}

static size_t decode_wide(const unsigned char *text, size_t count, unsigned char *bytes, int width) {
  uint8x16x4_t first = vld1q_u8_x4(values), second = vld1q_u8_x4(values + 64);
  size_t index = 0;
  for (; width >= 16 && count - index >= 64; index += 64) {
    uint8x16x4_t in = vld4q_u8(text + index);
    uint8x16_t wrong = vdupq_n_u8(0);
    for (int i = 0; i < 4; i++) {
      /* Bytes from 128 on are in neither half, and stay wrong as they are. */
      wrong = vorrq_u8(wrong, in.val[i] & vdupq_n_u8(128));
      uint8x16_t low = vqtbl4q_u8(first, in.val[i]);
      in.val[i] = vqtbx4q_u8(low, second, vsubq_u8(in.val[i], vdupq_n_u8(64)));
      wrong = vorrq_u8(wrong, in.val[i] & vdupq_n_u8(64));
    }
    if (vmaxvq_u8(wrong) != 0)
      break;
    uint8x16x3_t out;
    out.val[0] = vorrq_u8(vshlq_n_u8(in.val[0], 2), vshrq_n_u8(in.val[1], 4));
    out.val[1] = vorrq_u8(vshlq_n_u8(in.val[1], 4), vshrq_n_u8(in.val[2], 2));
    out.val[2] = vorrq_u8(vshlq_n_u8(in.val[2], 6), in.val[3]);
    vst3q_u8(bytes + index / 4 * 3, out);
  }
  return index;
}

#else

static size_t encode_wide(const unsigned char *bytes, size_t count, unsigned char *text, int width) {
  (void)bytes, (void)count, (void)text, (void)width;
  return 0;
}

static size_t decode_wide(const unsigned char *text, size_t count, unsigned char *bytes, int width) {
  (void)text, (void)count, (void)bytes, (void)width;
  return 0;
}

#endif

void csupport_base64url_encode(const unsigned char *bytes, size_t count, unsigned char *text, int width) {
  size_t index = count >= 16 ? encode_wide(bytes, count, text, width) : 0;
  text += index / 3 * 4;
  for (; count - index >= 3; index += 3, text += 4) {
    unsigned group = (unsigned)bytes[index] << 16 | (unsigned)bytes[index + 1] << 8 | bytes[index + 2];
    text[0] = (unsigned char)alphabet[group >> 18];
    text[1] = (unsigned char)alphabet[group >> 12 & 63];
    text[2] = (unsigned char)alphabet[group >> 6 & 63];
    text[3] = (unsigned char)alphabet[group & 63];
  }
  if (count - index > 0) {
    unsigned group = (unsigned)bytes[index] << 8 | (count - index > 1 ? bytes[index + 1] : 0);
    text[0] = (unsigned char)alphabet[group >> 10];
    text[1] = (unsigned char)alphabet[group >> 4 & 63];
    if (count - index > 1)
      text[2] = (unsigned char)alphabet[group << 2 & 63];
  }
}

int csupport_base64url_decode(const unsigned char *text, size_t count, unsigned char *bytes, int width) {
  size_t index = count >= 22 ? decode_wide(text, count, bytes, width) : 0;
  bytes += index / 4 * 3;
  unsigned seen = 0;
  for (; count - index >= 4; index += 4, bytes += 3) {
    unsigned a = values[text[index]], b = values[text[index + 1]], c = values[text[index + 2]],
             d = values[text[index + 3]];
    seen |= a | b | c | d;
    bytes[0] = (unsigned char)(a << 2 | b >> 4);
    bytes[1] = (unsigned char)(b << 4 | c >> 2);
    bytes[2] = (unsigned char)(c << 6 | d);
  }
  if (count - index >= 2) {
    unsigned a = values[text[index]], b = values[text[index + 1]], c = count - index > 2 ? values[text[index + 2]] : 0;
    /* The bits that no byte has are zero. */
    unsigned unused = count - index > 2 ? c & 3 : b & 15;
    seen |= a | b | c | (unused ? 64 : 0);
    bytes[0] = (unsigned char)(a << 2 | b >> 4);
    if (count - index > 2)
      bytes[1] = (unsigned char)(b << 4 | c >> 2);
  }
  return count % 4 != 1 && !(seen & 64);
}
