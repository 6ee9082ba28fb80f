// SPDX-License-Identifier: Apache-2.0
/* What is read: cookies and sessions come from the standard input or a file, for a command line can be seen by all. */
#include "tool.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

void forget(char *text, size_t size) {
  if (text)
    explicit_bzero(text, size);
  free(text);
}

int read_input(tool *tool, char **text, size_t *size) {
  bool is_standard = !tool->input || strcmp(tool->input, "-") == 0;
  int file = is_standard ? STDIN_FILENO : open(tool->input, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return fail_as(tool, EXIT_USAGE, "INPUT", "%s: %s", tool->input, strerror(errno));
  if (is_standard && isatty(file) && !tool->quiet)
    fputs("Waiting for the standard input; end it with Ctrl-D.\n", stderr);
  char *buffer = calloc(1, INPUT_LIMIT + 1);
  size_t count = 0;
  ssize_t last = 1;
  while (buffer && count <= INPUT_LIMIT && last > 0) {
    last = read(file, buffer + count, INPUT_LIMIT + 1 - count);
    if (last > 0)
      count += (size_t)last;
    else if (last < 0 && errno == EINTR)
      last = 1;
  }
  int problem = buffer ? errno : ENOMEM;
  last = buffer ? last : -1;
  if (!is_standard)
    close(file);
  if (buffer && last == 0) {
    *text = buffer;
    *size = count;
    return EXIT_DONE;
  }
  forget(buffer, buffer ? INPUT_LIMIT + 1 : 0);
  return fail_as(tool, EXIT_USAGE, "INPUT", "%s: %s", is_standard ? "the standard input" : tool->input,
                 last < 0 ? strerror(problem) : "it has more than 1 MiB");
}

static bool is_space(char character) { return character && strchr(" \t\r\n", character); }

static void trim(const char **start, size_t *size) {
  while (*size > 0 && is_space(**start))
    ++*start, --*size;
  while (*size > 0 && is_space((*start)[*size - 1]))
    --*size;
}

void cut_cookie(const char *name, char *text, size_t *size) {
  const char *at = text;
  size_t left = *size, length = strlen(name);
  trim(&at, &left);
  for (int i = 0; i < 2; i++) {
    static const char *const headers[] = {"Set-Cookie:", "Cookie:"};
    size_t header = strlen(headers[i]);
    if (left >= header && strncasecmp(at, headers[i], header) == 0)
      at += header, left -= header;
  }
  trim(&at, &left);
  while (left > 0) {
    const char *end = memchr(at, ';', left);
    const char *part = at;
    size_t part_size = end ? (size_t)(end - at) : left;
    size_t taken = end ? part_size + 1 : part_size;
    at += taken, left -= taken;
    trim(&part, &part_size);
    bool is_named = part_size > length && strncmp(part, name, length) == 0 && part[length] == '=';
    if (!is_named && left > 0)
      continue;
    if (is_named)
      part += length + 1, part_size -= length + 1;
    if (part_size >= 2 && part[0] == '"' && part[part_size - 1] == '"')
      part += 1, part_size -= 2;
    memmove(text, part, part_size);
    explicit_bzero(text + part_size, *size - part_size);
    *size = part_size;
    return;
  }
  *size = 0;
}

int read_cookie(tool *tool, char **text, size_t *size) {
  int status = read_input(tool, text, size);
  if (status == EXIT_DONE)
    cut_cookie(tool->cookie_name, *text, size);
  return status;
}
