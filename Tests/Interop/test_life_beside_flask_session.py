# SPDX-License-Identifier: Apache-2.0
"""What docs/sessions.md says of Flask-Session on the same store, with the one that is installed (0.8)."""

import time

import flask
import flask_session
import pytest
from flask_sqlalchemy import SQLAlchemy

import swiftsession.flask

COUNTED = {"SESSION_RENEW_AFTER": 60, "SESSION_ABSOLUTE_TIMEOUT": 3600}


class Side:
    def __init__(self, whose, database, **settings):
        self.app = app = flask.Flask(whose)
        app.config.update(SESSION_TYPE="sqlalchemy", SQLALCHEMY_DATABASE_URI=f"sqlite:///{database}", **settings)
        if whose == "theirs":
            app.config["SESSION_SQLALCHEMY"] = SQLAlchemy(app)
            flask_session.Session(app)
        else:
            swiftsession.flask.Session(app)
        app.add_url_rule("/", "show", lambda: self.show())
        app.add_url_rule("/set", "set", lambda: (flask.session.update(seen=whose), self.show())[1])
        app.add_url_rule("/login", "login", lambda: (flask.session.login("jack"), self.show())[1])

    def show(self):
        return {"values": dict(flask.session), "sid": flask.session.sid, "user": getattr(flask.session, "user", None)}

    def ask(self, path="/", sid=None):
        """The answer, and the id that the browser has then."""
        client = self.app.test_client()
        if sid is not None:
            client.set_cookie("session", sid)
        answer = client.get(path).json
        cookie = client.get_cookie("session")
        return answer, cookie and cookie.value


@pytest.fixture
def sides(tmp_path):
    database = tmp_path / "sessions.db"
    return Side("theirs", database), Side("ours", database, **COUNTED)


def later(monkeypatch, seconds):
    """For us: Flask-Session asks the system in another way."""
    now = time.time() + seconds
    monkeypatch.setattr(time, "time", lambda: now)


def test_it_carries_along_what_we_keep(sides):
    theirs, ours = sides
    before = ours.ask("/set")[1]
    answer, sid = ours.ask("/login", before)
    assert "_swiftsession" not in ours.ask("/", sid)[0]["values"] and sid != before
    answer, _ = theirs.ask("/set", sid)
    assert answer["values"]["_swiftsession"]["user"] == "jack" and answer["values"]["seen"] == "theirs"
    assert ours.ask("/", sid)[0] == {"values": {"_permanent": True, "seen": "theirs"}, "sid": sid, "user": "jack"}
    assert "seen" not in theirs.ask("/", before)[0]["values"]


def test_it_does_not_know_that_all_sessions_of_a_user_ended(sides):
    theirs, ours = sides
    manager = ours.app.session_interface.manager(ours.app)
    sid = ours.ask("/login")[1]
    manager.end_user("jack")
    assert "_swiftsession" in theirs.ask("/", sid)[0]["values"]
    assert ours.ask("/", sid)[0]["user"] is None
    # One that ended by itself has no record any more.
    sid = ours.ask("/login")[1]
    (listed,) = manager.user_sessions("jack")
    assert manager.end_session("jack", listed.reference)
    assert "_swiftsession" not in theirs.ask("/", sid)[0]["values"]


def test_it_does_not_follow_to_a_new_id(sides, monkeypatch):
    theirs, ours = sides
    before = ours.ask("/set")[1]
    later(monkeypatch, 61)
    after = ours.ask("/", before)[1]
    assert after != before and theirs.ask("/", after)[0]["values"]["seen"] == "ours"
    answer, _ = theirs.ask("/", before)
    assert answer["values"] == {"_permanent": True} and answer["sid"] not in (before, after)
    assert ours.ask("/", after)[0]["values"]["seen"] == "ours"


def test_a_session_that_is_over_is_over_for_us(sides, monkeypatch):
    theirs, ours = sides
    sid = ours.ask("/set")[1]
    theirs.ask("/set", sid)
    later(monkeypatch, 3600)
    assert ours.ask("/", sid)[0]["values"] == {"_permanent": True}
    assert theirs.ask("/", sid)[0]["values"]["seen"] == "theirs"


def test_what_lives_shortly_until_its_cookie_comes_back(tmp_path, monkeypatch):
    database = tmp_path / "sessions.db"
    theirs, ours = Side("theirs", database), Side("ours", database, SESSION_UNCONFIRMED_LIFETIME=60)
    bot, mine, shared = (ours.ask("/set")[1] for _ in range(3))
    assert theirs.ask("/set", shared)[0]["values"]["_swiftsession"]["unconfirmed"] is True
    assert "_swiftsession" not in ours.ask("/", mine)[0]["values"]
    # It carries what we wrote, the mark gone with the first request here.
    assert "unconfirmed" not in theirs.ask("/", mine)[0]["values"]["_swiftsession"]
    later(monkeypatch, 61)
    assert "seen" not in ours.ask("/", bot)[0]["values"]
    assert ours.ask("/", mine)[0]["values"]["seen"] == "ours"
    # It has given the session its own full time.
    assert ours.ask("/", shared)[0]["values"]["seen"] == "theirs"
    assert "unconfirmed" not in theirs.ask("/", shared)[0]["values"]["_swiftsession"]
