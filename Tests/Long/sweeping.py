# SPDX-License-Identifier: Apache-2.0
"""Sweeps 1,000,000 expired rows away while sessions are written: sweeping.py mysql|postgresql [ROWS]

Prints how long each call of the sweep took, and how long the writes took with and without it. A process of its own sweeps,
as a job would, and rests after each call as long as that took.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))
sys.path.insert(0, str(TESTS.parent / "bindings" / "python"))

import swiftsession
from servers import SERVERS, settings

WRITERS = 4
WRITES_PER_SECOND = 500
BATCH = 250
SECONDS_WITHOUT = 10


def fill(kind: str, address: str, rows: int) -> None:
    """Rows that have expired, as Flask-Session leaves them."""
    if kind == "postgresql":
        text = (
            "INSERT INTO sessions (session_id, data, expiry) SELECT 'dead:' || n, decode(repeat('00', 200), 'hex'),"
            f" timestamp '2020-01-01' + n * interval '1 second' FROM generate_series(1, {rows}) AS n; ANALYZE sessions"
        )
        subprocess.run(["psql", "-q", address, "-c", text], check=True)
        return
    import pymysql
    from sqlalchemy.engine import make_url

    url = make_url(address)
    connection = pymysql.connect(
        host=url.host, port=url.port, user=url.username, password=url.password or "", database=url.database
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sessions (session_id, data, expiry) SELECT CONCAT('dead:', seq), REPEAT('x', 200),"
            f" '2020-01-01' + INTERVAL seq SECOND FROM seq_1_to_{rows}"
        )
        connection.commit()


class Writer(threading.Thread):
    """Saves one session after another, so many a second, and notes how long each took."""

    def __init__(self, manager: swiftsession.SessionManager) -> None:
        super().__init__()
        self.manager = manager
        self.times: list[float] = []
        self.failed = 0
        self.is_over = False

    def run(self) -> None:
        with self.manager.open(None) as session:
            session["n"] = 0
            cookie = dict(session.save())["Set-Cookie"].partition(";")[0]
        due = time.monotonic()
        while not self.is_over:
            due += WRITERS / WRITES_PER_SECOND
            time.sleep(max(0.0, due - time.monotonic()))
            with self.manager.open(cookie) as session:
                session["n"] += 1
                begun = time.monotonic()
                try:
                    session.save()
                except swiftsession.Error:
                    self.failed += 1
                self.times.append(time.monotonic() - begun)


def write(manager: swiftsession.SessionManager, until: threading.Event) -> tuple[list[float], int]:
    writers = [Writer(manager) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    until.wait()
    for writer in writers:
        writer.is_over = True
        writer.join()
    times = [time for writer in writers for time in writer.times]
    return times, sum(writer.failed for writer in writers)


def shown(times: list[float]) -> str:
    """Milliseconds: median, and the 99th, the 99.9th and the last percentile."""
    ordered = sorted(times)
    return ", ".join(f"{1000 * ordered[int(share * (len(ordered) - 1))]:.1f}" for share in (0.5, 0.99, 0.999, 1))


def main(kind: str, rows: int = 1_000_000) -> None:
    with tempfile.TemporaryDirectory() as folder, SERVERS[kind](Path(folder)) as address:
        manager = swiftsession.SessionManager(**settings(kind, address), SESSION_TIMEOUT=60)
        manager.prepare()
        without = threading.Event()
        threading.Timer(SECONDS_WITHOUT, without.set).start()
        times, failed = write(manager, without)
        print(f"{kind}: {len(times)} writes without a sweep: {shown(times)} ms, {failed} failed", flush=True)
        fill(kind, address.replace("+psycopg2", ""), rows)
        swept = threading.Event()
        statements: list[float] = []

        def wait_for_sweep() -> None:
            command = [sys.executable, __file__, "--sweep", kind, address]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            statements.extend(map(float, done.stdout.split()))
            swept.set()

        begun = time.monotonic()
        threading.Thread(target=wait_for_sweep).start()
        times, failed = write(manager, swept)
        print(f"{kind}: {len(times)} writes beside the sweep: {shown(times)} ms, {failed} failed")
        print(
            f"{kind}: {rows} rows swept in {time.monotonic() - begun:.0f} s by {len(statements)} calls: "
            f"{shown(statements)} ms"
        )


def sweep(kind: str, address: str) -> None:
    """Prints the seconds of each call."""
    manager = swiftsession.SessionManager(**settings(kind, address), SESSION_TIMEOUT=60)
    more = True
    while more:
        begun = time.monotonic()
        more = manager.sweep(BATCH)
        took = time.monotonic() - begun
        print(took)
        time.sleep(took)


if __name__ == "__main__":
    if sys.argv[1] == "--sweep":
        sweep(*sys.argv[2:])
    else:
        main(sys.argv[1], *map(int, sys.argv[2:]))
