/* SPDX-License-Identifier: Apache-2.0 */
#include "CSupport.h"

#ifdef __SSE2__
#include <emmintrin.h>

/* 255 in each byte that is from `first` to `last`, which are ASCII; bytes above are negative here. */
static __m128i within(__m128i bytes, char first, char last) {
  return _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8((char)(first - 1))),
                       _mm_cmplt_epi8(bytes, _mm_set1_epi8((char)(last + 1))));
}

size_t csupport_base64url_decode(const unsigned char *text, size_t count, unsigned char *output) {
  size_t index = 0;
  /* Each four characters are written as four bytes, the last of which is not theirs. */
  while (count - index >= 20) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(text + index));
    __m128i upper = within(bytes, 'A', 'Z'), lower = within(bytes, 'a', 'z'), digit = within(bytes, '0', '9');
    __m128i minus = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')), low = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_'));
    __m128i letters = _mm_or_si128(upper, lower), others = _mm_or_si128(minus, low);
    if (_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letters, digit), others)) != 0xFFFF)
      break;
    __m128i distance = _mm_and_si128(upper, _mm_set1_epi8(-65));
    distance = _mm_or_si128(distance, _mm_and_si128(lower, _mm_set1_epi8(-71)));
    distance = _mm_or_si128(distance, _mm_and_si128(digit, _mm_set1_epi8(4)));
    distance = _mm_or_si128(distance, _mm_and_si128(minus, _mm_set1_epi8(17)));
    distance = _mm_or_si128(distance, _mm_and_si128(low, _mm_set1_epi8(-32)));
    __m128i six = _mm_add_epi8(bytes, distance);
    /* Two times six bits, two times twelve, and then the bytes in the other order. */
    __m128i twelve = _mm_or_si128(_mm_slli_epi16(_mm_and_si128(six, _mm_set1_epi16(0xFF)), 6), _mm_srli_epi16(six, 8));
    __m128i all = _mm_madd_epi16(twelve, _mm_set1_epi32(0x00011000));
    uint32_t groups[4];
    _mm_storeu_si128((__m128i *)groups, all);
    for (int i = 0; i < 4; i++) {
      uint32_t group = __builtin_bswap32(groups[i] << 8);
      memcpy(output + 3 * i, &group, 4);
    }
    index += 16;
    output += 12;
  }
  return index;
}

#else

size_t csupport_base64url_decode(const unsigned char *text, size_t count, unsigned char *output) {
  (void)text, (void)count, (void)output;
  return 0;
}

#endif
