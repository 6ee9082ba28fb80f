# SPDX-License-Identifier: Apache-2.0
"""Tokens of forms and flashed messages, shared with real Flask-WTF and Flask: in a cookie, and with Flask-Session."""

import random
import sys
import time
from pathlib import Path

import flask
import flask_session
import flask_wtf.csrf
import itsdangerous
import markupsafe
import pytest
import redis as redis_client
from flask_sqlalchemy import SQLAlchemy

from swiftsession import Error, SessionManager, Status

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from redis_server import redis_server

KEY = "a key of more than 16 bytes"


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    with redis_server(tmp_path_factory.mktemp("redis")) as address:
        yield address


class Flask:
    """A stock application with forms and messages, and what its browser has."""

    def __init__(self, **config):
        self.app = app = flask.Flask(__name__)
        app.testing = True
        app.config.update(SECRET_KEY=KEY, **config)
        flask_wtf.CSRFProtect(app)
        app.add_url_rule("/token", "token", flask_wtf.csrf.generate_csrf)
        app.add_url_rule("/post", "post", lambda: "valid", methods=["POST"])
        app.add_url_rule("/flash", "flash", lambda: flask.flash(flask.request.args["text"], "info") or "")
        app.add_url_rule("/markup", "markup", lambda: flask.flash(markupsafe.Markup("<b>bold</b>")) or "")
        app.add_url_rule("/flashed", "flashed", lambda: flask.get_flashed_messages(with_categories=True))
        self.browser = app.test_client()

    def get(self, path, **arguments):
        return self.browser.get(path, query_string=arguments).text

    def post(self, token):
        """What is wrong with a token; None when nothing is."""
        answer = self.browser.post("/post", headers={"X-CSRFToken": token} if token is not None else {})
        return None if answer.status_code == 200 else answer.text.partition("<p>")[2].partition("</p>")[0]

    @property
    def cookie(self):
        found = self.browser.get_cookie("session")
        return found and f"session={found.value}"

    @cookie.setter
    def cookie(self, pair):
        self.browser.set_cookie("session", pair.partition("=")[2])


@pytest.fixture(params=["cookie", "redis msgpack", "redis json", "sqlite msgpack"])
def sides(request, redis, tmp_path):
    """A stock application and a manager of ours with the same sessions."""
    store, _, written = request.param.partition(" ")
    if store == "cookie":
        return Flask(), lambda **more: SessionManager(SECRET_KEY=KEY, SESSION_TYPE="cookie", **more)
    shared = {"SESSION_SERIALIZATION_FORMAT": written}
    if store == "redis":
        theirs = Flask(SESSION_TYPE="redis", SESSION_REDIS=redis_client.Redis.from_url(redis), **shared)
        ours = {"SESSION_TYPE": "redis", "SESSION_REDIS": redis, **shared}
    else:
        theirs = Flask(
            SESSION_TYPE="sqlalchemy", SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'sessions.db'}", **shared
        )
        theirs.app.config["SESSION_SQLALCHEMY"] = SQLAlchemy(theirs.app)
        ours = {"SESSION_TYPE": "sqlite", "SESSION_SQLITE": tmp_path / "sessions.db", **shared}
    flask_session.Session(theirs.app)
    return theirs, lambda **more: SessionManager(SECRET_KEY=KEY, **ours, **more)


def saved(session):
    return dict(session.save())["Set-Cookie"].partition(";")[0]


def refusal(session, token, **arguments):
    """The status that a token is refused with; None where it is good."""
    try:
        session.csrf_check(token, **arguments)
    except Error as problem:
        return problem.status
    return None


# ---- Tokens ----


def test_their_form_posts_to_us(sides):
    theirs, ours = sides
    token = theirs.get("/token")
    with ours().open(theirs.cookie) as session:
        assert refusal(session, token) is None and refusal(session, token.encode()) is None
        assert refusal(session, None) == refusal(session, "") == Status.MALFORMED
        assert refusal(session, token + "x") == refusal(session, "x" + token) == Status.TAMPERED
        assert refusal(session, "\udcff.é.x") == Status.TAMPERED
        assert not session.modified
    late = int(time.time()) + 3600
    with ours(clock=lambda: late + 2).open(theirs.cookie) as session:
        assert refusal(session, token) == Status.EXPIRED and refusal(session, token, max_age=None) is None
    with ours(clock=lambda: late - 4000).open(theirs.cookie) as session:
        assert session.get("csrf_token") is None or refusal(session, token, max_age=9999) == Status.EXPIRED
    with ours().open(None) as session:
        assert refusal(session, token) == Status.NOT_FOUND
        session.csrf_token()
        assert refusal(session, token) == Status.TAMPERED


def test_our_form_posts_to_them(sides):
    theirs, ours = sides
    with ours().open(None) as session:
        token = session.csrf_token()
        assert (
            session.modified
            and len(session["csrf_token"]) == 40
            and set(session["csrf_token"]) <= set("0123456789abcdef")
        )
        theirs.cookie = saved(session)
    assert theirs.post(token) is None and theirs.post(theirs.get("/token")) is None
    assert theirs.post(token + "x") == "The CSRF token is invalid."
    assert theirs.post(None) == "The CSRF token is missing."
    now = int(time.time())
    with ours(clock=lambda: now - 3500).open(theirs.cookie) as session:
        # A session in a cookie that was signed after "now" does not open; its secret is in the token all the same.
        old = session.csrf_token() if "csrf_token" in session else None
    if old:
        assert theirs.post(old) is None
        with ours(clock=lambda: now - 3700).open(theirs.cookie) as session:
            assert theirs.post(session.csrf_token()) == "The CSRF token has expired."
    with ours().open(None) as session:
        assert theirs.post(session.csrf_token()) == "The CSRF tokens do not match."
    theirs.browser.delete_cookie("session")
    assert theirs.post(token) == "The CSRF session token is missing."


def in_flask(app, secret):
    with app.test_request_context():
        flask.session["csrf_token"] = secret
        return flask_wtf.csrf.generate_csrf()


def test_tokens_are_the_same_to_the_byte(monkeypatch):
    app = Flask().app
    monkeypatch.setattr(time, "time", lambda: 1700000000.5)
    manager = SessionManager(SECRET_KEY=KEY, SESSION_TYPE="memory", clock=lambda: 1700000000)
    secrets = [manager.open(None) for _ in range(200)]
    for session in secrets:
        assert session.csrf_token() == in_flask(app, session["csrf_token"])
    for secret in ("", 'é\x7f\x00\t"\\/\u2028😀', "0" * 40, "x" * 1000):
        with manager.open(None) as session:
            session["csrf_token"] = secret
            assert session.csrf_token() == in_flask(app, secret)


def test_a_key_of_its_own(monkeypatch):
    for key in ("forms", b"\xff\x00forms"):
        theirs = Flask(WTF_CSRF_SECRET_KEY=key)
        with SessionManager(SECRET_KEY=KEY, SESSION_TYPE="cookie", WTF_CSRF_SECRET_KEY=key).open(None) as session:
            token = session.csrf_token()
            theirs.cookie = saved(session)
            assert theirs.post(token) is None and refusal(session, theirs.get("/token")) is None
        with SessionManager(SECRET_KEY=KEY, SESSION_TYPE="cookie").open(theirs.cookie) as session:
            assert refusal(session, token) == Status.TAMPERED


def test_an_older_key_still_verifies():
    with SessionManager(SECRET_KEY="older", SESSION_TYPE="memory").open(None) as session:
        session["csrf_token"] = "secret"
        token = session.csrf_token()
    with SessionManager(SECRET_KEY=KEY, SECRET_KEY_FALLBACKS=["older"], SESSION_TYPE="memory").open(None) as session:
        session["csrf_token"] = "secret"
        assert refusal(session, token) is None
        assert in_flask(Flask().app, "secret").split(".")[0] == session.csrf_token().split(".")[0]


def test_what_is_signed_and_no_token():
    serializer = itsdangerous.URLSafeTimedSerializer(KEY, salt="wtf-csrf-token")
    with SessionManager(SECRET_KEY=KEY, SESSION_TYPE="memory").open(None) as session:
        session["csrf_token"] = "secret"
        assert refusal(session, serializer.dumps("secret")) is None
        assert refusal(session, serializer.dumps("secreu")) == Status.TAMPERED
        assert refusal(session, serializer.dumps("secret" * 1000)) == Status.TAMPERED
        for other in (["secret"], None, {"secret": 1}, 7):
            assert refusal(session, serializer.dumps(other)) == Status.MALFORMED
        signer = serializer.make_signer(serializer.salt)
        for payload in (b"", b"A", b"...", b".AAAA", b"IiI=", b'"secret"'):
            assert refusal(session, signer.sign(payload)) == Status.MALFORMED
        untimed = itsdangerous.URLSafeSerializer(KEY, salt="wtf-csrf-token", signer=itsdangerous.Signer)
        assert refusal(session, untimed.dumps("secret")) == Status.MALFORMED
        assert refusal(session, itsdangerous.URLSafeTimedSerializer(KEY).dumps("secret")) == Status.TAMPERED
        session["csrf_token"] = 7
        assert refusal(session, serializer.dumps(7)) == Status.WRONG_TYPE
        with pytest.raises(Error) as caught:
            session.csrf_token()
        assert caught.value.status == Status.WRONG_TYPE


def mutated(chance, token):
    data = bytearray(token)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        place = chance.randrange(len(data) + 1)
        kind = chance.randrange(5)
        if kind == 0:
            data[place : place + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            data[place:place] = chance.choice((b".", b"=", b"-", b"\0", b"A", bytes([chance.randrange(256)])))
        elif kind == 2:
            del data[place : place + chance.choice((1, 1, 3, 20))]
        elif kind == 3 and place < len(data):
            data[place] ^= 1 << chance.randrange(8)
        else:
            data[place:] = data[chance.randrange(len(data) + 1) :]
    return bytes(data)


def test_no_hostile_token_is_accepted():
    chance = random.Random(7)
    refused = 0
    with SessionManager(SECRET_KEY=KEY, SESSION_TYPE="memory").open(None) as session:
        token = session.csrf_token().encode()
        while refused < 20_000:
            hostile = mutated(chance, token)
            if hostile != token:
                assert refusal(session, hostile) in (Status.TAMPERED, Status.MALFORMED), hostile
                refused += 1
        for length in range(len(token)):
            assert refusal(session, token[:length]) in (Status.TAMPERED, Status.MALFORMED)
        assert refusal(session, b"." * 1_000_000) == refusal(session, b"A" * 1_000_000) == Status.TAMPERED
        assert refusal(session, token) is None


# ---- Messages ----


def test_our_messages_are_shown_by_them(sides):
    theirs, ours = sides
    with ours().open(None) as session:
        session.flash("Saved.")
        session.flash("Näh <3", "error")
        theirs.cookie = saved(session)
    expected = flask.json.dumps([["message", "Saved."], ["error", "Näh <3"]])
    assert flask.json.loads(theirs.get("/flashed")) == flask.json.loads(expected)
    with ours().open(theirs.cookie) as session:
        assert session.flashed() == [] and not session.modified


def test_their_messages_are_shown_by_us(sides):
    theirs, ours = sides
    theirs.get("/flash", text="one")
    with ours().open(theirs.cookie) as session:
        session.flash("two")
        assert session.flashed() == [("info", "one"), ("message", "two")]
        assert session.flashed() == [] and "_flashes" not in session
        theirs.cookie = saved(session)
    assert theirs.get("/flashed").strip() == "[]"


def test_markup_of_theirs_stays_markup():  # in a cookie; records of Flask-Session hold none
    theirs = Flask()
    theirs.get("/markup")
    with SessionManager(SECRET_KEY=KEY, SESSION_TYPE="cookie").open(theirs.cookie) as session:
        ((category, message),) = session.flashed()
        assert (category, message) == ("message", "<b>bold</b>") and hasattr(message, "__html__")
