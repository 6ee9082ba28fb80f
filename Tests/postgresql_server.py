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


class PostgreSQLServer:
    """A server that can be killed and started again."""

    def __init__(self, *settings: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"postgresql://jack:{PASSWORD}@127.0.0.1:{self.port}/"
        # The folders of pytest are open to nobody else.
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        try:
            self._make()
            options = [f"port={self.port}", f"unix_socket_directories={self.folder}", "listen_addresses=127.0.0.1"]
            options += ["fsync=off", "max_connections=300", "timezone=Asia/Shanghai", *settings]
            self._command = [*AS_POSTGRES, PROGRAMS / "postgres", "-D", self.folder / "data"]
            self._command += [part for option in options for part in ("-c", option)]
            self.start()
        except BaseException:
            shutil.rmtree(self.folder)
            raise

    def _make(self) -> None:
        (self.folder / "password").write_text(PASSWORD)
        if AS_POSTGRES:
            shutil.chown(self.folder, "postgres", "postgres")
            self.folder.chmod(0o755)
        initdb = [PROGRAMS / "initdb", "-D", self.folder / "data", "-U", "jack", "-E", "UTF8", "--locale", "C.UTF-8"]
        rights = ["-N", "--auth-local", "trust", "--auth-host", "scram-sha-256", "--pwfile", self.folder / "password"]
        subprocess.run([*AS_POSTGRES, *initdb, *rights], check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self) -> None:
        """One that does not start is a failure. While processes of the one that was killed end, it does not."""
        end = time.monotonic() + 60
        while True:
            with (self.folder / "log").open("a") as log:
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/"
                )
            while self._process.poll() is None:
                assert time.monotonic() < end, (self.folder / "log").read_text()
                try:
                    sql(self.folder, self.port, "SELECT 1")
                    return
                except subprocess.CalledProcessError:
                    time.sleep(0.05)
            text = (self.folder / "log").read_text()
            assert time.monotonic() < end and "is still in use" in text, text
            time.sleep(0.1)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()
        shutil.rmtree(self.folder)


@contextmanager
def postgresql_server(_: Path, databases: int = 1, *settings: str) -> Iterator[list[str]]:
    """The addresses of the databases of a server that runs within the block."""
    server = PostgreSQLServer(*settings)
    try:
        for number in range(1, databases):
            sql(server.folder, server.port, f"CREATE DATABASE d{number}")
        yield [server.address + name for name in ("postgres", *(f"d{number}" for number in range(1, databases)))]
    finally:
        server.close()


def sql(folder: Path, port: int, text: str) -> str:
    command = ["psql", "-h", str(folder), "-p", str(port), "-U", "jack", "-d", "postgres", "-AtqX", "-c", text]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
