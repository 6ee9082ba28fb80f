# SPDX-License-Identifier: Apache-2.0
"""Values for which the json of the standard library alone gives what tagged JSON is, many times as fast."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import chain
from typing import Any

_SCALARS = frozenset((str, int, float, bool, type(None)))
_KNOWN = _SCALARS | {dict, list}
_MAPS = frozenset((dict,))
_TEXT = frozenset((str,))
_TAGS = frozenset((" di", " t", " b", " m", " u", " d"))
_DEEPEST = 100
_FIRST_KEY = re.compile(r'\{[ \t\n\r]*"(?: |\\u0020)')


def is_plain(value: Any, *, text_keys: bool = False) -> bool:
    """Whether tagging leaves a value as it is: nothing in it but the types of JSON, and nothing that looks like a tag.

    Flask's tagging leaves all keys to json; `text_keys` is for ways to write that know text alone. What is plain has no
    cycle.
    """
    if type(value) is dict:
        if (len(value) == 1 and next(iter(value)) in _TAGS) or (text_keys and not _TEXT.issuperset(map(type, value))):
            return False
        level = list(value.values())
    elif type(value) is list:
        level = value
    else:
        return type(value) in _SCALARS
    # Level by level, so that whole levels are looked at in one call.
    for _ in range(_DEEPEST):
        kinds = set(map(type, level))
        if kinds <= _SCALARS:
            return True
        if not kinds <= _KNOWN:
            return False
        maps = level if kinds == _MAPS else [item for item in level if type(item) is dict]
        if 1 in map(len, maps) and any(len(item) == 1 and next(iter(item)) in _TAGS for item in maps):
            return False
        if text_keys and not _TEXT.issuperset(map(type, chain.from_iterable(maps))):
            return False
        lists = [item for item in level if type(item) is list] if list in kinds else ()
        level = list(chain(chain.from_iterable(map(dict.values, maps)), chain.from_iterable(lists)))
    return False


def has_tags(text: str) -> bool:
    """Whether a map of JSON may be a tag: its first key begins with a space, in either spelling."""
    return ('" ' in text or "\\u0020" in text) and _FIRST_KEY.search(text) is not None


@lru_cache(maxsize=4)
def encoder(sort_keys: bool, ensure_ascii: bool = True) -> Any:
    """What writes plain values."""
    made = json.JSONEncoder(sort_keys=sort_keys, ensure_ascii=ensure_ascii, separators=(",", ":"), check_circular=False)
    return made.encode
