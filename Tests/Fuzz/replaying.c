/* SPDX-License-Identifier: Apache-2.0 */
/* In the place of libFuzzer: gives a target the files that are named. */
#include "fuzz.h"

#include <signal.h>

static const char *name;

static void say(int number) {
  fprintf(stderr, "signal %d at %s\n", number, name);
  _Exit(1);
}

int main(int argc, char **argv) {
  static uint8_t data[1 << 20];
  signal(SIGABRT, say);
  signal(SIGILL, say);
  signal(SIGSEGV, say);
  for (int i = 1; i < argc; i++) {
    name = argv[i];
    FILE *file = fopen(argv[i], "rb");
    MUST(file);
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);
    /* In memory of its own, so that a tool sees what is read beyond it. */
    uint8_t *copy = malloc(size + 1);
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
  }
  return 0;
}
