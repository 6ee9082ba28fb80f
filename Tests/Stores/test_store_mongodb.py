# SPDX-License-Identifier: Apache-2.0
"""libmongoc in a host: encrypted, silent, without threads, beside a host that uses libmongoc itself; servers killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
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
