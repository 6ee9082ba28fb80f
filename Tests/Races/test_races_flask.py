# SPDX-License-Identifier: Apache-2.0
"""Many processes of one Flask application on one session in one SQLite file. RACES_TIMES=1000 is the long run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings" / "python"))

import swiftsession

WORKER = [sys.executable, str(Path(__file__).resolve().parent / "flask_worker.py")]
PROCESSES = 16
TIMES = int(os.environ.get("RACES_TIMES", "100"))
THREADS = 10


def manager(database: Path) -> swiftsession.SessionManager:
    return swiftsession.SessionManager(SESSION_TYPE="sqlite", SESSION_SQLITE=database)


def log_in(database: Path) -> str:
    with manager(database).open(None) as session:
        session.update(user="jack", cart={})
        return dict(session.save())["Set-Cookie"].partition(";")[0]


def test_every_process_keeps_its_values(tmp_path: Path) -> None:
    database, expected = tmp_path / "sessions.db", {f"process{number}": TIMES for number in range(PROCESSES)}
    cookie = log_in(database)
    started = [
        subprocess.Popen([*WORKER, "set", str(database), cookie, name, str(TIMES)], stderr=subprocess.PIPE)
        for name in expected
    ]
    for process in started:
        _, errors = process.communicate(timeout=1500)
        assert process.returncode == 0, errors.decode()
    with manager(database).open(cookie) as session:
        assert dict(session) == {"_permanent": True, "user": "jack", "cart": expected, **expected}


@contextmanager
def parking(database: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*WORKER, "parked", str(database), str(THREADS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert process.stdin
    try:
        yield process
        process.stdin.close()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def test_logout_is_final_for_requests_that_were_parked(tmp_path: Path) -> None:
    database, requests, late = tmp_path / "sessions.db", 0, 0
    with parking(database) as one, parking(database) as other:
        for _ in range(max(1, TIMES // 10)):
            cookie = log_in(database)
            for process in (one, other):
                print(cookie, file=process.stdin, flush=True)
            for process in (one, other):
                assert process.stdout and process.stdout.readline() == "parked\n"
            with manager(database).open(cookie) as session:
                session.destroy()
                session.save()
            for process in (one, other):
                print(file=process.stdin, flush=True)
            for process in (one, other):
                assert process.stdout
                late += int(process.stdout.readline())
                requests += THREADS
            with manager(database).open(cookie) as session:
                session.load()
                assert session.origin == swiftsession.Origin.NOT_FOUND
    print(f"{requests} requests, {late} late cookies")
    assert late == 0
