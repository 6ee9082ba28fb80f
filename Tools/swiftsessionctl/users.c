// SPDX-License-Identifier: Apache-2.0
/* list and end: the sessions of a user, and the end of one session. */
#include "tool.h"
#include <stdlib.h>
#include <string.h>

/* The member of an object as the library writes it, flat and without spaces; nothing where it is not there. */
static const char *member(const char *object, const char *name, size_t *size) {
  char key[32];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char *at = strstr(object, key);
  *size = 0;
  if (!at)
    return object;
  at += strlen(key);
  if (*at != '"') {
    *size = strcspn(at, ",}");
    return at;
  }
  while (at[1 + *size] && at[1 + *size] != '"')
    *size += at[1 + *size] == '\\' && at[2 + *size] ? 2 : 1;
  return at + 1;
}

static void put_sessions(const char *json) {
  char created[32], seen[32];
  size_t size, label_size, reference_size;
  puts("REFERENCE         CREATED               LAST SEEN             LABEL");
  for (const char *at = strchr(json, '{'); at; at = strchr(member(at, "label", &label_size) + label_size + 1, '{')) {
    const char *reference = member(at, "reference", &reference_size), *last = member(at, "last_seen", &size);
    const char *label = member(at, "label", &label_size);
    time_text(strtoll(member(at, "created", &size), NULL, 10), created);
    if (strncmp(last, "null", 4) == 0)
      strcpy(seen, "-");
    else
      time_text(strtoll(last, NULL, 10), seen);
    printf("%-16.*s  %-20s  %-20s  ", (int)reference_size, reference, created, seen);
    if (label[-1] == '"')
      put_text(label, label_size);
    putchar('\n');
  }
}

int command_list(tool *tool, int count, char **arguments) {
  char *json = NULL;
  size_t size;
  if (count != 1)
    return fail_as(tool, EXIT_USAGE, "USAGE", "whose sessions? swiftsessionctl list USER");
  int status = open_existing(tool, true);
  if (status)
    return status;
  if (swiftsession_manager_user_sessions(tool->manager, NULL, arguments[0], strlen(arguments[0]), &json, &size,
                                         &tool->error))
    return fail(tool);
  if (tool->json) {
    put_json(json, size);
    putchar('\n');
  } else
    put_sessions(json);
  swiftsession_free(json);
  return EXIT_DONE;
}

static int done(const tool *tool, const char *text) {
  if (tool->json)
    puts("{\"status\":\"OK\"}");
  else if (!tool->quiet)
    puts(text);
  return EXIT_DONE;
}

/* Ends what the cookie opens, and looks whether it has. */
static int end_cookie(tool *tool, const char *value, size_t size) {
  swiftsession_session *session = NULL, *again = NULL;
  int status = EXIT_DONE;
  if (swiftsession_open_value(tool->manager, value, size, &session, &tool->error) ||
      swiftsession_logout(session, &tool->error) || swiftsession_save(session, &tool->error))
    status = fail(tool);
  else if (swiftsession_open_value(tool->manager, value, size, &again, &tool->error) == SWIFTSESSION_OK)
    status = fail_as(tool, EXIT_REFUSED, "STILL_OPEN",
                     "this session lives in its cookie, which opens until its lifetime ends; SESSION_REVOCATION, "
                     "set before its user logs in, makes it end with a logout");
  swiftsession_session_free(session);
  swiftsession_session_free(again);
  return status ? status : done(tool, "The session has ended.");
}

int command_end(tool *tool, int count, char **arguments) {
  (void)count, (void)arguments;
  char *value;
  size_t size;
  if (tool->reference && !tool->user)
    return fail_as(tool, EXIT_USAGE, "USAGE", "whose session? --reference needs --user");
  if (tool->user && (tool->input || tool->cookie_name))
    return fail_as(tool, EXIT_USAGE, "USAGE", "which? --user ends the sessions of a user, %s the session of a cookie",
                   tool->input ? "--file" : "--cookie-name");
  int status = open_existing(tool, tool->user != NULL);
  if (status)
    return status;
  size_t user_size = tool->user ? strlen(tool->user) : 0;
  if (tool->reference) {
    if (swiftsession_manager_end_session(tool->manager, tool->user, user_size, tool->reference, &tool->error))
      return fail(tool);
    return done(tool, "The session has ended.");
  }
  if (tool->user) {
    if (swiftsession_manager_end_user(tool->manager, tool->user, user_size, &tool->error))
      return fail(tool);
    return done(tool, "All sessions of this user have ended.");
  }
  if ((status = read_cookie(tool, &value, &size)))
    return status;
  status = end_cookie(tool, value, size);
  forget(value, size);
  return status;
}
