# SPDX-License-Identifier: Apache-2.0
"""The names of the settings, for hosts whose configuration has other people's names in it too."""

from __future__ import annotations

from difflib import get_close_matches

NAMES = (
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "SECRET_KEY_FILE",
    "SECRET_KEY_FALLBACKS_FILES",
    "SESSION_TYPE",
    "SESSION_PERMANENT",
    "PERMANENT_SESSION_LIFETIME",
    "SESSION_REFRESH_EACH_REQUEST",
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_DOMAIN",
    "SESSION_COOKIE_PATH",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_PARTITIONED",
    "MAX_COOKIE_SIZE",
    "APPLICATION_ROOT",
    "SESSION_USE_SIGNER",
    "SESSION_KEY_PREFIX",
    "SESSION_ID_LENGTH",
    "SESSION_SERIALIZATION_FORMAT",
    "SESSION_RECORD_FORMAT",
    "SESSION_COOKIE_FORMAT",
    "SESSION_FAILURE",
    "SESSION_CACHE_CONTROL",
    "SESSION_IDLE_TIMEOUT",
    "SESSION_ABSOLUTE_TIMEOUT",
    "SESSION_RENEW_AFTER",
    "SESSION_RENEW_GRACE",
    "SESSION_TOUCH_INTERVAL",
    "SESSION_CLEANUP_N_REQUESTS",
    "SESSION_CONNECT_TIMEOUT",
    "SESSION_TIMEOUT",
    "SESSION_POOL_SIZE",
    "SESSION_POOL_IDLE",
    "SESSION_REDIS",
    "SESSION_MEMCACHED",
    "SESSION_SQLITE",
    "SESSION_POSTGRESQL",
    "SESSION_POSTGRESQL_TABLE",
    "SESSION_POSTGRESQL_SCHEMA",
    "SESSION_MYSQL",
    "SESSION_SQLALCHEMY",
    "SESSION_SQLALCHEMY_DATABASE_URI",
    "SQLALCHEMY_DATABASE_URI",
    "SESSION_SQLALCHEMY_TABLE",
    "SESSION_SQLALCHEMY_SCHEMA",
    "SESSION_SQLALCHEMY_SEQUENCE",
    "SESSION_SQLALCHEMY_BIND_KEY",
    "SESSION_CACHELIB",
    "SESSION_MONGODB",
    "SESSION_MONGODB_DB",
    "SESSION_MONGODB_COLLECT",
    "SESSION_FILE_DIR",
    "SESSION_FILE_THRESHOLD",
    "SESSION_FILE_MODE",
    "SESSION_DYNAMODB",
    "SESSION_DYNAMODB_TABLE",
)

_KNOWN = frozenset(NAMES)


def meant(name: str) -> str | None:
    """The setting that a name is a letter or two away from; None for one of ours and for one of somebody else's."""
    if name in _KNOWN or not name.isupper() or len(name) < 8:
        return None
    for close in get_close_matches(name, NAMES, n=3, cutoff=0.85):
        if _distance_is_at_most_2(name, close):
            return close
    return None


def _distance_is_at_most_2(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 2:
        return False
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        above, row[0] = row[0], i
        for j, wanted in enumerate(other, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (letter != wanted))
    return row[-1] <= 2
