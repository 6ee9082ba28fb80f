# SPDX-License-Identifier: Apache-2.0
"""libmongoc in a host: encrypted, silent, without threads, beside a host that uses libmongoc itself; servers killed;
replies that are damaged on the way."""

from __future__ import annotations

import ast
import os
import random
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Tests"), str(ROOT / "bindings" / "python")]

import swiftsession  # noqa: E402
from mongodb_server import MongoDBServer, mongodb_server  # noqa: E402
from visitor import Visitor, assert_nobody_came_back  # noqa: E402

START = """
import os, swiftsession
def manager(address):
    return swiftsession.SessionManager(SESSION_TYPE="mongodb", SESSION_MONGODB=address)
def use(address):
    with manager(address).open(None) as session:
        session["user"] = "jack"
        session.save()
"""


def python(code: str) -> str:
    """What a program prints, all of it on either stream."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bindings" / "python")}
    done = subprocess.run(
        [sys.executable, "-c", START + code],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with mongodb_server(tmp_path_factory.mktemp("mongodb")) as address:
        yield address


def test_it_prints_nothing_and_starts_no_thread(address: str) -> None:
    code = f"""
use({address!r})
try:
    manager("mongodb://127.0.0.1:1/").ping()
except swiftsession.Unavailable:
    pass
assert len(os.listdir("/proc/self/task")) == 1
assert not os.path.exists(f"/dev/shm/mongoc-{{os.getpid()}}")
"""
    assert python(code) == ""


def test_a_host_that_has_libmongoc_keeps_its_log(address: str) -> None:
    code = f"""
import ctypes
library = ctypes.CDLL("libmongoc-1.0.so.0")
use({address!r})
library.mongoc_log(3, b"host", b"its own message")
use({address!r})
ctypes.CDLL(None).fflush(None)
"""
    printed = python(code).splitlines()
    assert len(printed) == 1 and printed[0].endswith("host: its own message")


def certificate(folder: Path, name: str, *options: str) -> Path:
    key, file = folder / f"{name}.key", folder / f"{name}.crt"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    subprocess.run([*command, "-keyout", key, "-out", file, *options], check=True, capture_output=True)
    both = folder / f"{name}.pem"
    both.write_text(key.read_text() + file.read_text())
    return both


def test_tls(tmp_path: Path) -> None:
    pem = certificate(tmp_path, "server", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    other = certificate(tmp_path, "other")
    data = tmp_path / "data"
    data.mkdir()
    options = ("--tlsMode", "requireTLS", "--tlsCertificateKeyFile", pem)
    with mongodb_server(data, *options, client={"tls": True, "tlsCAFile": str(tmp_path / "server.crt")}) as address:
        code = f"""
def status(query):
    try:
        use({address!r} + "?" + query)
        return "fine"
    except swiftsession.Error as error:
        return type(error).__name__
print(status("tls=true&tlsCAFile={tmp_path}/server.crt"))
print(status("tls=true&tlsCAFile={tmp_path}/server.crt&directConnection=true&tlsCertificateKeyFile={pem}"))
print(status("tls=true&tlsAllowInvalidCertificates=true"))
print(status("tls=true&tlsInsecure=true"))
print(status("tls=true&tlsCAFile={other.with_suffix(".crt")}"))
print(status("tls=true"))
print(status("tls=true&tlsCAFile=/no/such/file"))
print(status("tls=false"))
assert len(os.listdir("/proc/self/task")) == 1
"""
        assert python(code).split() == ["fine"] * 4 + ["Unavailable"] * 4


def test_killed_and_restarted_under_load(tmp_path: Path) -> None:
    server = MongoDBServer(tmp_path)
    server.start()
    try:
        manager = swiftsession.SessionManager(SESSION_TYPE="mongodb", SESSION_MONGODB=server.address, SESSION_TIMEOUT=5)
        visitors = [Visitor(manager, f"visitor{number}") for number in range(4)]
        for visitor in visitors:
            visitor.start()
        for _ in range(3):
            time.sleep(1)
            server.kill()
            time.sleep(0.2)
            server.start()
        time.sleep(0.5)
        for visitor in visitors:
            visitor.is_over = True
        for visitor in visitors:
            visitor.join(30)
        assert all(visitor.removed and visitor.kept and visitor.longest < 15 for visitor in visitors)
        assert {name for visitor in visitors for name in visitor.errors} == {"Unavailable"}
        assert_nobody_came_back(manager, visitors)
    finally:
        server.kill()


class Damager:
    """Between a client and a server of MongoDB: what the server answers goes through `damage`, message by message."""

    def __init__(self, address: str, damage: Callable[[bytes], bytes]) -> None:
        self._server = ("127.0.0.1", int(address.rstrip("/").rsplit(":", 1)[1]))
        self._damage = damage
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"mongodb://127.0.0.1:{self._listener.getsockname()[1]}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._server) as server, suppress(OSError, EOFError):
            while True:
                server.sendall(message(client))
                client.sendall(self._damage(message(server)))

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def exactly(stream: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        part = stream.recv(size - len(received))
        if not part:
            raise EOFError
        received += part
    return received


def message(stream: socket.socket) -> bytes:
    length = exactly(stream, 4)
    return length + exactly(stream, struct.unpack("<i", length)[0] - 4)


def is_reply_to_command(reply: bytes) -> bool:
    return reply[12:16] == struct.pack("<i", 2013)


def with_bytes(at: int, new: bytes) -> Callable[[bytes], bytes]:
    return lambda reply: reply[:at] + new + reply[at + len(new) :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "kind of section": with_bytes(20, b"\x01"),
    "huge document": with_bytes(21, struct.pack("<i", 0x7FFFFFF0)),
    "negative document": with_bytes(21, struct.pack("<i", -5)),
    "opcode": with_bytes(12, struct.pack("<i", 1)),
    "no section": lambda reply: struct.pack("<i", 20) + reply[4:20],
    "header alone": lambda reply: struct.pack("<i", 16) + reply[4:16],
    "unknown flag": with_bytes(16, b"\x02"),
    "no end of the document": lambda reply: reply[:-1] + b"\x01",
    "huge name of a field": lambda reply: reply[:25] + b"\x02" * (len(reply) - 26) + b"\x00",
    "array without a first item": lambda reply: with_document(reply, b"\x04a\0\x08\0\0\0\x0a1\0\0\x01ok\0" + ONE),
    "nested deeply": lambda reply: nested(reply, 100_000),
}


ONE = struct.pack("<d", 1)


def with_document(reply: bytes, fields: bytes) -> bytes:
    document = struct.pack("<i", 5 + len(fields)) + fields + b"\x00"
    return struct.pack("<i", 21 + len(document)) + reply[4:21] + document


def nested(reply: bytes, levels: int) -> bytes:
    document = b"".join(b"%s\x03a\x00" % struct.pack("<i", 5 + 8 * left) for left in range(levels, 0, -1))
    document += struct.pack("<i", 5) + b"\x00" * (levels + 1)
    return struct.pack("<i", 21 + len(document)) + reply[4:21] + document


@pytest.mark.parametrize("is_hello", [False, True], ids=["command", "hello"])
@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_reply_is_an_error(address: str, name: str, is_hello: bool) -> None:
    damage = DAMAGES[name]
    proxy = Damager(address, lambda reply: reply if is_reply_to_command(reply) == is_hello else damage(reply))
    try:
        code = f"""
try:
    use({proxy.address!r})
except swiftsession.Error as error:
    print(swiftsession.Status(error.status).name)
"""
        printed = python(code).strip()
    finally:
        proxy.close()
    # In a hello these places hold something else, part of which nobody reads.
    assert printed == "BACKEND" or (is_hello and printed in ("", "UNAVAILABLE"))


def test_single_bytes_of_replies_are_changed(address: str) -> None:
    """Nothing but an error comes of it, or what the server might have meant as well."""
    chance = random.Random(2013)

    def damage(reply: bytes) -> bytes:
        if chance.random() < 0.7:
            return reply
        # The length of the message is left: with another one the rest is waited for.
        at = chance.randrange(4, len(reply))
        return reply[:at] + bytes([chance.randrange(256)]) + reply[at + 1 :]

    proxy = Damager(address, damage)
    try:
        code = f"""
import collections
outcomes = collections.Counter()
manager = swiftsession.SessionManager(
    SESSION_TYPE="mongodb", SESSION_MONGODB={proxy.address!r}, SESSION_TIMEOUT=1, SESSION_CONNECT_TIMEOUT=1)
for number in range(ROUNDS):
    try:
        with manager.open(None) as session:
            session["user"] = "jack"
            session.save()
        outcomes["fine"] += 1
    except swiftsession.Error as error:
        outcomes[swiftsession.Status(error.status).name] += 1
print(dict(outcomes))
""".replace("ROUNDS", os.environ.get("MONGODB_DAMAGES", "300"))
        outcomes = ast.literal_eval(python(code))
    finally:
        proxy.close()
    assert outcomes["fine"] > 10 and outcomes["BACKEND"] > 10
