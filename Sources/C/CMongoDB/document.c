/* SPDX-License-Identifier: Apache-2.0 */
/* Whether bytes are a BSON document whose lengths are right, down to the innermost: libmongoc reads a server's without
   asking. */
#ifdef CMONGODB_ENABLED
#include "library.h"

/* A server takes 100 levels, and adds some of its own. */
enum { LEVELS = 250, NO_SIZE = -1 };

uint32_t cmongodb_number(const uint8_t *bytes) {
  return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* Each size below is of what starts at `bytes`, of which there are `left`; NO_SIZE where it is none. */
static int64_t size_of_name(const uint8_t *bytes, int64_t left) {
  const uint8_t *end = left > 0 ? memchr(bytes, 0, (size_t)left) : NULL;
  return end ? end - bytes + 1 : NO_SIZE;
}

/* A number of bytes, and those with a zero at the end. */
static int64_t size_of_text(const uint8_t *bytes, int64_t left) {
  int64_t length = left < 5 ? 0 : cmongodb_number(bytes);
  return length >= 1 && length <= left - 4 && bytes[4 + length - 1] == 0 ? 4 + length : NO_SIZE;
}

static int64_t size_of_binary(const uint8_t *bytes, int64_t left) {
  int64_t length = left < 5 ? INT64_MAX : cmongodb_number(bytes);
  return length <= left - 5 ? 5 + length : NO_SIZE;
}

static int64_t size_of_expression(const uint8_t *bytes, int64_t left) {
  int64_t pattern = size_of_name(bytes, left);
  int64_t options = pattern < 0 ? NO_SIZE : size_of_name(bytes + pattern, left - pattern);
  return options < 0 ? NO_SIZE : pattern + options;
}

static int64_t size_of_document(const uint8_t *bytes, int64_t left, int levels);

static int64_t size_of_code(const uint8_t *bytes, int64_t left, int levels) {
  int64_t size = left < 4 ? 0 : cmongodb_number(bytes);
  if (size < 4 || size > left)
    return NO_SIZE;
  int64_t text = size_of_text(bytes + 4, size - 4);
  return text >= 0 && size_of_document(bytes + 4 + text, size - 4 - text, levels) == size - 4 - text ? size : NO_SIZE;
}

/* libbson complains on stderr where the first item has another name than 0. */
static int64_t size_of_array(const uint8_t *bytes, int64_t left, int levels) {
  int64_t size = size_of_document(bytes, left, levels);
  return size <= 5 || (bytes[5] == '0' && bytes[6] == 0) ? size : NO_SIZE;
}

static int64_t size_of_value(uint8_t type, const uint8_t *bytes, int64_t left, int levels) {
  int64_t text;
  switch (type) {
  case 0x06:
  case 0x0A:
  case 0x7F:
  case 0xFF:
    return 0;
  case 0x08:
    return 1;
  case 0x10:
    return 4;
  case 0x01:
  case 0x09:
  case 0x11:
  case 0x12:
    return 8;
  case 0x07:
    return 12;
  case 0x13:
    return 16;
  case 0x02:
  case 0x0D:
  case 0x0E:
    return size_of_text(bytes, left);
  case 0x0C:
    text = size_of_text(bytes, left);
    return text < 0 ? NO_SIZE : text + 12;
  case 0x05:
    return size_of_binary(bytes, left);
  case 0x0B:
    return size_of_expression(bytes, left);
  case 0x03:
    return size_of_document(bytes, left, levels);
  case 0x04:
    return size_of_array(bytes, left, levels);
  case 0x0F:
    return size_of_code(bytes, left, levels);
  default:
    return NO_SIZE;
  }
}

static int64_t size_of_document(const uint8_t *bytes, int64_t left, int levels) {
  int64_t size = left < 5 || levels == 0 ? 0 : cmongodb_number(bytes);
  if (size < 5 || size > left || bytes[size - 1] != 0)
    return NO_SIZE;
  int64_t at = 4, last = size - 1;
  while (at < last) {
    uint8_t type = bytes[at++];
    int64_t name = size_of_name(bytes + at, last - at);
    if (name < 0)
      return NO_SIZE;
    at += name;
    int64_t value = size_of_value(type, bytes + at, last - at, levels - 1);
    if (value < 0 || value > last - at)
      return NO_SIZE;
    at += value;
  }
  return size;
}

int cmongodb_is_document(const uint8_t *bytes, size_t size) {
  return size <= CMONGODB_MESSAGE && size_of_document(bytes, (int64_t)size, LEVELS) == (int64_t)size;
}
#endif
