// SPDX-License-Identifier: Apache-2.0
/* inspect, sign and get: cookies and the sessions that they open. Nothing here extends a session. */
#include "readable.h"
#include "tool.h"
#include <stdlib.h>
#include <string.h>

/* What the manager said of the cookie; NULL session and status 0 where there were no settings to ask with. */
typedef struct verdict {
  swiftsession_session *session;
  swiftsession_status status;
} verdict;

static const char *said(const tool *tool, const verdict *verdict) {
  if (!tool->manager)
    return "not verified: no settings were given";
  return verdict->status ? tool->error.message : "verified";
}

static void put_values(swiftsession_session *session) {
  const char *key, *json;
  size_t key_size, size;
  for (size_t i = 0; i < swiftsession_count(session); i++) {
    if (swiftsession_key(session, i, &key, &key_size, NULL))
      continue;
    fputs("  ", stdout);
    put_text(key, key_size);
    fputs(": ", stdout);
    if (!swiftsession_get_json(session, key, &json, &size, NULL))
      put_json(json, size);
    putchar('\n');
  }
}

static void inspect_as_text(const tool *tool, const readable *found, const verdict *verdict) {
  char time[32];
  const char *user;
  size_t size;
  printf("form: %s\n", found->form);
  if (found->pieces > 1)
    printf("pieces: %d\n", found->pieces);
  if (found->has_issued)
    printf("issued: %s\n", time_text(found->issued, time));
  if (found->key_id[0])
    printf("key id: %s\n", found->key_id);
  const char *name = tool->manager ? swiftsession_status_name(verdict->status) : "NONE";
  printf("verdict: %s: ", name ? name : "INTERNAL");
  put_text(said(tool, verdict), strlen(said(tool, verdict)));
  putchar('\n');
  if (verdict->session) {
    if (!swiftsession_user(verdict->session, &user, &size, NULL)) {
      fputs("user: ", stdout);
      put_text(user, size);
      putchar('\n');
    }
    puts("session:");
    put_values(verdict->session);
  } else if (found->session) {
    puts("what anybody can read, and nobody vouches for:");
    fputs("  ", stdout);
    put_json(found->session, found->session_size);
    putchar('\n');
  } else
    puts("without its key, or its store, nothing of the session can be read");
}

static void inspect_as_json(const tool *tool, const readable *found, const verdict *verdict) {
  char time[32];
  const void *json = found->session;
  const char *user;
  size_t size = found->session_size, user_size;
  const char *name = tool->manager ? swiftsession_status_name(verdict->status) : NULL;
  printf("{\"form\":\"%s\",\"verified\":%s,\"status\":", found->form, verdict->session ? "true" : "false");
  printf(name ? "\"%s\"" : "null", name);
  fputs(",\"message\":", stdout);
  put_json_string(said(tool, verdict), strlen(said(tool, verdict)));
  if (found->pieces > 1)
    printf(",\"pieces\":%d", found->pieces);
  if (found->has_issued)
    printf(",\"issued\":\"%s\"", time_text(found->issued, time));
  if (found->key_id[0])
    printf(",\"key_id\":\"%s\"", found->key_id);
  if (verdict->session && !swiftsession_user(verdict->session, &user, &user_size, NULL)) {
    fputs(",\"user\":", stdout);
    put_json_string(user, user_size);
  }
  if (verdict->session && swiftsession_payload(verdict->session, "tagged", &json, &size, NULL))
    json = NULL;
  fputs(",\"session\":", stdout);
  put_json(json ? json : "null", json ? size : 4);
  puts("}");
}

int command_inspect(tool *tool, int count, char **arguments) {
  (void)count, (void)arguments;
  char *value;
  size_t size;
  readable found;
  verdict verdict = {NULL, SWIFTSESSION_OK};
  int status = has_settings(tool) ? open_existing(tool, false) : EXIT_DONE;
  if (status || (status = read_cookie(tool, &value, &size)))
    return status;
  read_without_key(value, size, &found);
  if (tool->manager)
    verdict.status = swiftsession_open_value(tool->manager, value, size, &verdict.session, &tool->error);
  (tool->json ? inspect_as_json : inspect_as_text)(tool, &found, &verdict);
  if (verdict.status)
    status = exit_status_of(verdict.status);
  swiftsession_session_free(verdict.session);
  forget_readable(&found);
  forget(value, size);
  return status;
}

/* The session whose cookie or id is the input. */
static int open_input(tool *tool, swiftsession_session **session) {
  char *value;
  size_t size;
  int status = open_existing(tool, false);
  if (status || (status = read_cookie(tool, &value, &size)))
    return status;
  if (swiftsession_open_value(tool->manager, value, size, session, &tool->error))
    status = fail(tool);
  forget(value, size);
  return status;
}

/* The values under some keys: one a line, or as one object. All of them, or a failure. */
static int put_keys(tool *tool, swiftsession_session *session, int count, char **keys) {
  const char *json;
  size_t size;
  for (int i = 0; i < count; i++)
    if (swiftsession_get_json(session, keys[i], &json, &size, &tool->error))
      return fail(tool);
  for (int i = 0; i < count; i++) {
    if (tool->json) {
      putchar(i == 0 ? '{' : ',');
      put_json_string(keys[i], strlen(keys[i]));
      putchar(':');
    }
    if (!swiftsession_get_json(session, keys[i], &json, &size, NULL))
      put_json(json, size);
    if (!tool->json || i == count - 1)
      puts(tool->json ? "}" : "");
  }
  return EXIT_DONE;
}

int command_get(tool *tool, int count, char **arguments) {
  swiftsession_session *session = NULL;
  const void *payload;
  size_t size;
  int status = open_input(tool, &session);
  if (status)
    return status;
  if (count > 0)
    status = put_keys(tool, session, count, arguments);
  else if (swiftsession_payload(session, "tagged", &payload, &size, &tool->error))
    status = fail(tool);
  else {
    put_json(payload, size);
    putchar('\n');
  }
  swiftsession_session_free(session);
  return status;
}

/* Where the value in a Set-Cookie line begins, and how long it is. */
static const char *value_of(const char *line, size_t *size) {
  const char *value = line + strcspn(line, "=");
  value += *value == '=';
  *size = strcspn(value, ";");
  return value;
}

/* The next Set-Cookie line of a saved session, from an index on, but for those that delete a cookie. NULL where there
   is none. */
static const char *next_cookie(const swiftsession_session *session, size_t *index) {
  size_t size;
  while (*index < swiftsession_header_count(session)) {
    size_t at = (*index)++;
    const char *line = swiftsession_header_value(session, at);
    if (strcmp(swiftsession_header_name(session, at), "Set-Cookie") == 0 && (value_of(line, &size), size > 0))
      return line;
  }
  return NULL;
}

/* One object: the value joined, as it is read everywhere, and what each side sends of it. */
static void put_cookie_as_json(const swiftsession_session *session) {
  size_t index = 0, size;
  const char *line = next_cookie(session, &index), *value;
  fputs("{\"name\":", stdout);
  put_json_string(line, strcspn(line, "="));
  fputs(",\"value\":\"", stdout);
  for (index = 0; (line = next_cookie(session, &index));) {
    value = value_of(line, &size);
    put_json(value, size);
  }
  fputs("\",\"cookie\":\"", stdout);
  for (index = 0; (line = next_cookie(session, &index));)
    printf("%.*s%s", (int)strcspn(line, ";"), line, next_cookie(session, &(size_t){index}) ? "; " : "\"");
  index = 0;
  fputs(",\"header\":", stdout);
  line = next_cookie(session, &index);
  put_json_string(line, strlen(line));
  fputs(",\"headers\":[", stdout);
  for (index = 0; (line = next_cookie(session, &index));) {
    put_json_string(line, strlen(line));
    fputs(next_cookie(session, &(size_t){index}) ? "," : "]}\n", stdout);
  }
}

/* The value, or for a cookie in pieces what a Cookie header has of them; or the Set-Cookie lines. */
static void put_cookie(const tool *tool, const swiftsession_session *session) {
  size_t index = 0, size;
  const char *line = next_cookie(session, &index), *value = value_of(line, &size);
  bool is_cut = next_cookie(session, &index) != NULL;
  if (!is_cut && !tool->header) {
    printf("%.*s\n", (int)size, value);
    return;
  }
  for (index = 0; (line = next_cookie(session, &index));)
    if (tool->header)
      printf("Set-Cookie: %s\n", line);
    else
      printf("%.*s%s", (int)strcspn(line, ";"), line, next_cookie(session, &(size_t){index}) ? "; " : "\n");
}

int command_sign(tool *tool, int count, char **arguments) {
  (void)count, (void)arguments;
  char *json;
  size_t size;
  swiftsession_session *session = NULL;
  size_t index = 0;
  int status = open_manager(tool);
  if (status || (status = read_input(tool, &json, &size)))
    return status;
  if (swiftsession_open(tool->manager, NULL, 0, &session, &tool->error) ||
      swiftsession_set_payload(session, "tagged", json, size, &tool->error) ||
      (tool->permanent && swiftsession_set_permanent(session, 1, &tool->error)) ||
      swiftsession_save(session, &tool->error))
    status = fail(tool);
  if (!status && !next_cookie(session, &index))
    status = fail_as(tool, EXIT_REFUSED, "EMPTY", "a session with nothing in it has no cookie");
  else if (!status && tool->json)
    put_cookie_as_json(session);
  else if (!status)
    put_cookie(tool, session);
  swiftsession_session_free(session);
  forget(json, size);
  return status;
}
