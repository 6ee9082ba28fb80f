# SPDX-License-Identifier: Apache-2.0
"""A memcached of the tests' own: on a free loopback port, ended by its process id."""

from __future__ import annotations

import getpass
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager


class MemcachedServer:
    """A server that can be killed and started again, with nothing in it."""

    def __init__(self, *arguments: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        # Root has to say which user it is to be.
        self._command = ["memcached", "-u", getpass.getuser(), "-l", "127.0.0.1", "-p", str(port), "-U", "0"]
        self._command += arguments
        self.start()

    def start(self) -> None:
        """One that does not start is a failure."""
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self._command, stdin=quiet, stdout=quiet, stderr=quiet)
        try:
            _wait(self._process, self.address)
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def memcached_server(*arguments: str) -> Iterator[str]:
    """The `host:port` of a server that runs within the block."""
    server = MemcachedServer(*arguments)
    try:
        yield server.address
    finally:
        server.kill()


def ask(address: str, line: bytes) -> bytes:
    """What a server answers to a line, up to the end of its answer."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(line + b"\r\n")
        answer = b""
        while not answer.endswith((b"END\r\n", b"OK\r\n", b"ERROR\r\n")) and not answer.startswith(b"VERSION"):
            answer += connection.recv(65536)
        return answer


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + 20
    while True:
        assert process.poll() is None and time.monotonic() < end, "memcached did not start"
        try:
            ask(address, b"version")
            return
        except OSError:
            time.sleep(0.01)
