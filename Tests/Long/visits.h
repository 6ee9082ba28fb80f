/* SPDX-License-Identifier: Apache-2.0 */
/* What the visitors of soak.c do: each step is one of everything that a session can meet, its errors among them. */
#ifndef VISITS_H
#define VISITS_H

#include "../C/check.h"
#include "swiftsession.h"

#include <stdint.h>
#include <time.h>

enum { SLOTS = 24, LEFT = 6, COOKIE = 8192, LIFETIME = 2, RUBBISH_A_SECOND = 10 };

/* A browser: its cookie, and since when it was left alone so that its session expires; the first LEFT are. */
struct browser {
  char cookie[COOKIE];
  time_t left;
};

/* A thread with a few browsers. What it leaves in the store until that expires is bounded in each second, for the
   memory of the process is one of the stores. */
struct visitor {
  const char *settings; /* the path of a file of them */
  swiftsession_manager *manager;
  uint64_t random;
  int64_t steps, statuses[20];
  time_t second;
  int rubbish;
  struct browser browsers[SLOTS];
};

static inline uint32_t chance(struct visitor *visitor, uint32_t bound) {
  visitor->random = visitor->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(visitor->random >> 33) % bound;
}

/* Counts a status. A fault of the library's or of ours ends the program. */
#define note(visitor, status) note_at(visitor, status, __LINE__)
static inline swiftsession_status note_at(struct visitor *visitor, swiftsession_status status, int line) {
  CHECK(status <= 0 && status > -20);
  if (status == SWIFTSESSION_INTERNAL || status == SWIFTSESSION_ARGUMENT || status == SWIFTSESSION_CRYPTO) {
    fprintf(stderr, "%s, line %d: %s\n", visitor->settings, line, swiftsession_status_name(status));
    exit(1);
  }
  visitor->statuses[-status]++;
  return status;
}

static inline int may_leave_rubbish(struct visitor *visitor) {
  time_t now = time(NULL);
  if (now != visitor->second)
    visitor->rubbish = 0;
  visitor->second = now;
  return visitor->rubbish++ < RUBBISH_A_SECOND;
}

static inline swiftsession_session *opened(struct visitor *visitor, const char *cookie) {
  swiftsession_session *session;
  CHECK(swiftsession_open(visitor->manager, cookie, strlen(cookie), &session, NULL) == SWIFTSESSION_OK);
  return session;
}

/* Saves, and does with the cookie what a browser would. */
static inline swiftsession_status saved(struct visitor *visitor, swiftsession_session *session, char *cookie) {
  swiftsession_error error;
  swiftsession_status status = note(visitor, swiftsession_save(session, &error));
  for (size_t i = 0; status == SWIFTSESSION_OK && i < swiftsession_header_count(session); i++) {
    const char *value = swiftsession_header_value(session, i);
    if (strcmp(swiftsession_header_name(session, i), "Set-Cookie") != 0)
      continue;
    size_t size = strcspn(value, ";");
    if (strstr(value, "Max-Age=0"))
      size = 0;
    if (size < COOKIE)
      snprintf(cookie, COOKIE, "%.*s", (int)size, value);
  }
  return status;
}

static inline void change(struct visitor *visitor, swiftsession_session *session) {
  static char large[6000];
  static const char json[] = "{\"n\":[1,2,{\" t\":[3,\"x\"]}],\"when\":{\" d\":\"2020-01-20T16:45:00Z\"},\"big\":12e3}";
  const char *borrowed;
  int32_t done;
  switch (chance(visitor, 10)) {
  case 0:
    note(visitor, swiftsession_add(session, "sum", 1, NULL, NULL));
    break;
  case 1:
    note(visitor, swiftsession_append(session, "list", "{\"a\":1}", 7, NULL));
    break;
  case 2:
    note(visitor, swiftsession_remove_item(session, "list", "{\"a\":1}", 7, &done, NULL));
    break;
  case 3:
    memset(large, 'a' + (int)chance(visitor, 20), sizeof large);
    note(visitor, swiftsession_set_bytes(session, "large", large, chance(visitor, sizeof large), NULL));
    break;
  case 4:
    note(visitor, swiftsession_set_json(session, "tree", json, sizeof json - 1, NULL));
    break;
  case 5:
    note(visitor, swiftsession_update_json(session, "tree", "{\"n\":[]}", 8, NULL));
    break;
  case 6:
    note(visitor, swiftsession_pop_json(session, chance(visitor, 2) ? "tree" : "list", &borrowed, NULL, NULL));
    break;
  case 7:
    note(visitor, swiftsession_flash(session, "error", "no such page", 12, NULL));
    break;
  case 8:
    note(visitor, swiftsession_flashed(session, NULL, NULL));
    break;
  default:
    note(visitor, swiftsession_remove(session, "large", NULL));
  }
}

static inline void read_all(struct visitor *visitor, swiftsession_session *session) {
  static const char *const codecs[] = {"flask", "tagged", "json", "msgpack", "pickle0", "pickle4", "pickle5"};
  const char *text;
  const void *payload;
  size_t size, count = swiftsession_count(session);
  for (size_t i = 0; i < count; i++)
    if (note(visitor, swiftsession_key(session, i, &text, NULL, NULL)) == SWIFTSESSION_OK)
      note(visitor, swiftsession_get_json(session, text, &text, NULL, NULL));
  note(visitor, swiftsession_get_string(session, "sum", &text, NULL, NULL));
  note(visitor, swiftsession_get_bytes(session, "large", &payload, NULL, NULL));
  const char *codec = codecs[chance(visitor, 7)];
  if (note(visitor, swiftsession_payload(session, codec, &payload, &size, NULL)) != SWIFTSESSION_OK || size == 0)
    return;
  char *copy = malloc(size);
  CHECK(copy);
  memcpy(copy, payload, size);
  if (chance(visitor, 2))
    copy[chance(visitor, (uint32_t)size)] ^= (char)(1 << chance(visitor, 8));
  note(visitor, swiftsession_set_payload(session, codec, copy, chance(visitor, 4) ? size : size / 2, NULL));
  free(copy);
}

static inline void use_form(struct visitor *visitor, swiftsession_session *session) {
  const char *token;
  char copy[512];
  size_t size;
  if (note(visitor, swiftsession_csrf_token(session, &token, &size, NULL)) != SWIFTSESSION_OK || size >= sizeof copy)
    return;
  memcpy(copy, token, size);
  if (chance(visitor, 2))
    copy[chance(visitor, (uint32_t)size)] ^= 1;
  note(visitor, swiftsession_csrf_check(session, copy, size, 3600, NULL));
}

static inline void log_in(struct visitor *visitor, swiftsession_session *session) {
  char name[] = "user0";
  name[4] = (char)('0' + chance(visitor, 8));
  note(visitor, swiftsession_login(session, name, strlen(name), "Firefox", NULL));
}

static inline void of_users(struct visitor *visitor, swiftsession_session *session) {
  char name[] = "user0", reference[256] = "", *json;
  size_t size;
  name[4] = (char)('0' + chance(visitor, 8));
  swiftsession_status status =
      swiftsession_manager_user_sessions(visitor->manager, session, name, strlen(name), &json, &size, NULL);
  if (note(visitor, status) == SWIFTSESSION_OK) {
    const char *mark = strstr(json, "\"reference\":\"");
    if (mark)
      snprintf(reference, sizeof reference, "%.*s", (int)strcspn(mark + 13, "\""), mark + 13);
    swiftsession_free(json);
  }
  if (!may_leave_rubbish(visitor))
    return;
  if (chance(visitor, 2))
    note(visitor, swiftsession_manager_end_user(visitor->manager, name, strlen(name), NULL));
  else if (*reference)
    note(visitor, swiftsession_manager_end_session(visitor->manager, name, strlen(name), reference, NULL));
}

/* Cookies that nobody was given. */
static inline void attack(struct visitor *visitor, const char *cookie) {
  char header[COOKIE], value[64];
  snprintf(header, sizeof header, "%s", *cookie ? cookie : "session=eyJ1IjoxfQ.ZVPxgA.AAAAAAAAAAAAAAAAAAAAAAAAAAA");
  size_t size = strlen(header);
  switch (chance(visitor, 5)) {
  case 0:
    header[8 + chance(visitor, (uint32_t)size - 8)] ^= (char)(1 << chance(visitor, 7));
    break;
  case 1:
    size = 8 + chance(visitor, (uint32_t)size - 8);
    break;
  case 2:
    for (size_t i = 8; i < size; i++)
      header[i] = (char)chance(visitor, 256);
    break;
  case 3:
    size =
        (size_t)sprintf(header, "session=../../%u; session=\"; a=b;;=; session.1=x", (unsigned)chance(visitor, 1000));
    break;
  default:
    size = (size_t)sprintf(header, "session=chosen-by-an-attacker-%u", (unsigned)chance(visitor, 1000));
  }
  swiftsession_session *session;
  CHECK(swiftsession_open(visitor->manager, header, size, &session, NULL) == SWIFTSESSION_OK);
  note(visitor, swiftsession_load(session, NULL));
  swiftsession_session_free(session);
  snprintf(value, sizeof value, "%.60s", header + 8);
  if (swiftsession_open_value(visitor->manager, header + 8, size - 8, &session, NULL) == SWIFTSESSION_OK)
    swiftsession_session_free(session);
}

/* Two requests at once: both change, or one ends the session under the other. */
static inline void meet(struct visitor *visitor, struct browser *browser) {
  char ignored[COOKIE];
  swiftsession_session *one = opened(visitor, browser->cookie), *other = opened(visitor, browser->cookie);
  change(visitor, one);
  change(visitor, other);
  int ends = chance(visitor, 3) == 0;
  if (ends)
    note(visitor, chance(visitor, 2) ? swiftsession_logout(other, NULL) : swiftsession_destroy(other, NULL));
  saved(visitor, other, browser->cookie);
  saved(visitor, one, ends ? ignored : browser->cookie);
  swiftsession_session_free(one);
  swiftsession_session_free(other);
}

/* A manager of its own, which may have too little time for anything, settings that are wrong, a store, a signer. */
static inline void start_anew(struct visitor *visitor) {
  swiftsession_config *config;
  swiftsession_manager *manager, *mine = visitor->manager;
  swiftsession_error error;
  char cookie[COOKIE] = "", *text;
  size_t size;
  CHECK(swiftsession_config_new(&config, NULL) == SWIFTSESSION_OK);
  CHECK(swiftsession_config_load(config, visitor->settings, NULL) == SWIFTSESSION_OK);
  CHECK(swiftsession_config_set(config, "SESSION_COOKIE_NAEM", "x", &error) == SWIFTSESSION_CONFIG);
  if (chance(visitor, 2))
    CHECK(swiftsession_config_set(config, "SESSION_TIMEOUT", "0.002", NULL) == SWIFTSESSION_OK);
  CHECK(swiftsession_manager_open(config, &manager, &error) == SWIFTSESSION_OK);
  visitor->manager = manager;
  for (int i = 0; i < 2; i++) {
    swiftsession_session *session = opened(visitor, cookie);
    change(visitor, session);
    saved(visitor, session, cookie);
    swiftsession_session_free(session);
  }
  swiftsession_session *session = opened(visitor, cookie);
  note(visitor, swiftsession_logout(session, NULL));
  saved(visitor, session, cookie);
  swiftsession_session_free(session);
  CHECK(swiftsession_manager_metrics(manager, &text, &size, NULL) == SWIFTSESSION_OK);
  swiftsession_free(text);
  note(visitor, swiftsession_manager_ping(manager, NULL));
  note(visitor, swiftsession_manager_prepare(manager, NULL));
  visitor->manager = mine;
  swiftsession_manager_free(manager);
  CHECK(swiftsession_config_set(config, "SESSION_TYPE", "cookie", NULL) == SWIFTSESSION_OK);
  CHECK(swiftsession_config_set(config, "SESSION_RECORD_FORMAT", "sealed", NULL) == SWIFTSESSION_OK);
  if (swiftsession_manager_open(config, &manager, NULL) == SWIFTSESSION_OK)
    swiftsession_manager_free(manager);
  swiftsession_config_free(config);
}

/* What a request does before it saves. */
static inline void handle(struct visitor *visitor, swiftsession_session *session, uint32_t what) {
  if (what < 120)
    read_all(visitor, session);
  else if (what < 220)
    use_form(visitor, session);
  else if (what < 320)
    note(visitor, swiftsession_renew(session, NULL));
  else if (what < 420)
    log_in(visitor, session);
  else if (what < 440)
    of_users(visitor, session);
  else if (what < 460 && may_leave_rubbish(visitor))
    note(visitor, swiftsession_end_others(session, NULL));
  else if (what < 540)
    note(visitor, swiftsession_logout(session, NULL));
  else if (what < 580)
    note(visitor, swiftsession_destroy(session, NULL));
  else if (what < 620)
    note(visitor, swiftsession_clear(session, NULL));
  else if (what < 640)
    note(visitor, swiftsession_peek(session, NULL));
  else if (what < 680)
    note(visitor, swiftsession_set_permanent(session, 1, NULL));
}

/* One step of a thread. `forgets` is the leak of a host that does not free the session. */
static inline void visit(struct visitor *visitor, int forgets) {
  struct browser *browser = &visitor->browsers[chance(visitor, SLOTS)];
  uint32_t what = chance(visitor, 1000);
  visitor->steps++;
  int is_left = browser->left != 0 && time(NULL) - browser->left <= LIFETIME;
  if (!is_left)
    browser->left = 0;
  if (is_left || what < 90) {
    attack(visitor, browser->cookie);
  } else if (what < 92) {
    start_anew(visitor);
  } else if (what < 100) {
    note(visitor, swiftsession_manager_sweep(visitor->manager, 100, NULL, NULL));
  } else if (what < 180) {
    meet(visitor, browser);
  } else {
    swiftsession_session *session = opened(visitor, browser->cookie);
    for (uint32_t i = chance(visitor, 3); i > 0; i--)
      change(visitor, session);
    handle(visitor, session, what - 180);
    saved(visitor, session, browser->cookie);
    if (what >= 960 && *browser->cookie && browser < visitor->browsers + LEFT)
      browser->left = time(NULL);
    if (!forgets)
      swiftsession_session_free(session);
  }
}

#endif
