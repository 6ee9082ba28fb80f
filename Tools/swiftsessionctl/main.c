// SPDX-License-Identifier: Apache-2.0
/*
 * swiftsessionctl: looks at sessions and keeps them, on the public header alone. Its manual page is
 * Tools/swiftsessionctl/swiftsessionctl.1.
 */
#include "tool.h"
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

typedef struct command {
  const char *name, *options; /* the letters of the options that it takes beside the common ones */
  int most;                   /* arguments */
  int (*run)(tool *tool, int count, char **arguments);
  const char *usage;
} command;

static const command commands[] = {
    {"inspect", "in", 0, command_inspect, "say what a cookie is, who made it and what it holds"},
    {"sign", "inpH", 0, command_sign, "make a cookie for a session that is given as JSON"},
    {"get", "in", 64, command_get, "[KEY...]  print the session of a cookie or an id, or values of it"},
    {"list", "", 1, command_list, "USER  list the sessions of a user"},
    {"end", "inur", 0, command_end, "end a session, or those of a user"},
    {"sweep", "ls", 0, command_sweep, "remove expired records"},
    {"migrate", "l", 0, command_migrate, "move sessions from the store of SESSION_MIGRATE_FROM"},
    {"rotate", "NbLPd", 1, command_rotate, "FILE  make a key file, or add a key to it"},
    {"doctor", "w", 0, command_doctor, "check settings, client library, store and server"},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"environment", required_argument, NULL, 'e'},
    {"json", no_argument, NULL, 'j'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {"file", required_argument, NULL, 'i'},
    {"cookie-name", required_argument, NULL, 'n'},
    {"permanent", no_argument, NULL, 'p'},
    {"header", no_argument, NULL, 'H'},
    {"user", required_argument, NULL, 'u'},
    {"reference", required_argument, NULL, 'r'},
    {"limit", required_argument, NULL, 'l'},
    {"seconds", required_argument, NULL, 's'},
    {"name", required_argument, NULL, 'N'},
    {"not-before", required_argument, NULL, 'b'},
    {"lifetime", required_argument, NULL, 'L'},
    {"purpose", required_argument, NULL, 'P'},
    {"drop-expired", no_argument, NULL, 'd'},
    {"write", no_argument, NULL, 'w'},
    {NULL, 0, NULL, 0},
};

static int show_usage(FILE *out) {
  fputs("usage: swiftsessionctl COMMAND [OPTION...]\n\n", out);
  for (int i = 0; i < COMMANDS; i++)
    fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].usage);
  fputs("\n"
        "  -c, --config FILE         settings from a file of NAME=value lines\n"
        "  -e, --environment PREFIX  settings from variables: with APP_, APP_SECRET_KEY is SECRET_KEY\n"
        "  -j, --json                answer as one JSON object\n"
        "  -q, --quiet               no progress, no warnings\n\n"
        "Cookies and sessions are read from the standard input, or from --file. See swiftsessionctl(1).\n",
        out);
  return out == stdout ? EXIT_DONE : EXIT_USAGE;
}

static int usage_error(const tool *tool, const char *what, const char *problem) {
  return fail_as(tool, EXIT_USAGE, "USAGE", "%s: %s; see swiftsessionctl --help", what, problem);
}

static bool read_number(const char *text, int64_t least, int64_t *number) {
  char *end;
  errno = 0;
  *number = strtoll(text, &end, 10);
  return errno == 0 && end != text && *end == '\0' && *number >= least;
}

static bool take_option(tool *tool, int letter, const char *value) {
  switch (letter) {
  case 'c':
    if (tool->file_count == SETTINGS_FILES)
      return false;
    tool->files[tool->file_count++] = value;
    return true;
  case 'e':
    return *(tool->prefix = value) != '\0';
  case 'j':
    return tool->json = true;
  case 'q':
    return tool->quiet = true;
  case 'i':
    return *(tool->input = value) != '\0';
  case 'n':
    return *(tool->cookie_name = value) != '\0';
  case 'p':
    return tool->permanent = true;
  case 'H':
    return tool->header = true;
  case 'u':
    return *(tool->user = value) != '\0';
  case 'r':
    return *(tool->reference = value) != '\0';
  case 'l':
    return read_number(value, 1, &tool->limit);
  case 's':
    return read_number(value, 1, &tool->seconds);
  case 'N':
    return *(tool->key_name = value) != '\0';
  case 'b':
    return *(tool->not_before = value) != '\0';
  case 'L':
    return read_number(value, 1, &tool->lifetime);
  case 'P':
    return *(tool->purpose = value) != '\0';
  case 'd':
    return tool->drop_expired = true;
  case 'w':
    return tool->write = true;
  default:
    return false;
  }
}

/* What an option is called, for messages. */
static const char *name_of(int letter, char name[32]) {
  snprintf(name, 32, "-%c", letter);
  for (const struct option *option = options; option->name; option++)
    if (option->val == letter)
      snprintf(name, 32, "--%s", option->name);
  return name;
}

/* Reads the options. What is wrong with the first wrong one is in `problem`, and `what` is its name. */
static void take_options(tool *tool, int count, char **arguments, bool given[128], const char **problem,
                         char what[256]) {
  char name[32];
  int letter;
  opterr = 0;
  *problem = NULL;
  while ((letter = getopt_long(count, arguments, ":c:e:jqhV", options, NULL)) != -1) {
    bool is_known = letter != '?' && letter != ':';
    if (is_known && take_option(tool, letter, optarg)) {
      given[letter] = true;
      continue;
    }
    given['h'] = given['h'] || letter == 'h';
    given['V'] = given['V'] || letter == 'V';
    if (letter == 'h' || letter == 'V' || *problem)
      continue;
    *problem = is_known        ? "this value is not one it takes"
               : letter == ':' ? "it needs a value"
               : optopt        ? "there is no such option, or it takes no value"
                               : "there is no such option, or more than one that begins so";
    snprintf(what, 256, "%s",
             is_known ? name_of(letter, name)
             : optopt ? name_of(optopt, name)
                      : arguments[optind - 1]);
  }
}

/* Whether an answer in JSON is wanted, where the options cannot be read. */
static bool asks_for_json(int count, char **arguments) {
  for (int i = 1; i < count; i++)
    if (strcmp(arguments[i], "--json") == 0 || strcmp(arguments[i], "-j") == 0)
      return true;
  return false;
}

static int run(tool *tool, int count, char **arguments) {
  const command *command = NULL;
  const char *problem;
  bool given[128] = {false};
  char what[256];
  take_options(tool, count, arguments, given, &problem, what);
  if (problem) {
    tool->json = tool->json || asks_for_json(count, arguments);
    return usage_error(tool, what, problem);
  }
  if (given['h'])
    return show_usage(stdout);
  if (given['V']) {
    printf("swiftsessionctl %s (libswiftsession %s)\n", SWIFTSESSION_VERSION, swiftsession_version());
    return EXIT_DONE;
  }
  for (int i = 0; optind < count && i < COMMANDS; i++)
    if (strcmp(arguments[optind], commands[i].name) == 0)
      command = &commands[i];
  if (!command && optind < count)
    return usage_error(tool, arguments[optind], "there is no such command");
  if (!command)
    return tool->json ? usage_error(tool, "swiftsessionctl", "which command?") : show_usage(stderr);
  for (int i = 0; i < 128; i++)
    if (given[i] && !strchr("cejq", i) && !strchr(command->options, i))
      return usage_error(tool, name_of(i, what), "this command does not take it");
  if (count - optind - 1 > command->most)
    return usage_error(tool, command->name,
                       strchr(command->options, 'i') ? "too many arguments; what is secret is read from the standard "
                                                       "input or --file"
                                                     : "too many arguments");
  return command->run(tool, count - optind - 1, arguments + optind + 1);
}

int main(int count, char **arguments) {
  tool tool = {.limit = 1000, .purpose = "all"};
  int status = run(&tool, count, arguments);
  swiftsession_manager_free(tool.manager);
  if (fflush(stdout) != 0 || ferror(stdout)) {
    fprintf(stderr, "swiftsessionctl: the standard output: %s\n", strerror(errno));
    return EXIT_FAULT;
  }
  return status;
}
