# SPDX-License-Identifier: Apache-2.0
"""swiftsession.flask beyond the vectors and Flask's own tests."""

import copy
import datetime
import hashlib
import time
import warnings

import flask
import pytest
from flask.json.tag import JSONTag, TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

import swiftsession
from swiftsession.flask import CookieSessionInterface, Session, StoreSessionInterface

KEY = "a key of more than 16 bytes"


def application(interface=None, **config):
    app = flask.Flask(__name__)
    app.testing = True
    app.config.update({"SECRET_KEY": KEY, "SESSION_TYPE": "cookie", **config})
    if interface is None:
        Session(app)
    else:
        app.session_interface = interface

    @app.route("/set/<key>/<value>")
    def put(key, value):
        flask.session[key] = value
        return ""

    @app.route("/get/<key>")
    def get(key):
        return str(flask.session.get(key))

    @app.route("/nothing")
    def nothing():
        return ""

    return app


def test_init_app():
    app = flask.Flask(__name__)
    extension = Session()
    extension.init_app(app)
    assert isinstance(app.session_interface, CookieSessionInterface)


def test_flask_and_we_share_a_cookie():
    ours, flasks = application(), application(SecureCookieSessionInterface())
    for first, second in ((ours, flasks), (flasks, ours)):
        one, other = first.test_client(), second.test_client()
        one.get("/set/user/jack")
        other.set_cookie("session", one.get_cookie("session").value)
        assert other.get("/get/user").text == "jack"
        other.get("/set/user/joe")
        one.set_cookie("session", other.get_cookie("session").value)
        assert one.get("/get/user").text == "joe"


def test_session_transaction():
    client = application().test_client()
    with client.session_transaction() as session:
        assert type(session) is SecureCookieSession
        session["user"] = "jack"
    assert client.get("/get/user").text == "jack"
    with client.session_transaction() as session:
        session.clear()
    assert client.get_cookie("session") is None


def test_the_configuration_is_read_at_the_first_request_and_when_it_changes():
    app = application(SESSION_COOKIE_NAME="first")
    client = app.test_client()
    app.config["SESSION_COOKIE_NAME"] = "second"
    client.get("/set/user/jack")
    assert client.get_cookie("second") is not None
    app.config["SECRET_KEY"] = "another key of 16 bytes"
    assert client.get("/get/user").text == "None"
    app.config["SECRET_KEY_FALLBACKS"] = []
    client.get("/nothing")
    app.config["SECRET_KEY_FALLBACKS"].append(KEY)
    assert client.get("/get/user").text == "jack"


def test_what_changes_within_a_request_is_obeyed_when_it_is_saved():
    app = application()

    @app.route("/rename")
    def rename():
        flask.session["user"] = "jack"
        app.config["SESSION_COOKIE_PATH"] = "/other"
        return ""

    assert app.test_client().get("/rename").headers["Set-Cookie"].endswith("Path=/other")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SESSION_TYPE", None),
        ("SESSION_TYPE", "null"),
        ("SESSION_COOKIE_SAMESITE", "bogus"),
        ("PERMANENT_SESSION_LIFETIME", 0),
        ("SECRET_KEY_FALLBACKS", "old"),
        ("SECRET_KEY_FALLBACKS", [5]),
        ("SECRET_KEY_FALLBACKS", 5),
        ("SECRET_KEY", 12345),
        ("SECRET_KEY", True),
        ("SECRET_KEY", ["a key of more than 16 bytes"]),
        ("SECRET_KEY", {"key": 1}),
        ("SESSION_COOKIE_NAME", ["name"]),
        ("SESSION_COOKIE_NAME", {1}),
        ("SESSION_COOKIE_SECURE", object()),
        ("MAX_COOKIE_SIZE", {}),
    ],
)
def test_a_wrong_setting_is_an_error_at_every_request_and_is_named(name, value):
    client = application(**{name: value}).test_client()
    for _ in range(2):
        with pytest.raises(swiftsession.ConfigError, match=name):
            client.get("/nothing")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY_FALLBACKS", None),
        ("SECRET_KEY_FALLBACKS", False),
        ("SECRET_KEY_FALLBACKS", ()),
        ("SESSION_COOKIE_DOMAIN", False),
        ("PERMANENT_SESSION_LIFETIME", 3600 / 7),
        ("PERMANENT_SESSION_LIFETIME", datetime.timedelta(seconds=3600) / 7),
        ("SECRET_KEY", bytearray(KEY.encode())),
        ("SECRET_KEY", memoryview(KEY.encode())),
    ],
)
def test_settings_that_flask_takes(name, value):
    client = application(**{name: value}).test_client()
    client.get("/set/user/jack")
    assert client.get("/get/user").text == "jack"


@pytest.mark.parametrize("key", [None, False, 0, "", b"", []])
def test_what_is_false_is_no_key(key):
    assert application(SECRET_KEY=key).test_client().get("/get/user").text == "None"


@pytest.mark.parametrize("url", ["postgresql://u:p@ss@h/d", "mysql://u:p#1@h/d", "", {}, object()], ids=repr)
@pytest.mark.parametrize("name", ["SQLALCHEMY_DATABASE_URI", "SESSION_SQLALCHEMY_DATABASE_URI", "SESSION_SQLALCHEMY"])
@pytest.mark.parametrize("session_type", ["cookie", "memory"])
def test_settings_of_other_stores_are_not_read(session_type, name, url):
    app = application(SESSION_TYPE=session_type, SESSION_REDIS=object(), SESSION_MONGODB={}, **{name: url})
    client = app.test_client()
    client.get("/set/user/jack")
    assert client.get("/get/user").text == "jack"


def test_a_name_nearly_ours_is_warned_of_and_those_of_others_are_left_alone():
    app = application(SESSION_COKIE_NAME="x", SESSION_PROTECTION="strong", SESSION_PERMANENT=False)
    with pytest.warns(UserWarning, match="SESSION_COKIE_NAME .* is SESSION_COOKIE_NAME meant"):
        app.test_client().get("/nothing")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        app.test_client().get("/nothing")
        application(SESSION_PROTECTION="strong", SESSION_OPTIONS=1).test_client().get("/nothing")


# ---- What programs do with Flask's interface ----


@pytest.fixture
def plain():
    """An application with Flask's own interface."""
    return application(SecureCookieSessionInterface())


def test_tools_make_and_read_cookies(plain):
    app = application()
    interface = app.session_interface
    assert isinstance(interface, SecureCookieSessionInterface)
    assert (interface.salt, interface.key_derivation) == ("cookie-session", "hmac")
    assert interface.digest_method(b"x").name == "sha1"
    serializer = interface.get_signing_serializer(app)
    client = app.test_client()
    client.set_cookie("session", serializer.dumps({"user": "jack"}))
    assert client.get("/get/user").text == "jack"
    client.get("/set/user/joe")
    cookie = client.get_cookie("session").value
    assert serializer.loads(cookie) == {"user": "joe"}
    assert plain.session_interface.get_signing_serializer(plain).loads(cookie) == {"user": "joe"}
    app.secret_key = None
    assert interface.get_signing_serializer(app) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("salt", "another"),
        ("digest_method", staticmethod(hashlib.sha256)),
        ("key_derivation", "concat"),
        ("get_signing_serializer", lambda self, app: None),
    ],
)
@pytest.mark.parametrize("base", [CookieSessionInterface, StoreSessionInterface])
def test_another_way_to_sign_is_refused(base, name, value):
    client = application(type("Mine", (base,), {name: value})()).test_client()
    with pytest.raises(swiftsession.ConfigError, match=f"^Mine has a {name} of its own"):
        client.get("/set/user/jack")


def test_flasks_way_to_sign_in_other_words_is_taken(plain):
    class Mine(CookieSessionInterface):
        salt = b"cookie-session"
        digest_method = staticmethod(hashlib.sha1)

    client, other = application(Mine()).test_client(), plain.test_client()
    client.get("/set/user/jack")
    other.set_cookie("session", client.get_cookie("session").value)
    assert other.get("/get/user").text == "jack"


def test_a_serializer_of_a_subclass_is_used():
    class Mine(CookieSessionInterface):
        serializer = TaggedJSONSerializer()

    assert application(Mine()).session_interface.serializer is Mine.serializer


class ByPath(CookieSessionInterface):
    def get_cookie_name(self, app):
        return "admin" if flask.request.path.startswith("/get") else super().get_cookie_name(app)

    def get_cookie_domain(self, app):
        return "example.com"

    def get_cookie_path(self, app):
        return "/set"

    def get_cookie_httponly(self, app):
        return False

    def get_cookie_secure(self, app):
        return True

    def get_cookie_samesite(self, app):
        return "Lax"

    def get_cookie_partitioned(self, app):
        return True


def test_overridden_methods_are_asked():
    app = application(ByPath())
    line = app.test_client().get("/set/user/jack").headers["Set-Cookie"]
    name, _, rest = line.partition("=")
    assert name == "session"
    assert rest.partition("; ")[2] == "Domain=example.com; Secure; Path=/set; SameSite=Lax; Partitioned"
    value = rest.partition(";")[0]
    client = app.test_client(use_cookies=False)
    assert client.get("/get/user", headers={"Cookie": f"session={value}"}).text == "None"
    assert client.get("/get/user", headers={"Cookie": f"admin={value}"}).text == "jack"


def test_an_own_expiration_time_and_an_own_rule_for_sending():
    class Eternal(CookieSessionInterface):
        def get_expiration_time(self, app, session):
            return datetime.datetime(2099, 1, 1, tzinfo=datetime.timezone.utc)

        def should_set_cookie(self, app, session):
            return "user" in session

    client = application(Eternal()).test_client()
    assert "Set-Cookie" not in client.get("/set/other/x").headers
    line = client.get("/set/user/jack").headers["Set-Cookie"]
    assert line.endswith("; Expires=Thu, 01 Jan 2099 00:00:00 GMT; HttpOnly; Path=/")
    assert client.get("/get/user").text == "jack"


def test_an_own_session_class():
    class Mine(SecureCookieSession):
        pass

    class Interface(CookieSessionInterface):
        session_class = Mine

    with application(Interface()).test_client().session_transaction() as session:
        assert type(session) is Mine


def test_tags_of_the_application():
    class Point:
        def __init__(self, x, y):
            self.x, self.y = x, y

    class TagPoint(JSONTag):
        key = " point"

        def check(self, value):
            return isinstance(value, Point)

        def to_json(self, value):
            return [value.x, value.y]

        def to_python(self, value):
            return Point(*value)

    app = application()
    app.session_interface.serializer.register(TagPoint)
    client = app.test_client()
    with client.session_transaction() as session:
        session["point"] = Point(3, 4)
    with client.session_transaction() as session:
        assert (session["point"].x, session["point"].y) == (3, 4)
    assert " point" not in application().session_interface.serializer.tags


def test_a_tag_that_cannot_be_read_is_a_new_session():
    class TagBroken(JSONTag):
        key = " broken"

        def check(self, value):
            return False

        def to_python(self, value):
            raise RuntimeError

    app = application()
    client = app.test_client()
    with client.session_transaction() as session:
        session["x"] = {" broken": 1}
    app.session_interface.serializer.register(TagBroken)
    assert client.get("/get/x").text == "None"


def test_a_session_of_another_origin_is_saved():
    app = application()
    with app.test_request_context():
        response = app.response_class()
        session = SecureCookieSession({"user": "jack"})
        session.modified = True
        app.session_interface.save_session(app, session, response)
    client = app.test_client(use_cookies=False)
    cookie = response.headers["Set-Cookie"].partition(";")[0]
    assert client.get("/get/user", headers={"Cookie": cookie}).text == "jack"


def test_vary_is_merged():
    app = application()

    @app.after_request
    def vary(response):
        response.vary.add("Accept-Encoding")
        return response

    assert app.test_client().get("/set/a/b").headers.getlist("Vary") == ["Accept-Encoding, Cookie"]


def test_a_replaced_clock_is_obeyed(monkeypatch):
    app = application(PERMANENT_SESSION_LIFETIME=60)
    client = app.test_client()
    client.get("/set/user/jack")
    assert client.get("/get/user").text == "jack"
    later = time.time() + 120
    monkeypatch.setattr(time, "time", lambda: later)
    assert client.get("/get/user").text == "None"


def test_session_objects_are_copied_as_flasks_own():
    app = application()
    client = app.test_client()

    @app.route("/copies")
    def copies():
        session = flask.globals.request_ctx.session
        for twin in (copy.copy(session), copy.deepcopy(session)):
            assert twin == session
            twin["twin"] = True
            response = app.response_class()
            app.session_interface.save_session(app, twin, response)
            assert "Set-Cookie" in response.headers
        return str(session.modified)

    client.get("/set/a/b")
    assert client.get("/copies").text == "False"


def test_cache_control_where_it_is_set():
    app = application(SESSION_CACHE_CONTROL="private, no-store")
    client = app.test_client()
    assert "Cache-Control" not in client.get("/nothing").headers
    assert client.get("/get/a").headers.getlist("Cache-Control") == ["private, no-store"]
    assert client.get("/set/a/b").headers.getlist("Cache-Control") == ["private, no-store"]


def test_two_applications_with_one_interface():
    interface = CookieSessionInterface()
    one, other = application(interface), application(interface, SESSION_COOKIE_NAME="other")
    for app, name in ((one, "session"), (other, "other"), (one, "session")):
        assert app.test_client().get("/set/a/b").headers["Set-Cookie"].startswith(name + "=")


def test_without_a_key_the_session_can_be_read_and_not_written():
    app = application(SECRET_KEY=None)
    assert app.test_client().get("/get/a").text == "None"
    with pytest.raises(RuntimeError, match="The session is unavailable because no secret key was set"):
        app.test_client().get("/set/a/b")
