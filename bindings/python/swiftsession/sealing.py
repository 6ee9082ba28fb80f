# SPDX-License-Identifier: Apache-2.0
"""Values that only who has the key can read or make: what sealed cookies are made of, without sessions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from ctypes import byref, c_int64, c_size_t, c_void_p
from typing import Union

from ._library import borrowed, check, error_pointer, library

__all__ = ["Sealer"]

Key = Union[str, bytes]


def _bytes(text: Key) -> bytes:
    return text.encode() if isinstance(text, str) else text


class Sealer:
    """Seals bytes, with the time, as base64url. Any thread may use it.

    `keys` is one key of at least 32 bytes or several, oldest first: the last one seals, all of them open. What was
    sealed opens with the same purpose, application and name alone.
    """

    def __init__(
        self,
        keys: Key | Sequence[Key],
        purpose: str,
        *,
        application: str = "",
        name: str = "",
        padding: int = 0,
        compress: bool = False,
    ) -> None:
        self._free = library.signer_free
        self._handle: int | None = None
        handle = c_void_p()
        check(library.signer_new(byref(handle), error_pointer()))
        self._handle = handle.value
        self._set("sealed", b"true")
        self._set("salt", purpose.encode())
        self._set("application", application.encode())
        self._set("name", name.encode())
        self._set("url_safe", b"true")
        self._set("compress", b"true" if compress else b"false")
        if padding:
            self._set("padding", b"%d" % padding)
        for key in [keys] if isinstance(keys, (str, bytes)) else keys:
            data = _bytes(key)
            check(library.signer_add_key(self._handle, data, len(data), error_pointer()))

    def __del__(self) -> None:
        self._free(self._handle)

    def __reduce__(self) -> str:
        raise TypeError("A sealer cannot be copied or pickled; make another one.")

    def seal(self, value: Key, *, now: float | None = None) -> str:
        """The value, sealed."""
        data = _bytes(value)
        text, size = c_void_p(), c_size_t()
        arguments = (data, len(data), _now(now), byref(text), byref(size), error_pointer())
        check(library.signer_sign(self._handle, *arguments))
        try:
            return borrowed(text, size).decode("ascii")
        finally:
            library.free(text)

    def open(self, sealed: Key, *, max_age: int | None = None, now: float | None = None) -> bytes:
        """What was sealed, or an Error: TAMPERED, EXPIRED, MALFORMED."""
        return self.open_dated(sealed, max_age=max_age, now=now)[0]

    def open_dated(self, sealed: Key, *, max_age: int | None = None, now: float | None = None) -> tuple[bytes, int]:
        """What was sealed, and when, in seconds since 1970."""
        data = _bytes(sealed)
        value, size, issued = c_void_p(), c_size_t(), c_int64()
        age = -1 if max_age is None else max_age
        arguments = (data, len(data), _now(now), age, byref(value), byref(size), byref(issued), error_pointer())
        check(library.signer_unsign(self._handle, *arguments))
        try:
            return borrowed(value, size), issued.value
        finally:
            library.free(value)

    def _set(self, option: str, value: bytes) -> None:
        check(library.signer_set(self._handle, option.encode(), value, len(value), error_pointer()))


def _now(now: float | None) -> int:
    return int(time.time() if now is None else now)
