/* SPDX-License-Identifier: Apache-2.0 */
#ifdef CPOSTGRESQL_ENABLED
#include "CPostgreSQL.h"
#include "CSupport.h"

#define SONAME "libpq.so.5"

CSUPPORT_DLOPEN_NOTE(cpostgresql_note, "postgresql", "Sessions in PostgreSQL", SONAME);

static cpostgresql_api api;
static char problem[200];

CSUPPORT_CLIENT_LIBRARY(cpostgresql, SONAME, csupport_begun, CPOSTGRESQL_FUNCTIONS(CSUPPORT_NAME))
#endif
