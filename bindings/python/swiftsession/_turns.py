# SPDX-License-Identifier: Apache-2.0
"""One thread at a time: what the library asks for a session, and what a program need not think of."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from ._errors import Error, Status

Method = TypeVar("Method", bound=Callable[..., Any])

_process = object()
_joining = threading.Lock()


def _start_child() -> None:
    global _process, _joining
    _process, _joining = object(), threading.Lock()


os.register_at_fork(after_in_child=_start_child)


class TakesTurns:
    """An object whose methods are `one_at_a_time`.

    A lock that another thread held when the process forked is never released in the child: what it guards is lost
    there, which is an Error and no wait for ever.
    """

    def __init__(self) -> None:
        self._turn = threading.RLock()
        self._process = _process

    def _join_process(self) -> None:
        """Goes on after a fork."""
        with _joining:
            if self._process is not _process:
                if not self._turn.acquire(blocking=False):
                    raise Error(
                        "Another thread used the session when the process forked: open it again in the child.",
                        Status.ARGUMENT,
                    )
                self._process = _process
                self._turn.release()

    def _is_free(self) -> bool:
        """Whether no call can be under way in an object that nobody else has any more."""
        return self._process is _process or self._turn.acquire(blocking=False)


def one_at_a_time(method: Method) -> Method:
    """Lets a thread wait until the object's other threads are out of it."""

    @wraps(method)
    def in_turn(self: Any, *arguments: Any, **named: Any) -> Any:
        if self._process is not _process:
            self._join_process()
        with self._turn:
            return method(self, *arguments, **named)

    return cast(Method, in_turn)
