# SPDX-License-Identifier: Apache-2.0
"""Whole requests of Flask-Session 0.8 on MongoDB, step by step on ours: body, cookies and document.

The commands differ on purpose, and the vectors' `commands` are not compared: a change is a compare-and-set, a session
that was not changed has its `expiration` set alone, every write asks for the journals of most members, and there is an
index on `id`. Documents end at whole seconds, which is what our clock has. And a session that has ended is one no more:
Flask-Session 0.8 finds it until the server has removed the document, and gives it a new life.
"""

import datetime
import json
import sys
from pathlib import Path

import flask
import pymongo
import pytest

from flask_session_stand import NOW, VECTORS, Stand, expected

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mongodb_server import mongodb_server

SCENARIOS = json.loads((VECTORS / "fs080_mongodb_4.json").read_text())["scenarios"]


class MongoDBStand(Stand):
    def __init__(self, scenario, address, monkeypatch):
        self.client = pymongo.MongoClient(address)
        for name in ("flask_session", "数据库名称"):
            self.client.drop_database(name)
        super().__init__(
            scenario, monkeypatch, SESSION_TYPE="mongodb", SESSION_MONGODB=self.client, PERMANENT_SESSION_LIFETIME=20
        )
        self.app.view_functions["get"] = lambda: repr(dict(flask.session))
        database = self.app.config.get("SESSION_MONGODB_DB", "flask_session")
        self.collection = self.client[database][self.app.config.get("SESSION_MONGODB_COLLECT", "sessions")]

    def rows(self):
        """The live documents; the server removes others later."""
        rows = []
        now = datetime.datetime.fromtimestamp(self.now, datetime.timezone.utc)
        for row in self.collection.find({"expiration": {"$gt": now}}):
            assert sorted(row) == ["_id", "expiration", "id", "val"]
            rows.append((self.translated(row["id"]), row["val"].hex(), row["expiration"].isoformat()))
        return rows

    def check_ended(self, step):
        answer = self.send({**step, "clock_advance": step["advance"]})
        assert answer.text == ("{'_permanent': True}" if self.app.config.get("SESSION_PERMANENT", True) else "{}")
        assert answer.headers.getlist("Set-Cookie") == [] and self.rows() == []
        # What is stored from now on has a new id.
        self.theirs.clear()
        self.ours.clear()

    def check_documents(self, step):
        answer = self.send({**step, "clock_advance": step["advance"]})
        lines = answer.headers.getlist("Set-Cookie")
        self.learn_all([(answer.text, step["body"]), *zip(lines, step["set_cookie"])])
        assert answer.status_code == step["status"]
        assert self.translated(answer.text) == step["body"]
        assert [self.translated(line) for line in lines] == [expected(line) for line in step["set_cookie"]]
        assert self.rows() == [
            (row["id"], row["val"]["$binary_hex"], row["expiration"]["$date"].partition(".")[0])
            for row in step["documents"]
        ]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with mongodb_server(tmp_path_factory.mktemp("mongodb")) as address:
        yield address


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[str(number) for number in range(len(SCENARIOS))])
def test_every_step(scenario, address, monkeypatch):
    stand = MongoDBStand(scenario, address, monkeypatch)
    assert stand.now == NOW
    opening, *steps = scenario["steps"]
    # Ours is there beside theirs.
    indexes = {name: index.get("expireAfterSeconds") for name, index in stand.collection.index_information().items()}
    for index in opening["commands"][0]["command"]["indexes"]:
        assert indexes.pop(index["name"]) == index["expireAfterSeconds"]
    assert indexes == {"_id_": None, "id_1": None}
    for step in steps:
        if step["advance"] > 20:
            stand.check_ended(step)
        else:
            stand.check_documents(step)
