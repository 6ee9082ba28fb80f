# SPDX-License-Identifier: Apache-2.0
"""What a visitor's cookie makes a server see: an id that could be one of ours, and nothing of any other."""

import socket
import sys
import threading
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings" / "python"))

import swiftsession


class Recorder:
    """Answers each thing that comes in as if there were no record, and keeps it."""

    def __init__(self, answers):
        self.answers = answers
        self.seen = b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                while data := connection.recv(65536):
                    self.seen += data
                    connection.sendall(next(answer for start, answer in self.answers if data.startswith(start)))


#: By SESSION_TYPE: the address, and what begins a request with its answer.
SERVERS = {
    "memcached": ("memcached://127.0.0.1:{}", [(b"stats settings\r\n", b"END\r\n"), (b"gets ", b"END\r\n")]),
    "redis": ("redis://127.0.0.1:{}", [(b"*2\r\n$3\r\nGET\r\n", b"$-1\r\n")]),
}

PLAUSIBLE = "stho7ZYbrkJ-pZS22_q3rup5D0GqANe7jRUzSeM8brc"

HOSTILE = [
    'session="x\\015\\012set pwn 0 0 1\\015\\012Z\\015\\012get y"',
    'session="xxxxxxxx\\015\\012FLUSHALL\\015\\012"',
    "session=xxxxxxxx\r\nflush_all",
    "session=xxxxxxxx\nflush_all",
    "session=xxxxxxxx%0d%0aflush_all",
    'session="xxxxxxxx pwn pwn"',
    "session=xxxxxxxx pwn",
    'session="xxxxxxxx\\000pwn"',
    "session=xxxxxxxx\0pwn",
    'session="xxxxxxxx\\303\\251"',
    "session=xxxxxxxx\xc3\xa9",
    "session=xxxxxxxx\xff",
    'session="xxxxxxxx\\177"',
    "session=xxxxxxxx\x7f",
    "session=xxxxxxxx\t",
    "session=" + "x" * 10_000,
    "session=" + "x" * 201,
    "session=",
    "session=*",
    "session=../../../etc",
    "session=short",
]


@pytest.fixture(params=SERVERS)
def server(request):
    address, answers = SERVERS[request.param]
    recorder = Recorder(answers)
    settings = {"SESSION_TYPE": request.param, f"SESSION_{request.param.upper()}": address.format(recorder.port)}
    yield recorder, settings
    recorder.listener.close()


def ask(manager, cookie):
    with manager.open(cookie) as session:
        assert session.get("user") is None
        assert dict(session.save()).get("Set-Cookie") is None


@pytest.mark.parametrize("cookie", HOSTILE, ids=lambda cookie: ascii(cookie)[:40])
def test_no_server_sees_anything_of_a_hostile_cookie(server, cookie):
    recorder, settings = server
    for encoded in (cookie, cookie.encode("latin-1")):
        ask(swiftsession.SessionManager(**settings), encoded)
    # What a browser may send, cut off at a space or a line end, may be an id; what stands behind it never comes along.
    assert b"pwn" not in recorder.seen and b"flush" not in recorder.seen.lower()
    assert b"x" * 200 not in recorder.seen
    assert all(0x20 <= byte < 0x7F or byte in b"\r\n" for byte in recorder.seen)
    assert recorder.seen.count(b"GET") + recorder.seen.count(b"gets") <= recorder.seen.count(b"session:xxxxxxxx")


def test_an_id_that_could_be_ours_is_asked_for(server):
    recorder, settings = server
    ask(swiftsession.SessionManager(**settings), f"session={PLAUSIBLE}")
    assert recorder.seen.endswith(f"session:{PLAUSIBLE}\r\n".encode())


def test_a_key_that_is_too_long_for_memcached_is_a_cookie_that_nobody_gave():
    recorder = Recorder(SERVERS["memcached"][1])
    settings = {"SESSION_TYPE": "memcached", "SESSION_MEMCACHED": f"127.0.0.1:{recorder.port}"}
    manager = swiftsession.SessionManager(**settings, SESSION_KEY_PREFIX="p" * 100)
    ask(manager, "session=" + "x" * 150)
    assert recorder.seen.endswith(b"p" * 100 + b"x" * 150 + b"\r\n")
    before = recorder.seen
    ask(manager, "session=" + "x" * 151)
    assert recorder.seen == before
    with pytest.raises(swiftsession.ConfigError, match="make keys of 251 bytes; a store takes at most 250"):
        swiftsession.SessionManager(**settings, SESSION_KEY_PREFIX="p" * 208)
    recorder.listener.close()
