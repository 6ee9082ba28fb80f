# SPDX-License-Identifier: Apache-2.0
"""Python values as tagged JSON and back: as Flask writes it into its cookie, and as it goes to and from a store."""

from __future__ import annotations

import base64
import dataclasses
import enum
import json
import re
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, NamedTuple
from uuid import UUID

from ._plain import encoder, has_tags, is_plain

try:
    from markupsafe import Markup  # pyright: ignore[reportAssignmentType]
except ImportError:

    class Markup(str):  # type: ignore[no-redef]
        """Text that is safe HTML."""

        def __html__(self) -> str:
            return self


_TAGS = frozenset((" di", " t", " b", " m", " u", " d"))
_PLAIN = frozenset((str, int, float, bool, type(None)))


class Codec(NamedTuple):
    """One way to write values, with the library's name for it."""

    name: bytes
    encode: Callable[[Any], bytes]
    #: Raises ValueError, TypeError or LookupError where the bytes are no value.
    decode: Callable[[bytes], Any]


def encode(value: Any) -> bytes:
    """A value as tagged JSON with sorted keys; TypeError for a type that Flask cannot store either."""
    text: str = _sorted(value) if is_plain(value) else _sorted_with_default(_tag(value))
    return text.encode("ascii")


def decode(data: bytes) -> Any:
    """The value of tagged JSON; ValueError, TypeError or LookupError where it is none."""
    return _decoded(data, _READERS)


def encode_stored(value: Any) -> bytes:
    """A value for a store: what Flask-Session's serializer turns into something else is that already."""
    text: str = _in_order(value if is_plain(value, text_keys=True) else _plain(value))
    return text.encode("ascii")


def decode_stored(data: bytes) -> Any:
    """The value of tagged JSON whose times are in full."""
    return _decoded(data, _STORED_READERS)


def encode_pickled(value: Any) -> bytes:
    """A value for a store of pickles, which keep more types."""
    text: str = _in_order(value if is_plain(value, text_keys=True) else _kept(value))
    return text.encode("ascii")


def decode_pickled(data: bytes) -> Any:
    """The value of tagged JSON whose times are in full, each in its own zone."""
    return _decoded(data, _PICKLED_READERS)


def http_date(moment: date) -> str:
    """A moment as HTTP writes it; one without a time zone is in UTC."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    if moment.tzinfo is None:
        return format_datetime(moment.replace(tzinfo=timezone.utc), usegmt=True)
    return format_datetime(moment.astimezone(timezone.utc), usegmt=True)


def _tag(value: Any) -> Any:
    # The order is Flask's: the first that fits wins.
    if type(value) in _PLAIN:
        return value
    if isinstance(value, dict):
        return _escape({key: _tag(item) for key, item in value.items()})
    if isinstance(value, tuple):
        return {" t": [_tag(item) for item in value]}
    if isinstance(value, list):
        return [_tag(item) for item in value]
    if isinstance(value, bytes):
        return _tag_bytes(value)
    html = getattr(value, "__html__", None)
    if callable(html):
        return {" m": str(html())}
    if isinstance(value, UUID):
        return {" u": value.hex}
    if isinstance(value, datetime):
        return {" d": http_date(value)}
    return value


def _escape(tagged: dict[Any, Any]) -> dict[Any, Any]:
    if len(tagged) == 1:
        key = next(iter(tagged))
        if key in _TAGS:
            return {" di": {f"{key}__": tagged[key]}}
    return tagged


def _tag_bytes(value: bytes | bytearray | memoryview) -> dict[str, str]:
    return {" b": base64.b64encode(value).decode("ascii")}


def _default(value: Any) -> Any:
    # What Flask's JSON provider does with the types that json does not know.
    if isinstance(value, date):
        return http_date(value)
    if isinstance(value, Decimal):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _plain(value: Any) -> Any:
    # What msgspec 0.22 makes of Python's types. Beyond it, text and numbers of a class of their own are what they hold,
    # and what knows itself as HTML, such as text that is translated late, is that.
    if type(value) in _PLAIN:
        return value
    if isinstance(value, dict):
        return _escape({_plain_key(key): _plain(item) for key, item in value.items()})
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _tag_bytes(value)
    if isinstance(value, enum.Enum):
        return _plain(value.value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return {" d": _rfc_3339(value)}
    if isinstance(value, (date, time)):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _escape({field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)})
    if hasattr(type(value), "__struct_fields__"):  # a Struct of msgspec, which is then there
        return _plain(sys.modules["msgspec"].to_builtins(value, builtin_types=(bytes, datetime)))
    html = getattr(value, "__html__", None)
    if callable(html):
        return str(html())
    raise TypeError(f"Encoding objects of type {type(value).__name__} is unsupported")


def _kept(value: Any) -> Any:
    # What pickle has a type for; the rest is what a store of MessagePack has for it.
    if type(value) in _PLAIN:
        return value
    if isinstance(value, dict):
        return _escape({_plain_key(key): _kept(item) for key, item in value.items()})
    if isinstance(value, tuple):
        return {" t": [_kept(item) for item in value]}
    if isinstance(value, (list, set, frozenset)):
        return [_kept(item) for item in value]
    html = getattr(value, "__html__", None)
    if callable(html):
        return {" m": str(html())}
    if isinstance(value, UUID):
        return {" u": value.hex}
    if isinstance(value, datetime):
        return {" d": _rfc_3339(value)}
    return _plain(value)


def _plain_key(key: Any) -> Any:
    if isinstance(key, enum.Enum):
        key = key.value
    if isinstance(key, (str, int, float)) or key is None:
        return key  # json makes text of numbers
    raise TypeError(f"The keys of a map are text, not {type(key).__name__}: make text of them, or keep a list of pairs")


def _rfc_3339(moment: datetime) -> str:
    offset = moment.utcoffset()
    if offset and offset % timedelta(minutes=1):
        moment = moment.astimezone(timezone.utc)  # the format has no seconds in an offset
    return moment.isoformat(timespec="microseconds")


def _duration(span: timedelta) -> str:
    """ISO 8601 with days and seconds alone."""
    away = abs(span)
    seconds = f"{away.seconds}.{away.microseconds:06}".rstrip("0").rstrip(".") if away.microseconds else away.seconds
    days = f"{away.days}D" if away.days or not away else ""
    return f"{'-' if span < timedelta() else ''}P{days}{f'T{seconds}S' if seconds else ''}"


_RFC_3339 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def _read_rfc_3339(value: Any) -> datetime:
    """A moment in UTC; one without a zone stays so."""
    moment = _read_time(value)
    return moment if moment.tzinfo is None else moment.astimezone(timezone.utc)


def _read_time(value: Any) -> datetime:
    found = _RFC_3339.fullmatch(value)
    if not found:
        raise ValueError("not a time as RFC 3339 has it")
    seconds, fraction, zone = found.groups()
    return datetime.fromisoformat(f"{seconds}.{(fraction or '')[:6]:0<6}{'+00:00' if zone == 'Z' else zone or ''}")


def _read_date(value: Any) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, AttributeError):
        return None
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment


def _read_escaped(value: Any) -> dict[str, Any]:
    key = next(iter(value), None)
    if key is None:
        raise ValueError("an escaped map has no key")
    return {key[:-2]: value[key]}


_READERS: dict[str, Callable[[Any], Any]] = {
    " di": _read_escaped,
    " t": tuple,
    " b": base64.b64decode,
    " m": Markup,
    " u": UUID,
    " d": _read_date,
}


_STORED_READERS = {**_READERS, " d": _read_rfc_3339}
_PICKLED_READERS = {**_READERS, " d": _read_time}


def _decoded(data: bytes, readers: dict[str, Callable[[Any], Any]]) -> Any:
    text = data.decode("utf-8", "surrogatepass")
    return _untag(json.loads(text), readers) if has_tags(text) else json.loads(text)


def _untag(value: Any, readers: dict[str, Callable[[Any], Any]]) -> Any:
    if isinstance(value, dict):
        read = {key: _untag(item, readers) for key, item in value.items()}
        if len(read) == 1:
            key = next(iter(read))
            if key in readers:
                return readers[key](read[key])
        return read
    if isinstance(value, list):
        return [_untag(item, readers) for item in value]
    return value


_sorted = encoder(True)
_sorted_with_default = json.JSONEncoder(default=_default, sort_keys=True, separators=(",", ":")).encode
_in_order = encoder(False)

#: For a session that lives in its cookie.
COOKIE = Codec(b"flask", encode, decode)
#: For a session in a store.
STORED = Codec(b"tagged", encode_stored, decode_stored)
#: For a session in a store of pickles.
PICKLED = Codec(b"tagged", encode_pickled, decode_pickled)
