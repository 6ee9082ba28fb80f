/* SPDX-License-Identifier: Apache-2.0 */
/* Nobody without the key makes or reads a sealed cookie: every bit of 1,000 flipped, every truncation, parts swapped;
   no cookie opens under another name, application, purpose or key. */
#include "hosts.h"

enum { COOKIES = 1000, LONGEST = 4096 };

#define KEY "0123456789abcdef0123456789abcdef"
#define OTHER_KEY "0123456789abcdef0123456789abcdeF"
#define SEALED "SESSION_COOKIE_FORMAT", "sealed"

static swiftsession_manager *manager;
static char cookies[COOKIES][LONGEST];
static size_t sizes[COOKIES];
static int count = COOKIES;

static swiftsession_status opened(swiftsession_manager *by, const void *value, size_t size) {
  swiftsession_session *session = NULL;
  swiftsession_status status = swiftsession_open_value(by, value, size, &session, NULL);
  CHECK((status == SWIFTSESSION_OK) == (session != NULL));
  swiftsession_session_free(session);
  return status;
}

static void refused(const void *value, size_t size) { CHECK(opened(manager, value, size) == SWIFTSESSION_TAMPERED); }

/* A session with a text of so many bytes; its cookie's value. */
static size_t make(swiftsession_manager *by, size_t length, char *value) {
  swiftsession_session *session = open_header(by, NULL);
  char text[600];
  CHECK(length < sizeof text);
  memset(text, 'a', length);
  OK(swiftsession_set_string(session, "text", text, length, &error));
  OK(swiftsession_save(session, &error));
  char cookie[LONGEST];
  cookie_of(session, cookie, sizeof cookie);
  swiftsession_session_free(session);
  const char *start = strchr(cookie, '=') + 1;
  strcpy(value, start);
  return strlen(start);
}

static void flips_and_cuts(void) {
  char changed[LONGEST + 8];
  size_t flips = 0;
  for (int i = 0; i < count; i++) {
    CHECK(opened(manager, cookies[i], sizes[i]) == SWIFTSESSION_OK);
    memcpy(changed, cookies[i], sizes[i]);
    for (size_t bit = 0; bit < sizes[i] * 8; bit++, flips++) {
      changed[bit / 8] ^= (char)(1 << bit % 8);
      refused(changed, sizes[i]);
      changed[bit / 8] ^= (char)(1 << bit % 8);
    }
    if (i % 10 != 0)
      continue;
    for (size_t size = 0; size < sizes[i]; size++)
      refused(cookies[i], size);
    static const char *const tails[] = {"A", "=", "==", ".", " ", "\n", "AAAA"};
    for (size_t tail = 0; tail < sizeof tails / sizeof tails[0]; tail++) {
      memcpy(changed + sizes[i], tails[tail], strlen(tails[tail]));
      refused(changed, sizes[i] + strlen(tails[tail]));
    }
  }
  CHECK(flips > (size_t)count * 900);
}

/* In characters, as groups of three bytes: version and id end at 12, the salt at 44; header and text as they come. */
static void swaps(void) {
  char changed[LONGEST];
  for (int i = 1; i < count; i++) {
    int other = i - 1;
    memcpy(changed, cookies[i], sizes[i]);
    memcpy(changed + 12, cookies[other] + 12, 32);
    refused(changed, sizes[i]);
    /* Salt and most of the commitment. */
    memcpy(changed + 12, cookies[other] + 12, 52);
    refused(changed, sizes[i]);
    memcpy(changed, cookies[other], 68);
    refused(changed, sizes[i]);
    memcpy(changed, cookies[i], sizes[i]);
    memcpy(changed + sizes[i] - 20, cookies[other] + sizes[other] - 20, 20);
    refused(changed, sizes[i]);
  }
}

static void contexts(void) {
  static const char *const others[][11] = {
      {"SECRET_KEY", OTHER_KEY, "SESSION_TYPE", "cookie", SEALED, NULL},
      {"SECRET_KEY", KEY, "SESSION_TYPE", "cookie", SEALED, "SESSION_COOKIE_NAME", "sessioN", NULL},
      {"SECRET_KEY", KEY, "SESSION_TYPE", "cookie", SEALED, "SESSION_APPLICATION", "shop", NULL},
      {"SECRET_KEY", KEY, "SESSION_TYPE", "cookie", SEALED, "SESSION_APPLICATION", "session", "SESSION_COOKIE_NAME",
       "s", NULL},
      {"SECRET_KEY", KEY, "SESSION_TYPE", "memory", SEALED, NULL},
  };
  char value[LONGEST];
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    swiftsession_manager *other = manager_of(others[i]);
    for (int j = 0; j < count; j++)
      CHECK(opened(other, cookies[j], sizes[j]) == SWIFTSESSION_TAMPERED);
    refused(value, make(other, 9, value));
    swiftsession_manager_free(other);
  }
}

int main(void) {
  if (getenv("SHORT"))
    count = 5;
  static const char *const settings[] = {"SECRET_KEY", KEY, "SESSION_TYPE", "cookie", SEALED, NULL};
  manager = manager_of(settings);
  for (int i = 0; i < count; i++) {
    test_time = 1700000000 + i;
    sizes[i] = make(manager, (size_t)(i % 100), cookies[i]);
  }
  flips_and_cuts();
  swaps();
  contexts();
  swiftsession_manager_free(manager);
  return 0;
}
