/* SPDX-License-Identifier: Apache-2.0 */
/* The session as a page for browsers: a file in which {{ user }} stands for what the session has under that name. */
#ifndef PAGE_H
#define PAGE_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <swiftsession.h>

static char page_text[16 * 1024];

/* Before there are threads. Without it there is no page. */
static inline bool page_load(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file)
    return false;
  fread(page_text, 1, sizeof page_text - 1, file);
  bool is_whole = feof(file) != 0;
  fclose(file);
  return is_whole;
}

static inline bool page_is_loaded(void) { return page_text[0] != '\0'; }

/* Text that came from anybody, so that it stays text in HTML, and within quotes too. */
static inline void page_write_text(FILE *out, const char *text, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (strchr("&<>\"'", text[i]) && text[i] != '\0')
      fprintf(out, "&#%d;", text[i]);
    else
      fputc(text[i], out);
  }
}

/* Strings as they are, other values as JSON, and for what is not there nothing. */
static inline void page_write_value(FILE *out, swiftsession_session *session, const char *key) {
  const char *text;
  size_t size;
  if (swiftsession_get_string(session, key, &text, &size, NULL) == SWIFTSESSION_OK ||
      swiftsession_get_json(session, key, &text, &size, NULL) == SWIFTSESSION_OK)
    page_write_text(out, text, size);
}

static inline void page_write(FILE *out, const char *server, swiftsession_session *session) {
  const char *rest = page_text;
  for (const char *mark; (mark = strstr(rest, "{{ ")) != NULL;) {
    char name[16];
    int size = 0;
    fwrite(rest, 1, (size_t)(mark - rest), out);
    if (sscanf(mark, "{{ %15[a-z] }}%n", name, &size) != 1 || size == 0)
      return;
    if (strcmp(name, "server") == 0)
      fputs(server, out);
    else
      page_write_value(out, session, name);
    rest = mark + size;
  }
  fputs(rest, out);
}

#endif
