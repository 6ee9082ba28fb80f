# SPDX-License-Identifier: Apache-2.0
"""Python values in records: the bytes that Flask-Session 0.8 writes for them, and what it reads them as."""

import collections
import dataclasses
import datetime
import decimal
import enum
import json
import sqlite3
import uuid
from pathlib import Path

import msgspec
import pytest
from markupsafe import Markup

import swiftsession

DATA = json.loads((Path(__file__).resolve().parents[1] / "Vectors" / "flask_session_serializer.json").read_text())
CODECS = ("msgpack", "json")


@dataclasses.dataclass
class DC:
    a: int
    b: str


class St(msgspec.Struct):
    x: int


class E(enum.Enum):
    A = "a"


class IE(enum.IntEnum):
    A = 1


class S(str):
    pass


NAMES = {
    "datetime": datetime,
    "UUID": uuid.UUID,
    "Decimal": decimal.Decimal,
    "Markup": Markup,
    "OrderedDict": collections.OrderedDict,
    "NT": collections.namedtuple("NT", "a b"),
    "DC": DC,
    "St": St,
    "nan": float("nan"),
    "inf": float("inf"),
}
#: Values whose repr is not their source.
VALUES = {
    "memoryview": {"b": memoryview(b"ab")},
    "enum": {"e": E.A},
    "intenum": {"e": IE.A},
    "object": {"o": object()},
    "function": {"f": len},
    "str subclass": {"s": S("x")},
    "defaultdict": {"d": collections.defaultdict(int, {"a": 1})},
}

KEYS = "the keys of a map are text: tagged JSON, in which values go to the library, has no others"
TEXT = "text of a class of its own is the text that it holds, where Flask-Session raises"
#: (case, codec) to what is read instead, as its repr, or the exception; and why.
DIFFERENCES = {
    ("int keys", "msgpack"): ("{'m': {'1': 'a', '-1': 'b'}}", KEYS),
    ("float keys", "msgpack"): ("{'m': {'1.5': 'a'}}", KEYS),
    ("None key", "msgpack"): ("{'m': {'null': 1}}", KEYS),
    ("None key", "json"): ("{'m': {'null': 1}}", KEYS),
    ("bool key", "msgpack"): ("{'m': {'true': 1}}", KEYS),
    ("bool key", "json"): ("{'m': {'true': 1}}", KEYS),
    ("bytes key", "msgpack"): (TypeError, KEYS),
    ("bytes key", "json"): (TypeError, KEYS),
    ("tuple key", "msgpack"): (TypeError, KEYS),
    ("tuple key", "json"): (TypeError, KEYS),
    ("markup", "msgpack"): ("{'m': '<b>'}", TEXT),
    ("markup", "json"): ("{'m': '<b>'}", TEXT),
    ("str subclass", "msgpack"): ("{'s': 'x'}", TEXT),
    ("str subclass", "json"): ("{'s': 'x'}", TEXT),
}


def value(row):
    return VALUES[row["case"]] if row["case"] in VALUES else eval(row["python_repr"], NAMES)


def manager(folder, codec):
    return swiftsession.SessionManager(
        SESSION_TYPE="sqlite",
        SESSION_SQLITE=folder / "sessions.db",
        SESSION_SERIALIZATION_FORMAT=codec,
        SESSION_PERMANENT=False,
    )


def stored(folder, codec, values):
    """The bytes of the record of a session with these values, and what the next request reads."""
    made = manager(folder, codec)
    with made.open(None) as session:
        session.update(values)
        cookie = dict(session.save())["Set-Cookie"].partition(";")[0]
    connection = sqlite3.connect(folder / "sessions.db")
    ((record,),) = connection.execute("SELECT data FROM sessions").fetchall()
    connection.close()
    with made.open(cookie) as session:
        return record.hex(), repr(dict(session))


#: Sessions with nothing in them, which are not stored.
EMPTY = ("empty", "only permanent")


@pytest.mark.parametrize("row", [row for row in DATA["vectors"] if row["case"] in EMPTY])
def test_a_session_with_nothing_in_it_is_not_stored(row, tmp_path):
    with manager(tmp_path, "msgpack").open(None) as session:
        session.update(value(row))
        assert "Max-Age=0" in dict(session.save()).get("Set-Cookie", "Max-Age=0")


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(
    "row", [pytest.param(row, id=row["case"]) for row in DATA["vectors"] if row["case"] not in EMPTY]
)
def test_values(row, codec, tmp_path):
    different, _ = DIFFERENCES.get((row["case"], codec), (None, ""))
    if isinstance(different, type):
        with pytest.raises(different):
            stored(tmp_path, codec, value(row))
    elif isinstance(different, str):
        assert stored(tmp_path, codec, value(row))[1] == different
    elif f"{codec}_error" in row:
        with pytest.raises((TypeError, swiftsession.Error)) as caught:
            stored(tmp_path, codec, value(row))
        error = row[f"{codec}_error"].partition(": ")
        assert str(caught.value) == error[2] or error[0] == "OverflowError" or "surrogate" in error[2], caught.value
    else:
        record, read = stored(tmp_path, codec, value(row))
        assert record == row[f"{codec}_hex"]
        assert read[:300] == row[f"{codec}_decoded_repr"][:300]  # the vectors' are cut somewhere behind


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("row", [pytest.param(row, id=row["case"]) for row in DATA["decode"]])
def test_records(row, codec, tmp_path):
    """What Flask-Session reads as a map is read as that, everything else is a new session and no error."""
    made = manager(tmp_path, codec)
    made.prepare()
    connection = sqlite3.connect(tmp_path / "sessions.db")
    with connection:
        connection.execute(
            "INSERT INTO sessions (session_id, data, expiry) VALUES ('session:an-id-of-theirs', ?, '2999-01-01')",
            [bytes.fromhex(row["hex"])],
        )
    connection.close()
    with made.open("session=an-id-of-theirs") as session:
        expected = row.get(f"as_{codec}_config", "")
        if row["case"] in OTHER_RECORDS:
            expected = OTHER_RECORDS[row["case"]]
        readable = expected.startswith("{")
        assert repr(dict(session)) == (expected if readable else "{}")
        assert (session.origin == swiftsession.Origin.COOKIE) == readable


#: Records that are read otherwise.
OTHER_RECORDS = {
    "msgpack map w/ non-str key": "{'1': 2}",  # see KEYS
    "msgpack ext unknown": "",  # what cannot be written again is not read
}
