# SPDX-License-Identifier: Apache-2.0
"""What browsers keep: names with a promise, cookies in pieces, and sessions that leave their cookie for a store."""

import random
import uuid
from datetime import datetime, timezone

import flask
import pytest
from browser import Browser
from markupsafe import Markup

from swiftsession import ConfigError, Error, Origin, SessionGone, SessionManager, Status
from swiftsession.flask import CookieSessionInterface, Session

KEY = "a key of thirty-two bytes or so."
SIGNED, SEALED = {}, {"SESSION_COOKIE_FORMAT": "sealed"}


def text(size):
    return "".join(
        random.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.:;,+*#?=()", k=size)
    )


def manager_of(**settings):
    return SessionManager(**{"SESSION_TYPE": "cookie", "SECRET_KEY": KEY, **settings})


def request(manager, browser, change=lambda session: None):
    with manager.open(browser.header) as session:
        change(session)
        browser.take(session.save())
        assert browser.refused == []


def put(size):
    return lambda session: session.update(text=text(size))


@pytest.mark.parametrize("form", [SIGNED, SEALED])
@pytest.mark.parametrize("name", ["session", "__Host-session", "__Secure-session"])
def test_pieces_come_and_go(form, name):
    browser = Browser()
    manager = manager_of(SESSION_COOKIE_CHUNKS=4, SESSION_COOKIE_NAME=name, SESSION_COOKIE_SECURE=True, **form)
    for size, least in [(100, 1), (11000, 3), (4800, 2), (100, 1), (11000, 3)]:
        value = text(size)
        request(manager, browser, lambda session, value=value: session.update(text=value))
        assert len(browser.names) >= least
        assert browser.names == [name, *(f"{name}.{number}" for number in range(1, len(browser.names)))]
        with manager.open(browser.header) as session:
            assert session["text"] == value and session.origin is Origin.COOKIE
    request(manager, browser, lambda session: session.destroy())
    assert browser.cookies == {}


@pytest.mark.parametrize("form", [SIGNED, SEALED])
def test_pieces_of_two_cookies_open_nothing(form):
    manager, browser = manager_of(SESSION_COOKIE_CHUNKS=4, **form), Browser()
    request(manager, browser, put(11000))
    old = dict(browser.cookies)
    request(manager, browser, put(11000))
    new = dict(browser.cookies)
    for key in old:
        browser.cookies = {**old, key: new[key]}
        with manager.open(browser.header) as session:
            assert session.origin is Origin.TAMPERED and len(session) == 0
    browser.cookies = old
    with manager.open(browser.header) as session:
        assert session.origin is Origin.COOKIE


@pytest.mark.parametrize("form", [SIGNED, SEALED])
def test_what_is_too_large_is_an_error(form):
    with manager_of(SESSION_COOKIE_CHUNKS=2, **form).open(None) as session:
        session["text"] = text(9000)
        with pytest.raises(Error) as raised:
            session.save()
        assert raised.value.status is Status.TOO_LARGE


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_PATH": "/app"},
        {"SESSION_COOKIE_SECURE": True, "APPLICATION_ROOT": "/app"},
        {"SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_DOMAIN": "example.com"},
    ],
)
def test_a_name_that_promises_what_is_not_kept_is_refused(settings):
    with pytest.raises(ConfigError, match="__Host-"):
        manager_of(SESSION_COOKIE_NAME="__Host-session", **settings)
    if not settings:
        with pytest.raises(ConfigError, match="__Secure-"):
            manager_of(SESSION_COOKIE_NAME="__Secure-session")


@pytest.mark.parametrize("partitioned", [True, False])
@pytest.mark.parametrize("name", ["__Host-session", "__Secure-session", "session"])
def test_a_browser_deletes_what_it_kept(name, partitioned):
    browser = Browser()
    manager = manager_of(
        SESSION_COOKIE_NAME=name,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_SAMESITE="None",
        SESSION_COOKIE_PARTITIONED=partitioned,
    )
    request(manager, browser, put(10))
    assert browser.names == [name]
    request(manager, browser, lambda session: session.clear())
    assert browser.cookies == {} and browser.refused == []


# ---- Flask ----


def application(interface=None, **settings):
    app = flask.Flask(__name__)
    app.config.update({"SECRET_KEY": KEY, **settings})
    if interface is None:
        Session(app)
    else:
        app.session_interface = interface

    @app.get("/put/<int:size>")
    def put_text(size):
        flask.session["text"] = text(size)
        return str(len(flask.session["text"]))

    @app.get("/login")
    def log_in():
        flask.session.login("jack")
        return ""

    @app.get("/user")
    def user():
        return flask.session.user or "nobody"

    @app.get("/sid")
    def sid():
        return flask.session.sid

    @app.get("/")
    def show():
        return str(len(flask.session.get("text", "")))

    @app.get("/out")
    def out():
        flask.session.clear()
        return ""

    return app


def visit(app, browser, path):
    response = app.test_client(use_cookies=False).get(
        path, headers={"Cookie": browser.header} if browser.header else {}
    )
    assert response.status_code == 200
    browser.take(response.headers.items())
    assert browser.refused == []
    return response.text


class OwnEnd(CookieSessionInterface):
    def get_expiration_time(self, app, session):
        return datetime(2100, 1, 1, tzinfo=timezone.utc)


@pytest.mark.parametrize("interface", [None, CookieSessionInterface, OwnEnd])
def test_pieces_in_flask(interface):
    app = application(interface and interface(), SESSION_TYPE="cookie", SESSION_COOKIE_CHUNKS=4)
    browser = Browser()
    for size, least in [(11000, 3), (4800, 2), (10, 1), (11000, 3)]:
        visit(app, browser, f"/put/{size}")
        assert len(browser.names) >= least and (least > 1 or browser.names == ["session"])
        assert visit(app, browser, "/") == str(size)
    visit(app, browser, "/out")
    assert browser.cookies == {}


def test_auto_in_flask(tmp_path):
    app = application(SESSION_TYPE="auto", SESSION_AUTO_STORE="sqlite", SESSION_SQLITE=tmp_path / "sessions.db")
    browser = Browser()
    for size, is_stored in [(100, False), (9000, True), (200, False), (9000, True), (200, False)]:
        visit(app, browser, f"/put/{size}")
        assert visit(app, browser, "/") == str(size)
        assert (visit(app, browser, "/sid") != "") == is_stored
    visit(app, browser, "/login")
    assert visit(app, browser, "/user") == "jack" and visit(app, browser, "/sid")
    copy = browser.header
    app.session_interface.manager(app).end_user("jack")
    assert visit(app, browser, "/user") == "nobody"
    browser.cookies = {("session", None, "/"): copy.partition("=")[2]}
    assert visit(app, browser, "/user") == "nobody"


# ---- SESSION_TYPE auto ----


@pytest.fixture(params=["memory", "sqlite", "sqlalchemy", "filesystem", "sealed"])
def auto(request, tmp_path):
    store = {
        "sqlite": {"SESSION_SQLITE": tmp_path / "sessions.db"},
        "sqlalchemy": {"SESSION_SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/sessions.db"},
        "filesystem": {"SESSION_FILE_DIR": tmp_path / "sessions"},
    }
    settings = {"SESSION_AUTO_STORE": request.param, **store.get(request.param, {})}
    if request.param == "sealed":
        settings = {"SESSION_AUTO_STORE": "sqlite", "SESSION_RECORD_FORMAT": "sealed", **SEALED, **store["sqlite"]}
    return manager_of(SESSION_TYPE="auto", **settings)


VALUES = {
    "tuple": (1, [2.5, None]),
    "bytes": b"\x00\xff",
    "uuid": uuid.UUID(int=7),
    "markup": Markup("<b>"),
    "time": datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
    "deep": {"a": {"b": (1,)}},
}


def test_values_are_the_same_in_either_place(auto):
    browser = Browser()
    request(auto, browser, lambda session: session.update(VALUES, visits=0))
    for visits, size in enumerate([10, 9000, 10, 9000, 20000, 10], 1):
        value = text(size)

        def change(session, value=value):
            session["visits"] += 1
            session["text"] = value

        request(auto, browser, change)
        with auto.open(browser.header) as session:
            assert dict(session) == {**VALUES, "visits": visits, "text": value}
            assert session.origin is Origin.COOKIE and not session.is_new
            assert {key: type(session[key]) for key in VALUES} == {key: type(VALUES[key]) for key in VALUES}
            assert (session.id is None) == (size == 10)
    request(auto, browser, lambda session: session.destroy())
    assert browser.cookies == {}


def test_a_logout_ends_the_record(auto):
    browser = Browser()
    request(auto, browser, put(9000))
    copy = browser.header
    with auto.open(copy) as slow:
        slow["late"] = 1
        request(auto, browser, lambda session: session.destroy())
        with pytest.raises(SessionGone):
            slow.save()
    with auto.open(copy) as session:
        assert dict(session) == {} and session.origin is Origin.NOT_FOUND


def test_changes_of_two_requests_are_kept_across_the_move(auto):
    browser = Browser()
    request(auto, browser, put(9000))
    request(auto, browser, lambda session: session.update(count=0))
    with auto.open(browser.header) as slow:
        slow.add("count", 5)
        request(auto, browser, lambda session: session.update(text="a", count=session["count"]))
        browser.take(slow.save())
    with auto.open(browser.header) as session:
        assert dict(session) == {"count": 5, "text": "a"} and session.id is None


def test_users(auto):
    browser = Browser()
    request(auto, browser, lambda session: session.update(cart=3))
    request(auto, browser, lambda session: session.login("jack", "phone"))
    with auto.open(browser.header) as session:
        assert (session.user, session["cart"]) == ("jack", 3) and session.id
        assert [entry.label for entry in auto.user_sessions("jack", session)] == ["phone"]
    auto.end_user("jack")
    with auto.open(browser.header) as session:
        assert session.user is None and dict(session) == {}


def test_sessions_of_a_store_and_of_cookies_go_on(tmp_path):
    sqlite = {"SESSION_SQLITE": tmp_path / "sessions.db"}
    files = {"SESSION_FILE_DIR": tmp_path / "sessions"}
    for settings in ({"SESSION_TYPE": "sqlite", **sqlite}, {}):
        for size in (10, 3500):
            browser = Browser()
            request(
                manager_of(**settings), browser, lambda session, size=size: session.update(cart=(1, 2), text="a" * size)
            )
            for auto in (
                manager_of(SESSION_TYPE="auto", SESSION_AUTO_STORE="sqlite", **sqlite),
                manager_of(
                    SESSION_TYPE="auto",
                    SESSION_AUTO_STORE="filesystem",
                    SESSION_MIGRATE_FROM="sqlite",
                    SESSION_MIGRATE_UNTIL=4000000000,
                    **sqlite,
                    **files,
                ),
            ):
                request(auto, browser, lambda session: session.update(more=1))
                with auto.open(browser.header) as session:
                    assert list(session["cart"]) == [1, 2] and session["text"] == "a" * size and session["more"] == 1
                request(auto, browser, put(9000))
                with auto.open(browser.header) as session:
                    assert session.id and len(session["text"]) == 9000
                request(auto, browser, lambda session, size=size: session.update(text="a" * size))


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"SESSION_AUTO_STORE": None}, Status.CONFIG),
        ({"SESSION_AUTO_STORE": "cookie"}, Status.CONFIG),
        ({"SESSION_AUTO_STORE": "auto"}, Status.CONFIG),
        ({"SESSION_AUTO_STORE": "redis"}, Status.CONFIG),
        ({"SESSION_AUTO_SIZE": 63}, Status.CONFIG),
        ({"SECRET_KEY": None}, Status.CONFIG),
        ({"SESSION_TYPE": "memory"}, Status.CONFIG),
        ({"SESSION_TYPE": "cookie"}, Status.CONFIG),
        ({"SESSION_SERIALIZATION_FORMAT": "json"}, Status.CONFIG),
        ({"SESSION_REVOCATION": "memory"}, Status.CONFIG),
        ({"SESSION_MIGRATE_FROM": "cookie", "SESSION_MIGRATE_UNTIL": 1}, Status.CONFIG),
        ({"SESSION_MIGRATE_FROM": "auto", "SESSION_MIGRATE_UNTIL": 1}, Status.CONFIG),
        ({"SESSION_AUTO_STORE": "sqlite", "SESSION_MIGRATE_FROM": "sqlite", "SESSION_MIGRATE_UNTIL": 1}, Status.CONFIG),
        ({"SESSION_IDLE_TIMEOUT": 60}, Status.UNSUPPORTED),
        ({"SESSION_ABSOLUTE_TIMEOUT": 60}, Status.UNSUPPORTED),
        ({"SESSION_RENEW_AFTER": 60}, Status.UNSUPPORTED),
        ({"SESSION_TOUCH_INTERVAL": 60}, Status.UNSUPPORTED),
        ({"SESSION_UNCONFIRMED_LIFETIME": 60}, Status.UNSUPPORTED),
    ],
)
def test_settings_that_cannot_be_followed(wrong, status):
    settings = {"SESSION_TYPE": "auto", "SECRET_KEY": KEY, "SESSION_AUTO_STORE": "memory"}
    manager_of(**settings)
    with pytest.raises(Error) as raised:
        SessionManager(**{**settings, **wrong})
    assert raised.value.status is status
