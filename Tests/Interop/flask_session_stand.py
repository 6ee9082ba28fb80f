# SPDX-License-Identifier: Apache-2.0
"""Whole requests of Flask-Session, step by step on ours: what the tests of each store share."""

import datetime
import json
import re
import time
from pathlib import Path

import flask
import pytest

import swiftsession.flask
from swiftsession.signing import Signer

VECTORS = Path(__file__).resolve().parents[1] / "Vectors"
#: The vectors' key: it is the seed's, and only where ids are signed it is used.
KEY = "adavafa"
NOW = 1700000000

#: Lines that differ on purpose: the vector's, ours, and why. So do some rows, see `rows` of each store.
DELETION = "a deletion line has the attributes that the cookie was set with, without which browsers may keep it"
DIFFERENCES = [
    (
        "session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/",
        "session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/",
        DELETION,
    ),
    (
        "session_id=; Domain=127.0.0.1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/",
        "session_id=; Domain=127.0.0.1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/",
        DELETION,
    ),
]

NAMES = {"datetime": datetime}
ID = re.compile(r"(?:(?<=sid=)|(?<=^session=)|(?<=^session_id=))[A-Za-z0-9_-]{22,43}")


class Stand:
    """Our application on its store, with the vectors' ids in the place of ours."""

    def __init__(self, scenario, monkeypatch, **settings):
        self.now = NOW
        monkeypatch.setattr(time, "time", lambda: self.now)
        self.config = {name: eval(value, NAMES) for name, value in scenario["config"].items()}
        self.app = application({**self.config, **settings})
        self.theirs, self.ours = {}, {}  # our id to theirs, their id to ours

    def send(self, step):
        self.now += step.get("clock_advance", 0)
        headers = {}
        if step["cookie"] is not None:
            headers["Cookie"] = f"{self.app.config['SESSION_COOKIE_NAME']}={self.our_cookie(step['cookie'])}"
        path = step["request"].removeprefix("GET ")
        return self.app.test_client(use_cookies=False).get(path, headers=headers)

    def our_cookie(self, cookie):
        """The cookie of a step, about the session that we made in the place of theirs."""
        sid, dot, _ = cookie.partition(".")
        if sid not in self.ours:
            return cookie
        return self.signed(self.ours[sid]) if dot else self.ours[sid]

    def signed(self, sid):
        return Signer(KEY, salt="flask-session", key_derivation="hmac").sign(sid).decode()

    def learn_all(self, pairs):
        """Notes which ids of ours stand for theirs: the first one in a text of ours for the first in theirs."""
        for text, theirs in pairs:
            for ours, their in zip(ID.findall(text), ID.findall(theirs)):
                assert len(ours) == len(their) and self.ours.get(their, ours) == ours
                if ours != their:
                    self.theirs[ours], self.ours[their] = their, ours

    def translated(self, text):
        """A text of ours with their ids, and with the signatures of those."""
        for ours, theirs in self.theirs.items():
            text = text.replace(self.signed(ours), self.signed(theirs)).replace(ours, theirs)
        return text

    def rows(self):
        """The live records by their keys, as the vectors' `store` has them."""
        raise NotImplementedError

    def check(self, step, store):
        answer = self.send(step)
        lines = answer.headers.getlist("Set-Cookie")
        self.learn_all([(answer.text, step["body"]), *zip(lines, step["set_cookie"])])
        assert answer.status_code == step["status"]
        assert self.translated(answer.text) == step["body"]
        assert [self.translated(line) for line in lines] == [expected(line) for line in step["set_cookie"]]
        assert answer.headers.get("Vary") == step["vary"]
        assert self.rows() == store


def application(config):
    app = flask.Flask(__name__)
    app.testing = True
    app.config.update(SECRET_KEY=KEY, **config)
    swiftsession.flask.Session(app)
    app.session_interface.manager(app).prepare()
    session = flask.session

    @app.route("/noop")
    def noop():
        return "ok"

    @app.route("/get")
    def get():
        return repr(session.get("username"))

    @app.route("/set")
    def put():
        session["username"] = "jack"
        return "ok"

    @app.route("/mod")
    def mod():
        session["n"] = [1, 2.5, None, True, "é"]
        return "ok"

    @app.route("/nested")
    def nested():
        session["n"].append(7)
        return "ok"

    @app.route("/dump")
    def dump():
        return f"{dict(session)!r} sid={session.sid}"

    @app.route("/pop")
    def pop():
        session.pop("username", None)
        return "ok"

    @app.route("/clear")
    def clear():
        session.clear()
        return "ok"

    @app.route("/regen")
    def regenerate():
        app.session_interface.regenerate(session)
        return "ok"

    @app.route("/perm_off")
    def permanent_off():
        session.permanent = False
        return "ok"

    return app


def scenarios(*files):
    for name in files:
        for scenario in json.loads((VECTORS / name).read_text())["scenarios"]:
            yield pytest.param(scenario, id=f"{name.partition('_')[0]}-{scenario['scenario']}")


def expected(line):
    return next((ours for theirs, ours, _ in DIFFERENCES if theirs == line), line)


def assert_no_dead_differences(*files):
    lines = {
        line for parameter in scenarios(*files) for step in parameter.values[0]["steps"] for line in step["set_cookie"]
    }
    assert {theirs for theirs, _, _ in DIFFERENCES} <= lines
