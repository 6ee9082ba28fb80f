# SPDX-License-Identifier: Apache-2.0
"""A mongod of the tests' own: on a free loopback port, in a temporary folder, ended by its process id."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymongo
import pymongo.errors
import pytest

PROGRAM = Path(__file__).resolve().parents[1] / ".build" / "mongod" / "fiftyone" / "db" / "bin" / "mongod"


class MongoDBServer:
    """It has its journal, and removes nothing by itself: the time of the vectors is long ago for it."""

    def __init__(self, folder: Path, *options: str | Path, client: dict[str, object] | None = None) -> None:
        """With options of mongod, and of the client that looks for it."""
        if os.environ.get("SKIP_MONGODB_TESTS") == "1":
            pytest.skip("SKIP_MONGODB_TESTS is 1")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"mongodb://127.0.0.1:{port}/"
        self._client = client or {}
        self._command = [PROGRAM, "--dbpath", folder, "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket"]
        self._command += ["--logpath", folder / "mongod.log", "--logappend", "--enableFreeMonitoring", "off"]
        self._command += ["--wiredTigerCacheSizeGB", "0.25", *options]
        for parameter in ("ttlMonitorEnabled=false", "diagnosticDataCollectionEnabled=false"):
            self._command += ["--setParameter", parameter]

    def start(self) -> None:
        """One that does not start is a failure."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        end = time.monotonic() + 30
        with pymongo.MongoClient[dict[str, object]](
            self.address, serverSelectionTimeoutMS=200, **self._client
        ) as client:
            while True:
                assert self._process.poll() is None and time.monotonic() < end, "mongod did not start"
                try:
                    client.admin.command("ping")
                    return
                except pymongo.errors.PyMongoError:
                    time.sleep(0.01)

    def kill(self) -> None:
        """As if the power went, but for what the system has in its memory."""
        self._process.kill()
        self._process.wait()


@contextmanager
def mongodb_server(folder: Path, *options: str | Path, client: dict[str, object] | None = None) -> Iterator[str]:
    """The address of a server that runs within the block."""
    server = MongoDBServer(folder, *options, client=client)
    try:
        server.start()
        yield server.address
    finally:
        server.kill()
