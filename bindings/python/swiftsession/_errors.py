# SPDX-License-Identifier: Apache-2.0
"""What can go wrong, as exceptions."""

from __future__ import annotations

import enum


class Status(enum.IntEnum):
    """The statuses of the C library; `Error.status` holds one."""

    OK = 0
    ARGUMENT = -1
    CONFIG = -2
    UNSUPPORTED = -3
    UNAVAILABLE = -4
    NOT_FOUND = -5
    WRONG_TYPE = -6
    EXISTS = -7
    EXPIRED = -8
    TAMPERED = -9
    MALFORMED = -10
    TOO_LARGE = -11
    TIMEOUT = -12
    AUTH = -13
    BACKEND = -14
    CONFLICT = -15
    GONE = -16
    CRYPTO = -17
    INTERNAL = -18


class Error(Exception):
    """Every exception of sessions. The message never holds a key, an id or a cookie's value."""

    #: What happened, a member of `Status`.
    status: int
    #: The number that the operating system or a client library gave, or 0.
    native: int

    def __init__(self, message: str, status: int = Status.INTERNAL, native: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.native = native


class ConfigError(Error, ValueError):
    """A setting is unknown, wrong, missing, not supported, or contradicts another one."""

    def __init__(self, message: str, status: int = Status.CONFIG, native: int = 0) -> None:
        super().__init__(message, status, native)


class Unavailable(Error):
    """The store is not there, was lost on the way, or refused the credentials or the command."""


class Timeout(Error):
    """The deadline of the call passed."""


class SessionGone(Error):
    """The session was ended elsewhere; nothing was stored."""


class Conflict(Error):
    """Changes that cannot be merged, or others kept writing until the deadline."""


_CLASSES: dict[int, type[Error]] = {
    Status.CONFIG: ConfigError,
    Status.UNSUPPORTED: ConfigError,
    Status.UNAVAILABLE: Unavailable,
    Status.AUTH: Unavailable,
    Status.BACKEND: Unavailable,
    Status.TIMEOUT: Timeout,
    Status.GONE: SessionGone,
    Status.CONFLICT: Conflict,
}


def error_of(message: str, status: int, native: int = 0) -> Error:
    """The exception for a status of the C library."""
    known = Status(status) if status in Status._value2member_map_ else status
    return _CLASSES.get(status, Error)(message, known, native)
