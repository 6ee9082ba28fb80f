# SPDX-License-Identifier: Apache-2.0
"""Users as Python has them: names that go into the library, and sessions that it lists."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ._errors import Error, Status


@dataclass(frozen=True)
class UserSession:
    """One of a user's sessions, as it may be shown to this user."""

    #: Names the session for `SessionManager.end_session`; it opens nothing.
    reference: str
    #: When the user logged in, in seconds since 1970.
    created: int
    #: When it was last used, in seconds since 1970. None from memcached, near the end that SESSION_ABSOLUTE_TIMEOUT
    #: sets, before the cookie has come back where SESSION_UNCONFIRMED_LIFETIME is set, and for sessions in cookies.
    last_seen: int | None
    #: What login() was told to call it.
    label: str
    #: Whether it is the session that the list was asked for with.
    current: bool


def user_sessions(listed: bytes) -> list[UserSession]:
    """What the library lists, the oldest first."""
    return [UserSession(**session) for session in json.loads(listed)]


def user_name(user: str) -> bytes:
    """The name of a user as the library takes it."""
    if not isinstance(user, str):
        raise TypeError(f"A user is named by text, not {type(user).__name__}: str(user.id) for one.")
    return as_text(user, "user")


def as_text(value: str, name: str) -> bytes:
    """Text as UTF-8."""
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise Error(f"The {name} has a lone surrogate, which is no text.", Status.ARGUMENT) from None


def ended_text(value: str, name: str) -> bytes:
    """Text that ends with a zero byte in the library, and so can hold none."""
    if not isinstance(value, str):
        raise TypeError(f"The {name} is text, not {type(value).__name__}.")
    if "\0" in value:
        raise Error(f"The {name} has a zero character, which it cannot.", Status.ARGUMENT)
    return as_text(value, name)
