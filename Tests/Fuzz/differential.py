# SPDX-License-Identifier: Apache-2.0
"""The codecs and the signers beside the real packages, on random values and on what damage makes of them.

    differential.py SEED COUNT

What the real package wrote is read, and written again to the same bytes. What was damaged is read as the same value by
both, or by neither; what ours alone refuses, it refuses on purpose, and STRICTER has it.
"""

from __future__ import annotations

import copyreg
import ctypes
import hashlib
import io
import json
import math
import pickle
import random
import resource
import sys
import uuid
from collections import Counter
from collections.abc import Callable
from ctypes import byref, c_char_p, c_size_t, c_void_p
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# ruff: noqa: E402
sys.path[:0] = [str(ROOT / "bindings" / "python"), str(ROOT / "Tests" / "Stores")]

import flask
import itsdangerous
import msgspec
from flask.json.tag import TaggedJSONSerializer
from markupsafe import Markup
from store_library import LIBRARY, Record

import swiftsession.signing

APP = flask.Flask("differential")
TAGGED = TaggedJSONSerializer()


class Refused(Exception):
    """Not read; the message says by whom and why."""


# ---- Ours


class Ours:
    """The sessions of one manager, as payloads."""

    def __init__(self) -> None:
        config, self.manager = c_void_p(), c_void_p()
        LIBRARY.swiftsession_config_new(byref(config), None)
        LIBRARY.swiftsession_config_set(config, b"SESSION_TYPE", b"memory", None)
        assert LIBRARY.swiftsession_manager_open(config, byref(self.manager), None) == 0

    def through(self, codec: str, payload: bytes) -> bytes:
        """Reads a payload, and writes what was read."""
        session, data, size, error = c_void_p(), c_void_p(), c_size_t(), Record()
        assert LIBRARY.swiftsession_open(self.manager, None, c_size_t(0), byref(session), None) == 0
        try:
            name, given = codec.encode(), (c_char_p(payload), c_size_t(len(payload)))
            if LIBRARY.swiftsession_set_payload(session, name, *given, byref(error)):
                raise Refused(f"ours: {error.message.decode()}")
            if LIBRARY.swiftsession_payload(session, name, byref(data), byref(size), byref(error)):
                raise Refused(f"ours, writing: {error.message.decode()}")
            return ctypes.string_at(data, size.value)
        finally:
            LIBRARY.swiftsession_session_free(session)


# ---- Random values


class Values:
    """Of the types that a codec keeps."""

    TEXTS = (
        "",
        "a",
        "jack",
        "é",
        "日本語",
        "\U0001f600",
        '"\\/',
        "\0\x1f\x7f",
        "</script>",
        " t",
        " b",
        " d",
        "x" * 300,
    )

    def __init__(self, choice: random.Random, types: tuple[str, ...], shortest: int = 0) -> None:
        """`shortest`: of which texts and bytes CPython has any number of objects, and pickles each."""
        self.choice, self.types = choice, types
        self.texts = [text for text in self.TEXTS if len(text) >= shortest]
        self.sizes = [size for size in (0, 1, 2, 3, 20, 300) if size >= shortest]

    def session(self) -> dict[str, Any]:
        return {self.text(): self.value(0) for _ in range(self.choice.randrange(6))}

    def value(self, depth: int) -> Any:
        return getattr(self, self.choice.choice(self.types))(depth + 1)

    def text(self, _: int = 0) -> str:
        if self.choice.random() < 0.3:
            return "".join(chr(self.choice.choice((0x41, 0xE9, 0x20AC, 0x1F600, 0x22))) for _ in range(5))
        return self.choice.choice(self.texts)

    def integer(self, _: int) -> int:
        return self.choice.choice((-1, 1)) * self.choice.getrandbits(self.choice.choice((1, 5, 7, 8, 16, 31, 32, 63)))

    def wide(self, _: int) -> int:
        return self.choice.choice((-1, 1)) * self.choice.getrandbits(self.choice.choice((64, 65, 128, 300)))

    def real(self, _: int) -> float:
        return self.choice.choice((0.1, -0.0, 1e16, 1e-5, 1e22, 5e-324, 1.7e308, self.choice.random(), 2.0**60, 123.0))

    def special(self, _: int) -> float:
        return self.choice.choice((math.inf, -math.inf, math.nan))

    def plain(self, _: int) -> bool | None:
        return self.choice.choice((True, False, None))

    def raw(self, _: int) -> bytes:
        return self.choice.randbytes(self.choice.choice(self.sizes))

    def list(self, depth: int) -> list[Any]:
        return [self.value(depth) for _ in range(self.choice.randrange(4))] if depth < 5 else []

    def tuple(self, depth: int) -> tuple[Any, ...]:
        return tuple(self.list(depth))

    def map(self, depth: int) -> dict[str, Any]:
        return {self.text(): self.value(depth) for _ in range(self.choice.randrange(4))} if depth < 5 else {}

    def second(self, _: int) -> datetime:
        return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=self.choice.randrange(-(10**9), 10**10))

    def moment(self, _: int) -> datetime:
        return self.second(0) + timedelta(microseconds=self.choice.randrange(10**6))

    def naive(self, _: int) -> datetime:
        return self.moment(0).replace(tzinfo=None)

    def id(self, _: int) -> uuid.UUID:
        return uuid.UUID(int=self.choice.getrandbits(128))

    def markup(self, _: int) -> Markup:
        return Markup(self.text())


def damaged(choice: random.Random, data: bytes, other: bytes) -> bytes:
    """With some bytes changed, removed, doubled, or taken from another one."""
    damage = bytearray(data)
    for _ in range(choice.choice((1, 1, 2, 4))):
        place = choice.randrange(len(damage) + 1)
        end = min(len(damage), place + choice.choice((1, 1, 2, 8)))
        kind = choice.randrange(5)
        if kind == 0:
            damage[place:end] = choice.randbytes(end - place)
        elif kind == 1:
            del damage[place:end]
        elif kind == 2:
            damage[place:place] = damage[place:end]
        elif kind == 3:
            start = choice.randrange(len(other) + 1)
            damage[place:end] = other[start : start + choice.randrange(1, 9)]
        elif place < len(damage):
            damage[place] = (damage[place] + choice.choice((-1, 1))) % 256
    return bytes(damage)


# ---- Theirs


def read_tagged(data: bytes) -> Any:
    with APP.app_context():
        return TAGGED.loads(data.decode())


def write_tagged(value: Any) -> bytes:
    with APP.app_context():
        return TAGGED.dumps(value).encode()


class Plain(pickle.Unpickler):
    """Makes plain data and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        known = {
            ("datetime", "datetime"): datetime,
            ("datetime", "timezone"): timezone,
            ("datetime", "timedelta"): timedelta,
            ("uuid", "UUID"): uuid.UUID,
            ("markupsafe", "Markup"): Markup,
            ("_codecs", "encode"): lambda text, name: text.encode(name),
            ("copy_reg", "_reconstructor"): copyreg._reconstructor,
            ("copyreg", "_reconstructor"): copyreg._reconstructor,
            ("__builtin__", "object"): object,
            ("builtins", "object"): object,
            ("__builtin__", "unicode"): str,
            ("builtins", "str"): str,
            ("__builtin__", "bytes"): bytes,
            ("builtins", "bytes"): bytes,
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return known[module, name]


def read_pickle(data: bytes) -> Any:
    return Plain(io.BytesIO(data)).load()


def unshared(value: Any) -> Any:
    """In which no two objects are one, as ours writes it."""
    if isinstance(value, dict):
        return {unshared(key): unshared(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([unshared(item) for item in value])
    if type(value) is str and len(value) > 1:
        return "".join([value[:1], value[1:]])
    if type(value) is bytes and len(value) > 1:
        return b"".join([value[:1], value[1:]])
    return value


def write_pickle(protocol: int) -> Callable[[Any], bytes]:
    return lambda value: pickle.dumps(unshared(value), protocol)


PLAIN = ("text", "integer", "real", "plain", "list", "map")
FLASK = (*PLAIN, "wide", "special", "raw", "tuple", "second", "id", "markup")
PICKLED = (*PLAIN, "wide", "special", "raw", "tuple", "moment", "naive", "id", "markup")

#: By the codec's name: what it keeps, how the real package writes it and how it reads it.
CODECS: dict[str, tuple[tuple[str, ...], Callable[[Any], bytes], Callable[[bytes], Any]]] = {
    "flask": (FLASK, write_tagged, read_tagged),
    "json": (PLAIN, msgspec.json.encode, msgspec.json.decode),
    "msgpack": ((*PLAIN, "raw", "moment", "special"), msgspec.msgpack.encode, msgspec.msgpack.decode),
    "pickle0": (PICKLED, write_pickle(0), read_pickle),
    "pickle4": (PICKLED, write_pickle(4), read_pickle),
    "pickle5": (PICKLED, write_pickle(5), read_pickle),
}

#: What ours refuses on purpose, by what it says.
STRICTER = (
    "not a pickle of plain data",  # pickle runs whatever it is given until the first stop, or the first error
    "an extension type that is not the time's cannot be kept",
    "holds what it cannot stand for",  # a tuple of a text's letters
)


def read_by(read: Callable[[bytes], Any], data: bytes) -> tuple[Any, str]:
    """A session, or why it is none."""
    try:
        value = read(data)
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"
    return (value, "") if isinstance(value, dict) else (None, "no map")


def compare(ours: Ours, codec: str, damage: bytes) -> str:
    """What came of a damaged payload."""
    read = CODECS[codec][2]
    theirs, reason = read_by(read, damage)
    try:
        written = ours.through(codec, damage)
    except Refused as error:
        if reason:
            return "neither"
        assert any(text in str(error) for text in STRICTER), f"only theirs, {error}: {damage!r}"
        return "only theirs"
    if reason and codec.startswith("pickle") and damage[2:3] == b"\x95":
        # A frame says how much to read at once, and ours does not need to know.
        theirs, reason = read_by(read, damage[:2] + damage[11:])
    if reason.startswith("TypeError") and codec.startswith("pickle"):
        # To call a class without arguments, and to make an object of it, are one to ours.
        theirs, reason = read_by(read, damage.replace(b")R", b")\x81"))
    if reason.startswith("OverflowError"):
        return "only ours"  # a date of Flask's with a year of many digits ends its request; it is no date
    assert not reason, f"only ours, {reason}: {damage!r}"
    again = read(written)
    # Which of two equal readings of a clock is meant is not kept.
    assert repr(again) == repr(theirs).replace(", fold=1", ""), f"{damage!r}\ntheirs {theirs!r}\nours   {again!r}"
    return "both"


# ---- Signers

SERIALIZERS = ("URLSafeSerializer", "URLSafeTimedSerializer")
SIGNERS = ("Signer", "TimestampSigner")


def pair(choice: random.Random, kind: str) -> list[Any]:
    """A signer of the real package and one of ours, alike."""
    key, salt = choice.randbytes(choice.randrange(1, 40)), choice.randbytes(choice.randrange(1, 20))
    options = {
        "key_derivation": choice.choice(("concat", "django-concat", "hmac", "none")),
        "digest_method": choice.choice((hashlib.sha1, hashlib.sha256, hashlib.sha512)),
    }
    given = {"signer_kwargs": options} if kind in SERIALIZERS else options
    return [getattr(module, kind)(key, salt, **given) for module in (itsdangerous, swiftsession.signing)]


def read_signed(signer: Any, data: bytes) -> str:
    """What it holds, or why it holds nothing."""
    try:
        return repr(signer.loads(data) if hasattr(signer, "loads") else signer.unsign(data))
    except (itsdangerous.BadData, swiftsession.signing.BadData):
        return "refused"


def compare_signers(choice: random.Random, before: bytes) -> tuple[str, bytes]:
    """One value, signed by both in the same way, and read by both when it is damaged."""
    kind = choice.choice(SERIALIZERS + SIGNERS)
    signers = pair(choice, kind)
    value: Any = Values(choice, (*PLAIN, "wide")).session()
    if kind in SIGNERS:
        value = json.dumps(value).encode()
    signed, again = [
        bytes(itsdangerous.want_bytes((s.dumps if kind in SERIALIZERS else s.sign)(value))) for s in signers
    ]
    assert "Time" in kind or signed == again, f"{kind}: theirs {signed!r}, ours {again!r}"
    damage = damaged(choice, signed, before)
    for data in (signed, again, damage):
        theirs, ours = (read_signed(signer, data) for signer in signers)
        # Ours takes one spelling of a signature.
        is_spelling = data.rpartition(b".")[0] == signed.rpartition(b".")[0]
        assert theirs == ours or (data is damage and ours == "refused" and is_spelling), (
            kind,
            data,
            signed,
            theirs,
            ours,
        )
    return "neither" if theirs == "refused" else "both" if theirs == ours else "only theirs", signed


def main(seed: str, count: str) -> None:
    # A damaged pickle asks for any size.
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, resource.RLIM_INFINITY))
    choice, ours, outcomes = random.Random(int(seed)), Ours(), Counter[str]()
    before = b""
    for number in range(int(count)):
        place = f"seed {seed}, {number}"
        codec = [*CODECS, "signed"][number % (len(CODECS) + 1)]
        if codec == "signed":
            outcome, before = compare_signers(choice, before)
        else:
            types, write, _ = CODECS[codec]
            value = Values(choice, types, 2 if codec.startswith("pickle") else 0).session()
            data = write(value)
            written = ours.through(codec, data)
            assert written == data, f"{codec}, {place}: {value!r}\ntheirs {data!r}\nours   {written!r}"
            try:
                outcome = compare(ours, codec, damaged(choice, data, before))
            except AssertionError as error:
                raise AssertionError(f"{codec}, {place}: {error}") from error
            before = data
        outcomes[f"{codec}, read by {outcome}"] += 1
    for outcome, times in sorted(outcomes.items()):
        print(f"{outcome}: {times}")


if __name__ == "__main__":
    main(*sys.argv[1:])
