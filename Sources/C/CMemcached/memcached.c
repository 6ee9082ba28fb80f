/* SPDX-License-Identifier: Apache-2.0 */
#ifdef CMEMCACHED_ENABLED
#include "CMemcached.h"
#include "CSupport.h"

#define SONAME "libmemcached.so.11"

CSUPPORT_DLOPEN_NOTE(cmemcached_note, "memcached", "Sessions in several memcached servers", SONAME);

static cmemcached_api api;
static char problem[200];

CSUPPORT_CLIENT_LIBRARY(cmemcached, SONAME, csupport_begun, CMEMCACHED_FUNCTIONS(CSUPPORT_NAME))
#endif
