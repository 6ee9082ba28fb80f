# SPDX-License-Identifier: Apache-2.0
"""What holds on every store that Flask-Session has, in figures: no update is lost, nobody is brought back, and one
write ends any number of sessions.

Per store there are RACES_UPDATES, RACES_THEIR_UPDATES (of real Flask-Session beside it, where it is set), RACES_WAITING
requests across each event, and RACES_SESSIONS; `make check-long` has many.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

import writes
from memcached_server import memcached_server
from programs import program, run
from servers import SERVERS, settings

PROCESSES = (2, 4, 8, 16)
UPDATES = int(os.environ.get("RACES_UPDATES", "1600"))
THEIR_UPDATES = int(os.environ.get("RACES_THEIR_UPDATES", "0"))
WAITING = int(os.environ.get("RACES_WAITING", "480"))
SESSIONS = int(os.environ.get("RACES_SESSIONS", "400"))

ENDINGS = ("logout", "login", "renew", "end-all", "end-others")


@dataclass
class Place:
    store: str
    #: The path of a folder or of a SQLite file, or the address of a server.
    address: str
    folder: Path

    def theirs(self) -> dict[str, str]:
        """What an application with Flask-Session is told of it; a file or a folder is one of its own."""
        if self.store == "sqlite":
            return {"SESSION_TYPE": "sqlalchemy", "SQLALCHEMY_DATABASE_URI": f"sqlite:///{self.folder}/theirs.db"}
        if self.store == "filesystem":
            return {"SESSION_TYPE": "filesystem", "SESSION_FILE_DIR": str(self.folder / "theirs")}
        return settings(self.store, self.address)


@pytest.fixture(scope="module", params=["filesystem", "sqlite", *SERVERS])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One for all tests of a store."""
    store, folder = request.param, tmp_path_factory.mktemp(request.param)
    if store == "sqlite":
        yield Place(store, str(folder / "sessions.db"), folder)
    elif store == "filesystem":
        yield Place(store, str(folder / "sessions"), folder)
    elif store == "memcached":
        with memcached_server("-m", "1024") as address:
            yield Place(store, f"memcached://{address}", folder)
    else:
        own = folder / "server"
        own.mkdir()
        with SERVERS[store](own) as address:
            yield Place(store, address, folder)


def ours(place: Place, processes: int, rounds: int) -> tuple[int, int]:
    """How many keys and how much of a sum was lost, of one session that so many processes change at once."""
    races = program("races")
    cookie = run(races, "login", place.address)
    command = [races, "count", place.address, cookie]
    started = [
        subprocess.Popen(
            [str(word) for word in [*command, f"key{number}", rounds // processes]], stdout=subprocess.PIPE, text=True
        )
        for number in range(processes)
    ]
    answers = [(process.communicate(timeout=3000)[0], process.returncode) for process in started]
    assert all(code == 0 for _, code in answers)
    keys = sum(int(printed) for printed, _ in answers)
    return keys, rounds - json.loads(run(races, "read", place.address, cookie))["sum"]


def theirs(place: Place, processes: int, rounds: int) -> str:
    """The same with real Flask-Session, in words. What fails there is no failure here."""
    worker = [sys.executable, "-W", "ignore", TESTS / "Races" / "flask_session_worker.py"]
    found = json.loads(run(*worker, json.dumps(place.theirs()), processes, rounds).splitlines()[-1])
    failed = f", and {found['failed']:,} failed" if found["failed"] else ""
    return f"{found['keys']:,} keys, {found['sum']:,} of the sum lost of {found['rounds']:,}{failed}"


@pytest.mark.parametrize("processes", PROCESSES)
def test_no_update_is_lost(place: Place, processes: int) -> None:
    # At least so many, and as many in each process.
    rounds = processes * -(-UPDATES // len(PROCESSES) // processes)
    keys, missing = ours(place, processes, rounds)
    line = f"{place.store}, {processes} processes: {keys:,} keys, {missing:,} of the sum lost of {rounds:,}"
    if THEIR_UPDATES:
        line += f"; Flask-Session 0.8: {theirs(place, processes, THEIR_UPDATES // len(PROCESSES))}"
    print(f"\n{line}")
    assert (keys, missing) == (0, 0)


@pytest.mark.parametrize("event", [*ENDINGS, "aging", "aged"])
def test_nobody_who_waited_is_brought_back(place: Place, event: str) -> None:
    print(f"\n{place.store}: {run(program('parked'), event, place.address, WAITING)}")


@pytest.mark.parametrize("event", [*ENDINGS, "aging"])
def test_nobody_who_meets_the_end_outlives_it(place: Place, event: str) -> None:
    print(f"\n{place.store}, at once: {run(program('parked'), event, place.address, WAITING, 'meets')}")


def test_one_write_ends_every_session_of_a_user(place: Place) -> None:
    users, ids = program("users"), place.folder / "ids"
    run(users, "fill", place.address, min(SESSIONS // 2, 1000), SESSIONS, ids)
    assert run(users, "look", place.address, ids) == f"{SESSIONS} of {SESSIONS}"
    count = writes.during(place.store, place.address, lambda: run(users, "end", place.address))
    left = run(users, "look", place.address, ids)
    print(f"\n{place.store}: {count} write; {left} sessions are there for their next request")
    assert (count, left) == (1, f"0 of {SESSIONS}")
