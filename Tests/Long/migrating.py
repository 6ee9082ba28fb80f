# SPDX-License-Identifier: Apache-2.0
"""Moves sessions in bulk from PostgreSQL to Redis while requests run and 1 in 100 ends, and a folder of Flask-Session's
files on access: migrating.py [SESSIONS] [FILES]

Prints how long it took and what the requests took meanwhile; fails where the counts do not agree.
"""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))
sys.path.insert(0, str(TESTS.parent / "bindings" / "python"))

import psycopg2
import redis
from servers import SERVERS

import swiftsession

UNTIL = "2100-01-01T00:00:00Z"
REQUESTS_PER_SECOND = 200
BATCH = 500

# As Flask-Session writes {"_permanent": True, "n": n}.
FILL = (
    "INSERT INTO sessions (session_id, data, expiry) SELECT 'session:' || md5('session ' || n),"
    " decode('82aa5f7065726d616e656e74c3a16ece', 'hex') || int4send(n), timestamp '2099-01-01'"
    " FROM generate_series(1, %s) AS n"
)


def cookie(number: int) -> str:
    return "session=" + hashlib.md5(f"session {number}".encode()).hexdigest()


def move(named: dict[str, Any]) -> None:
    """A process of its own, as a job would be."""
    manager = swiftsession.SessionManager(**named)
    progress = swiftsession.Migration()
    while progress.more:
        manager.migrate(progress, BATCH)
    print(json.dumps([progress.moved, progress.skipped, progress.unreadable]))


class Requests:
    """Requests of sessions in any order; one in so many ends there, or in the old store as Flask-Session ends it."""

    def __init__(self, named: dict[str, Any], old: str, count: int) -> None:
        self.manager = swiftsession.SessionManager(**named)
        self.old = psycopg2.connect(old)
        self.old.autocommit = True
        self.to_end = list(range(100, count + 1, 100))
        random.shuffle(self.to_end)
        self.count = count
        self.ended: set[int] = set()
        self.lost: set[int] = set()
        self.times: list[float] = []

    def visit(self) -> None:
        number = random.randint(1, self.count)
        if number % 100 == 0:
            return
        begun = time.monotonic()
        with self.manager.open(cookie(number)) as session:
            if session.get("n") == number:
                session["visited"] = True
                session.save()
            else:
                self.lost.add(number)
        self.times.append(time.monotonic() - begun)

    def end(self) -> None:
        if not self.to_end:
            return
        number = self.to_end.pop()
        if number % 200 == 0 and self.is_removed(number):
            self.ended.add(number)
            return
        with self.manager.open(cookie(number)) as session:
            session.logout()
            session.save()
        self.ended.add(number)

    def is_removed(self, number: int) -> bool:
        with self.old.cursor() as cursor:
            cursor.execute(
                "DELETE FROM sessions WHERE session_id = %s",
                ["session:" + cookie(number).partition("=")[2]],
            )
            return cursor.rowcount == 1

    def run_beside(self, process: subprocess.Popen[str], ends_per_second: float) -> None:
        begun = time.monotonic()
        visited = ended = 0
        while process.poll() is None:
            passed = time.monotonic() - begun
            if visited < passed * REQUESTS_PER_SECOND:
                self.visit()
                visited += 1
            elif ended < passed * ends_per_second:
                self.end()
                ended += 1
            else:
                time.sleep(0.001)


def shown(times: list[float]) -> str:
    """Milliseconds: median, and the 99th, the 99.9th and the last percentile."""
    ordered = sorted(times) or [0.0]
    return ", ".join(f"{1000 * ordered[int(share * (len(ordered) - 1))]:.1f}" for share in (0.5, 0.99, 0.999, 1))


def in_bulk(stack: ExitStack, folder: Path, count: int) -> None:
    places = [folder / "postgresql", folder / "redis"]
    for place in places:
        place.mkdir()
    old, new = (stack.enter_context(SERVERS[place.name](place)) for place in places)
    named = {
        "SESSION_TYPE": "redis",
        "SESSION_REDIS": new,
        "SESSION_MIGRATE_FROM": "postgresql",
        "SESSION_MIGRATE_UNTIL": UNTIL,
        "SESSION_POSTGRESQL": old,
        "SESSION_TIMEOUT": 60,
        "SESSION_CONNECT_TIMEOUT": 60,
    }
    swiftsession.SessionManager(SESSION_TYPE="postgresql", SESSION_POSTGRESQL=old).prepare()
    requests = Requests(named, old, count)
    with requests.old.cursor() as cursor:
        cursor.execute(FILL, [count])
        cursor.execute("ANALYZE sessions")
    begun = time.monotonic()
    command = [sys.executable, __file__, "--move", json.dumps(named)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    # All of them while it runs, as far as that can be told before.
    requests.run_beside(process, ends_per_second=max(10.0, count / 100 / (count / 2000)))
    took = time.monotonic() - begun
    output, _ = process.communicate()
    assert process.returncode == 0, "the process that moves them failed"
    moved, skipped, unreadable = json.loads(output)
    print(
        f"{count} sessions from PostgreSQL to Redis: {took:.0f} s, {count / took:.0f} a second",
        flush=True,
    )
    print(
        f"  in bulk {moved}, on access and ended meanwhile {count - moved}, skipped {skipped}, ended {len(requests.ended)}"
    )
    print(f"  {len(requests.times)} requests meanwhile: {shown(requests.times)} ms")
    keys = {key.decode() for key in redis.Redis.from_url(new).scan_iter(count=1000)}
    expected = {f"session:{cookie(number)[8:]}" for number in range(1, count + 1) if number not in requests.ended}
    with requests.old.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sessions")
        left = cursor.fetchone()[0]
    assert not requests.lost, f"{len(requests.lost)} were logged out"
    assert not keys - expected, f"{len(keys - expected)} that had ended are alive"
    assert not expected - keys, f"{len(expected - keys)} were lost"
    assert (left, unreadable) == (0, 0), f"{left} are left in the old store, {unreadable} unreadable"


THEIRS = """
import flask, json, sys
from flask_session import Session
app = flask.Flask("them")
app.config.update(SESSION_TYPE="filesystem", SESSION_FILE_DIR=sys.argv[1], SESSION_FILE_THRESHOLD=10**6)
Session(app)

@app.get("/<int:number>")
def start(number):
    flask.session["n"] = number
    return ""

client = app.test_client(use_cookies=False)
print(json.dumps([client.get(f"/{n}").headers["Set-Cookie"].partition(";")[0] for n in range(int(sys.argv[2]))]))
"""


def on_access(folder: Path, count: int) -> None:
    files = folder / "files"
    command = [sys.executable, "-W", "ignore", "-c", THEIRS, str(files), str(count)]
    cookies = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    manager = swiftsession.SessionManager(
        SESSION_TYPE="sqlite",
        SESSION_SQLITE=folder / "new.db",
        SESSION_MIGRATE_FROM="filesystem",
        SESSION_MIGRATE_UNTIL=UNTIL,
        SESSION_FILE_DIR=files,
        SESSION_TIMEOUT=60,
    )

    def number(cookie: str) -> int | None:
        with manager.open(cookie) as session:
            return session.get("n")

    # Each twice at once: both are parallel first requests.
    begun = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(number, [cookie for cookie in cookies for _ in range(2)]))
    took = time.monotonic() - begun
    assert found == [n for n in range(count) for _ in range(2)], "some were logged out"
    left = [file for file in files.iterdir() if not file.name.endswith(".__wz_cache")]
    assert len(left) == 1, f"{len(left) - 1} files are left"  # the count of cachelib
    print(f"{count} files of Flask-Session on access: {took:.0f} s, {1000 * took / count:.1f} ms for two requests each")


def main(sessions: int = 1_000_000, files: int = 10_000) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        on_access(Path(folder), files)
        in_bulk(stack, Path(folder), sessions)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--move"]:
        move(json.loads(sys.argv[2]))
    else:
        main(*map(int, sys.argv[1:]))
