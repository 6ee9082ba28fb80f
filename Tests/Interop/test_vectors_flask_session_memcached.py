# SPDX-License-Identifier: Apache-2.0
"""Whole requests of Flask-Session 0.8 and 0.7 on memcached, step by step on ours: body, headers and bytes.

The commands differ on purpose, and the vectors' `wire` says only what is stored then: a session that was not changed is
touched and not written again, a change is a compare-and-set, a new record an `add`, and a connection begins with
`stats settings`. The vectors were taken at the time that it was, so that each date stands for when it is.
"""

import datetime
import re
import sys
import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import memcache
import pylibmc
import pymemcache
import pytest

from flask_session_stand import Stand, assert_no_dead_differences, scenarios
from memcached_wire import stores

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from memcached_server import ask, memcached_server

#: Each with the client that it was taken with.
CLIENTS = {
    "fs080_memcached_pm.json": lambda address: memcache.Client([address]),
    "fs080_memcached_pymemcache.json": lambda address: pymemcache.Client(address),
    "fs080_memcached_pylibmc.json": lambda address: pylibmc.Client([address]),
    "fs080_memcached_pylibmcbin.json": lambda address: pylibmc.Client([address], binary=True),
    "fs070_memcached_pm.json": lambda address: memcache.Client([address]),
}
DATE = re.compile(r"(?<=Expires=)\w{3}, \d{2} \w{3} (?!1970)\d{4} \d{2}:\d{2}:\d{2} GMT")


class MemcachedStand(Stand):
    def __init__(self, scenario, client, address, monkeypatch):
        ask(address, b"flush_all")
        self.address = address
        super().__init__(scenario, monkeypatch, SESSION_TYPE="memcached", SESSION_MEMCACHED=client)
        self.now = int(time.time_ns() / 1e9)
        lifetime = self.config.get("PERMANENT_SESSION_LIFETIME", datetime.timedelta(days=31))
        self.lifetime = lifetime.total_seconds()

    def send(self, step):
        answer = super().send(step)
        for line in answer.headers.getlist("Set-Cookie"):
            for date in DATE.findall(line):
                assert parsedate_to_datetime(date).timestamp() == self.now + self.lifetime
        return answer

    def translated(self, text):
        return DATE.sub("then", super().translated(text))

    def rows(self):
        """By the keys that were ever written, for a server does not list them."""
        rows = {}
        prefix = self.app.config.get("SESSION_KEY_PREFIX", "session:")
        for ours, theirs in self.theirs.items():
            answer = ask(self.address, f"get {prefix}{ours}".encode())
            if answer != b"END\r\n":
                head, _, rest = answer.partition(b"\r\n")
                assert head.split()[2] == b"0"
                rows[prefix + theirs] = rest[: int(head.split()[3])].hex()
        return rows


@pytest.fixture(scope="module")
def address():
    with memcached_server() as address:
        yield address


def all_scenarios():
    for name in CLIENTS:
        for parameter in scenarios(name):
            yield pytest.param(name, *parameter.values, id=f"{name[:-5]}-{parameter.id.partition('-')[2]}")


@pytest.mark.parametrize(("name", "scenario"), all_scenarios())
def test_every_step(name, scenario, address, monkeypatch):
    stand = MemcachedStand(scenario, CLIENTS[name](address), address, monkeypatch)
    for step, store in zip(scenario["steps"], stores(scenario["steps"])):
        lines = [DATE.sub("then", line) for line in step["set_cookie"]]
        stand.check({**step, "set_cookie": lines}, store)


def test_the_table_of_differences_has_no_dead_lines():
    assert_no_dead_differences(*CLIENTS)
