# SPDX-License-Identifier: Apache-2.0
"""The settings: their names, what Python values they take, and which store they are of.

A test compares this with the library's own table, Sources/Settings/SettingName.swift.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any


class Kind(enum.Enum):
    """What a setting takes, and how a message says so. All but lists are taken as text too, which the library reads."""

    SECRET = "text or bytes"
    SECRETS = "a list of text and bytes"
    PATH = "a path"
    PATHS = "a list of paths"
    TEXT = "text"
    CONNECTION = "a URL as text"
    FLAG = "True or False"
    NUMBER = "a whole number"
    SECONDS = "a number of seconds or a timedelta"
    MILLISECONDS = "a number of seconds, with or without a fraction, or a timedelta"
    TIME = "a time as text, a number of seconds since 1970 or a datetime with a zone"
    #: Known, and not to be had: the library says what to do instead, whatever the value is.
    REFUSED = "nothing"


KINDS = {
    "SECRET_KEY": Kind.SECRET,
    "SECRET_KEY_FALLBACKS": Kind.SECRETS,
    "SECRET_KEY_FILE": Kind.PATH,
    "SECRET_KEY_FALLBACKS_FILES": Kind.PATHS,
    "SESSION_KEYS_FILE": Kind.PATH,
    "SESSION_KEYS_CREDENTIAL": Kind.TEXT,
    "SESSION_REVOKED_BEFORE": Kind.TIME,
    "SESSION_APPLICATION": Kind.TEXT,
    "WTF_CSRF_SECRET_KEY": Kind.SECRET,
    "SESSION_TYPE": Kind.TEXT,
    "SESSION_AUTO_STORE": Kind.TEXT,
    "SESSION_AUTO_SIZE": Kind.NUMBER,
    "SESSION_PERMANENT": Kind.FLAG,
    "PERMANENT_SESSION_LIFETIME": Kind.SECONDS,
    "SESSION_REFRESH_EACH_REQUEST": Kind.FLAG,
    "SESSION_COOKIE_NAME": Kind.TEXT,
    "SESSION_COOKIE_DOMAIN": Kind.TEXT,
    "SESSION_COOKIE_PATH": Kind.TEXT,
    "SESSION_COOKIE_HTTPONLY": Kind.FLAG,
    "SESSION_COOKIE_SECURE": Kind.FLAG,
    "SESSION_COOKIE_SAMESITE": Kind.TEXT,
    "SESSION_COOKIE_PARTITIONED": Kind.FLAG,
    "MAX_COOKIE_SIZE": Kind.NUMBER,
    "SESSION_COOKIE_CHUNKS": Kind.NUMBER,
    "APPLICATION_ROOT": Kind.TEXT,
    "SESSION_USE_SIGNER": Kind.FLAG,
    "SESSION_KEY_PREFIX": Kind.TEXT,
    "SESSION_ID_LENGTH": Kind.NUMBER,
    "SESSION_SERIALIZATION_FORMAT": Kind.TEXT,
    "SESSION_MIGRATE_FROM": Kind.TEXT,
    "SESSION_MIGRATE_UNTIL": Kind.TIME,
    "SESSION_RECORD_FORMAT": Kind.TEXT,
    "SESSION_COOKIE_FORMAT": Kind.TEXT,
    "SESSION_COOKIE_FORMAT_FALLBACK": Kind.TEXT,
    "SESSION_COOKIE_FORMAT_FALLBACK_UNTIL": Kind.TIME,
    "SESSION_SEALED_PADDING": Kind.NUMBER,
    "SESSION_SEALED_COMPRESSION": Kind.FLAG,
    "SESSION_FAILURE": Kind.TEXT,
    "SESSION_CACHE_CONTROL": Kind.TEXT,
    "SESSION_IDLE_TIMEOUT": Kind.SECONDS,
    "SESSION_ABSOLUTE_TIMEOUT": Kind.SECONDS,
    "SESSION_RENEW_AFTER": Kind.SECONDS,
    "SESSION_RENEW_GRACE": Kind.SECONDS,
    "SESSION_TOUCH_INTERVAL": Kind.SECONDS,
    "SESSION_UNCONFIRMED_LIFETIME": Kind.SECONDS,
    "SESSION_USER_LIMIT": Kind.NUMBER,
    "SESSION_USER_LIMIT_POLICY": Kind.TEXT,
    "SESSION_REVOCATION": Kind.TEXT,
    "SESSION_CLEANUP_N_REQUESTS": Kind.NUMBER,
    "SESSION_CONNECT_TIMEOUT": Kind.MILLISECONDS,
    "SESSION_TIMEOUT": Kind.MILLISECONDS,
    "SESSION_POOL_SIZE": Kind.NUMBER,
    "SESSION_POOL_IDLE": Kind.MILLISECONDS,
    "SESSION_REDIS": Kind.CONNECTION,
    "SESSION_MEMCACHED": Kind.CONNECTION,
    "SESSION_SQLITE": Kind.PATH,
    "SESSION_POSTGRESQL": Kind.CONNECTION,
    "SESSION_POSTGRESQL_TABLE": Kind.TEXT,
    "SESSION_POSTGRESQL_SCHEMA": Kind.TEXT,
    "SESSION_MYSQL": Kind.CONNECTION,
    "SESSION_SQLALCHEMY": Kind.REFUSED,  # but for the objects that _clients asks for their address
    "SESSION_SQLALCHEMY_DATABASE_URI": Kind.CONNECTION,
    "SQLALCHEMY_DATABASE_URI": Kind.CONNECTION,
    "SESSION_SQLALCHEMY_TABLE": Kind.TEXT,
    "SESSION_SQLALCHEMY_SCHEMA": Kind.TEXT,
    "SESSION_SQLALCHEMY_SEQUENCE": Kind.TEXT,
    "SESSION_SQLALCHEMY_BIND_KEY": Kind.REFUSED,
    "SESSION_CACHELIB": Kind.REFUSED,
    "SESSION_MONGODB": Kind.CONNECTION,
    "SESSION_MONGODB_DB": Kind.TEXT,
    "SESSION_MONGODB_COLLECT": Kind.TEXT,
    "SESSION_FILE_DIR": Kind.PATH,
    "SESSION_FILE_THRESHOLD": Kind.NUMBER,
    "SESSION_FILE_MODE": Kind.NUMBER,
    "SESSION_DYNAMODB": Kind.REFUSED,
    "SESSION_DYNAMODB_TABLE": Kind.REFUSED,
}

_FILES = frozenset(("SESSION_FILE_DIR", "SESSION_FILE_THRESHOLD", "SESSION_FILE_MODE"))

#: By SESSION_TYPE, the settings of that store alone. Settings in no row are of every type.
OF_STORE = {
    "filesystem": _FILES,
    "cachelib": _FILES | {"SESSION_CACHELIB"},
    "sqlite": frozenset(("SESSION_SQLITE", "SESSION_SQLALCHEMY_TABLE")),
    "redis": frozenset(("SESSION_REDIS",)),
    "memcached": frozenset(("SESSION_MEMCACHED",)),
    "mongodb": frozenset(("SESSION_MONGODB", "SESSION_MONGODB_DB", "SESSION_MONGODB_COLLECT")),
    "postgresql": frozenset(("SESSION_POSTGRESQL", "SESSION_POSTGRESQL_TABLE", "SESSION_POSTGRESQL_SCHEMA")),
    "mysql": frozenset(("SESSION_MYSQL", "SESSION_SQLALCHEMY_TABLE", "SESSION_SQLALCHEMY_SCHEMA")),
    "sqlalchemy": frozenset(name for name in KINDS if "SQLALCHEMY" in name),
    "dynamodb": frozenset(("SESSION_DYNAMODB", "SESSION_DYNAMODB_TABLE")),
}

_OF_ANY_STORE = frozenset().union(*OF_STORE.values())

#: What stands in the place of SESSION_ before a setting of the store that sessions move from, where it differs there.
MIGRATE = "SESSION_MIGRATE_"

#: The settings that may differ there, by their names with that.
OF_FORMER = {
    MIGRATE + name.removeprefix("SESSION_"): name
    for name in (
        *sorted(_OF_ANY_STORE),
        "SESSION_RECORD_FORMAT",
        "SESSION_USE_SIGNER",
        "SESSION_KEY_PREFIX",
        "SESSION_CONNECT_TIMEOUT",
        "SESSION_POOL_SIZE",
        "SESSION_POOL_IDLE",
    )
    if name.startswith("SESSION_")
}


def asked_for(store: str, former_type: str = "") -> tuple[str, ...]:
    """The names of the settings that sessions in this store may need, which move from another one."""
    others = _OF_ANY_STORE - OF_STORE.get(store, frozenset()) - OF_STORE.get(former_type, frozenset())
    return tuple(name for name in KINDS if name not in others) + (tuple(OF_FORMER) if former_type else ())


def kind_of(name: str) -> Kind | None:
    """None for a name that is no setting's."""
    return KINDS.get(OF_FORMER.get(name, name))


def store_of(read: Callable[[str], Any]) -> str:
    """What keeps sessions, or the large ones, or ends those that live in their cookie; "cookie" where nothing does."""
    session_type = type_of(read("SESSION_TYPE"))
    if session_type == "auto":
        return type_of(read("SESSION_AUTO_STORE"))
    return session_type if session_type != "cookie" else type_of(read("SESSION_REVOCATION")) or "cookie"


def type_of(session_type: Any) -> str:
    """SESSION_TYPE in small letters; empty where it is no text."""
    if isinstance(session_type, bytes):
        return session_type.decode("latin-1").lower()
    return session_type.lower() if isinstance(session_type, str) else ""


def meant(name: str) -> str | None:
    """The setting that a name is a letter or two away from; None for one of ours and for one of somebody else's."""
    if name.startswith(MIGRATE) and name not in KINDS:
        if name in OF_FORMER:
            return None
        near = get_close_matches(name, [*OF_FORMER, *KINDS], n=1, cutoff=0.85)
        return near[0] if near else None
    if name in KINDS or not name.isupper() or len(name) < 8:
        return None
    for close in get_close_matches(name, KINDS, n=3, cutoff=0.85):
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
