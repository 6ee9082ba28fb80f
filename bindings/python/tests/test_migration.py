# SPDX-License-Identifier: Apache-2.0
"""Sessions that move from another store, as Python's settings name it."""

import hashlib
from datetime import datetime, timedelta, timezone

import pytest
from cachelib import FileSystemCache

from swiftsession import ConfigError, Error, Migration, SessionManager
from swiftsession._clients import with_addresses
from swiftsession._settings import asked_for, meant

UNTIL = datetime.now(timezone.utc) + timedelta(days=1)


def started(manager):
    with manager.open(None) as session:
        session["user"] = "jack"
        return dict(session.save())["Set-Cookie"].partition(";")[0]


def test_a_session_moves_and_a_bulk_counts(tmp_path):
    old = {"SESSION_SQLITE": tmp_path / "old.db"}
    before = SessionManager(SESSION_TYPE="sqlite", **old)
    cookies = [started(before) for _ in range(5)]
    moving = {"SESSION_MIGRATE_FROM": "sqlite", "SESSION_MIGRATE_UNTIL": UNTIL, **old}
    now = SessionManager(SESSION_TYPE="filesystem", SESSION_FILE_DIR=tmp_path / "new", **moving)
    assert now.open(cookies[0])["user"] == "jack"
    progress = Migration()
    assert now.migrate(progress, 2) is progress and (progress.moved, progress.more) == (2, True)
    while progress.more:
        now.migrate(progress, 2)
    assert (progress.moved, progress.skipped, progress.unreadable) == (4, 0, 0)
    assert all(now.open(cookie)["user"] == "jack" and "user" not in before.open(cookie) for cookie in cookies)


def test_an_object_of_the_old_store_is_asked_for_its_address(tmp_path):
    cache = FileSystemCache(str(tmp_path / "files"))
    cookie = started(SessionManager(SESSION_TYPE="cachelib", SESSION_CACHELIB=cache))
    new = {"SESSION_TYPE": "sqlite", "SESSION_SQLITE": tmp_path / "new.db"}
    for name in ("SESSION_CACHELIB", "SESSION_MIGRATE_CACHELIB"):
        moving = {"SESSION_MIGRATE_FROM": "cachelib", "SESSION_MIGRATE_UNTIL": UNTIL, name: cache}
        manager = SessionManager(**new, **moving)
        assert manager.open(cookie)["user"] == "jack"
        with pytest.raises(Error, match="hash"):
            manager.migrate()


def test_what_both_stores_have_may_differ():
    given = {"SESSION_TYPE": "redis", "SESSION_MIGRATE_FROM": "redis", "SESSION_KEY_PREFIX": "new:"}
    one, other = {"SESSION_REDIS": "redis://new"}, {"SESSION_MIGRATE_REDIS": "redis://old"}
    assert with_addresses({**given, **one, **other}) == {**given, **one, **other}
    assert with_addresses({**given, **one}) == {**given, **one}


def test_an_application_is_asked_for_the_settings_of_both():
    names = asked_for("redis", "filesystem")
    assert {"SESSION_REDIS", "SESSION_FILE_DIR", "SESSION_MIGRATE_KEY_PREFIX"} <= set(names)
    assert "SESSION_MIGRATE_KEY_PREFIX" not in asked_for("redis")
    assert meant("SESSION_MIGRATE_KEY_PREFIX") is None
    assert meant("SESSION_MIGRATE_KEY_PREFX") == "SESSION_MIGRATE_KEY_PREFIX"


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"SESSION_MIGRATE_FROM": "redis"}, "SESSION_MIGRATE_UNTIL is not set"),
        ({"SESSION_MIGRATE_UNTIL": UNTIL}, "SESSION_MIGRATE_FROM is not set"),
        ({"SESSION_MIGRATE_UNTIL": UNTIL.replace(tzinfo=None)}, "SESSION_MIGRATE_UNTIL is a datetime; expected a time"),
        ({"SESSION_MIGRATE_KEY_PREFX": "a"}, "the nearest being SESSION_KEY_PREFIX"),
    ],
)
def test_what_is_missing_or_wrong_is_named(settings, message):
    with pytest.raises(ConfigError, match=message):
        SessionManager(SESSION_TYPE="memory", **settings)


def test_without_a_store_to_move_from_a_bulk_says_so():
    with pytest.raises(ConfigError, match="SESSION_MIGRATE_FROM"):
        SessionManager(SESSION_TYPE="memory").migrate()
    with pytest.raises(Error, match="in their cookie"):
        SessionManager(SESSION_TYPE="cookie", SECRET_KEY="a key that is long enough").migrate()


@pytest.mark.parametrize("digest", ["md5", "sha256"])
def test_a_function_around_a_digest_is_that_digest(tmp_path, digest):
    cache = FileSystemCache(str(tmp_path), hash_method=lambda data=b"": hashlib.new(digest, data))
    with SessionManager(SESSION_TYPE="cachelib", SESSION_CACHELIB=cache).open(None) as session:
        session["n"] = 1
        session.save()
