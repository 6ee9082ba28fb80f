/* SPDX-License-Identifier: Apache-2.0 */
/* Whole starts of programs. Usage: starting NAME PROGRAM [NAME PROGRAM ...] */
#include "bench.h"

#include <spawn.h>
#include <sys/wait.h>

enum { MOST = 4 };

extern char **environ;
static char *programs[MOST];

static void start(int which, int times) {
  while (times-- > 0) {
    pid_t child;
    int status;
    char *arguments[] = {programs[which], NULL};
    if (posix_spawn(&child, programs[which], NULL, NULL, arguments, environ) != 0 ||
        waitpid(child, &status, 0) != child || status != 0)
      fail("a program did not run");
  }
}

static void start_0(int times) { start(0, times); }
static void start_1(int times) { start(1, times); }
static void start_2(int times) { start(2, times); }
static void start_3(int times) { start(3, times); }

int main(int count, char **arguments) {
  static void (*const starts[MOST])(int) = {start_0, start_1, start_2, start_3};
  contestant all[MOST];
  int number = 0;
  for (int i = 1; i + 1 < count && number < MOST; i += 2, number++) {
    all[number] = (contestant){arguments[i], starts[number]};
    programs[number] = arguments[i + 1];
  }
  serve(all, number);
  return 0;
}
