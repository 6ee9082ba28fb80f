# SPDX-License-Identifier: Apache-2.0
"""Rows of Flask-Session 0.8 as swiftsession_store_load reads them, and rows of ours as Flask-Session finds them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from store_library import sqlite

VECTORS = json.loads((Path(__file__).parents[1] / "Vectors" / "fs080_sqlite.json").read_text())
TABLE = (
    "CREATE TABLE sessions (id INTEGER NOT NULL, session_id VARCHAR(255), data BLOB, expiry DATETIME,"
    " PRIMARY KEY (id), UNIQUE (session_id))"
)


def rows():
    found = {}
    for scenario in VECTORS["scenarios"]:
        for step in scenario["steps"]:
            for _, key, data, _ in step["store"]:
                found[bytes.fromhex(data)] = key
    return [(key, data) for data, key in found.items()]


def test_the_rows_of_flask_session_are_loaded(tmp_path):
    path, compared = tmp_path / "sessions.db", 0
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(TABLE)
        store = sqlite(path)
        for key, data in rows():
            database.execute("DELETE FROM sessions")
            database.execute(
                "INSERT INTO sessions (session_id, data, expiry) VALUES (?, ?, '2999-01-01 00:00:00.000000')",
                (key, data),
            )
            assert store.load(key.encode())[0] == data
            compared += 1
        store.close()
    assert compared == 8


def test_a_row_of_ours_is_one_of_flask_session(tmp_path):
    path = tmp_path / "sessions.db"
    store = sqlite(path)
    store.create(b"session:abc", b"\x80", time_to_live=3600)
    with closing(sqlite3.connect(path)) as database:
        [(key, data, seconds)] = database.execute(
            "SELECT session_id, data, julianday(expiry) * 86400 - julianday('now') * 86400 FROM sessions"
        )
        assert (key, data) == ("session:abc", b"\x80")
        assert 3500 < seconds < 3601
        [(expiry,)] = database.execute("SELECT expiry FROM sessions WHERE expiry LIKE '____-__-__ __:__:__.000000'")
        assert len(expiry) == 26
    store.close()
