// SPDX-License-Identifier: Apache-2.0
/* doctor: what is wrong, what might be, and what cannot be seen from here. It changes nothing without --write. */
#include "doctor.h"
#include <errno.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const grades[] = {"ok", "unseen", "warning", "problem"};

void find(doctor *doctor, grade grade, const char *topic, const char *format, ...) {
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  doctor->counts[grade] += 1;
  if (!doctor->tool->json) {
    if (grade != PROBLEM && doctor->tool->quiet)
      return;
    printf("%-8s %-9s ", grades[grade], topic);
    put_text(text, strlen(text));
    putchar('\n');
    return;
  }
  printf("%s{\"grade\":\"%s\",\"topic\":\"%s\",\"text\":", doctor->found++ ? "," : "", grades[grade], topic);
  put_json_string(text, strlen(text));
  putchar('}');
}

static void find_log(void *context, int32_t level, const char *message) {
  find(context, level == SWIFTSESSION_LOG_WARNING ? WARNING : OK, "settings", "%s", message);
}

bool is_true(const doctor *doctor, const char *name) {
  const char *value = setting(doctor->tool, name);
  return value && (strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0);
}

/* A file is whoever's who can write it, or can put another one in its place. */
static void check_file(doctor *doctor, const char *path, const char *what) {
  struct stat about;
  if (stat(path, &about) != 0)
    return;
  if (about.st_mode & S_IROTH)
    find(doctor, WARNING, "secrets", "%s can be read by every user of this machine: chmod o-r", what);
  if (about.st_mode & S_IWOTH)
    find(doctor, WARNING, "secrets", "%s can be written by every user of this machine: chmod o-w", what);
  char *real = realpath(path, NULL);
  if (real && stat(dirname(real), &about) == 0 && about.st_mode & S_IWOTH && !(about.st_mode & S_ISVTX))
    find(doctor, WARNING, "secrets",
         "the folder of %s can be written by every user of this machine, and the file be exchanged: chmod o-w", what);
  free(real);
}

static void check_files(doctor *doctor) {
  static const char *const named[] = {"SECRET_KEY_FILE", "SESSION_KEYS_FILE"};
  for (int i = 0; i < doctor->tool->file_count; i++)
    check_file(doctor, doctor->tool->files[i], "the file of settings");
  for (int i = 0; i < 2; i++) {
    const char *path = setting(doctor->tool, named[i]);
    if (path)
      check_file(doctor, path, named[i]);
  }
}

static void check_cookie(doctor *doctor) {
  const char *http_only = setting(doctor->tool, "SESSION_COOKIE_HTTPONLY");
  if (!is_true(doctor, "SESSION_COOKIE_SECURE"))
    find(doctor, WARNING, "cookie",
         "SESSION_COOKIE_SECURE is not true: browsers send the cookie over plain HTTP too, to whoever listens");
  if (http_only && !is_true(doctor, "SESSION_COOKIE_HTTPONLY"))
    find(doctor, WARNING, "cookie", "SESSION_COOKIE_HTTPONLY is not true: scripts of a page can read the cookie");
  if (!setting(doctor->tool, "SESSION_COOKIE_SAMESITE"))
    find(doctor, WARNING, "cookie",
         "SESSION_COOKIE_SAMESITE is not set: browsers each decide; Lax is what they should");
}

/* Opens the manager, and says what the settings say. */
static bool check_settings(doctor *doctor) {
  tool *tool = doctor->tool;
  swiftsession_config *config = new_config(tool);
  if (config) {
    swiftsession_config_set_log(config, find_log, doctor, NULL);
    swiftsession_manager_open(config, &tool->manager, &tool->error);
    swiftsession_config_set_log(config, NULL, NULL, NULL);
  }
  swiftsession_config_free(config);
  if (!tool->manager) {
    find(doctor, PROBLEM, "settings", "%s: %s", swiftsession_status_name(tool->error.status), tool->error.message);
    return false;
  }
  find(doctor, OK, "settings", "every setting is known, well-formed and fits the others");
  return true;
}

/* Says where a file or folder is missing that the library would make. */
static bool check_presence(doctor *doctor) {
  const char *path = store_path(doctor->tool, doctor->kind);
  if (!path || !is_absent(path))
    return true;
  char *copy = strdup(path);
  const char *folder = copy ? dirname(copy) : ".";
  if (access(folder, W_OK | X_OK) != 0)
    find(doctor, PROBLEM, "store", "absent: %s is not there, and nothing can be made in its folder: %s", path,
         strerror(errno));
  else
    find(doctor, WARNING, "store", "absent: %s is not there; the first session makes it", path);
  free(copy);
  return false;
}

static bool check_store(doctor *doctor) {
  tool *tool = doctor->tool;
  double begin = monotonic();
  if (!doctor->kind[0]) {
    find(doctor, OK, "store", "sessions live in their cookies; there is no store");
    find(doctor, WARNING, "store", "a cookie opens until its lifetime ends, after a logout too: SESSION_REVOCATION");
    return false;
  }
  if (strcasecmp(doctor->kind, "memory") == 0)
    find(doctor, WARNING, "store",
         "memory is for one process: another one does not see its sessions, a restart ends them");
  if (!check_presence(doctor) && !tool->write)
    return false;
  if (swiftsession_manager_ping(tool->manager, &tool->error)) {
    find(doctor, PROBLEM, "store", "%s: %s", swiftsession_status_name(tool->error.status), tool->error.message);
    return false;
  }
  find(doctor, OK, "store", "%s answered in %.1f ms", doctor->kind, (monotonic() - begin) * 1000);
  return true;
}

/* Makes, compares and sets, and removes a record of ten seconds. */
static void check_writing(doctor *doctor) {
  tool *tool = doctor->tool;
  char key[512], word[KIND_TEXT];
  uint32_t random = 0;
  void *record = NULL, *token = NULL;
  size_t size = 0, token_size = 0;
  swiftsession_store *store = NULL;
  swiftsession_config *config = new_config(tool);
  if (getrandom(&random, sizeof random, 0) != sizeof random)
    random = (uint32_t)monotonic();
  const char *prefix = setting(tool, "SESSION_KEY_PREFIX");
  int count = snprintf(key, sizeof key, "%sswiftsessionctl-doctor-%08x", prefix ? prefix : "session:", random);
  size_t length = count > 0 ? (size_t)count : 0;
  /* The store of sessions in cookies has a setting of its own; as a store alone it is opened by its word. */
  bool works = config && store_word(tool, word) &&
               !swiftsession_config_set(config, "SESSION_TYPE", word, &tool->error) &&
               !swiftsession_store_open(config, &store, &tool->error) &&
               !swiftsession_store_create(store, key, length, "1", 1, 10, &tool->error) &&
               !swiftsession_store_load(store, key, length, &record, &size, &token, &token_size, &tool->error) &&
               !swiftsession_store_replace(store, key, length, "2", 1, 10, token, token_size, &tool->error) &&
               !swiftsession_store_remove(store, key, length, NULL, 0, &tool->error);
  if (works)
    find(doctor, OK, "store", "a record was made, compared and set, and removed");
  else
    find(doctor, PROBLEM, "store", "%s: %s", swiftsession_status_name(tool->error.status), tool->error.message);
  swiftsession_free(record);
  swiftsession_free(token);
  swiftsession_store_free(store);
  swiftsession_config_free(config);
}

static const char *ending(int count) { return count == 1 ? "" : "s"; }

int command_doctor(tool *tool, int count, char **arguments) {
  (void)count, (void)arguments;
  doctor doctor = {.tool = tool};
  if (!has_settings(tool))
    return fail_as(tool, EXIT_SETTINGS, "CONFIG", "no settings: name a file (--config) or a prefix (--environment)");
  if (tool->json)
    fputs("{\"findings\":[", stdout);
  if (strcmp(swiftsession_version(), SWIFTSESSION_VERSION) == 0)
    find(&doctor, OK, "library", "libswiftsession %s", swiftsession_version());
  else
    find(&doctor, WARNING, "library", "this tool is of %s and libswiftsession of %s", SWIFTSESSION_VERSION,
         swiftsession_version());
  check_files(&doctor);
  if (check_settings(&doctor)) {
    store_kind(tool, doctor.kind);
    check_cookie(&doctor);
    if (check_store(&doctor)) {
      if (tool->write && strcasecmp(doctor.kind, "memory") != 0)
        check_writing(&doctor);
      check_server(&doctor);
    }
    find(&doctor, UNSEEN, "fleet", "whether the other servers have the same keys and settings: run doctor on each");
  }
  if (tool->json)
    printf("],\"problems\":%d,\"warnings\":%d}\n", doctor.counts[PROBLEM], doctor.counts[WARNING]);
  else if (!tool->quiet)
    printf("%d problem%s, %d warning%s, %d thing%s that cannot be seen from here\n", doctor.counts[PROBLEM],
           ending(doctor.counts[PROBLEM]), doctor.counts[WARNING], ending(doctor.counts[WARNING]),
           doctor.counts[UNSEEN], ending(doctor.counts[UNSEEN]));
  return doctor.counts[PROBLEM] ? EXIT_REFUSED : EXIT_DONE;
}
