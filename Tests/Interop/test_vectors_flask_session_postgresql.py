# SPDX-License-Identifier: Apache-2.0
"""Whole requests of Flask-Session 0.8 on PostgreSQL, step by step on ours: body, headers and row.

The statements differ on purpose, and the vectors' `sql` is not compared: one for each operation, which compares where
it writes. `fs080_postgresql_tz.json` is of sessions with another time zone than UTC; so are all of this server.
"""

import datetime
import json
import sys
from pathlib import Path

import psycopg2
import pytest

from flask_session_stand import VECTORS, Stand, assert_no_dead_differences, scenarios

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from postgresql_server import postgresql_server

FILES = ("fs080_postgresql.json", "fs080_postgresql_tz.json")


class PostgreSQLStand(Stand):
    def __init__(self, scenario, address, monkeypatch):
        self.connection = psycopg2.connect(address)
        self.connection.autocommit = True
        self.connection.cursor().execute("DROP TABLE IF EXISTS sessions")
        self.numbers = {}
        super().__init__(scenario, monkeypatch, SESSION_TYPE="postgresql", SESSION_POSTGRESQL=address)

    def rows(self):
        """The live rows with their ids: key, data, expiry. Dead ones are left to sweep."""
        now = str(datetime.datetime.fromtimestamp(self.now, datetime.timezone.utc).replace(tzinfo=None))
        found = {}
        for number, name, data, expiry in self.table():
            assert self.numbers.setdefault(name, number) == number  # written over, never deleted and made again
            if expiry > now:
                found[self.translated(name)] = [data, expiry]
        return found

    def table(self):
        cursor = self.connection.cursor()
        cursor.execute("SELECT id, session_id, encode(data, 'hex'), expiry::text FROM sessions")
        return cursor.fetchall()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with postgresql_server(tmp_path_factory.mktemp("postgresql")) as (address,):
        yield address


@pytest.mark.parametrize("scenario", scenarios(*FILES))
def test_every_step(scenario, address, monkeypatch):
    stand = PostgreSQLStand(scenario, address, monkeypatch)
    for step in scenario["steps"]:
        stand.check(step, {name: [data, expiry] for _, name, data, expiry in step["store"]})
    while stand.app.session_interface.manager(stand.app).sweep(10):
        pass
    assert len(stand.table()) == len(scenario["steps"][-1]["store"])
    stand.connection.close()


@pytest.mark.parametrize("version", ["032", "041", "050"])
def test_a_row_without_expiry_is_a_session_that_has_ended(version, address, monkeypatch):
    """As a bug of Flask-Session left it, which then fails for ever: `session.clear()` and a message at logout."""
    vector = json.loads((VECTORS / f"seed_bug_expiry_null_{version}.json").read_text())
    ((_, key, data, expiry),) = next(step for name, step in vector.items() if name.startswith("2"))["rows"]
    assert expiry is None
    config = {"SESSION_KEY_PREFIX": "'flask-session'", "SESSION_COOKIE_NAME": "'session'"}
    stand = PostgreSQLStand({"config": config}, address, monkeypatch)
    stand.connection.cursor().execute(
        "INSERT INTO sessions (session_id, data, expiry) VALUES (%s, decode(%s, 'hex'), NULL)", (key, data)
    )
    step = {"request": "GET /get", "cookie": key.removeprefix("flask-session")}
    for _ in range(2):
        answer = stand.send(step)
        assert (answer.status_code, answer.text) == (200, "None")
    answer = stand.send({**step, "request": "GET /set"})
    assert answer.status_code == 200 and step["cookie"] not in answer.headers["Set-Cookie"]
    assert [name == key for _, name, _, _ in stand.table()] == [True, False]
    stand.app.session_interface.manager(stand.app).sweep(10)
    assert [name == key for _, name, _, _ in stand.table()] == [False]
    stand.connection.close()


def test_the_table_of_differences_has_no_dead_lines():
    assert_no_dead_differences(*FILES)
