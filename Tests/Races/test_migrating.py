# SPDX-License-Identifier: Apache-2.0
"""Sessions move between stores of every kind: on access and in bulk, beside processes that use and end them."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests"))
sys.path.insert(0, str(ROOT / "bindings" / "python"))

from servers import SERVERS, settings  # noqa: E402

import swiftsession  # noqa: E402
from swiftsession import SessionManager  # noqa: E402

KINDS = ["filesystem", "sqlite", *SERVERS]
UNLISTED = {"filesystem", "memcached"}
UNTIL = "2100-01-01T00:00:00Z"
numbers = itertools.count()


class Places:
    """A server of each kind, started when it is first asked for."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.stack, self.folder = stack, folder
        self.addresses: dict[str, str] = {}

    def settings(self, kind: str) -> dict[str, Any]:
        """Of a place where nothing is."""
        fresh = self.folder / f"{kind}{next(numbers)}"
        if kind == "filesystem":
            return {
                "SESSION_TYPE": kind,
                "SESSION_FILE_DIR": str(fresh),
                "SESSION_KEY_PREFIX": "f:",
            }
        if kind == "sqlite":
            return {
                "SESSION_TYPE": kind,
                "SESSION_SQLITE": str(fresh),
                "SESSION_KEY_PREFIX": "f:",
            }
        if kind not in self.addresses:
            fresh.mkdir()
            self.addresses[kind] = self.stack.enter_context(SERVERS[kind](fresh))
        named = settings(kind, self.addresses[kind])
        if "SQLALCHEMY_DATABASE_URI" in named:
            named["SESSION_SQLALCHEMY_DATABASE_URI"] = named.pop("SQLALCHEMY_DATABASE_URI")
        return {**named, "SESSION_KEY_PREFIX": f"{next(numbers)}:"}

    def moving(self, old: dict[str, Any], kind: str) -> dict[str, Any]:
        """Of another place, to which the sessions of the old one move."""
        return {
            **self.settings(kind),
            **moving_from(old),
            "SESSION_TIMEOUT": 60,
            "SESSION_CONNECT_TIMEOUT": 60,
        }


def moving_from(old: dict[str, Any]) -> dict[str, Any]:
    renamed = {"SESSION_MIGRATE_" + name.removeprefix("SESSION_"): value for name, value in old.items()}
    return {
        "SESSION_MIGRATE_FROM": renamed.pop("SESSION_MIGRATE_TYPE"),
        "SESSION_MIGRATE_UNTIL": UNTIL,
        **renamed,
    }


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    with ExitStack() as stack:
        yield Places(stack, tmp_path_factory.mktemp("places"))


def start(manager: SessionManager, count: int, user: str | None = None) -> list[str]:
    cookies = []
    for number in range(count):
        with manager.open(None) as session:
            session["number"] = number
            if user:
                session.login(user)
            cookies.append(dict(session.save())["Set-Cookie"].partition(";")[0])
    return cookies


def number(manager: SessionManager, cookie: str) -> int | None:
    with manager.open(cookie) as session:
        return session.get("number")


def move_all(manager: SessionManager, limit: int = 7) -> swiftsession.Migration:
    progress = manager.migrate(limit=limit)
    while progress.more:
        progress = manager.migrate(progress, limit=limit)
    return progress


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("old_kind", KINDS)
def test_sessions_move_between_stores_of_every_kind(places, old_kind, kind):
    former = places.settings(old_kind)
    old = SessionManager(**former)
    cookies = start(old, 16) + start(old, 4, "jack")
    new = SessionManager(**places.moving(former, kind))
    for at in (0, 1, 2, 16):
        with new.open(cookies[at]) as session:
            assert session["number"] == at % 16
            session["more"] = True
            session.save()
    if old_kind in UNLISTED:
        with pytest.raises(swiftsession.Error) as refused:
            new.migrate()
        assert refused.value.status == swiftsession.Status.UNSUPPORTED
    else:
        progress = move_all(new)
        # The record of the user moved with the first of their sessions.
        assert (progress.moved, progress.unreadable) == (16, 0)
    assert [number(new, cookie) for cookie in cookies] == [*range(16), *range(4)]
    assert [number(old, cookie) for cookie in cookies] == [None] * 20
    assert len(new.user_sessions("jack")) == 4
    new.end_user("jack")
    with new.open(cookies[3]) as session:
        session.logout()
        session.save()
    assert [number(new, cookie) for cookie in cookies] == [
        0,
        1,
        2,
        None,
        *range(4, 16),
        *[None] * 4,
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_sessions_in_cookies_move_into_a_store(places, kind):
    key = {"SECRET_KEY": "a key that is long enough"}
    cookies = start(SessionManager(SESSION_TYPE="cookie", **key), 20)
    former = {"SESSION_MIGRATE_FROM": "cookie", "SESSION_MIGRATE_UNTIL": UNTIL}
    new = SessionManager(**places.settings(kind), **former, **key)
    for at, cookie in enumerate(cookies):
        with new.open(cookie) as session:
            assert session["number"] == at
            line = dict(session.save())["Set-Cookie"].partition(";")[0]
        assert line != cookie and number(new, line) == at


# ---- Processes ----

VISIT = """
import json, random, sys
from swiftsession import SessionGone, SessionManager
settings, cookies, key = json.loads(sys.argv[1])
manager = SessionManager(**settings)
random.seed(key)
random.shuffle(cookies)
for cookie in cookies:
    with manager.open(cookie) as session:
        if "number" in session:
            session[key] = 1
            try:
                session.save()
            except SessionGone:
                pass
"""

END = """
import json, sys
from swiftsession import SessionManager
settings, cookies, key = json.loads(sys.argv[1])
manager = SessionManager(**settings)
for cookie in cookies:
    with manager.open(cookie) as session:
        session.logout()
        session.save()
"""

MOVE = """
import json, sys
from swiftsession import SessionManager
settings, cookies, key = json.loads(sys.argv[1])
manager = SessionManager(**settings)
progress = manager.migrate(limit=10)
while progress.more:
    progress = manager.migrate(progress, limit=10)
"""


def started(program: str, settings: dict[str, Any], cookies: list[str], key: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", program, json.dumps([settings, cookies, key])]
    return subprocess.Popen(command, cwd=ROOT / "bindings" / "python", stderr=subprocess.PIPE)


PAIRS = [
    ("sqlite", "redis"),
    ("postgresql", "redis"),
    ("filesystem", "sqlite"),
    ("memcached", "mysql"),
    ("redis", "mongodb"),
]


@pytest.mark.parametrize("old_kind, kind", PAIRS)
def test_processes_use_move_and_end_the_same_sessions(places, old_kind, kind):
    former = places.settings(old_kind)
    cookies = start(SessionManager(**former), 100)
    ended = cookies[::10]
    now = places.moving(former, kind)
    processes = [started(VISIT, now, cookies, f"key{process}") for process in range(4)]
    processes += [started(END, now, ended, "")]
    if old_kind not in UNLISTED:
        processes += [started(MOVE, now, [], "") for _ in range(2)]
    for process in processes:
        errors = process.communicate(timeout=300)[1]
        assert process.returncode == 0, errors.decode()
    manager = SessionManager(**now)
    for at, cookie in enumerate(cookies):
        with manager.open(cookie) as session:
            expected = (
                {}
                if cookie in ended
                else {
                    "_permanent": True,
                    "number": at,
                    **{f"key{n}": 1 for n in range(4)},
                }
            )
            assert dict(session) == ({"_permanent": True} if cookie in ended else expected)


# ---- Flask-Session ----

FLASK = """
import json, sys
from datetime import datetime, timezone
import flask
from flask_session import Session
app = flask.Flask("them")
app.config.update(SESSION_TYPE="filesystem", SESSION_FILE_DIR=sys.argv[1])
Session(app)

@app.get("/<int:number>")
def start(number):
    flask.session.update(number=number, name="jack", when=datetime(2026, 1, 2, tzinfo=timezone.utc), cart=[{"n": number}])
    return ""

cookies = []
for number in range(int(sys.argv[2])):
    line = app.test_client().get(f"/{number}").headers["Set-Cookie"]
    cookies.append(line.partition(";")[0])
print(json.dumps(cookies))
"""


def test_a_folder_of_flask_session_moves_when_its_cookies_come(tmp_path):
    folder = tmp_path / "flask_session"
    command = [sys.executable, "-W", "ignore", "-c", FLASK, str(folder), "100"]
    cookies = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    assert len(list(folder.iterdir())) == 101  # with cachelib's count

    import flask
    from swiftsession.flask import Session

    app = flask.Flask("ours")
    app.config.update(
        SESSION_TYPE="sqlite",
        SESSION_SQLITE=tmp_path / "sessions.db",
        SESSION_MIGRATE_FROM="filesystem",
        SESSION_MIGRATE_UNTIL=int(time.time()) + 86_400,
        SESSION_FILE_DIR=str(folder),
    )
    Session(app)
    app.get("/")(lambda: {**flask.session})
    for at, cookie in enumerate(cookies):
        for _ in range(2):
            values = app.test_client(use_cookies=False).get("/", headers={"Cookie": cookie}).get_json()
            assert values["number"] == at and values["name"] == "jack" and values["cart"] == [{"n": at}]
            assert "2026" in values["when"]
    left = [file for file in folder.iterdir() if not file.name.endswith(".__wz_cache")]
    assert len(left) == 1  # the count
