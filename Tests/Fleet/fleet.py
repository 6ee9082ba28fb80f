# SPDX-License-Identifier: Apache-2.0
"""What the tests of a fleet share: stores, servers of either side, and browsers that go from one to the other."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
sys.path.insert(0, str(TESTS))

from servers import SERVERS, settings

THEIRS, OURS = "theirs", "ours"
Settings = dict[str, Any]


@dataclass
class Store:
    name: str
    settings: Callable[[int], Settings]
    #: What Flask-Session up to 0.6 writes into it.
    pickle: str = "pickle4"
    #: The first version that has it.
    since: str = "0.3"
    #: Whether a version up to 0.6 loses every session that is not permanent, or fails on it.
    loses_browser_sessions: bool = False


@contextmanager
def stores(folder: Path) -> Iterator[list[Store]]:
    with ExitStack() as stack:
        made = []
        for kind, server in SERVERS.items():
            own = folder / kind
            own.mkdir()
            address = stack.enter_context(server(own))
            made.append(
                Store(
                    kind,
                    lambda _, kind=kind, address=address: settings(kind, address),
                    pickle="pickle0" if kind == "memcached" else "pickle4",
                    loses_browser_sessions=kind in ("mongodb", "mysql", "postgresql"),
                )
            )
        yield [
            Store("cachelib", lambda number: cache(folder / "caches" / str(number)), pickle="pickle5", since="0.7"),
            Store("filesystem", lambda number: files(folder / "files" / str(number)), pickle="pickle5"),
            *made,
            Store("sqlite", database(f"sqlite:///{folder}/sessions.db"), loses_browser_sessions=True),
        ]


def files(folder: Path) -> Settings:
    return {"SESSION_TYPE": "filesystem", "SESSION_FILE_DIR": str(folder)}


def cache(folder: Path) -> Settings:
    """Each application makes a FileSystemCache of it."""
    return {"SESSION_TYPE": "cachelib", "SESSION_CACHELIB": str(folder)}


def database(address: str) -> Callable[[int], Settings]:
    return lambda _: {"SESSION_TYPE": "sqlalchemy", "SQLALCHEMY_DATABASE_URI": address}


class Server:
    """The applications of one side."""

    def __init__(self, whose: str, interpreter: Path | str, settings: list[Settings], output: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "bindings" / "python")}
        command = [interpreter, "-W", "ignore", TESTS / "Fleet" / "application.py", whose, json.dumps(settings)]
        self.log = output.open("wb")
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=self.log)
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{whose} did not start: {output.read_text()[-2000:]}")
        self.port = int(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


@dataclass
class Side:
    """One application of a server."""

    server: Server
    number: int


@dataclass
class Browser:
    cookie: str | None = None
    sids: set[str] = field(default_factory=set)

    def send(self, side: Side, path: str, body: object = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", side.server.port, timeout=30)
        headers = {"Content-Type": "application/json"} | ({"Cookie": self.cookie} if self.cookie else {})
        method = "GET" if body is None else "POST"
        connection.request(method, f"/{side.number}{path}", body and json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        assert response.status == 200, f"{path}: status {response.status}"
        for line in response.headers.get_all("Set-Cookie") or []:
            value = line.partition(";")[0]
            self.cookie = None if "Max-Age=0" in line or value.endswith("=") else value
        return json.loads(text)

    def values(self, side: Side, path: str = "/", body: object = None) -> Any:
        answer = self.send(side, path, body)
        self.sids.add(answer["sid"])
        return {key: value for key, value in answer["values"].items() if key != "_permanent"}
