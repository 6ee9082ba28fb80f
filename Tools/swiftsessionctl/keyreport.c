// SPDX-License-Identifier: Apache-2.0
/* What rotate says that it has done. */
#include "keyfile.h"
#include <string.h>

/* Says what the new key makes, and from when. */
static void put_making(const tool *tool, const rotation *rotation, const char *name) {
  char from[32], newer[32];
  bool makes_all = strcmp(tool->purpose, "all") == 0;
  const char *what = makes_all ? "cookies and records" : tool->purpose;
  int64_t settled = rotation->others ? rotation->from + SETTLING : rotation->from;
  time_text(settled, from);
  time_text(rotation->newer_from, newer);
  bool is_first = rotation->newer_from > (settled > rotation->now ? settled : rotation->now);
  if (rotation->newer[0] && !is_first)
    printf("Key %s makes no %s: key %s begins later, at %s.\n", name, makes_all ? "cookies or records" : what,
           rotation->newer, newer);
  else if (settled <= rotation->now)
    printf("Key %s makes %s.\n", name, what);
  else
    printf("Key %s makes %s from %s on.\n", name, what, from);
  if (rotation->newer[0] && is_first)
    printf("Key %s takes its place at %s.\n", rotation->newer, newer);
}

int report_rotation(const tool *tool, const rotation *rotation, const char *name) {
  char from[32], until[32];
  time_text(rotation->from, from);
  time_text(rotation->until, until);
  if (tool->json) {
    fputs("{\"status\":\"OK\",\"name\":", stdout);
    put_json_string(name, strlen(name));
    printf(rotation->from ? ",\"not_before\":\"%s\"" : ",\"not_before\":null", from);
    fputs(",\"newer\":", stdout);
    if (rotation->newer[0])
      put_json_string(rotation->newer, strlen(rotation->newer));
    else
      fputs("null", stdout);
    printf(",\"kept\":%d,\"dropped\":%d,\"bounded\":%d}\n", rotation->kept, rotation->dropped, rotation->bounded);
    return EXIT_DONE;
  }
  if (tool->quiet)
    return EXIT_DONE;
  put_making(tool, rotation, name);
  if (rotation->bounded)
    printf("%d older key%s good until %s.\n", rotation->bounded, rotation->bounded == 1 ? " is" : "s are", until);
  if (rotation->dropped)
    printf("%d key%s gone, whose time was over.\n", rotation->dropped, rotation->dropped == 1 ? " is" : "s are");
  puts(rotation->from > rotation->now ? "Give the file to every server before that, and let each reload or restart."
                                      : "Give the file to every server, and let each reload or restart.");
  return EXIT_DONE;
}
