# SPDX-License-Identifier: Apache-2.0
"""Sessions that live in their cookie and are ended by a store, and plain Flask on the same cookie."""

import flask
import pytest
from flask.sessions import SecureCookieSessionInterface

from swiftsession import ConfigError, Error, Origin, SessionGone, SessionManager, Status
from swiftsession.flask import CookieSessionInterface, Session, StoreSessionInterface

KEY = "a key of thirty-two bytes or so."
NOW = 1700000000


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture(params=["memory", "sqlite", "sqlalchemy", "filesystem"])
def settings(request, tmp_path):
    store = {
        "sqlite": {"SESSION_SQLITE": tmp_path / "users.db"},
        "sqlalchemy": {"SESSION_SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/users.db"},
        "filesystem": {"SESSION_FILE_DIR": tmp_path / "users"},
    }
    revocation = {"SESSION_REVOCATION": request.param, **store.get(request.param, {})}
    return {"SESSION_TYPE": "cookie", "SECRET_KEY": KEY, **revocation}


@pytest.fixture
def manager(settings):
    return SessionManager(clock=Clock(), **settings)


def cookie(session):
    return dict(session.save())["Set-Cookie"].partition(";")[0]


def logged_in(manager, user="jack", label=None, header=None):
    with manager.open(header) as session:
        session.login(user, label)
        return cookie(session)


def user(manager, header):
    with manager.open(header) as session:
        session.peek()
        return session.user


def test_a_logout_ends_every_copy_of_the_cookie(manager):
    with manager.open(None) as session:
        session["cart"] = [(1, b"x")]
        before = cookie(session)
    after = logged_in(manager, header=before)
    assert user(manager, before) is None and user(manager, after) == "jack"
    with manager.open(after) as session:
        assert dict(session) == {"cart": [(1, b"x")]} and session.id is None and not session.is_new
        assert session.payload() == b'{"cart":[{" t":[1,{" b":"eA=="}]}]}'
        session.logout()
        assert session.user is None and not session
        assert dict(session.save())["Set-Cookie"].startswith("session=;")
    with manager.open(after) as session:
        assert session.is_new and session.origin == Origin.NOT_FOUND and not session
        assert dict(session.save()).keys() == {"Vary"}
    with pytest.raises(Error) as raised:
        manager.open_value(after.partition("=")[2])
    assert raised.value.status == Status.NOT_FOUND


def test_sessions_are_listed_and_ended(manager):
    phone, laptop, desk = (logged_in(manager, label=label) for label in ("phone", "laptop", None))
    with manager.open(laptop) as session:
        listed = manager.user_sessions("jack", session)
        assert [(one.label, one.current, one.last_seen) for one in listed] == [
            ("phone", False, None),
            ("laptop", True, None),
            ("", False, None),
        ]
        assert manager.end_session("jack", listed[0].reference)
        assert not manager.end_session("jack", listed[0].reference)
        assert [user(manager, header) for header in (phone, laptop, desk)] == [None, "jack", "jack"]
        session.end_others()
        newest = cookie(session)
    assert [user(manager, header) for header in (desk, laptop, newest)] == [None, "jack", "jack"]
    writer = manager.open(laptop)
    writer["a"] = 1
    manager.end_user("jack")
    assert user(manager, newest) is None
    with pytest.raises(SessionGone):
        writer.save()


def test_the_librarys_key_is_its_own(manager):
    with manager.open(logged_in(manager)) as session:
        for change in (
            lambda: session.__setitem__("_swiftsession", 1),
            lambda: session.set_payload(b'{"_swiftsession":1}'),
        ):
            with pytest.raises(Error) as raised:
                change()
            assert raised.value.status == Status.ARGUMENT
        assert list(session) == [] and session.user == "jack"


def test_a_store_that_is_down_logs_nobody_in(tmp_path):
    folder = tmp_path / "users"
    settings = {"SESSION_TYPE": "cookie", "SECRET_KEY": KEY, "SESSION_REVOCATION": "sqlite"}
    manager = SessionManager(**settings, SESSION_SQLITE=tmp_path / "users.db")
    header, nobodys = logged_in(manager), None
    with manager.open(None) as session:
        session["a"] = 1
        nobodys = cookie(session)
    down = SessionManager(**settings, SESSION_SQLITE=folder / "is not there" / "users.db")
    with down.open(nobodys) as session:
        assert session["a"] == 1 and session.user is None
    for use in (
        len,
        dict,
        lambda session: session.get("a"),
        lambda session: session.user,
        lambda session: session.load(),
    ):
        with down.open(header) as session, pytest.raises(Error) as raised:
            use(session)
        assert raised.value.status < 0 and not isinstance(raised.value, SessionGone)
    for upkeep in (down.ping, down.prepare):
        with pytest.raises(Error):
            upkeep()
    manager.ping()
    manager.prepare()


def test_users_that_nobody_needs_are_swept(tmp_path):
    clock = Clock()
    settings = {"SESSION_TYPE": "cookie", "SECRET_KEY": KEY, "SESSION_REVOCATION": "sqlite"}
    manager = SessionManager(
        clock=clock, **settings, SESSION_SQLITE=tmp_path / "users.db", PERMANENT_SESSION_LIFETIME=100
    )
    logged_in(manager)
    clock.now += 199
    assert not manager.sweep() and len(manager.user_sessions("jack")) == 1
    clock.now += 1
    assert not manager.sweep() and manager.user_sessions("jack") == []


@pytest.mark.parametrize(
    "wrong, status",
    [
        ({"SESSION_REVOCATION": "cookie"}, Status.CONFIG),
        ({"SESSION_REVOCATION": "null"}, Status.CONFIG),
        ({"SESSION_REVOCATION": "nothing"}, Status.CONFIG),
        ({"SESSION_REVOCATION": "redis"}, Status.CONFIG),
        ({"SESSION_TYPE": "memory"}, Status.CONFIG),
        ({"SESSION_USER_LIMIT_POLICY": "refuse"}, Status.UNSUPPORTED),
        ({"SESSION_UNCONFIRMED_LIFETIME": 60}, Status.UNSUPPORTED),
    ],
)
def test_what_cannot_be_is_refused(wrong, status):
    settings = {"SESSION_TYPE": "cookie", "SECRET_KEY": KEY, "SESSION_REVOCATION": "memory", **wrong}
    with pytest.raises(ConfigError) as raised:
        SessionManager(**settings)
    assert raised.value.status == status
    assert any(name in str(raised.value) for name in [*wrong, "SESSION_REVOCATION", "SESSION_REDIS"])


# ---- Flask ----


def application(interface=None, **config):
    app = flask.Flask(__name__)
    app.testing = True
    app.config.update(SECRET_KEY=KEY, SESSION_TYPE="cookie", **config)
    if interface is None:
        Session(app)
    else:
        app.session_interface = interface
    views = {
        "nothing": lambda: "",
        "show": lambda: dict(flask.session),
        "set": lambda: (flask.session.update(seen=flask.request.args["by"]), dict(flask.session))[1],
        "login": lambda: (flask.session.login("jack", "phone"), "")[1],
        "logout": lambda: (flask.session.logout(), "")[1],
        "clear": lambda: (flask.session.clear(), "")[1],
        "who": lambda: str(flask.session.user),
    }
    for name, view in views.items():
        app.add_url_rule(f"/{name}", name, view)
    return app


@pytest.fixture
def app(settings):
    return application(
        **{name: value for name, value in settings.items() if name not in ("SESSION_TYPE", "SECRET_KEY")}
    )


def copy(client, app):
    """Another browser, with the same cookie."""
    other = app.test_client()
    other.set_cookie("session", client.get_cookie("session").value)
    return other


def test_flask_logs_in_and_out(app):
    client = app.test_client()
    client.get("/set?by=us")
    assert client.get("/login").status_code == 200 and client.get("/who").text == "jack"
    assert client.get("/show").json == {"seen": "us"}
    assert app.session_interface.manager(app).user_sessions("jack")[0].label == "phone"
    thief = copy(client, app)
    assert thief.get("/who").text == "jack"
    client.get("/logout")
    assert client.get_cookie("session") is None
    assert thief.get("/who").text == "None" and thief.get("/show").json == {}
    assert app.session_interface.manager(app).user_sessions("jack") == []


def test_plain_flask_reads_the_cookie_and_carries_the_key_along(app):
    plain = application(SecureCookieSessionInterface())
    client = app.test_client()
    client.get("/login")
    theirs = copy(client, plain)
    answer = theirs.get("/set?by=Flask").json
    assert answer["seen"] == "Flask" and answer["_swiftsession"]["user"] == "jack"
    back = copy(theirs, app)
    assert back.get("/who").text == "jack" and back.get("/show").json == {"seen": "Flask"}
    # It does not know what ended, and brings nobody back here.
    app.session_interface.manager(app).end_user("jack")
    assert "_swiftsession" in theirs.get("/set?by=Flask again").json
    assert copy(theirs, app).get("/who").text == "None"
    # What it clears is nobody's.
    client.get("/login")
    theirs = copy(client, plain)
    theirs.get("/clear")
    assert theirs.get_cookie("session") is None


def test_what_plain_flask_wrote_is_nobodys(app):
    plain = application(SecureCookieSessionInterface()).test_client()
    plain.get("/set?by=Flask")
    ours = copy(plain, app)
    assert ours.get("/show").json == {"seen": "Flask"} and ours.get("/who").text == "None"
    ours.get("/login")
    assert ours.get("/who").text == "jack" and ours.get("/show").json == {"seen": "Flask"}


def test_flask_says_nothing_of_a_session_that_was_ended_meanwhile(app):
    @app.route("/late")
    def late():
        flask.session["late"] = True
        app.session_interface.manager(app).end_user("jack")
        return "done"

    client = app.test_client()
    client.get("/login")
    response = client.get("/late")
    assert response.text == "done" and "Set-Cookie" not in response.headers
    assert client.get("/who").text == "None"


def test_flask_cookies_of_nobody_are_flasks_own(app):
    plain = application(SecureCookieSessionInterface())
    for view in ("/set?by=us", "/nothing", "/show", "/clear"):
        ours, theirs = app.test_client(), plain.test_client()
        assert ours.get(view).headers.getlist("Vary") == theirs.get(view).headers.getlist("Vary")
        assert (ours.get_cookie("session") is None) == (theirs.get_cookie("session") is None)
    assert type(app.session_interface) is StoreSessionInterface


def test_without_a_key_nothing_is_written():
    app = application(SESSION_REVOCATION="memory")
    app.secret_key = None
    assert app.test_client().get("/show").json == {}
    with pytest.raises(RuntimeError, match="secret key"):
        app.test_client().get("/set?by=us")


def test_flasks_own_interface_has_no_users():
    app = application(CookieSessionInterface(), SESSION_REVOCATION="memory")
    with pytest.raises(ConfigError, match="SESSION_REVOCATION"):
        app.test_client().get("/show")
