# SPDX-License-Identifier: Apache-2.0
"""Python values as Flask's tagged JSON, to the byte, and back."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable
from datetime import date, datetime, timezone
from decimal import Decimal
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from uuid import UUID

try:
    from markupsafe import Markup
except ImportError:

    class Markup(str):  # type: ignore[no-redef]
        """Text that is safe HTML."""

        def __html__(self) -> str:
            return self


_TAGS = frozenset((" di", " t", " b", " m", " u", " d"))
_PLAIN = frozenset((str, int, float, bool, type(None)))


def encode(value: Any) -> bytes:
    """A value as tagged JSON with sorted keys; TypeError for a type that Flask cannot store either."""
    text = json.dumps(_tag(value), default=_default, sort_keys=True, separators=(",", ":"))
    return text.encode("ascii")


def decode(data: bytes) -> Any:
    """The value of tagged JSON; ValueError, TypeError or LookupError where it is none."""
    return _untag(json.loads(data))


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
        if len(value) == 1:
            key = next(iter(value))
            if key in _TAGS:
                return {" di": {f"{key}__": _tag(value[key])}}
        return {key: _tag(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return {" t": [_tag(item) for item in value]}
    if isinstance(value, list):
        return [_tag(item) for item in value]
    if isinstance(value, bytes):
        return {" b": base64.b64encode(value).decode("ascii")}
    html = getattr(value, "__html__", None)
    if callable(html):
        return {" m": str(html())}
    if isinstance(value, UUID):
        return {" u": value.hex}
    if isinstance(value, datetime):
        return {" d": http_date(value)}
    return value


def _default(value: Any) -> Any:
    # What Flask's JSON provider does with the types that json does not know.
    if isinstance(value, date):
        return http_date(value)
    if isinstance(value, Decimal):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


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


def _untag(value: Any) -> Any:
    if isinstance(value, dict):
        read = {key: _untag(item) for key, item in value.items()}
        if len(read) == 1:
            key = next(iter(read))
            if key in _READERS:
                return _READERS[key](read[key])
        return read
    if isinstance(value, list):
        return [_untag(item) for item in value]
    return value
