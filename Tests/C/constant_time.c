/* SPDX-License-Identifier: Apache-2.0 */
/* A wrong signature takes as long to refuse whether it is nearly right or wrong from its first byte: Welch's t-test
   over the times of two classes of values that take turns at random (the method of Reparaz, Balasch and Verbauwhede,
   "Dude, is my code constant time?", 2016). One class is one value that differs in its last character alone, the other
   one has random ones. SAMPLES=1000000 measures in full: |t| below 4.5 is what no difference looks like.

   A comparison that stops at the first difference is measured too, and has to be found. */
#include "hosts.h"

#include <math.h>
#include <stdint.h>
#include <time.h>

enum { LONGEST = 512, BATCH = 4096, CROPS = 8 };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static char values[BATCH][LONGEST];
static unsigned char classes[BATCH];
static double times[BATCH];
static uint64_t state = 88172645463325252U;

static uint64_t random_number(void) {
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

static double nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

/* A way to refuse a value. */
typedef struct {
  const char *name;
  int (*refuses)(const void *context, const char *value, size_t size);
  const void *context;
  char good[LONGEST];
  size_t size;
  /* The characters that the classes differ in. */
  size_t start, end;
} subject;

static int signer_refuses(const void *signer, const char *value, size_t size) {
  void *read;
  size_t read_size;
  return swiftsession_signer_unsign((const swiftsession_signer *)signer, value, size, test_time, -1, &read, &read_size,
                                    NULL, NULL) == SWIFTSESSION_TAMPERED;
}

static int manager_refuses(const void *manager, const char *value, size_t size) {
  swiftsession_session *session;
  return swiftsession_open_value((swiftsession_manager *)(uintptr_t)manager, value, size, &session, NULL) ==
         SWIFTSESSION_TAMPERED;
}

static int hasty_refuses(const void *good, const char *value, size_t size) {
  const volatile char *left = (const volatile char *)good, *right = value;
  for (size_t i = 0; i < size; i++) {
    if (left[i] != right[i])
      return 1;
  }
  return 0;
}

static void vary(const subject *of, char *value, int is_random) {
  memcpy(value, of->good, of->size);
  for (size_t i = of->start; is_random && i < of->end - 1; i++)
    value[i] = alphabet[random_number() % 64];
  /* The last one differs always, and not in bits that base64url may leave unused: those are looked at first. */
  size_t last = (size_t)(strchr(alphabet, of->good[of->end - 1]) - alphabet);
  value[of->end - 1] = alphabet[(last + 16 * (1 + random_number() % 3)) % 64];
}

typedef struct {
  double count, mean, squares;
} statistic;

static void add(statistic *to, double value) {
  double difference = value - to->mean;
  to->mean += difference / ++to->count;
  to->squares += difference * (value - to->mean);
}

static double welch(const statistic *pair) {
  if (pair[0].count < 2 || pair[1].count < 2)
    return 0;
  double variance = 0;
  for (int i = 0; i < 2; i++)
    variance += pair[i].squares / (pair[i].count - 1) / pair[i].count;
  return variance > 0 ? fabs(pair[0].mean - pair[1].mean) / sqrt(variance) : 0;
}

static int by_size(const void *one, const void *other) {
  double left = *(const double *)one, right = *(const double *)other;
  return (left > right) - (left < right);
}

/* The largest |t|, of all times and of those that are not above some limit: what interrupts a measurement is above. */
static double measure(const subject *of, long samples) {
  statistic statistics[CROPS][2] = {{{0, 0, 0}}};
  double limits[CROPS] = {0};
  char value[LONGEST];
  for (long done = -BATCH; done < samples; done += BATCH) {
    for (int i = 0; i < BATCH; i++) {
      classes[i] = (unsigned char)(random_number() >> 32 & 1);
      vary(of, values[i], classes[i]);
    }
    for (int i = 0; i < BATCH; i++) {
      /* Both from the same place, and in the cache. */
      memcpy(value, values[i], of->size);
      double start = nanoseconds();
      int refused = of->refuses(of->context, value, of->size);
      times[i] = nanoseconds() - start;
      CHECK(refused);
    }
    if (done < 0) {
      /* The first batch warms up, and says what is usual. */
      qsort(times, BATCH, sizeof times[0], by_size);
      for (int crop = 0; crop < CROPS; crop++)
        limits[crop] = crop == 0 ? 1e18 : times[(size_t)(BATCH * (1 - pow(0.5, 8.0 * crop / CROPS)))];
      continue;
    }
    for (int i = 0; i < BATCH; i++) {
      for (int crop = 0; crop < CROPS; crop++) {
        if (times[i] <= limits[crop])
          add(&statistics[crop][classes[i]], times[i]);
      }
    }
  }
  double largest = 0;
  for (int crop = 0; crop < CROPS; crop++) {
    double found = welch(statistics[crop]);
    if (found > largest)
      largest = found;
  }
  return largest;
}

static swiftsession_signer *signer_of(const char *const *options) {
  swiftsession_signer *signer;
  OK(swiftsession_signer_new(&signer, &error));
  for (; *options; options += 2)
    OK(swiftsession_signer_set(signer, options[0], options[1], strlen(options[1]), &error));
  OK(swiftsession_signer_add_key(signer, "0123456789abcdef0123456789abcdef", 32, &error));
  return signer;
}

static void sign(subject *of, const swiftsession_signer *signer, const char *name, size_t from_end) {
  char *made;
  OK(swiftsession_signer_sign(signer, "the value that is signed", 24, test_time, &made, &of->size, &error));
  CHECK(of->size < LONGEST);
  memcpy(of->good, made, of->size);
  swiftsession_free(made);
  of->name = name;
  of->refuses = signer_refuses;
  of->context = signer;
  of->start = of->size - from_end;
  of->end = of->size;
}

static void cookie(subject *of, swiftsession_manager *manager, const char *name, size_t from_end) {
  char made[LONGEST];
  swiftsession_session *session = open_header(manager, NULL);
  OK(swiftsession_set_string(session, "user", "jack", 4, &error));
  OK(swiftsession_save(session, &error));
  cookie_of(session, made, sizeof made);
  swiftsession_session_free(session);
  strcpy(of->good, strchr(made, '=') + 1);
  of->size = strlen(of->good);
  of->name = name;
  of->refuses = manager_refuses;
  of->context = manager;
  of->start = of->size - from_end;
  of->end = of->size;
}

int main(void) {
  static const char *const sha1[] = {NULL};
  static const char *const sha512[] = {"digest_method", "sha512", NULL};
  static const char *const sealed[] = {"sealed", "true", "salt", "a purpose", NULL};
  static const char *const signed_cookies[] = {"SESSION_TYPE", "cookie", "SECRET_KEY",
                                               "0123456789abcdef0123456789abcdef", NULL};
  static const char *const sealed_cookies[] = {
      "SESSION_TYPE",          "cookie", "SECRET_KEY", "0123456789abcdef0123456789abcdef",
      "SESSION_COOKIE_FORMAT", "sealed", NULL};
  static subject subjects[8];
  const char *given = getenv("SAMPLES");
  long samples = getenv("SHORT") ? 0 : given ? atol(given) : 100000;
  /* Fewer samples see less, and what else the machine does is in them: then only what is plain is a failure. */
  double limit = samples >= 1000000 ? 4.5 : 10;
  swiftsession_signer *signers[] = {signer_of(sha1), signer_of(sha512), signer_of(sealed)};
  swiftsession_manager *managers[] = {manager_of(signed_cookies), manager_of(sealed_cookies)};
  int count = 0;
  sign(&subjects[count++], signers[0], "a signature, SHA-1", 27);
  sign(&subjects[count++], signers[1], "a signature, SHA-512", 86);
  sign(&subjects[count++], signers[2], "a sealed value's tag", 20);
  cookie(&subjects[count++], managers[0], "a signed cookie", 27);
  cookie(&subjects[count++], managers[1], "a sealed cookie's tag", 20);
  /* Version, key id and salt are 33 bytes, 44 characters; the commitment is 16 more. */
  subjects[count] = subjects[count - 1];
  subjects[count].name = "a sealed cookie's commitment";
  subjects[count].start = 44;
  subjects[count++].end = 65;
  for (int i = 0; i < count; i++) {
    double t = measure(&subjects[i], samples);
    if (getenv("SHORT"))
      continue;
    if (given)
      printf("constant time: %s, %ld samples: |t| %.2f\n", subjects[i].name, samples, t);
    if (t >= limit)
      fprintf(stderr, "%s: |t| is %.2f, %.1f is the limit\n", subjects[i].name, t, limit);
    CHECK(t < limit);
  }
  subject hasty = subjects[0];
  hasty.refuses = hasty_refuses;
  hasty.context = subjects[0].good;
  double t = measure(&hasty, samples);
  if (given && samples > 0)
    printf("constant time: a comparison that is not, %ld samples: |t| %.2f\n", samples, t);
  CHECK(getenv("SHORT") || t > 10);
  for (int i = 0; i < 3; i++)
    swiftsession_signer_free(signers[i]);
  for (int i = 0; i < 2; i++)
    swiftsession_manager_free(managers[i]);
  return 0;
}
