/* SPDX-License-Identifier: Apache-2.0 */
/* Nobody without the key makes a cookie: every bit flipped, every truncation, extensions, parts swapped. */
#include "hosts.h"

enum { COOKIES = 200, LONGEST = 4096 };

static swiftsession_manager *manager;
static char cookies[COOKIES][LONGEST];
static size_t sizes[COOKIES];

static swiftsession_status opened(const void *value, size_t size) {
  swiftsession_session *session = NULL;
  swiftsession_status status = swiftsession_open_value(manager, value, size, &session, NULL);
  CHECK((status == SWIFTSESSION_OK) == (session != NULL));
  swiftsession_session_free(session);
  return status;
}

static void refused(const void *value, size_t size) { CHECK(opened(value, size) == SWIFTSESSION_TAMPERED); }

/* Sessions of all lengths, every other one compressed. */
static void make(int index) {
  swiftsession_session *session = open_header(manager, NULL);
  OK(swiftsession_set_integer(session, "id", index, &error));
  char text[400];
  size_t size = (size_t)(index % 40) * 3;
  for (size_t i = 0; i < size; i++)
    text[i] = index % 2 ? 'a' : (char)(33 + (i * 7919 + (size_t)index * 104729) % 90);
  OK(swiftsession_set_string(session, "text", text, size, &error));
  test_time = 1700000000 + index;
  OK(swiftsession_save(session, &error));
  char cookie[LONGEST];
  cookie_of(session, cookie, sizeof cookie);
  sizes[index] = strlen(cookie) - strlen("session=");
  memcpy(cookies[index], cookie + strlen("session="), sizes[index] + 1);
  swiftsession_session_free(session);
}

int main(void) {
  static const char *const settings[] = {"SECRET_KEY", "0123456789abcdef0123456789abcdef", "SESSION_TYPE", "cookie",
                                         NULL};
  manager = manager_of(settings);
  for (int i = 0; i < COOKIES; i++)
    make(i);

  char changed[LONGEST + 8];
  size_t flips = 0;
  for (int i = 0; i < COOKIES; i++) {
    CHECK(opened(cookies[i], sizes[i]) == SWIFTSESSION_OK);

    memcpy(changed, cookies[i], sizes[i]);
    for (size_t bit = 0; bit < sizes[i] * 8; bit++, flips++) {
      changed[bit / 8] ^= (char)(1 << bit % 8);
      refused(changed, sizes[i]);
      changed[bit / 8] ^= (char)(1 << bit % 8);
    }

    for (size_t size = 0; size < sizes[i]; size++)
      refused(cookies[i], size);

    static const char *const tails[] = {"A", "=", "==", ".", ".A", " ", "\n", "AAAA"};
    for (size_t tail = 0; tail < sizeof tails / sizeof tails[0]; tail++) {
      memcpy(changed, cookies[i], sizes[i]);
      memcpy(changed + sizes[i], tails[tail], strlen(tails[tail]));
      refused(changed, sizes[i] + strlen(tails[tail]));
      memcpy(changed, tails[tail], strlen(tails[tail]));
      memcpy(changed + strlen(tails[tail]), cookies[i], sizes[i]);
      refused(changed, sizes[i] + strlen(tails[tail]));
    }

    /* Payload of one, time and signature of another; and the times swapped. */
    int other = (i + 1) % COOKIES;
    const char *time = strrchr(cookies[i], '.') - 7, *other_time = strrchr(cookies[other], '.') - 7;
    CHECK(*time == '.' && *other_time == '.');
    size_t size = (size_t)(time - cookies[i]);
    memcpy(changed, cookies[i], size);
    strcpy(changed + size, other_time);
    refused(changed, strlen(changed));
    strcpy(changed, cookies[i]);
    memcpy(changed + size, other_time, 7);
    refused(changed, sizes[i]);
  }
  CHECK(flips > 100000);
  swiftsession_manager_free(manager);
  return 0;
}
