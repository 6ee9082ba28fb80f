// SPDX-License-Identifier: Apache-2.0
/* The value of a cookie in what was given: the value itself, a Cookie header, or Set-Cookie lines; in pieces or not. */
#include "tool.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* docs/formats.md: the first piece is ~ and the number of all, before its part of the value. */
enum { MOST_PIECES = 9 };

typedef struct part {
  const char *text; /* NULL where it is not there */
  size_t size;
} part;

static bool is_space(char character) { return character && strchr(" \t\r\n", character); }

static part trimmed(part part) {
  while (part.size > 0 && is_space(*part.text))
    part.text++, part.size--;
  while (part.size > 0 && is_space(part.text[part.size - 1]))
    part.size--;
  return part;
}

static part unquoted(part part) {
  if (part.size >= 2 && part.text[0] == '"' && part.text[part.size - 1] == '"')
    part.text++, part.size -= 2;
  return part;
}

/* Cuts off what stands before a separator, and the separator. */
static part take_until(part *rest, char separator) {
  const char *end = memchr(rest->text, separator, rest->size);
  part taken = {rest->text, end ? (size_t)(end - rest->text) : rest->size};
  size_t passed = taken.size + (end ? 1 : 0);
  rest->text += passed, rest->size -= passed;
  return taken;
}

static bool take_word(part *rest, const char *word) {
  size_t size = strlen(word);
  if (rest->size < size || strncasecmp(rest->text, word, size) != 0)
    return false;
  rest->text += size, rest->size -= size;
  return true;
}

/* Which piece of a cookie has this name, 0 being the whole or the first; -1 for another cookie. */
static int piece_number(part found, const char *name) {
  size_t size = strlen(name);
  if (found.size < size || memcmp(found.text, name, size) != 0)
    return -1;
  if (found.size == size)
    return 0;
  char digit = found.text[found.size - 1];
  return found.size == size + 2 && found.text[size] == '.' && digit >= '1' && digit < '0' + MOST_PIECES ? digit - '0'
                                                                                                        : -1;
}

/* Finds the first cookie of each name. Whether it is a header at all, and no bare value. */
static bool find_pieces(part text, const char *name, part pieces[MOST_PIECES]) {
  bool is_header = false;
  while (text.size > 0) {
    part line = trimmed(take_until(&text, '\n'));
    bool is_set = take_word(&line, "Set-Cookie:");
    is_header = is_set || take_word(&line, "Cookie:") || is_header;
    while (line.size > 0) {
      size_t size = line.size;
      part value = take_until(&line, ';'), found = trimmed(take_until(&value, '='));
      int number = piece_number(found, name);
      bool has_value = value.size > 0 && value.text[0] != '=';
      /* What ends with = may be a bare value in base64. */
      is_header = is_header || has_value || number >= 0 || found.size + value.size + 1 < size;
      if (number >= 0 && !pieces[number].text)
        pieces[number] = unquoted(trimmed(value));
      if (is_set)
        break;
    }
  }
  return is_header;
}

static int count_pieces(part first) {
  bool is_cut = first.size >= 2 && first.text[0] == '~' && first.text[1] >= '2' && first.text[1] <= '0' + MOST_PIECES;
  return is_cut ? first.text[1] - '0' : 1;
}

/* The name that the options and the settings give to the cookie. */
static const char *cookie_name(const tool *tool) {
  const char *name = tool->cookie_name ? tool->cookie_name : setting(tool, "SESSION_COOKIE_NAME");
  return name && *name ? name : "session";
}

int cut_cookie(const tool *tool, char *text, size_t *size) {
  const char *name = cookie_name(tool);
  part pieces[MOST_PIECES] = {{NULL, 0}}, all = trimmed((part){text, *size});
  if (!find_pieces(all, name, pieces))
    pieces[0] = unquoted(all);
  else if (!pieces[0].text)
    return fail_as(tool, EXIT_REFUSED, "NOT_FOUND",
                   "this header has no cookie %s; SESSION_COOKIE_NAME of the settings, or --cookie-name, names another",
                   name);
  else
    for (int i = 1; i < count_pieces(pieces[0]); i++)
      if (!pieces[i].text)
        return fail_as(tool, EXIT_REFUSED, "NOT_FOUND", "the cookie %s is cut into %d pieces, and %s.%d is not there",
                       name, count_pieces(pieces[0]), name, i);
  char *joined = calloc(1, *size + 1);
  if (!joined)
    return fail_as(tool, EXIT_FAULT, "MEMORY", "%s", "no memory is left");
  size_t count = 0;
  for (int i = 0; i < count_pieces(pieces[0]); i++)
    if (pieces[i].text) {
      memcpy(joined + count, pieces[i].text, pieces[i].size);
      count += pieces[i].size;
    }
  memset(text, 0, *size);
  memcpy(text, joined, count);
  forget(joined, count);
  *size = count;
  return EXIT_DONE;
}
