# SPDX-License-Identifier: Apache-2.0
"""Finds the shared library and declares its functions, once."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
import threading
from ctypes import POINTER, c_char, c_char_p, c_int32, c_int64, c_size_t, c_void_p, string_at
from pathlib import Path
from typing import Any

from ._errors import Error, error_of

SONAME = "libswiftsession.so.0"


class ErrorRecord(ctypes.Structure):
    """swiftsession_error."""

    _fields_ = (("status", c_int32), ("native", c_int32), ("message", c_char * 248))


class MigrationRecord(ctypes.Structure):
    """swiftsession_migration."""

    _fields_ = (
        ("moved", c_int64),
        ("skipped", c_int64),
        ("unreadable", c_int64),
        ("position_size", c_int32),
        ("position", c_char * 260),
    )


Clock = ctypes.CFUNCTYPE(c_int64, c_void_p)
Log = ctypes.CFUNCTYPE(None, c_void_p, c_int32, c_char_p)


class EventRecord(ctypes.Structure):
    """swiftsession_event."""

    _fields_ = (
        ("size", c_size_t),
        ("kind", c_int32),
        ("reason", c_int32),
        ("name", c_char_p),
        ("session", c_char_p),
        ("previous", c_char_p),
        ("user", c_char_p),
    )


Events = ctypes.CFUNCTYPE(None, c_void_p, POINTER(EventRecord))

_DATA = (c_void_p, c_size_t)  # const void *, size_t
_BORROWED = (POINTER(c_void_p), POINTER(c_size_t))  # const char ** or void **, size_t *
_NEW = POINTER(c_void_p)  # a handle that comes out

# Functions that answer with a status take `swiftsession_error *` after these.
_FALLIBLE: dict[str, tuple[Any, ...]] = {
    "config_new": (_NEW,),
    "config_set": (c_void_p, c_char_p, c_char_p),
    "config_set_bytes": (c_void_p, c_char_p, *_DATA),
    "config_add": (c_void_p, c_char_p, *_DATA),
    "config_load": (c_void_p, c_char_p),
    "config_environment": (c_void_p, c_char_p),
    "config_set_log": (c_void_p, Log, c_void_p),
    "config_set_events": (c_void_p, Events, c_void_p),
    "manager_open": (c_void_p, _NEW),
    "manager_set_clock": (c_void_p, Clock, c_void_p),
    "manager_metrics": (c_void_p, *_BORROWED),
    "manager_reload": (c_void_p,),
    "manager_prepare": (c_void_p,),
    "manager_ping": (c_void_p,),
    "manager_sweep": (c_void_p, c_int64, POINTER(c_int32)),
    "migrate": (c_void_p, c_int64, POINTER(MigrationRecord), POINTER(c_int32)),
    "manager_end_user": (c_void_p, *_DATA),
    "manager_user_sessions": (c_void_p, c_void_p, *_DATA, *_BORROWED),
    "manager_end_session": (c_void_p, *_DATA, c_char_p),
    "open": (c_void_p, *_DATA, _NEW),
    "open_value": (c_void_p, *_DATA, _NEW),
    "load": (c_void_p,),
    "peek": (c_void_p,),
    "get_json": (c_void_p, c_char_p, *_BORROWED),
    "set_json": (c_void_p, c_char_p, *_DATA),
    "add": (c_void_p, c_char_p, c_int64, POINTER(c_int64)),
    "append": (c_void_p, c_char_p, *_DATA),
    "remove_item": (c_void_p, c_char_p, *_DATA, POINTER(c_int32)),
    "set_if_absent": (c_void_p, c_char_p, *_DATA, POINTER(c_int32)),
    "update_json": (c_void_p, c_char_p, *_DATA),
    "remove": (c_void_p, c_char_p),
    "clear": (c_void_p,),
    "set_permanent": (c_void_p, c_int32),
    "set_modified": (c_void_p, c_int32),
    "set_accessed": (c_void_p, c_int32),
    "payload": (c_void_p, c_char_p, *_BORROWED),
    "set_payload": (c_void_p, c_char_p, *_DATA),
    "login": (c_void_p, *_DATA, c_char_p),
    "logout": (c_void_p,),
    "user": (c_void_p, *_BORROWED),
    "end_others": (c_void_p,),
    "csrf_token": (c_void_p, *_BORROWED),
    "csrf_check": (c_void_p, *_DATA, c_int64),
    "flashed": (c_void_p, POINTER(c_size_t)),
    "renew": (c_void_p,),
    "destroy": (c_void_p,),
    "save": (c_void_p,),
    "signer_new": (_NEW,),
    "signer_set": (c_void_p, c_char_p, *_DATA),
    "signer_add_key": (c_void_p, *_DATA),
    "signer_sign": (c_void_p, *_DATA, c_int64, *_BORROWED),
    "signer_unsign": (c_void_p, *_DATA, c_int64, c_int64, *_BORROWED, POINTER(c_int64)),
}

# Functions that cannot fail: what they answer with, and what they take.
_INFALLIBLE: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "version": (c_char_p, ()),
    "free": (None, (c_void_p,)),
    "config_free": (None, (c_void_p,)),
    "manager_free": (None, (c_void_p,)),
    "session_free": (None, (c_void_p,)),
    "signer_free": (None, (c_void_p,)),
    "origin": (c_int32, (c_void_p,)),
    "is_new": (c_int32, (c_void_p,)),
    "id": (c_char_p, (c_void_p,)),
    "permanent": (c_int32, (c_void_p,)),
    "modified": (c_int32, (c_void_p,)),
    "accessed": (c_int32, (c_void_p,)),
    "header_count": (c_size_t, (c_void_p,)),
    "header_name": (c_char_p, (c_void_p, c_size_t)),
    "header_value": (c_char_p, (c_void_p, c_size_t)),
}


class Library:
    """The functions of the header, without their prefix. A fallible one answers with its status; see `check`."""

    def __init__(self, loaded: ctypes.CDLL) -> None:
        for name, arguments in _FALLIBLE.items():
            self._declare(loaded, name, c_int32, (*arguments, POINTER(ErrorRecord)))
        for name, (result, arguments) in _INFALLIBLE.items():
            self._declare(loaded, name, result, arguments)

    def _declare(self, loaded: ctypes.CDLL, name: str, result: Any, arguments: tuple[Any, ...]) -> None:
        function = getattr(loaded, f"swiftsession_{name}")
        function.restype = result
        function.argtypes = arguments
        setattr(self, name, function)

    def __getattr__(self, name: str) -> Any:  # only for type checkers: every function is set above
        raise AttributeError(name)


def _candidates() -> list[str]:
    """Where the library may be, best first; a name without a slash is left to the dynamic linker."""
    named = os.environ.get("SWIFTSESSION_LIBRARY")
    if named:
        return [named]
    package = Path(__file__).resolve().parent
    beside = [package / SONAME]
    if len(package.parents) > 2:
        beside.append(package.parents[2] / ".build" / "swiftsession" / SONAME)
    return [str(path) for path in beside if path.is_file()] + [SONAME]


def _load() -> Library:
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "AMD64") or sys.maxsize < 2**32:
        raise ImportError(
            f"swiftsession supports Linux on x86-64 with glibc, and this is {sys.platform} on {platform.machine()}."
        )
    path = _candidates()[0]
    try:
        return Library(ctypes.CDLL(path))
    except OSError as problem:
        raise ImportError(
            f"swiftsession could not load {path} ({problem}). It is looked for at SWIFTSESSION_LIBRARY, beside the "
            f"package, in the checkout that the package is in, and where the dynamic linker looks. Run `make build` in "
            f"the checkout, and `make install` for a package outside of it, or set SWIFTSESSION_LIBRARY to the path of "
            f"{SONAME}."
        ) from None
    except AttributeError as problem:
        raise ImportError(
            f"swiftsession found {path}, which is another release than this package: install the same release of "
            f"both ({problem})."
        ) from None


library = _load()


class _Record(threading.local):
    """One error record a thread, and one place for a result, so that a call need not make them."""

    def __init__(self) -> None:
        self.record = ErrorRecord()
        self.pointer = ctypes.byref(self.record)
        self.data, self.size = c_void_p(), c_size_t()
        self.places = ctypes.byref(self.data), ctypes.byref(self.size), self.pointer


_thread = _Record()


def error_pointer() -> Any:
    """What a fallible function takes as its last argument."""
    return _thread.pointer


def last_error() -> Error:
    """The exception for the call of this thread that has just failed."""
    record = _thread.record
    return error_of(record.message.decode("utf-8", "replace"), record.status, record.native)


def check(status: int) -> None:
    """Raises what a fallible function of the library answered."""
    if status:
        raise last_error()


def lent(function: Any, *arguments: Any) -> bytes:
    """A copy of the result of a fallible function, which the library keeps."""
    thread = _thread
    if function(*arguments, *thread.places):
        raise last_error()
    size = thread.size.value
    return string_at(thread.data.value or 0, size) if size else b""


def borrowed(pointer: c_void_p, size: c_size_t) -> bytes:
    """A copy of a result that the library keeps."""
    return string_at(pointer.value, size.value) if pointer.value and size.value else b""


__all__ = [
    "Clock",
    "EventRecord",
    "Events",
    "Library",
    "Log",
    "borrowed",
    "check",
    "error_pointer",
    "last_error",
    "lent",
    "library",
]
