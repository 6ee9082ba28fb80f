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


@contextmanager
def mongodb_server(folder: Path, *options: str | Path, client: dict[str, object] | None = None) -> Iterator[str]:
    """The address of a server that runs within the block, with options of mongod and of the client that looks for it.

    One that does not start is a failure. It has its journal, and removes nothing by itself: the time of the
    vectors is long ago for it.
    """
    if os.environ.get("SKIP_MONGODB_TESTS") == "1":
        pytest.skip("SKIP_MONGODB_TESTS is 1")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    parameters = ("ttlMonitorEnabled=false", "enableTestCommands=1", "diagnosticDataCollectionEnabled=false")
    command = [PROGRAM, "--dbpath", folder, "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket"]
    command += ["--wiredTigerCacheSizeGB", "0.25", "--enableFreeMonitoring", "off", "--logpath", folder / "mongod.log"]
    for parameter in parameters:
        command += ["--setParameter", parameter]
    process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        address = f"mongodb://127.0.0.1:{port}/"
        _wait(process, address, client or {})
        yield address
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], address: str, options: dict[str, object]) -> None:
    end = time.monotonic() + 30
    with pymongo.MongoClient[dict[str, object]](address, serverSelectionTimeoutMS=200, **options) as client:
        while True:
            assert process.poll() is None and time.monotonic() < end, "mongod did not start"
            try:
                client.admin.command("ping")
                return
            except pymongo.errors.PyMongoError:
                time.sleep(0.01)
