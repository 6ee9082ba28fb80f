# SPDX-License-Identifier: Apache-2.0
"""gunicorn --preload and uWSGI, with threads and four workers that are forked from a process which has used its manager:
every process has connections of its own, and every answer is that of its session. RACES_REQUESTS=100000 is the long
run."""

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

from servers import SERVERS  # noqa: E402

REQUESTS = int(os.environ.get("RACES_REQUESTS", "800"))
WORKERS = 4
CLIENTS = 16


#: Each store once, and the other server on one of each kind.
PLACES = [("gunicorn", store) for store in ("filesystem", "sqlite", *SERVERS)]
PLACES += [("uwsgi", store) for store in ("filesystem", "sqlite", "postgresql", "redis")]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def gunicorn(port: int) -> list[str]:
    options = ["--preload", "--workers", WORKERS, "--threads", 4, "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    return [sys.executable, "-m", "gunicorn", *map(str, options), "preloaded_app:app"]


def uwsgi(port: int) -> list[str]:
    options = ["--master", "--processes", WORKERS, "--threads", 4, "--http-socket", f"127.0.0.1:{port}", "--need-app"]
    quiet = ["--disable-logging", "--die-on-term", "--virtualenv", sys.prefix, "--pythonpath", "."]
    return [str(Path(sys.executable).with_name("uwsgi")), *map(str, options), *quiet, "--module", "preloaded_app:app"]


@contextmanager
def application(server: str, settings: dict[str, str]) -> Iterator[int]:
    """The port of one that runs within the block."""
    port = free_port()
    # What is late on a busy machine is none of what this is about.
    settings = {**settings, "SESSION_TIMEOUT": "60", "SESSION_CONNECT_TIMEOUT": "60"}
    environment = dict(os.environ, PRELOADED_SETTINGS=json.dumps(settings))
    command = {"gunicorn": gunicorn, "uwsgi": uwsgi}[server](port)
    process = subprocess.Popen(command, cwd=TESTS / "Races", env=environment)
    try:
        end = time.monotonic() + 60
        while True:
            assert process.poll() is None and time.monotonic() < end, f"{server} did not start"
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(params=PLACES, ids="-".join)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, int]]:
    """The store, and the port of an application on it."""
    server, store = request.param
    if store == "sqlite":
        settings = {"SESSION_TYPE": store, "SESSION_SQLITE": str(tmp_path / "sessions.db")}
        with application(server, settings) as port:
            yield store, port
    elif store == "filesystem":
        settings = {"SESSION_TYPE": store, "SESSION_FILE_DIR": str(tmp_path / "sessions")}
        with application(server, settings) as port:
            yield store, port
    else:
        with SERVERS[store](tmp_path) as address:
            settings = {"SESSION_TYPE": store, f"SESSION_{store.upper()}": address}
            with application(server, settings) as port:
                yield store, port


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
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
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


def test_workers_share_no_connection_and_mix_up_no_answers(place: tuple[str, int]) -> None:
    store, port = place
    clients = [Client(port, f"user{number}", max(REQUESTS // CLIENTS, 1)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
        if client.failure:
            raise client.failure
    held: dict[int, set[str]] = {}
    of_parent: set[str] = set()
    end = time.monotonic() + 30
    while len(held) < WORKERS and time.monotonic() < end:
        process, sockets, before = json.loads(clients[0].get("/sockets"))
        held[process] = set(sockets)
        of_parent |= set(before)
    print(f"{sum(client.answered for client in clients)} requests, {[len(own) for own in held.values()]} sockets")
    assert len(held) == WORKERS
    if store in SERVERS:
        assert of_parent and all(held.values())
        assert sum(map(len, held.values())) == len(set.union(*held.values()))
        assert not of_parent & set.union(*held.values())
