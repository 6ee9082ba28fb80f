# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL of the tests' own: on a free loopback port, in a temporary folder, ended by its process id.

It refuses to run as root and is then the user's `postgres`. Its time zone is not UTC.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("none"))
PASSWORD = "hunter2"
AS_POSTGRES = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if os.getuid() == 0 else []


@contextmanager
def postgresql_server(_: Path, databases: int = 1, *settings: str) -> Iterator[list[str]]:
    """The addresses of the databases of a server that runs within the block. One that does not start is a failure."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # The folders of pytest are open to nobody else.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        (folder / "password").write_text(PASSWORD)
        if AS_POSTGRES:
            shutil.chown(folder, "postgres", "postgres")
            folder.chmod(0o755)
        initdb = [PROGRAMS / "initdb", "-D", folder / "data", "-U", "jack", "-E", "UTF8", "--locale", "C.UTF-8", "-N"]
        rights = ["--auth-local", "trust", "--auth-host", "scram-sha-256", "--pwfile", folder / "password"]
        subprocess.run([*AS_POSTGRES, *initdb, *rights], check=True, stdout=subprocess.DEVNULL, cwd="/")
        options = [f"port={port}", f"unix_socket_directories={folder}", "listen_addresses=127.0.0.1", "fsync=off"]
        options += ["max_connections=300", "timezone=Asia/Shanghai", *settings]
        command = [*AS_POSTGRES, PROGRAMS / "postgres", "-D", folder / "data"]
        command += [part for option in options for part in ("-c", option)]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")
        try:
            _wait(process, folder, port)
            for number in range(1, databases):
                sql(folder, port, f"CREATE DATABASE d{number}")
            names = ["postgres", *(f"d{number}" for number in range(1, databases))]
            yield [f"postgresql://jack:{PASSWORD}@127.0.0.1:{port}/{name}" for name in names]
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait()
    finally:
        shutil.rmtree(folder)


def sql(folder: Path, port: int, text: str) -> str:
    command = ["psql", "-h", str(folder), "-p", str(port), "-U", "jack", "-d", "postgres", "-AtqX", "-c", text]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _wait(process: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    end = time.monotonic() + 30
    while True:
        assert process.poll() is None and time.monotonic() < end, (folder / "log").read_text()
        try:
            sql(folder, port, "SELECT 1")
            return
        except subprocess.CalledProcessError:
            time.sleep(0.05)
