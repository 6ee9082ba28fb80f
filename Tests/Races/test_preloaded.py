# SPDX-License-Identifier: Apache-2.0
"""gunicorn --preload with threads and four workers: every process has connections of its own, and every answer is that
of its session. RACES_REQUESTS=100000 is the long run."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

from postgresql_server import postgresql_server  # noqa: E402
from redis_server import redis_server  # noqa: E402

REQUESTS = int(os.environ.get("RACES_REQUESTS", "4000"))
WORKERS = 4
CLIENTS = 16


@pytest.fixture(params=["postgresql", "redis"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    if request.param == "postgresql":
        with postgresql_server(tmp_path) as (address,):
            yield {"SESSION_TYPE": "postgresql", "SESSION_POSTGRESQL": address}
    else:
        with redis_server(tmp_path) as address:
            yield {"SESSION_TYPE": "redis", "SESSION_REDIS": address}


@contextmanager
def gunicorn(settings: dict[str, str]) -> Iterator[int]:
    """The port of an application that runs within the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--preload", "--workers", WORKERS, "--threads", 4, "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    command = [sys.executable, "-m", "gunicorn", *map(str, options), "preloaded_app:app"]
    environment = dict(os.environ, PRELOADED_SETTINGS=json.dumps(settings))
    process = subprocess.Popen(command, cwd=TESTS / "Races", env=environment)
    try:
        end = time.monotonic() + 30
        while True:
            assert process.poll() is None and time.monotonic() < end, "gunicorn did not start"
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(30)


class Client(threading.Thread):
    """A browser that counts."""

    def __init__(self, port: int, name: str, times: int) -> None:
        super().__init__()
        self.port, self.name, self.times = port, name, times
        self.cookie = ""
        self.answered = 0
        self.failure: BaseException | None = None

    def get(self, path: str) -> bytes:
        # A connection for each request, so that all workers get some.
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Cookie": self.cookie} if self.cookie else {})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        assert response.status == 200, (path, response.status)
        cookie = response.getheader("Set-Cookie")
        if cookie:
            self.cookie = cookie.partition(";")[0]
        return body

    def run(self) -> None:
        try:
            self.get(f"/login/{self.name}")
            for number in range(1, self.times + 1):
                assert json.loads(self.get("/count")) == [self.name, number]
                self.answered += 1
        except BaseException as failure:  # The test raises it.
            self.failure = failure


def test_workers_share_no_connection_and_mix_up_no_answers(settings: dict[str, str]) -> None:
    with gunicorn(settings) as port:
        clients = [Client(port, f"user{number}", REQUESTS // CLIENTS) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
            if client.failure:
                raise client.failure
        held: dict[int, set[str]] = {}
        end = time.monotonic() + 30
        while len(held) < WORKERS and time.monotonic() < end:
            process, inodes = json.loads(clients[0].get("/sockets"))
            held[process] = set(inodes)
    # All workers have the listener, made by their parent.
    common = set.intersection(*held.values())
    own = [inodes - common for inodes in held.values()]
    print(f"{sum(client.answered for client in clients)} requests, {[len(inodes) for inodes in own]} sockets")
    assert len(held) == WORKERS and all(own) and len(common) == 1
    assert sum(map(len, own)) == len(set.union(*own))
