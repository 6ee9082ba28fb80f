// SPDX-License-Identifier: Apache-2.0
/* What the commands of swiftsessionctl share: the options, the settings, how they answer and how they fail. */
#ifndef TOOL_H
#define TOOL_H

#include <stdbool.h>
#include <stdio.h>
#include <swiftsession.h>

/* Exit statuses; the manual page has what they mean. */
enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_SETTINGS = 3, EXIT_STORE = 4, EXIT_FAULT = 5 };

/* The longest cookie and the longest session that are read. */
enum { INPUT_LIMIT = 1024 * 1024, SETTINGS_FILES = 16, KIND_TEXT = 32 };

typedef struct tool {
  const char *files[SETTINGS_FILES]; /* --config, in their order */
  int file_count;
  const char *prefix; /* --environment */
  bool json, quiet, permanent, header, write, drop_expired;
  const char *input, *cookie_name /* NULL: as the settings say */, *user, *reference;
  int64_t limit, seconds;
  const char *key_name, *not_before, *purpose;
  int64_t lifetime;
  swiftsession_manager *manager;
  swiftsession_error error;
} tool;

/* ---- tool.c */

/* A config with the settings that the options name. NULL where they are refused, with tool->error. */
swiftsession_config *new_config(tool *tool);
/* Opens tool->manager. Anything but EXIT_DONE was reported and is the exit status. */
int open_manager(tool *tool);
/* The exit status that a status stands for. */
int exit_status_of(swiftsession_status status);
/* Reports tool->error, and answers with the exit status that it stands for. */
int fail(tool *tool);
/* Reports a failure of the tool's own. */
int fail_as(const tool *tool, int exit_status, const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* What one of the settings says that the options name; the text is valid until the next call. NULL where none does. */
const char *setting(const tool *tool, const char *name);
/* Whether settings were named at all. */
bool has_settings(const tool *tool);

/* ---- kind.c */

/* The word of SESSION_TYPE, or for sessions in cookies of SESSION_REVOCATION or SESSION_AUTO_STORE. Whether there is
 * one.
 */
bool store_word(const tool *tool, char word[KIND_TEXT]);
/* The kind of store that it stands for: "redis", "sqlite" and so on; "" where there is none. */
void store_kind(const tool *tool, char kind[KIND_TEXT]);
/* The file or the folder of a kind that has one, as setting() gives it. NULL where it has none. */
const char *store_path(const tool *tool, const char *kind);
bool is_absent(const char *path);
/* As open_manager(), but refuses a SQLite file that is not there, which the library would make. Sessions in cookies
   that do not need their store are opened without. */
int open_existing(tool *tool, bool needs_store);
/* Refuses where the SQLite file that sessions move from is not there. */
int check_source(const tool *tool);

/* ---- input.c */

/* Reads all of a file, "-" being the standard input. Anything but EXIT_DONE was reported. Forget it with forget(). */
int read_input(tool *tool, char **text, size_t *size);
/* Reads the input as a cookie's value. */
int read_cookie(tool *tool, char **text, size_t *size);
/* Overwrites and frees. */
void forget(char *text, size_t size);

/* ---- header.c */

/* Cuts a Cookie header, or Set-Cookie lines, down to the value of the session's cookie; pieces are joined. Anything but
   EXIT_DONE was reported. */
int cut_cookie(const tool *tool, char *text, size_t *size);

/* ---- output.c */

/* A JSON string with its quotes. */
void put_json_string(const char *text, size_t size);
/* JSON that the library made, without what a terminal obeys. */
void put_json(const char *json, size_t size);
/* Text from outside, without what a terminal obeys. */
void put_text(const char *text, size_t size);
/* The same on stderr. */
void put_error(const char *text);
/* 2026-01-31T12:00:00Z; "-" for a time that has none. */
const char *time_text(int64_t time, char text[32]);
/* Says how far something has come, on stderr, not too often. */
void show_progress(const tool *tool, const char *text, bool is_last);
/* Seconds since some moment. */
double monotonic(void);

/* ---- the commands */

int command_inspect(tool *tool, int count, char **arguments);
int command_sign(tool *tool, int count, char **arguments);
int command_get(tool *tool, int count, char **arguments);
int command_list(tool *tool, int count, char **arguments);
int command_end(tool *tool, int count, char **arguments);
int command_sweep(tool *tool, int count, char **arguments);
int command_migrate(tool *tool, int count, char **arguments);
int command_rotate(tool *tool, int count, char **arguments);
int command_doctor(tool *tool, int count, char **arguments);

#endif
