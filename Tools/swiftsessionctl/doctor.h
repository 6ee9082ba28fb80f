// SPDX-License-Identifier: Apache-2.0
/* What doctor finds, and where it looks. */
#ifndef DOCTOR_H
#define DOCTOR_H

#include "tool.h"

typedef enum grade { OK, UNSEEN, WARNING, PROBLEM } grade;

typedef struct doctor {
  tool *tool;
  char kind[KIND_TEXT]; /* of the store */
  int counts[PROBLEM + 1];
  int found;
} doctor;

/* Says one thing. */
void find(doctor *doctor, grade grade, const char *topic, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Whether a setting is set and true. */
bool is_true(const doctor *doctor, const char *name);
/* Looks at what keeps the sessions: settings that lose them, clocks that differ. */
void check_server(doctor *doctor);

#endif
