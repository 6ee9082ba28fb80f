/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions that are too large for one cookie: in several, which open together or not at all, or in a store. */
#include "hosts.h"

enum { MOST = 12 };

#define KEY "0123456789abcdef0123456789abcdef"

/* A browser: the cookies that it has. */
typedef struct {
  char name[32], value[4200];
} kept;
static kept jar[MOST];
static int count;
static char header[64 << 10];

static const char *sent(void) {
  header[0] = 0;
  for (int i = 0; i < count; i++)
    sprintf(header + strlen(header), "%s%s=%s", i == 0 ? "" : "; ", jar[i].name, jar[i].value);
  return header;
}

static void take(const char *line) {
  kept cookie;
  CHECK(sscanf(line, "%31[^=]=%4199[^;]", cookie.name, cookie.value) >= 1);
  int is_deletion = strstr(line, "; Max-Age=0") != NULL, at = 0;
  CHECK(is_deletion || strlen(cookie.name) + strlen(cookie.value) <= 4096);
  while (at < count && strcmp(jar[at].name, cookie.name) != 0)
    at++;
  if (!is_deletion) {
    CHECK(at < MOST);
    jar[at] = cookie;
    count += at == count;
  } else if (at < count) {
    jar[at] = jar[--count];
  }
}

static void answer(swiftsession_session *session) {
  OK(swiftsession_save(session, &error));
  for (size_t i = 0; i < swiftsession_header_count(session); i++) {
    if (strcmp(swiftsession_header_name(session, i), "Set-Cookie") == 0)
      take(swiftsession_header_value(session, i));
  }
  swiftsession_session_free(session);
}

/* A text that compression makes nothing of. */
static const char *text_of(size_t size) {
  static char text[40000];
  static uint32_t state = 2463534242U;
  CHECK(size < sizeof text);
  for (size_t i = 0; i < size; i++) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    text[i] = (char)(35 + state % 57);
  }
  text[size] = 0;
  return text;
}

static void put(swiftsession_manager *manager, size_t size) {
  swiftsession_session *session = open_header(manager, sent());
  OK(swiftsession_set_string(session, "text", text_of(size), size, &error));
  answer(session);
}

static int32_t origin(swiftsession_manager *manager) {
  swiftsession_session *session = open_header(manager, sent());
  OK(swiftsession_load(session, &error));
  int32_t found = swiftsession_origin(session);
  swiftsession_session_free(session);
  return found;
}

static void expect_text(swiftsession_manager *manager, size_t size) {
  const char *text;
  size_t found;
  swiftsession_session *session = open_header(manager, sent());
  OK(swiftsession_get_string(session, "text", &text, &found, &error));
  CHECK(found == size);
  swiftsession_session_free(session);
}

static void pieces(const char *form) {
  const char *const settings[] = {"SESSION_TYPE",          "cookie", "SECRET_KEY", KEY, "SESSION_COOKIE_FORMAT", form,
                                  "SESSION_COOKIE_CHUNKS", "4",      NULL};
  static const struct {
    size_t size;
    int least;
  } turns[] = {{10, 1}, {11000, 3}, {5000, 2}, {100, 1}, {11000, 3}};
  swiftsession_manager *manager = manager_of(settings);
  count = 0;
  for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
    put(manager, turns[i].size);
    CHECK(turns[i].least == 1 ? count == 1 : count >= turns[i].least);
    expect_text(manager, turns[i].size);
  }
  /* All values joined are the value of the cookie. */
  static char joined[40000];
  joined[0] = 0;
  for (int number = 0; number < count; number++) {
    for (int i = 0; i < count; i++) {
      if (number == 0 ? strchr(jar[i].name, '.') == NULL : strchr(jar[i].name, '.') && jar[i].name[8] == '0' + number)
        strcat(joined, jar[i].value);
    }
  }
  swiftsession_session *session;
  OK(swiftsession_open_value(manager, joined, strlen(joined), &session, &error));
  swiftsession_session_free(session);
  CHECK(swiftsession_open_value(manager, joined, strlen(joined) - 1, &session, NULL) == SWIFTSESSION_TAMPERED);
  /* Pieces of two cookies, and one that is missing. */
  static kept old[MOST], new[MOST];
  memcpy(old, jar, sizeof jar);
  put(manager, 11000);
  memcpy(new, jar, sizeof jar);
  int all = count;
  for (int i = 0; i < all; i++) {
    CHECK(strcmp(old[i].name, new[i].name) == 0);
    jar[i] = old[i];
    CHECK(origin(manager) == SWIFTSESSION_ORIGIN_TAMPERED);
    jar[i] = new[--count];
    CHECK(origin(manager) == (strchr(new[i].name, '.') ? SWIFTSESSION_ORIGIN_TAMPERED : SWIFTSESSION_ORIGIN_NEW));
    memcpy(jar, new, sizeof jar);
    count = all;
  }
  CHECK(origin(manager) == SWIFTSESSION_ORIGIN_COOKIE);
  session = open_header(manager, sent());
  OK(swiftsession_set_string(session, "text", text_of(20000), 20000, &error));
  CHECK(swiftsession_save(session, NULL) == SWIFTSESSION_TOO_LARGE && swiftsession_header_count(session) == 0);
  OK(swiftsession_destroy(session, &error));
  answer(session);
  CHECK(count == 0);
  swiftsession_manager_free(manager);
}

static void in_a_store(const char *form) {
  const char *const settings[] = {
      "SESSION_TYPE", "auto", "SESSION_AUTO_STORE", "memory", "SECRET_KEY", KEY, "SESSION_COOKIE_FORMAT", form, NULL};
  static const size_t sizes[] = {10, 9000, 100, 20000, 30, 9000};
  swiftsession_manager *manager = manager_of(settings);
  count = 0;
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    put(manager, sizes[i]);
    CHECK(count == 1);
    swiftsession_session *session = open_header(manager, sent());
    CHECK((swiftsession_id(session) != NULL) == (sizes[i] > 1000));
    CHECK(swiftsession_origin(session) == SWIFTSESSION_ORIGIN_COOKIE && !swiftsession_is_new(session));
    swiftsession_session_free(session);
    expect_text(manager, sizes[i]);
  }
  kept old = jar[0];
  swiftsession_session *session = open_header(manager, sent());
  OK(swiftsession_destroy(session, &error));
  answer(session);
  CHECK(count == 0);
  jar[count++] = old;
  CHECK(origin(manager) == SWIFTSESSION_ORIGIN_NOT_FOUND);
  /* A user's session is in the store, and ends there. */
  count = 0;
  put(manager, 10);
  session = open_header(manager, sent());
  OK(swiftsession_login(session, "jack", 4, NULL, &error));
  answer(session);
  expect_text(manager, 10);
  session = open_header(manager, sent());
  CHECK(swiftsession_id(session) != NULL);
  swiftsession_session_free(session);
  OK(swiftsession_manager_end_user(manager, "jack", 4, &error));
  CHECK(origin(manager) == SWIFTSESSION_ORIGIN_NOT_FOUND);
  swiftsession_manager_free(manager);
}

int main(void) {
  pieces("signed");
  pieces("sealed");
  in_a_store("signed");
  in_a_store("sealed");
  return 0;
}
