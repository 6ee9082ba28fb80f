// SPDX-License-Identifier: Apache-2.0
/*
 * Verifies a Flask cookie and prints the session in it as Flask's tagged JSON.
 *
 *     SECRET_KEY=... verify eyJ1c2VyIjoiamFjayJ9.ZVPxAA.…
 *     SECRET_KEY=... verify < cookie
 *
 * Exit status: 0 for a good cookie, 1 for another one, with the reason on stderr, 2 where nothing could be verified.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <swiftsession.h>

static int explain(const swiftsession_error *error, int exit_status) {
  fprintf(stderr, "%s: %s\n", swiftsession_status_name(error->status), error->message);
  return exit_status;
}

/* A manager that does nothing but read cookies signed with `key`. NULL when it is refused. */
static swiftsession_manager *open_manager(const char *key, swiftsession_error *error) {
  swiftsession_config *config = NULL;
  swiftsession_manager *manager = NULL;
  if (swiftsession_config_new(&config, error) == SWIFTSESSION_OK &&
      swiftsession_config_set(config, "SESSION_TYPE", "cookie", error) == SWIFTSESSION_OK &&
      swiftsession_config_set_bytes(config, "SECRET_KEY", key, strlen(key), error) == SWIFTSESSION_OK)
    swiftsession_manager_open(config, &manager, error);
  swiftsession_config_free(config);
  return manager;
}

static int verify(swiftsession_manager *manager, const char *cookie) {
  swiftsession_error error;
  swiftsession_session *session = NULL;
  const void *json;
  size_t size;
  if (swiftsession_open_value(manager, cookie, strlen(cookie), &session, &error) != SWIFTSESSION_OK)
    return explain(&error, 1);
  int result = 0;
  if (swiftsession_payload(session, "flask", &json, &size, &error) == SWIFTSESSION_OK)
    printf("%.*s\n", (int)size, (const char *)json);
  else
    result = explain(&error, 1);
  swiftsession_session_free(session);
  return result;
}

int main(int count, char **arguments) {
  static char line[64 * 1024];
  const char *key = getenv("SECRET_KEY");
  if (!key || count > 2) {
    fputs("usage: SECRET_KEY=... verify [COOKIE]\n", stderr);
    return 2;
  }
  if (count < 2 && fgets(line, sizeof line, stdin))
    line[strcspn(line, "\r\n")] = '\0';

  swiftsession_error error;
  swiftsession_manager *manager = open_manager(key, &error);
  if (!manager)
    return explain(&error, 2);
  int result = verify(manager, count > 1 ? arguments[1] : line);
  swiftsession_manager_free(manager);
  return result;
}
