// SPDX-License-Identifier: Apache-2.0
/* Which store the settings name, and whether a file that it is in is there: looking at one does not make it. */
#include "tool.h"
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static bool copy_setting(const tool *tool, const char *name, char *text, size_t size) {
  const char *value = setting(tool, name);
  snprintf(text, size, "%s", value ? value : "");
  return text[0] != '\0';
}

bool store_word(const tool *tool, char word[KIND_TEXT]) {
  copy_setting(tool, "SESSION_TYPE", word, KIND_TEXT);
  if (strcasecmp(word, "cookie") == 0)
    return copy_setting(tool, "SESSION_REVOCATION", word, KIND_TEXT);
  if (strcasecmp(word, "auto") == 0)
    return copy_setting(tool, "SESSION_AUTO_STORE", word, KIND_TEXT);
  return word[0] != '\0';
}

static const char *scheme_kind(const char *url) {
  if (!url)
    return "";
  if (strncmp(url, "postgres", 8) == 0)
    return "postgresql";
  if (strncmp(url, "mysql", 5) == 0 || strncmp(url, "mariadb", 7) == 0)
    return "mysql";
  return strncmp(url, "sqlite", 6) == 0 ? "sqlite" : "";
}

static const char *alchemy_url(const tool *tool) {
  const char *url = setting(tool, "SESSION_SQLALCHEMY_DATABASE_URI");
  return url ? url : setting(tool, "SQLALCHEMY_DATABASE_URI");
}

void store_kind(const tool *tool, char kind[KIND_TEXT]) {
  store_word(tool, kind);
  if (strcasecmp(kind, "cachelib") == 0)
    strcpy(kind, "filesystem");
  if (strcasecmp(kind, "sqlalchemy") == 0)
    strcpy(kind, scheme_kind(alchemy_url(tool)));
}

const char *store_path(const tool *tool, const char *kind) {
  if (strcasecmp(kind, "filesystem") == 0) {
    const char *folder = setting(tool, "SESSION_FILE_DIR");
    return folder ? folder : "flask_session";
  }
  if (strcasecmp(kind, "sqlite") != 0)
    return NULL;
  const char *path = setting(tool, "SESSION_SQLITE");
  if (path)
    return path;
  const char *url = alchemy_url(tool);
  return url && strncmp(url, "sqlite:///", 10) == 0 && !strpbrk(url, "?%") ? url + 10 : NULL;
}

bool is_absent(const char *path) {
  struct stat about;
  return stat(path, &about) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

static int refuse_absent(const tool *tool, const char *path) {
  return fail_as(tool, EXIT_STORE, "UNAVAILABLE", "%s is absent: no session was ever kept there, and none is made now",
                 path);
}

int open_existing(tool *tool, bool needs_store) {
  char kind[KIND_TEXT], type[KIND_TEXT];
  int status = open_manager(tool);
  store_kind(tool, kind);
  copy_setting(tool, "SESSION_TYPE", type, sizeof type);
  bool is_cookie = strcasecmp(type, "cookie") == 0 || strcasecmp(type, "auto") == 0;
  if (status || strcasecmp(kind, "sqlite") != 0 || (is_cookie && !needs_store) || setting(tool, "SESSION_MIGRATE_FROM"))
    return status;
  const char *path = store_path(tool, kind);
  return path && is_absent(path) ? refuse_absent(tool, path) : EXIT_DONE;
}

int check_source(const tool *tool) {
  const char *from = setting(tool, "SESSION_MIGRATE_FROM");
  if (!from || strcasecmp(from, "sqlite") != 0)
    return EXIT_DONE;
  const char *path = setting(tool, "SESSION_MIGRATE_SQLITE");
  path = path ? path : setting(tool, "SESSION_SQLITE");
  return path && is_absent(path) ? refuse_absent(tool, path) : EXIT_DONE;
}
