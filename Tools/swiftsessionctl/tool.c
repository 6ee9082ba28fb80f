// SPDX-License-Identifier: Apache-2.0
/* The settings, and how a command fails. */
#include "tool.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

bool has_settings(const tool *tool) { return tool->file_count > 0 || tool->prefix; }

swiftsession_config *new_config(tool *tool) {
  swiftsession_config *config = NULL;
  swiftsession_status status = swiftsession_config_new(&config, &tool->error);
  for (int i = 0; i < tool->file_count && !status; i++)
    status = swiftsession_config_load(config, tool->files[i], &tool->error);
  if (!status && tool->prefix)
    status = swiftsession_config_environment(config, tool->prefix, &tool->error);
  if (!status && tool->cookie_name)
    status = swiftsession_config_set(config, "SESSION_COOKIE_NAME", tool->cookie_name, &tool->error);
  if (!status)
    return config;
  swiftsession_config_free(config);
  return NULL;
}

static void warn(void *context, int32_t level, const char *message) {
  const tool *of = context;
  if (of->quiet)
    return;
  fprintf(stderr, "swiftsessionctl: %s: ", level == SWIFTSESSION_LOG_WARNING ? "warning" : "note");
  put_error(message);
  putc('\n', stderr);
}

int open_manager(tool *tool) {
  if (!has_settings(tool))
    return fail_as(tool, EXIT_SETTINGS, "CONFIG", "no settings: name a file (--config) or a prefix (--environment)");
  swiftsession_config *config = new_config(tool);
  if (!config)
    return fail(tool);
  swiftsession_config_set_log(config, warn, tool, NULL);
  swiftsession_status status = swiftsession_manager_open(config, &tool->manager, &tool->error);
  swiftsession_config_free(config);
  return status ? fail(tool) : EXIT_DONE;
}

int exit_status_of(swiftsession_status status) {
  switch (status) {
  case SWIFTSESSION_OK:
    return EXIT_DONE;
  case SWIFTSESSION_ARGUMENT:
    return EXIT_USAGE;
  case SWIFTSESSION_CONFIG:
  case SWIFTSESSION_UNSUPPORTED:
    return EXIT_SETTINGS;
  case SWIFTSESSION_UNAVAILABLE:
  case SWIFTSESSION_TIMEOUT:
  case SWIFTSESSION_AUTH:
  case SWIFTSESSION_BACKEND:
  case SWIFTSESSION_CONFLICT:
    return EXIT_STORE;
  case SWIFTSESSION_CRYPTO:
  case SWIFTSESSION_INTERNAL:
    return EXIT_FAULT;
  default:
    return EXIT_REFUSED;
  }
}

int fail(tool *tool) {
  const char *name = swiftsession_status_name(tool->error.status);
  return fail_as(tool, exit_status_of(tool->error.status), name ? name : "INTERNAL", "%s", tool->error.message);
}

int fail_as(const tool *tool, int exit_status, const char *name, const char *format, ...) {
  char message[8192];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  if (tool->json) {
    printf("{\"status\":\"%s\",\"message\":", name);
    put_json_string(message, strlen(message));
    puts("}");
    return exit_status;
  }
  fprintf(stderr, "swiftsessionctl: %s: ", name);
  put_error(message);
  putc('\n', stderr);
  return exit_status;
}

/* The value of a line NAME=value, as swiftsession_config_load takes it; the last one counts. */
static bool read_file(const char *path, const char *name, char *value, size_t size) {
  FILE *file = fopen(path, "re");
  char *line = NULL;
  size_t capacity = 0, length = strlen(name);
  bool is_found = false;
  while (file && getline(&line, &capacity, file) >= 0) {
    if (strncmp(line, name, length) != 0 || line[length] != '=')
      continue;
    line[strcspn(line, "\r\n")] = '\0';
    is_found = strlen(line + length + 1) < size;
    if (is_found)
      strcpy(value, line + length + 1);
  }
  if (line)
    explicit_bzero(line, capacity);
  free(line);
  if (file)
    fclose(file);
  return is_found;
}

const char *setting(const tool *tool, const char *name) {
  static char value[8192];
  bool is_found = false;
  for (int i = 0; i < tool->file_count; i++)
    is_found = read_file(tool->files[i], name, value, sizeof value) || is_found;
  size_t prefix = tool->prefix ? strlen(tool->prefix) : 0, length = strlen(name);
  for (char **variable = environ; tool->prefix && *variable; variable++) {
    const char *text = *variable;
    if (strncmp(text, tool->prefix, prefix) == 0 && strncmp(text + prefix, name, length) == 0 &&
        text[prefix + length] == '=' && strlen(text + prefix + length + 1) < sizeof value) {
      strcpy(value, text + prefix + length + 1);
      is_found = true;
    }
  }
  return is_found ? value : NULL;
}
