# SPDX-License-Identifier: Apache-2.0
"""Whole requests of Flask-Session 0.8 and 0.7 on Redis, step by step on ours: body, headers, bytes and time to live.

The commands differ on purpose, and the vectors' `wire` is not compared: a session that was not changed is touched with
EXPIRE and not written again, a change is a compare-and-set, and there is no greeting (HELLO, CLIENT).
"""

import sys
from pathlib import Path

import pytest
import redis

from flask_session_stand import Stand, assert_no_dead_differences, scenarios

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from redis_server import redis_server

FILES = ("fs080_redis.json", "fs070_redis.json")


class RedisStand(Stand):
    def __init__(self, scenario, address, monkeypatch):
        self.client = redis.Redis.from_url(address)
        self.client.flushall()
        super().__init__(scenario, monkeypatch, SESSION_TYPE="redis", SESSION_REDIS=self.client)

    def rows(self):
        keys = self.client.keys()
        return {self.translated(key.decode()): [self.client.get(key).hex(), self.client.ttl(key)] for key in keys}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with redis_server(tmp_path_factory.mktemp("redis")) as address:
        yield address


@pytest.mark.parametrize("scenario", scenarios(*FILES))
def test_every_step(scenario, address, monkeypatch):
    stand = RedisStand(scenario, address, monkeypatch)
    for step in scenario["steps"]:
        stand.check(step, {row["key"]: [row["value_hex"], row["ttl"]] for row in step["store"]})


def test_the_table_of_differences_has_no_dead_lines():
    assert_no_dead_differences(*FILES)
