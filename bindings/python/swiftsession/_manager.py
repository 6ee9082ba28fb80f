# SPDX-License-Identifier: Apache-2.0
"""Settings as Python has them, and the library's manager made from them."""

from __future__ import annotations

import logging
import math
import os
import threading
from collections.abc import Callable, Mapping
from ctypes import byref, c_void_p
from datetime import timedelta
from typing import Any

from ._clients import with_addresses
from ._errors import ConfigError
from ._library import Clock, Log, check, error_pointer, library

#: Settings that are lists: one plain text would be a list of its letters.
LISTS = frozenset(("SECRET_KEY_FALLBACKS", "SECRET_KEY_FALLBACKS_FILES"))

WallClock = Callable[[], float]

_logger = logging.getLogger("swiftsession")
_logger.addHandler(logging.NullHandler())  # nothing goes to stderr where the program has no handlers


def _write_log(_context: int | None, level: int, message: bytes) -> None:
    # The library's INFO and WARNING are 1 and 2.
    _logger.log(logging.WARNING if level > 1 else logging.INFO, "%s", message.decode("utf-8", "replace"))


_log = Log(_write_log)


def setting(name: str, value: Any) -> bytes | list[bytes]:
    """One setting, not None, as the library takes it: text, the bytes of a key, or the items of a list."""
    if name in LISTS:
        if isinstance(value, (str, bytes)) or not isinstance(value, (list, tuple)):
            raise ConfigError(f"{name} must be a list, not {type(value).__name__}: write [{name}_1, {name}_2].")
        return [_scalar(name, item) for item in value]
    if name == "SESSION_COOKIE_DOMAIN" and isinstance(value, str) and not value.isascii():
        return _internationalized(value)
    return _scalar(name, value)


def _internationalized(domain: str) -> bytes:
    try:
        return domain.partition(":")[0].lstrip(".").encode("idna")
    except UnicodeError:
        raise ConfigError("SESSION_COOKIE_DOMAIN is not a domain name such as example.com.") from None


def _scalar(name: str, value: Any) -> bytes:
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, timedelta):
        return b"%d" % int(value.total_seconds())
    if isinstance(value, int):
        return b"%d" % value
    if isinstance(value, float) and math.isfinite(value):
        return b"%d" % int(value) if value.is_integer() else repr(value).encode()
    if isinstance(value, bytes):
        return value
    if isinstance(value, os.PathLike):
        return os.fsencode(value)
    if isinstance(value, str):
        try:
            return value.encode()
        except UnicodeEncodeError:
            raise ConfigError(f"{name} holds a lone surrogate, which is no text.") from None
    raise ConfigError(f"{name} is a {type(value).__name__}; expected text, a number, a boolean or a list.")


class Manager:
    """A manager of the library. Any thread may use it."""

    def __init__(self, settings: Mapping[str, Any], clock: WallClock | None) -> None:
        self._free = library.manager_free
        self.handle: int | None = None
        settings = with_addresses(settings)
        #: Whether sessions live in their cookie.
        self.is_client_side = _is_client_side(settings.get("SESSION_TYPE"))
        config, handle = c_void_p(), c_void_p()
        check(library.config_new(byref(config), error_pointer()))
        try:
            check(library.config_set_log(config, _log, None, error_pointer()))
            for name, value in settings.items():
                _set(config, name, setting(name, value))
            check(library.manager_open(config, byref(handle), error_pointer()))
        finally:
            library.config_free(config)
        self.handle = handle.value
        self._failures = threading.local()
        self._clock = None if clock is None else Clock(self._guarded(clock))
        if self._clock is not None:
            check(library.manager_set_clock(self.handle, self._clock, None, error_pointer()))

    def __del__(self) -> None:
        self._free(self.handle)

    def __reduce__(self) -> str:
        raise TypeError("A session manager cannot be copied or pickled; make another one.")

    def _guarded(self, clock: WallClock) -> Callable[[int | None], int]:
        # An exception cannot pass through the library: it is kept for the call that asked for the time.
        failures = self._failures

        def now(_context: int | None) -> int:
            try:
                return int(clock())
            except BaseException as problem:
                failures.problem = problem
                return 0

        return now

    def check_clock(self) -> None:
        """Raises what the clock raised on this thread."""
        if self._clock is not None:
            problem = getattr(self._failures, "problem", None)
            if problem is not None:
                self._failures.problem = None
                raise problem


def _is_client_side(session_type: Any) -> bool:
    return isinstance(session_type, (str, bytes)) and session_type.lower() in ("cookie", b"cookie")


def _set(config: c_void_p, name: str, value: bytes | list[bytes]) -> None:
    known = _name(name)
    if isinstance(value, list):
        for item in value:
            check(library.config_add(config, known, item, len(item), error_pointer()))
    elif name == "SECRET_KEY":
        check(library.config_set_bytes(config, known, value, len(value), error_pointer()))
    elif b"\0" in value:
        raise ConfigError(f"{name} holds a zero byte, which its value cannot.")
    else:
        check(library.config_set(config, known, value, error_pointer()))


def _name(name: str) -> bytes:
    if "\0" in name or not name.isascii():
        raise ConfigError(f"{name!r} is not the name of a setting.")
    return name.encode()
