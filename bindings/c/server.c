// SPDX-License-Identifier: Apache-2.0
/*
 * A small web server that shares its session with a Flask application.
 *
 *     DEMO_SECRET_KEY=... DEMO_SESSION_TYPE=cookie server [PORT [PAGE]]
 *     DEMO_SESSION_TYPE=sqlite DEMO_SESSION_SQLITE=sessions.db server [PORT [PAGE]]
 *
 *     /                  who is logged in; counts the visits of a user
 *     /login?name=jack   logs in
 *     /set?color=green   remembers a colour
 *     /logout            logs out
 *
 * It listens on the loopback interface, on a free port where none is given or 0, and prints its address. Its answers
 * are JSON; a browser gets the file PAGE, filled in, where one is given. A real application changes nothing on a GET,
 * asks for a password, and is behind TLS.
 */
#define _POSIX_C_SOURCE 200809L
#include "page.h"
#include <arpa/inet.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <swiftsession.h>

/* One request: what is known of it, and what it is answered with. */
struct request {
  struct MHD_Connection *connection;
  swiftsession_session *session;
  swiftsession_error error;
};

static void log_event(void *context, int32_t level, const char *message) {
  (void)context;
  fprintf(stderr, "%s: %s\n", level == SWIFTSESSION_LOG_WARNING ? "warning" : "info", message);
}

/* ---- What the pages do with the session: 0 or the status that refused it ---- */

static const char *argument(struct request *request, const char *name) {
  const char *value = MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
  return value ? value : "";
}

static swiftsession_status index_page(struct request *request) {
  if (swiftsession_type(request->session, "user") == SWIFTSESSION_TYPE_NONE)
    return SWIFTSESSION_OK;
  return swiftsession_add(request->session, "visits", 1, NULL, &request->error);
}

static swiftsession_status login_page(struct request *request) {
  const char *name = argument(request, "name");
  swiftsession_status status = swiftsession_renew(request->session, &request->error);
  if (status != SWIFTSESSION_OK)
    return status;
  return swiftsession_set_string(request->session, "user", name, strlen(name), &request->error);
}

static swiftsession_status set_page(struct request *request) {
  const char *color = argument(request, "color");
  return swiftsession_set_string(request->session, "color", color, strlen(color), &request->error);
}

static swiftsession_status logout_page(struct request *request) {
  return swiftsession_destroy(request->session, &request->error);
}

static const struct page {
  const char *path;
  swiftsession_status (*run)(struct request *request);
} pages[] = {{"/", index_page}, {"/login", login_page}, {"/set", set_page}, {"/logout", logout_page}};

static const struct page *find_page(const char *path) {
  for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
    if (strcmp(pages[i].path, path) == 0)
      return &pages[i];
  return NULL;
}

/* ---- From a request to its session ---- */

static enum MHD_Result join_cookie(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
  (void)kind;
  FILE *joined = context;
  if (strcasecmp(name, MHD_HTTP_HEADER_COOKIE) == 0)
    fprintf(joined, "%s%s", ftell(joined) > 0 ? "; " : "", value ? value : "");
  return MHD_YES;
}

/* Every Cookie header of the request, as one: HTTP/2 front ends split them. NULL without memory. */
static char *cookie_header(struct MHD_Connection *connection, size_t *size) {
  char *text = NULL;
  FILE *joined = open_memstream(&text, size);
  if (!joined)
    return NULL;
  MHD_get_connection_values(connection, MHD_HEADER_KIND, join_cookie, joined);
  if (fclose(joined) == 0)
    return text;
  free(text);
  return NULL;
}

/* ---- From a session to its response ---- */

static bool is_browser(struct MHD_Connection *connection) {
  const char *accept = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
  return page_is_loaded() && accept && strstr(accept, "text/html");
}

/* The session as one JSON object. get_json escapes, so any value may stand in it. */
static void write_json(FILE *out, swiftsession_session *session) {
  static const char *const keys[] = {"user", "color", "visits"};
  fputs("{\"server\": \"C\"", out);
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    const char *json = "null";
    swiftsession_get_json(session, keys[i], &json, NULL, NULL);
    fprintf(out, ", \"%s\": %s", keys[i], json);
  }
  fputs("}\n", out);
}

/* The body of the response. NULL without memory. */
static char *describe(struct request *request) {
  char *text = NULL;
  size_t size;
  FILE *body = open_memstream(&text, &size);
  if (!body)
    return NULL;
  if (is_browser(request->connection))
    page_write(body, "C", request->session);
  else
    write_json(body, request->session);
  if (fclose(body) == 0)
    return text;
  free(text);
  return NULL;
}

static enum MHD_Result respond(struct MHD_Connection *connection, unsigned status, const char *body,
                               const swiftsession_session *session) {
  struct MHD_Response *response = MHD_create_response_from_buffer(strlen(body), (void *)body, MHD_RESPMEM_MUST_COPY);
  if (!response)
    return MHD_NO;
  bool is_page = session && is_browser(connection);
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                          is_page ? "text/html; charset=utf-8" : "application/json");
  if (page_is_loaded())
    MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Accept");
  if (status == MHD_HTTP_SEE_OTHER)
    MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, "/");
  for (size_t i = 0; session && i < swiftsession_header_count(session); i++)
    MHD_add_response_header(response, swiftsession_header_name(session, i), swiftsession_header_value(session, i));
  enum MHD_Result result = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return result;
}

/* The response to a refused call: what the request gave wrong is the client's fault, all else is the server's. */
static enum MHD_Result fail(struct request *request) {
  swiftsession_status status = request->error.status;
  bool ours = status != SWIFTSESSION_ARGUMENT && status != SWIFTSESSION_WRONG_TYPE && status != SWIFTSESSION_TOO_LARGE;
  char body[64];
  snprintf(body, sizeof body, "{\"error\": \"%s\"}\n", swiftsession_status_name(status));
  fprintf(stderr, "%s: %s\n", swiftsession_status_name(status), request->error.message);
  return respond(request->connection, ours ? MHD_HTTP_INTERNAL_SERVER_ERROR : MHD_HTTP_BAD_REQUEST, body, NULL);
}

/* Opens and loads the session, runs the page, saves, and sends the page with every header line of the session. Without
   the load a store that fails would look like a session without a user. A session that was ended elsewhere meanwhile,
   at a logout, is no failure: nothing was stored, and there is no cookie line. A browser is sent back to the first
   page, so that what was done is not done again when it loads the page anew. */
static enum MHD_Result run(struct request *request, swiftsession_manager *manager, const struct page *page) {
  size_t size = 0;
  char *cookies = cookie_header(request->connection, &size);
  if (!cookies)
    return MHD_NO;
  swiftsession_status status = swiftsession_open(manager, cookies, size, &request->session, &request->error);
  free(cookies);
  if (status != SWIFTSESSION_OK || swiftsession_load(request->session, &request->error) != SWIFTSESSION_OK ||
      page->run(request) != SWIFTSESSION_OK)
    return fail(request);
  char *body = describe(request);
  if (!body)
    return MHD_NO;
  bool goes_back = is_browser(request->connection) && page != pages;
  status = swiftsession_save(request->session, &request->error);
  enum MHD_Result result =
      status == SWIFTSESSION_OK || status == SWIFTSESSION_GONE
          ? respond(request->connection, goes_back ? MHD_HTTP_SEE_OTHER : MHD_HTTP_OK, body, request->session)
          : fail(request);
  free(body);
  return result;
}

/* Called by the server's threads: once with the header of a request, again for each piece of its body and its end. */
static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *path, const char *method,
                              const char *version, const char *body, size_t *body_size, void **state) {
  static int started;
  (void)version, (void)body;
  if (!*state) {
    *state = &started;
    return MHD_YES;
  }
  if (*body_size > 0) {
    *body_size = 0;
    return MHD_YES;
  }
  if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_POST) != 0)
    return respond(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "{\"error\": \"GET or POST\"}\n", NULL);
  const struct page *page = find_page(path);
  if (!page)
    return respond(connection, MHD_HTTP_NOT_FOUND, "{\"error\": \"no such page\"}\n", NULL);
  struct request request = {.connection = connection};
  enum MHD_Result result = run(&request, context, page);
  swiftsession_session_free(request.session);
  return result;
}

/* ---- The program ---- */

/* The settings are the variables of the environment that begin with DEMO_. */
static swiftsession_manager *open_manager(void) {
  swiftsession_error error;
  swiftsession_config *config = NULL;
  swiftsession_manager *manager = NULL;
  if (swiftsession_config_new(&config, &error) || swiftsession_config_set_log(config, log_event, NULL, &error) ||
      swiftsession_config_environment(config, "DEMO_", &error) || swiftsession_manager_open(config, &manager, &error))
    fprintf(stderr, "%s: %s\n", swiftsession_status_name(error.status), error.message);
  swiftsession_config_free(config);
  return manager;
}

static struct MHD_Daemon *listen_on(int port, swiftsession_manager *manager) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return MHD_start_daemon(MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, answer, manager,
                          MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_THREAD_POOL_SIZE, 4U, MHD_OPTION_END);
}

int main(int count, char **arguments) {
  sigset_t stop;
  int caught;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigprocmask(SIG_BLOCK, &stop, NULL); /* before the threads start, which inherit it */

  if (count > 2 && !page_load(arguments[2])) {
    perror(arguments[2]);
    return 1;
  }
  swiftsession_manager *manager = open_manager();
  if (!manager)
    return 1;
  struct MHD_Daemon *daemon = listen_on(count > 1 ? atoi(arguments[1]) : 0, manager);
  if (!daemon) {
    perror("server");
    swiftsession_manager_free(manager);
    return 1;
  }
  printf("http://127.0.0.1:%d/\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
  fflush(stdout);
  sigwait(&stop, &caught);
  MHD_stop_daemon(daemon);
  swiftsession_manager_free(manager);
  return 0;
}
