// SPDX-License-Identifier: Apache-2.0
/* What is read: cookies and sessions come from the standard input or a file, for a command line can be seen by all. */
#include "tool.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
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

int read_cookie(tool *tool, char **text, size_t *size) {
  int status = read_input(tool, text, size);
  if (status)
    return status;
  size_t read = *size;
  status = cut_cookie(tool, *text, size);
  if (status)
    forget(*text, read);
  return status;
}
