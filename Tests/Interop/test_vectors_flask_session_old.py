# SPDX-License-Identifier: Apache-2.0
"""Requests of Flask-Session 0.3 to 0.6 on the pickles that it left, in SQLite and in files: ours answers the same.

Each step begins with the store as the older version left it after the step before, so that one of its processes could
be replaced by ours at any moment.
"""

import datetime
import hashlib
import sqlite3

import pytest

from flask_session_stand import NOW, Stand, scenarios

VERSIONS = ("032", "041", "050", "060")
FILES = tuple(f"fs{version}_{store}.json" for version in VERSIONS for store in ("sqlite", "filesystem"))
#: Requests after which a session holds less than before: the older versions kept a record of nothing.
ENDING = ("GET /pop", "GET /clear", "GET /perm_off")


class OldStand(Stand):
    def __init__(self, scenario, folder, monkeypatch, kind):
        self.path = folder / ("sessions.db" if kind == "sqlite" else "sessions")
        where = {"SESSION_SQLITE": self.path} if kind == "sqlite" else {"SESSION_FILE_DIR": self.path}
        super().__init__(scenario, monkeypatch, SESSION_TYPE=kind, SESSION_SERIALIZATION_FORMAT=FORMATS[kind], **where)
        self.prefix = self.app.config.get("SESSION_KEY_PREFIX", "session:")

    def key(self, cookie):
        return self.prefix + cookie.partition(".")[0]


class SQLiteStand(OldStand):
    def lay(self, store):
        with sqlite3.connect(self.path) as connection:
            connection.execute("DELETE FROM sessions")
            connection.executemany(
                "INSERT INTO sessions VALUES (?, ?, ?, ?)",
                [(n, key, bytes.fromhex(data), None if e == "None" else e) for n, key, data, e in store],
            )
        connection.close()

    def found(self, store, cookie):
        """The record of a cookie's session, while it lives."""
        now = datetime.datetime.fromtimestamp(self.now, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
        for _, key, data, expiry in store:
            if key == self.key(cookie) and expiry not in (None, "None") and expiry > now:
                return bytes.fromhex(data)
        return None

    def rows(self):
        connection = sqlite3.connect(self.path)
        rows = connection.execute("SELECT id, session_id, hex(data), expiry FROM sessions").fetchall()
        connection.close()
        return rows


class FilesystemStand(OldStand):
    def lay(self, store):
        for file in self.path.iterdir():
            file.unlink()
        for row in store:
            (self.path / row["file"]).write_bytes(bytes.fromhex(row["hex"]))

    def found(self, store, cookie):
        """The file of a cookie's session, header and all, while it lives."""
        key = self.key(cookie).encode()
        for row in store:
            if row["file"] not in (hashlib.md5(key).hexdigest(), hashlib.sha256(key).hexdigest()):
                continue
            content = bytes.fromhex(row["hex"])
            head = content[: content.index(b"\x80\x05\x95", 1)]
            end = int.from_bytes(head if len(head) == 4 else head[-5:-1], "little")
            if end > self.now:
                return content
        return None

    def rows(self):
        return [{"file": file.name, "hex": file.read_bytes().hex()} for file in self.path.iterdir()]


STANDS = {"sqlite": SQLiteStand, "filesystem": FilesystemStand}
FORMATS = {"sqlite": "pickle4", "filesystem": "pickle5"}


@pytest.mark.parametrize("name", FILES)
def test_every_request_on_a_record_of_theirs(name, tmp_path, monkeypatch):
    kind = name.partition("_")[2].removesuffix(".json")
    compared = 0
    for number, parameter in enumerate(scenarios(name)):
        scenario = parameter.values[0]
        folder = tmp_path / str(number)
        folder.mkdir()
        stand = STANDS[kind](scenario, folder, monkeypatch, kind)
        stand.now = NOW
        before = []
        for step in scenario["steps"]:
            advance = step.get("clock_advance", 0)
            stand.now += advance
            cookie = step["cookie"]
            if cookie and step.get("status") == 200 and stand.found(before, cookie):
                stand.lay(before)
                stand.now -= advance  # which send() adds
                answer = stand.send(step)
                assert (answer.status_code, answer.text) == (200, step["body"]), (scenario["scenario"], step["request"])
                theirs = stand.found(step["store"], cookie)
                if theirs and step["request"] not in ENDING:
                    # To the byte, file header and all: whichever wrote it, the other one cannot tell.
                    assert stand.found(stand.rows(), cookie) == theirs, (scenario["scenario"], step["request"])
                compared += 1
            before = step.get("store", before)
    assert compared >= 10
