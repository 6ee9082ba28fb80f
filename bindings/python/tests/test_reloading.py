# SPDX-License-Identifier: Apache-2.0
"""Keys that a running manager takes from files again: all of them, or none."""

import base64
import os

import pytest

from swiftsession import ConfigError, Error, SessionManager, Status

UNTIL = "2099-01-01T00:00:00Z"


def started(manager, **values):
    with manager.open(None) as session:
        session.update(values or {"user": "jack"})
        return dict(session.save())["Set-Cookie"].partition(";")[0]


def lines(*keys):
    return "".join(f"{name} - - {purpose} {base64.b64encode(key).decode()}\n" for name, purpose, key in keys)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "keys"

    def write(text):
        path.write_text(text)
        return str(path)

    return write


OLD, NEW = b"leaked" * 6, b"fresh!" * 6


@pytest.mark.parametrize("format", ["signed", "sealed"])
def test_cookies_of_before_a_migration(file, format):
    path = file(OLD.decode())
    moving = {"SESSION_MIGRATE_FROM": "cookie", "SESSION_MIGRATE_UNTIL": UNTIL, "SESSION_COOKIE_FORMAT": format}
    manager = SessionManager(SESSION_TYPE="memory", SECRET_KEY_FILE=path, **moving)
    before = SessionManager(SESSION_TYPE="cookie", SECRET_KEY=OLD, SESSION_COOKIE_FORMAT=format)
    assert manager.open(started(before))["user"] == "jack"
    file(NEW.decode())
    manager.reload()
    assert "user" not in manager.open(started(before, user="admin"))
    after = SessionManager(SESSION_TYPE="cookie", SECRET_KEY=NEW, SESSION_COOKIE_FORMAT=format)
    assert manager.open(started(after))["user"] == "jack"


def test_signed_ids_of_before_a_migration(file, tmp_path):
    path = file(OLD.decode())
    stores = {"SESSION_SQLITE": tmp_path / "new.db", "SESSION_MIGRATE_SQLITE": tmp_path / "old.db"}
    moving = {"SESSION_MIGRATE_FROM": "sqlite", "SESSION_MIGRATE_UNTIL": UNTIL, "SESSION_MIGRATE_USE_SIGNER": True}
    manager = SessionManager(SESSION_TYPE="sqlite", SECRET_KEY_FILE=path, **stores, **moving)

    def signed(key):
        before = {"SESSION_SQLITE": tmp_path / "old.db", "SESSION_USE_SIGNER": True}
        return started(SessionManager(SESSION_TYPE="sqlite", SECRET_KEY=key, **before))

    assert manager.open(signed(OLD))["user"] == "jack"
    file(NEW.decode())
    manager.reload()
    assert "user" not in manager.open(signed(OLD))
    assert manager.open(signed(NEW))["user"] == "jack"


def test_tokens_of_forms(file):
    path = file(lines(("o", "all", OLD)))
    manager = SessionManager(SESSION_TYPE="memory", SESSION_KEYS_FILE=path)
    with manager.open(None) as session:
        token = session.csrf_token()
        session.csrf_check(token)
        file(lines(("n", "all", NEW)))
        manager.reload()
        with pytest.raises(Error) as raised:
            session.csrf_check(token)
        assert raised.value.status == Status.TAMPERED
    with manager.open(None) as session:
        session.csrf_check(session.csrf_token())


@pytest.mark.parametrize(
    "wrong", [lines(("n", "records", NEW)), "# comment\n", "nonsense", "", "revoked-before 2020-01-01T00:00:00Z\n"]
)
@pytest.mark.parametrize(
    "settings",
    [
        {"SESSION_TYPE": "memory", "SESSION_RECORD_FORMAT": "sealed", "SESSION_COOKIE_FORMAT": "sealed"},
        {"SESSION_TYPE": "cookie"},
        {"SESSION_TYPE": "cookie", "SESSION_COOKIE_FORMAT": "sealed"},
        {"SESSION_TYPE": "auto", "SESSION_AUTO_STORE": "memory"},
    ],
)
def test_a_file_that_is_wrong_changes_nothing(file, settings, wrong):
    path = file(lines(("o", "all", OLD)))
    manager = SessionManager(SESSION_KEYS_FILE=path, **settings)
    cookie = started(manager)
    file(wrong)
    with pytest.raises(ConfigError):
        manager.reload()
    assert manager.open(cookie)["user"] == "jack"
    assert manager.open(started(manager))["user"] == "jack"
    os.unlink(path)
    with pytest.raises(ConfigError):
        manager.reload()
    assert manager.open(cookie)["user"] == "jack"


def test_a_file_needs_a_key_for_what_it_is_for(file):
    path = file(lines(("o", "records", OLD)))
    with pytest.raises(ConfigError, match="cookies"):
        SessionManager(SESSION_TYPE="cookie", SESSION_KEYS_FILE=path)
