# SPDX-License-Identifier: Apache-2.0
"""A mariadbd of the tests' own: on a free loopback port, in a temporary folder, ended by its process id."""

from __future__ import annotations

import getpass
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: A statement a line.
_BEGINNING = """\
SET PASSWORD FOR root@localhost = PASSWORD('dev');
SET PASSWORD FOR root@127.0.0.1 = PASSWORD('dev');
CREATE DATABASE devops CHARACTER SET utf8mb4;
"""


class MySQLServer:
    """A server that can be killed and started again."""

    def __init__(self, folder: Path, *options: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"mysql+pymysql://root:dev@127.0.0.1:{self.port}/devops?charset=utf8mb4"
        self.log = folder / "log"
        common = ["--no-defaults", f"--datadir={folder / 'data'}", f"--user={getpass.getuser()}"]
        install = ["mariadb-install-db", *common, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run([*install, "--innodb-log-file-size=4M"], check=True, capture_output=True)
        (folder / "beginning.sql").write_text(_BEGINNING)
        self.command = [
            "mariadbd",
            *common,
            "--bind-address=127.0.0.1",
            f"--port={self.port}",
            "--socket=",
            f"--pid-file={folder / 'pid'}",
            f"--init-file={folder / 'beginning.sql'}",
            f"--tmpdir={folder}",  # a server that starts removes the temporary tables that it finds, others' too
            "--skip-name-resolve",
            "--skip-log-bin",
            "--performance-schema=off",
            "--innodb-buffer-pool-size=32M",
            "--innodb-flush-log-at-trx-commit=0",
            *options,
        ]
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        _wait(self.process, self.port)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def mysql_server(folder: Path) -> Iterator[str]:
    """The address of a server that runs within the block. One that does not start is a failure."""
    server = MySQLServer(folder)
    try:
        yield server.address
    finally:
        server.kill()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    """Until it listens, which it does when the beginning is done."""
    end = time.monotonic() + 30
    while True:
        assert process.poll() is None and time.monotonic() < end, "mariadbd did not start"
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                if connection.recv(5)[4:] == b"\x0a":
                    return
        except OSError:
            time.sleep(0.02)
