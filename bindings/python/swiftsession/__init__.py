# SPDX-License-Identifier: Apache-2.0
"""One web session for every server on a host. The library's header, swiftsession.h, is the reference manual.

Outside of any framework:

    manager = SessionManager(SECRET_KEY="...", SESSION_TYPE="cookie", PERMANENT_SESSION_LIFETIME=1800)
    with manager.open(environ.get("HTTP_COOKIE")) as session:
        session["user"] = "jack"
        headers += session.save()

`swiftsession.flask` is for Flask, `swiftsession.signing` signs without sessions.
"""

from ._errors import ConfigError, Conflict, Error, SessionGone, Status, Timeout, Unavailable
from ._events import Event, EventKind
from ._library import library as _loaded
from .session import Migration, Origin, Session, SessionManager, UserSession

__all__ = [
    "ConfigError",
    "Conflict",
    "Error",
    "Event",
    "EventKind",
    "Migration",
    "Origin",
    "Session",
    "SessionGone",
    "SessionManager",
    "Status",
    "Timeout",
    "Unavailable",
    "UserSession",
    "library_version",
]


def library_version() -> str:
    """The version of the shared library that was loaded."""
    version: bytes = _loaded.version()
    return version.decode("ascii")
