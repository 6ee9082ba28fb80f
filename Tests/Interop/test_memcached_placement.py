# SPDX-License-Identifier: Apache-2.0
"""On several memcached servers, what a client of Python stored is found by ours, which was given that client."""

import sys
from contextlib import ExitStack
from pathlib import Path

import memcache
import msgspec
import pylibmc
import pytest

import swiftsession

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from memcached_server import ask, memcached_server

CLIENTS = {
    "python-memcached": memcache.Client,
    "python-memcached, weights": lambda servers: memcache.Client([(servers[0], 3), *servers[1:]]),
    "pylibmc": pylibmc.Client,
    "pylibmc, binary": lambda servers: pylibmc.Client(servers, binary=True),
    "pylibmc, ketama": lambda servers: pylibmc.Client(servers, behaviors={"ketama": True}),
    "pylibmc, crc": lambda servers: pylibmc.Client(servers, behaviors={"hash": "crc"}),
}


@pytest.fixture(scope="module")
def servers():
    with ExitStack() as stack:
        yield [stack.enter_context(memcached_server()) for _ in range(4)]


@pytest.mark.parametrize("kind", CLIENTS)
def test_both_look_on_the_same_server(servers, kind):
    for server in servers:
        ask(server, b"flush_all")
    client = CLIENTS[kind](servers)
    manager = swiftsession.SessionManager(SESSION_TYPE="memcached", SESSION_MEMCACHED=client)
    for number in range(100):
        client.set(f"session:ofpython{number}", msgspec.msgpack.encode({"user": number}))
        with manager.open(f"session=ofpython{number}") as session:
            assert session["user"] == number
    with manager.open(None) as session:
        session["user"] = "jack"
        session.save()
        record = client.get(f"session:{session.id}")
    assert msgspec.msgpack.decode(record) == {"_permanent": True, "user": "jack"}
