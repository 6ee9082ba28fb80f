# SPDX-License-Identifier: Apache-2.0
"""Whole requests of Flask-Session 0.8 and 0.7 on SQLite, step by step on ours: body, headers and row."""

import datetime
import sqlite3

import pytest

from flask_session_stand import Stand, assert_no_dead_differences, scenarios

FILES = ("fs080_sqlite.json", "fs070_sqlite.json")


class SQLiteStand(Stand):
    def __init__(self, scenario, folder, monkeypatch):
        self.database = folder / "sessions.db"
        self.numbers = {}
        super().__init__(scenario, monkeypatch, SESSION_TYPE="sqlite", SESSION_SQLITE=self.database)

    def rows(self):
        """The live rows with their ids: key, data, expiry.

        Flask-Session deletes an expired row when it meets it, we leave that to sweep. A session with a new id has a new
        row: it is there before the old one goes.
        """
        now = datetime.datetime.fromtimestamp(self.now, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
        found = {}
        for number, name, data, expiry in self.table():
            assert self.numbers.setdefault(name, number) == number  # written over, never deleted and made again
            if expiry > now:
                found[self.translated(name)] = [data, expiry]
        return found

    def table(self):
        connection = sqlite3.connect(self.database)
        rows = connection.execute("SELECT id, session_id, hex(data), expiry FROM sessions").fetchall()
        connection.close()
        return rows


@pytest.mark.parametrize("scenario", scenarios(*FILES))
def test_every_step(scenario, tmp_path, monkeypatch):
    stand = SQLiteStand(scenario, tmp_path, monkeypatch)
    for step in scenario["steps"]:
        stand.check(step, {name: [data, expiry] for _, name, data, expiry in step["store"]})
    while stand.app.session_interface.manager(stand.app).sweep(10):
        pass
    assert len(stand.table()) == len(scenario["steps"][-1]["store"])


def test_the_table_of_differences_has_no_dead_lines():
    assert_no_dead_differences(*FILES)
