// SPDX-License-Identifier: Apache-2.0
/* What is printed. Sessions hold what visitors sent: nothing of it may command the terminal. */
#include "tool.h"
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The size of the character of UTF-8 that begins here, 0 where there is none. */
static size_t character(const unsigned char *text, size_t size) {
  size_t length = text[0] < 0x80 ? 1 : text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : text[0] >= 0xc2 ? 2 : 0;
  if (length == 0 || length > size || text[0] > 0xf4)
    return 0;
  for (size_t i = 1; i < length; i++)
    if ((text[i] & 0xc0) != 0x80)
      return 0;
  bool is_overlong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xf0 && text[1] < 0x90);
  bool is_no_character = (text[0] == 0xed && text[1] > 0x9f) || (text[0] == 0xf4 && text[1] > 0x8f);
  return is_overlong || is_no_character ? 0 : length;
}

/* The number of a control character, C1 and DEL too; -1 for any other. */
static int control(const unsigned char *text, size_t length) {
  if (length == 1 && (text[0] < 0x20 || text[0] == 0x7f))
    return text[0];
  return length == 2 && text[0] == 0xc2 && text[1] < 0xa0 ? text[1] : -1;
}

static void put_escaped(FILE *out, const char *from, size_t size, bool is_json_string) {
  const unsigned char *text = (const unsigned char *)from;
  for (size_t at = 0; at < size;) {
    size_t length = character(text + at, size - at);
    if (length == 0) {
      fputs("\xef\xbf\xbd", out);
      at += 1;
      continue;
    }
    int number = control(text + at, length);
    if (number >= 0)
      fprintf(out, "\\u%04x", (unsigned)number);
    else {
      if (is_json_string && length == 1 && (text[at] == '"' || text[at] == '\\'))
        putc('\\', out);
      fwrite(text + at, 1, length, out);
    }
    at += length;
  }
}

void put_json_string(const char *text, size_t size) {
  putchar('"');
  put_escaped(stdout, text, size, true);
  putchar('"');
}

void put_json(const char *json, size_t size) { put_escaped(stdout, json, size, false); }

void put_text(const char *text, size_t size) { put_escaped(stdout, text, size, false); }

void put_error(const char *text) { put_escaped(stderr, text, strlen(text), false); }

const char *time_text(int64_t time, char text[32]) {
  struct tm parts;
  time_t seconds = (time_t)time;
  if (!gmtime_r(&seconds, &parts) || strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
    strcpy(text, "-");
  return text;
}

double monotonic(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void show_progress(const tool *tool, const char *text, bool is_last) {
  static double shown_at = -60;
  bool is_terminal = isatty(STDERR_FILENO);
  double now = monotonic();
  if (tool->quiet || (!is_last && now - shown_at < (is_terminal ? 0.2 : 10)))
    return;
  shown_at = now;
  if (is_terminal)
    fprintf(stderr, "\r%s\033[K%s", text, is_last ? "\n" : "");
  else
    fprintf(stderr, "%s\n", text);
}
