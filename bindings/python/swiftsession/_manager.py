# SPDX-License-Identifier: Apache-2.0
"""Settings as Python has them, and the library's manager made from them."""

from __future__ import annotations

import logging
import math
import os
import threading
from collections.abc import Callable, Mapping
from ctypes import byref, c_void_p
from datetime import datetime, timedelta
from typing import Any

from ._clients import with_addresses
from ._errors import ConfigError, Error, Status
from ._events import Listener, telling
from ._library import Clock, Log, check, error_pointer, library
from ._settings import Kind, kind_of, type_of

WallClock = Callable[[], float]

_LAST_SECOND = 253_402_300_799  # of the year 9999
_FAR = 10**12

_logger = logging.getLogger("swiftsession")
_logger.addHandler(logging.NullHandler())  # nothing goes to stderr where the program has no handlers


def _write_log(_context: int | None, level: int, message: bytes) -> None:
    # The library's INFO and WARNING are 1 and 2.
    _logger.log(logging.WARNING if level > 1 else logging.INFO, "%s", message.decode("utf-8", "replace"))


_log = Log(_write_log)


def setting(name: str, value: Any) -> bytes | list[bytes]:
    """One setting, not None, as the library takes it: text, the bytes of a key, or the items of a list."""
    kind = kind_of(name)
    if kind in (Kind.SECRETS, Kind.PATHS):
        if not isinstance(value, (list, tuple)):
            raise ConfigError(f"{name} must be a list, not {type(value).__name__}: write [{name}_1, {name}_2].")
        one = Kind.SECRET if kind is Kind.SECRETS else Kind.PATH
        return [_scalar(name, item, one, "holds") for item in value]
    if name == "SESSION_COOKIE_DOMAIN" and isinstance(value, str) and not value.isascii():
        return _internationalized(value)
    if kind is None or kind is Kind.REFUSED:
        return b""  # the library refuses the name
    return _scalar(name, value, kind, "is")


def _internationalized(domain: str) -> bytes:
    try:
        return domain.partition(":")[0].lstrip(".").encode("idna")
    except UnicodeError:
        raise ConfigError("SESSION_COOKIE_DOMAIN is not a domain name such as example.com.") from None


def _scalar(name: str, value: Any, kind: Kind, verb: str) -> bytes:
    if isinstance(value, str):
        try:
            return value.encode()
        except UnicodeEncodeError:
            raise ConfigError(f"{name} holds a lone surrogate, which is no text.") from None
    if isinstance(value, bytes):
        return value
    if kind is Kind.SECRET and isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    if kind is Kind.PATH and isinstance(value, os.PathLike):
        return os.fsencode(value)
    if kind is Kind.FLAG and isinstance(value, int) and value in (0, 1):
        return b"%d" % value
    number = _number(value, kind)
    if number is None:
        raise ConfigError(f"{name} {verb} {_described(value)}; expected {kind.value}.")
    return number


def _number(value: Any, kind: Kind) -> bytes | None:
    """A number or a duration as the library reads it; None where it is none, or none is due."""
    if isinstance(value, timedelta) and kind in (Kind.SECONDS, Kind.MILLISECONDS):
        value = value.total_seconds()
    if isinstance(value, datetime) and kind is Kind.TIME and value.tzinfo is not None:
        value = value.timestamp()
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        return None
    value = max(-_FAR, min(value, _FAR))  # of what is out of every range, not more digits than the library reads
    if kind in (Kind.SECONDS, Kind.TIME):
        return b"%d" % int(value)  # a fraction is cut off, as Flask does
    if kind is Kind.MILLISECONDS:
        return b"%.3f" % value
    if kind is Kind.NUMBER:
        return b"%d" % int(value) if value == int(value) else b"%r" % value
    return None


def _described(value: Any) -> str:
    """What a value is, without saying it: it may be a secret in a wrong place."""
    if value is None or (isinstance(value, float) and value != value):
        return str(value)
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


class Manager:
    """A manager of the library. Any thread may use it."""

    def __init__(self, settings: Mapping[str, Any], clock: WallClock | None, on_event: Listener | None = None) -> None:
        self._free = library.manager_free
        self.handle: int | None = None
        settings = with_addresses(settings)
        if settings.get("SESSION_COOKIE_DOMAIN") is False:  # how Flask before 2.3 was told not to derive one
            del settings["SESSION_COOKIE_DOMAIN"]
        #: Whether sessions live in their cookie.
        self.is_client_side = type_of(settings.get("SESSION_TYPE")) == "cookie"
        #: Whether they hold what cookies can hold.
        self.is_flasks = self.is_client_side or type_of(settings.get("SESSION_TYPE")) == "auto"
        #: Whether what they hold, or whether they count, is asked of a store.
        self.has_store = not self.is_client_side or settings.get("SESSION_REVOCATION") is not None
        #: Whether records are pickles.
        self.is_pickling = type_of(settings.get("SESSION_TYPE")) in ("filesystem", "cachelib") or type_of(
            settings.get("SESSION_SERIALIZATION_FORMAT")
        ).startswith("pickle")
        config, handle = c_void_p(), c_void_p()
        check(library.config_new(byref(config), error_pointer()))
        try:
            check(library.config_set_log(config, _log, None, error_pointer()))
            if on_event is not None:
                self._tell = telling(on_event)  # kept for as long as the library may call it
                check(library.config_set_events(config, self._tell, None, error_pointer()))
            for name, value in settings.items():
                _set(config, name, setting(name, value))
            check(library.manager_open(config, byref(handle), error_pointer()))
        finally:
            library.config_free(config)
        self.handle = handle.value
        self._clock = clock
        self._moment = moment = threading.local()
        if clock is not None:
            self._answer = Clock(lambda _context: getattr(moment, "seconds", -1))
            check(library.manager_set_clock(self.handle, self._answer, None, error_pointer()))

    def __del__(self) -> None:
        self._free(self.handle)

    def __reduce__(self) -> str:
        raise TypeError("A session manager cannot be copied or pickled; make another one.")

    def reload(self) -> None:
        """Reads the files of keys again."""
        check(library.manager_reload(self.handle, error_pointer()))

    def call(self, function: Any, *arguments: Any) -> None:
        """Makes a call that may ask for the time. An exception of the clock cannot pass through the library: the clock
        is read before."""
        if self._clock is not None:
            self._moment.seconds = _read(self._clock)
        check(function(*arguments, error_pointer()))


def _read(clock: WallClock) -> int:
    answer = clock()
    try:
        seconds = math.trunc(answer)
    except (TypeError, ValueError, OverflowError):  # of text, nan, infinity
        seconds = -1
    if not 0 <= seconds <= _LAST_SECOND:
        raise Error(
            "The clock answered with no time between 1970 and 9999; expected the seconds since 1970, as time.time().",
            Status.ARGUMENT,
        )
    return seconds


def _set(config: c_void_p, name: str, value: bytes | list[bytes]) -> None:
    known = _name(name)
    if isinstance(value, list):
        for item in value:
            check(library.config_add(config, known, item, len(item), error_pointer()))
    elif kind_of(name) is Kind.SECRET:
        check(library.config_set_bytes(config, known, value, len(value), error_pointer()))
    elif b"\0" in value:
        raise ConfigError(f"{name} holds a zero byte, which its value cannot.")
    else:
        check(library.config_set(config, known, value, error_pointer()))


def _name(name: str) -> bytes:
    if "\0" in name or not name.isascii():
        raise ConfigError(f"{name!r} is not the name of a setting.")
    return name.encode()
