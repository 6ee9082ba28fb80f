# SPDX-License-Identifier: Apache-2.0
"""What happens to sessions, as a program is told."""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

from ._errors import Status
from ._library import Events

_logger = logging.getLogger("swiftsession")


class EventKind(enum.IntEnum):
    """What happened; the header says when."""

    OPENED = 1
    REJECTED = 2
    EXPIRED = 3
    CREATED = 4
    SAVED = 5
    TOUCHED = 6
    MERGED = 7
    RENEWED = 8
    CONFLICT = 9
    GONE = 10
    LOGIN = 11
    ENDED = 12
    USER_ENDED = 13
    STORE_ERROR = 14


class Event(NamedTuple):
    """One event. Sessions and users have names in it that only tell events of the same one: no id, no user."""

    #: A member of `EventKind`.
    kind: int
    #: A member of `Status`, where there is a reason.
    reason: int | None
    #: The session; None for one that lives in its cookie.
    session: str | None
    #: The same session under the id that it had before RENEWED.
    previous: str | None
    #: Whose the session is, where that is known.
    user: str | None


Listener = Callable[[Event], object]


def telling(listener: Listener) -> Any:
    """What the library calls for a listener. An exception cannot pass through the library: it is logged."""

    def tell(_context: int | None, told: Any) -> None:
        try:
            record = told.contents
            listener(
                Event(
                    _member(EventKind, record.kind),
                    _member(Status, record.reason) if record.reason else None,
                    _name(record.session),
                    _name(record.previous),
                    _name(record.user),
                )
            )
        except Exception:
            _logger.exception("on_event raised, and the request went on")

    return Events(tell)


def _member(kind: type[enum.IntEnum], number: int) -> int:
    return kind(number) if number in kind._value2member_map_ else number


def _name(name: bytes | None) -> str | None:
    return None if name is None else name.decode("ascii")
