# SPDX-License-Identifier: Apache-2.0
"""Sealed records: ours opens what an independent program made from docs/formats.md, and the other way around."""

import base64
import json
import random
import sqlite3
from datetime import datetime, timezone
from pathlib import Path

import msgspec
import pytest

from independent import Records, Refused, key_id
from swiftsession import Error, SessionManager, Status

VECTORS = json.loads((Path(__file__).resolve().parents[1] / "Vectors" / "sealed.json").read_text())["records"]
KEY = bytes(range(32))
OLD = bytes(range(100, 140))
NOW = 1_800_000_000


class Store:
    """A SQLite file, as a program that is not ours has it."""

    def __init__(self, folder):
        self.path = str(folder / "sessions.db")

    def manager(self, now=NOW, **settings):
        return SessionManager(
            clock=lambda: now,
            **{
                "SECRET_KEY": KEY,
                "SESSION_TYPE": "sqlite",
                "SESSION_SQLITE": self.path,
                "SESSION_RECORD_FORMAT": "sealed",
                "SESSION_SERIALIZATION_FORMAT": "json",
                **settings,
            },
        )

    def rows(self):
        with sqlite3.connect(self.path) as connection:
            return {key.encode(): data for key, data in connection.execute("SELECT session_id, data FROM sessions")}

    def put(self, key, data, expiry=1_900_000_000):
        """As the table has a time."""
        time = datetime.fromtimestamp(expiry, timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
        with sqlite3.connect(self.path) as connection:
            connection.execute("DELETE FROM sessions WHERE session_id = ?", [key.decode()])
            row = [key.decode(), data, time]
            connection.execute("INSERT INTO sessions (session_id, data, expiry) VALUES (?, ?, ?)", row)


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    store.manager().prepare()
    return store


def cookie(headers):
    return next(value.partition(";")[0] for name, value in headers if name == "Set-Cookie")


def made(manager, **values):
    """The id of a new session."""
    session = manager.open(None)
    session.update(values)
    return cookie(session.save()).partition("=")[2].encode()


def opened(manager, found_by):
    return manager.open(f"session={found_by.decode()}")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["what"])
def test_the_published_records_open(store, vector):
    raw = {name: bytes.fromhex(vector[name]) for name in ("key", "salt", "record", "message")}
    found_by, key = vector["found_by"].encode(), vector["store_key"].encode()
    records = Records(raw["key"], vector["application"].encode(), vector["prefix"].encode())
    assert records.store_key(found_by) == key
    assert records.seal(found_by, raw["record"], vector["expiry"], raw["salt"]) == raw["message"]
    assert records.open(found_by, raw["message"]) == (raw["record"], vector["expiry"])
    store.put(key, raw["message"])
    named = {"SESSION_APPLICATION": vector["application"], "SESSION_KEY_PREFIX": vector["prefix"]}
    session = opened(store.manager(SECRET_KEY=raw["key"], **named), found_by)
    if raw["record"].startswith(b"{"):
        assert dict(session) == json.loads(raw["record"])
    else:
        assert session.is_new


def some_records(count):
    """The same at every run."""
    generator = random.Random(9)
    for _ in range(count):
        key = generator.randbytes(generator.choice((32, 33, 64, 200)))
        texts = ["".join(generator.choices("aé:|.", k=generator.randrange(1, 5))) for _ in range(2)]
        values = {"v": "x" * generator.choice((0, 1, 7, 8, 300, 3000)), "n": generator.randrange(1 << 40)}
        yield key, *texts, values


@pytest.mark.parametrize("key, application, prefix, values", some_records(40))
def test_records_open_in_both_directions(store, key, application, prefix, values):
    manager = store.manager(SECRET_KEY=key, SESSION_APPLICATION=application, SESSION_KEY_PREFIX=prefix)
    records = Records(key, application.encode(), prefix.encode())
    found_by = made(manager, **values)
    ((store_key, message),) = store.rows().items()
    assert store_key == records.store_key(found_by) and message[1:9] == key_id(key)
    record, expiry = records.open(found_by, message)
    life = {"created": NOW, "renewed": NOW}
    assert json.loads(record) == {"_permanent": True, **values, "_swiftsession": life}
    assert expiry == NOW + 31 * 86400
    assert records.seal(found_by, record, expiry, message[9:33]) == message
    values["n"] += 1
    theirs = records.seal(found_by, json.dumps(values).encode(), NOW + 100)
    store.put(store_key, theirs)
    assert dict(opened(manager, found_by)) == values


def test_a_user_is_found_by_their_name_alone(store):
    manager = store.manager()
    session = manager.open(None)
    session.login("jack", label="phone")
    found_by = cookie(session.save()).partition("=")[2].encode()
    records, user = Records(KEY), Records.of_user(b"jack")
    rows = store.rows()
    assert set(rows) == {records.store_key(found_by), records.store_key(user)}
    record, expiry = records.open(user, rows[records.store_key(user)])
    assert expiry == NOW + 2 * 31 * 86400 and record.startswith(b"N.swiftsession user ")
    values = msgspec.msgpack.decode(record.removeprefix(b"N.swiftsession user "))
    assert values["sessions"] == [[records.name(found_by).decode(), NOW, "phone"]]
    assert found_by not in record and b"jack" not in record


def test_nobody_reads_a_record_that_was_put_elsewhere(store):
    manager, records = store.manager(), Records(KEY)
    mine, other = made(manager, user="jack"), made(manager, user="jill")
    message = store.rows()[records.store_key(other)]
    record, expiry = records.open(other, message)
    for forged in (
        message,
        Records(KEY, b"shop").seal(mine, record, expiry),
        Records(KEY, b"", b"s:").seal(mine, record, expiry),
        Records(OLD).seal(mine, record, expiry),
        b"\x01" + key_id(OLD) + records.seal(mine, record, expiry)[9:],
        b"\x02" + records.seal(mine, record, expiry)[1:],
        records.seal(mine, record, expiry)[:-1],
        b"",
        record,
        records.seal(mine, record, NOW),
        records.seal(mine, b"", expiry),
    ):
        store.put(records.store_key(mine), forged)
        assert opened(manager, mine).is_new
    store.put(records.store_key(mine), records.seal(mine, record, NOW + 1))
    assert opened(manager, mine)["user"] == "jill"
    # Under its own id, as Flask-Session has it.
    store.put(b"session:" + mine, record)
    assert opened(store.manager(SESSION_RECORD_FORMAT="flask-session"), mine)["user"] == "jill"
    store.put(records.store_key(mine), b"")
    assert opened(manager, mine).is_new


def test_a_name_is_no_id(store):
    manager, records = store.manager(), Records(KEY)
    found_by = made(manager, user="jack")
    for known in (records.name(found_by), records.name(found_by).removeprefix(b"sealed.")):
        assert opened(manager, known).is_new


def test_a_record_gets_the_new_key_when_it_is_looked_at(store):
    found_by = made(store.manager(SECRET_KEY=OLD), user="jack")
    key = Records.name(found_by)
    between = store.manager(now=NOW + 9, SECRET_KEY=KEY, SECRET_KEY_FALLBACKS=[OLD])
    assert opened(between, found_by)["user"] == "jack"
    message = store.rows()[b"session:" + key]
    assert message[1:9] == key_id(KEY)
    assert Records(KEY).open(found_by, message)[1] == NOW + 31 * 86400
    assert opened(store.manager(), found_by)["user"] == "jack"
    assert opened(store.manager(SECRET_KEY=OLD), found_by).is_new


def test_a_reload_takes_keys_for_records(store, tmp_path):
    file = tmp_path / "keys"

    def write(*keys):
        file.write_text("".join(f"k{n} - - {p} {base64.b64encode(k).decode()}\n" for n, (p, k) in enumerate(keys)))

    write(("records", OLD), ("cookies", OLD[::-1]))
    manager = store.manager(SESSION_KEYS_FILE=str(file))
    found_by = made(manager, user="jack")
    assert store.rows()[b"session:" + Records.name(found_by)][1:9] == key_id(OLD)
    write(("records", OLD), ("records", KEY[::-1]))
    manager.reload()
    assert opened(manager, found_by)["user"] == "jack"
    assert store.rows()[b"session:" + Records.name(found_by)][1:9] == key_id(KEY[::-1])


@pytest.mark.parametrize(
    "settings, status",
    [
        ({"SECRET_KEY": None}, Status.CONFIG),
        ({"SECRET_KEY": KEY[:31]}, Status.CONFIG),
        ({"SESSION_KEY_PREFIX": "k" * 206}, Status.CONFIG),
        ({"SESSION_TYPE": "cookie"}, Status.UNSUPPORTED),
    ],
)
def test_what_cannot_be_sealed_is_refused_at_once(store, settings, status):
    with pytest.raises(Error) as caught:
        store.manager(**settings)
    assert caught.value.status == status


def test_a_store_of_users_is_sealed_too(store):
    manager = store.manager(SESSION_TYPE="cookie", SESSION_REVOCATION="sqlite")
    session = manager.open(None)
    session.login("jack")
    session.save()
    ((key, message),) = store.rows().items()
    found_by = b"cookies." + Records.of_user(b"jack").removeprefix(b"user.")
    assert key == Records(KEY).store_key(found_by)
    assert Records(KEY).open(found_by, message)[0].startswith(b"N.swiftsession user ")
    with pytest.raises(Refused):
        Records(OLD).open(found_by, message)
