/* SPDX-License-Identifier: Apache-2.0 */
/* What loading the library costs a program: whole starts of an empty program that needs libswiftsession against one
   that needs libcrypto and libz alone. Usage: starting OURS PLAIN */
#include "bench.h"

#include <spawn.h>
#include <sys/wait.h>

extern char **environ;
static char *programs[2];

static void start(int which, int times) {
  while (times-- > 0) {
    pid_t child;
    int status;
    char *arguments[] = {programs[which], NULL};
    if (posix_spawn(&child, programs[which], NULL, NULL, arguments, environ) != 0 ||
        waitpid(child, &status, 0) != child || status != 0) {
      fprintf(stderr, "%s did not run\n", programs[which]);
      exit(1);
    }
  }
}

static void start_ours(int times) { start(0, times); }
static void start_plain(int times) { start(1, times); }

int main(int count, char **arguments) {
  if (count != 3)
    return 2;
  programs[0] = arguments[1];
  programs[1] = arguments[2];
  puts("| what | who | nanoseconds | against libcrypto and libz | quartiles |");
  puts("| --- | --- | --- | --- | --- |");
  contestant all[] = {{"libswiftsession", start_ours, {0}}, {"libcrypto and libz", start_plain, {0}}};
  compare("start a program", all, 2, 5);
  return 0;
}
