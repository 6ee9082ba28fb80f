# SPDX-License-Identifier: Apache-2.0
"""swiftsession.flask with sessions in a store, beyond the vectors."""

import ast
import logging
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import flask
import pytest

import swiftsession
import swiftsession.session
from swiftsession.flask import CookieSessionInterface, ServerSideSession, Session, StoreSessionInterface


@pytest.fixture
def config(tmp_path):
    return {"SESSION_TYPE": "sqlite", "SESSION_SQLITE": tmp_path / "sessions.db"}


def application(config, **more):
    app = flask.Flask(__name__)
    app.testing = True
    app.config.update({**config, **more})
    Session(app)

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

    @app.route("/clear")
    def clear():
        flask.session.clear()
        return ""

    return app


def view(app, path):
    """A view that is what the decorated function does."""

    def register(function):
        app.add_url_rule(path, path, lambda: str(function()))
        return function

    return register


def meanwhile(app, client, path):
    """Another request of the same browser, while this one runs."""
    other = app.test_client(use_cookies=False)
    found = client.get_cookie("session")
    return other.get(path, headers={"Cookie": f"session={found.value}"})


# ---- The object ----


def test_the_session_is_flask_sessions(config):
    app = application(config)
    with app.test_request_context():
        session = app.session_interface.open_session(app, flask.request)
        assert type(session) is ServerSideSession
        assert not session and dict(session) == {"_permanent": True}
        assert not session.modified and session.permanent and session.new
        session["a"] = 1
        assert session and session.modified and session.accessed and "a" in session
        session.permanent = False
        assert session.copy() == {"_permanent": False, "a": 1}
        session.clear()
        assert not session and dict(session) == {"_permanent": False}
        session.update(b=2, c=3)
        assert session.pop("b") == 2 and session.pop("b", None) is None and session.setdefault("d", 4) == 4
        sid = session.sid
        response = app.response_class()
        app.session_interface.save_session(app, session, response)
        assert response.headers["Set-Cookie"] == f"session={sid}; HttpOnly; Path=/"
        assert response.headers["Vary"] == "Cookie"


def test_a_request_that_does_not_touch_the_session_never_decodes_it(config, monkeypatch):
    app = application(config)
    client = app.test_client()
    client.get("/set/user/jack")

    def payload(session):
        raise AssertionError("it was read")

    monkeypatch.setattr(swiftsession.session.Session, "payload", payload)
    line = client.get("/nothing").headers["Set-Cookie"]  # it lives on, and so does its cookie
    assert "Expires" in line
    with pytest.raises(AssertionError, match="it was read"):
        client.get("/get/user")


def test_a_request_that_does_not_touch_the_session_lets_it_live_on(config, monkeypatch):
    now = [1700000000]
    monkeypatch.setattr(time, "time", lambda: now[0])
    app = application(config, PERMANENT_SESSION_LIFETIME=20)
    client = app.test_client()
    client.get("/set/user/jack")
    for _ in range(3):
        now[0] += 15
        client.get("/nothing")
    assert client.get("/get/user").text == "jack"
    now[0] += 20
    assert client.get("/get/user").text == "None"


def test_session_transaction(config):
    client = application(config).test_client()
    with client.session_transaction() as session:
        session["user"] = "jack"
    assert client.get("/get/user").text == "jack"
    with client.session_transaction() as session:
        session.clear()
    assert client.get_cookie("session") is None


def test_flashed_messages(config):
    app = application(config)
    view(app, "/flash")(lambda: flask.flash("hello") or flask.flash("again", "error"))
    view(app, "/flashes")(lambda: flask.get_flashed_messages(with_categories=True))
    client = app.test_client()
    client.get("/flash")
    assert client.get("/flashes").text == "[['message', 'hello'], ['error', 'again']]"  # tuples, before they are stored
    assert client.get("/flashes").text == "[]"


def test_a_value_that_cannot_be_stored_is_an_error_and_stores_nothing(config):
    app = application(config)

    @view(app, "/object")
    def put():
        flask.session["user"] = "joe"
        flask.session["object"] = object()

    client = app.test_client()
    client.get("/set/user/jack")
    with pytest.raises(TypeError, match="Encoding objects of type object is unsupported"):
        client.get("/object")
    assert client.get("/get/user").text == "jack"


# ---- Requests that meet ----


@pytest.mark.parametrize(
    ("first", "path", "expected"),
    [
        (lambda s: s.update(a="1"), "/set/b/2", {"a": "1", "b": "2"}),
        (lambda s: s["cart"].update(a=1), "/nested", {"cart": {"a": 1, "b": 2}}),
        (lambda s: s.update(cart={}), "/nested", {"cart": {}}),
        (lambda s: s.pop("user"), "/set/b/2", {"user": None, "b": "2"}),
        (lambda s: s.setdefault("b", "1"), "/set/b/2", {"b": "2"}),
        (lambda s: s.get("user"), "/set/b/2", {"user": "jack", "b": "2"}),
    ],
)
def test_what_two_requests_change_is_kept_from_both(config, first, path, expected):
    app = application(config)
    client = app.test_client()

    @view(app, "/nested")
    def nested():
        flask.session["cart"]["b"] = 2

    @view(app, "/slow")
    def slow():
        flask.session.get("user")
        first(flask.session)
        meanwhile(app, client, path)

    view(app, "/all")(lambda: {key: flask.session.get(key) for key in expected})
    with client.session_transaction() as session:
        session.update(user="jack", cart={})
    client.get("/slow")
    assert ast.literal_eval(client.get("/all").text) == expected


@pytest.mark.parametrize("change", [True, False])
def test_a_late_answer_brings_nobody_back(config, change, caplog):
    app = application(config)
    client = app.test_client()

    @view(app, "/slow")
    def slow():
        found = flask.session.get("user")
        if change:
            flask.session["late"] = True
        assert "Max-Age=0" in meanwhile(app, client, "/clear").headers["Set-Cookie"]
        return found

    client.get("/set/user/jack")
    with caplog.at_level(logging.INFO, logger="swiftsession"):
        answer = client.get("/slow")
    assert (answer.status_code, answer.text) == (200, "jack")
    assert "Set-Cookie" not in answer.headers and answer.headers["Vary"] == "Cookie"
    assert [record.levelname for record in caplog.records if record.name == "swiftsession"] == ["INFO"] * change
    assert client.get("/get/user").text == "None"


def test_changes_that_cannot_be_merged_are_an_error(config):
    app = application(config)
    client = app.test_client()

    @view(app, "/slow")
    def slow():
        flask.session.append("list", 1)
        meanwhile(app, client, "/set/list/text")

    client.get("/set/user/jack")
    with pytest.raises(swiftsession.Conflict):
        client.get("/slow")
    app.testing = False
    client.get("/clear")
    client.get("/set/user/jack")
    answer = client.get("/slow")
    assert answer.status_code == 500 and "Set-Cookie" not in answer.headers
    assert client.get("/get/list").text == "text"


def test_a_store_that_is_not_there_is_an_error(tmp_path):
    app = application({"SESSION_TYPE": "sqlite", "SESSION_SQLITE": tmp_path / "missing" / "sessions.db"})
    client = app.test_client()
    assert client.get("/nothing").status_code == 200  # without a cookie nothing is asked
    with pytest.raises(swiftsession.Unavailable):
        client.get("/set/user/jack")
    app.testing = False
    assert client.get("/set/user/jack").status_code == 500


# ---- A new id ----


def test_regenerate(config):
    app = application(config)
    client = app.test_client()

    @view(app, "/login")
    def login():
        app.session_interface.regenerate(flask.session)
        flask.session["user"] = "jack"

    client.get("/login")
    first = client.get_cookie("session").value  # there was nothing to end yet
    client.get("/login")
    second = client.get_cookie("session").value
    assert first != second and client.get("/get/user").text == "jack"
    client.set_cookie("session", first)
    assert client.get("/get/user").text == "None"


def test_regenerate_of_nothing_stores_nothing(config):
    app = application(config)
    view(app, "/regenerate")(lambda: app.session_interface.regenerate(flask.session))
    assert "Set-Cookie" not in app.test_client().get("/regenerate").headers


def test_regenerate_of_a_session_in_a_cookie_signs_it_anew(config):
    app = application(config, SESSION_TYPE="cookie", SECRET_KEY="a key of more than 16 bytes")
    view(app, "/regenerate")(lambda: app.session_interface.regenerate(flask.session))
    client = app.test_client()
    client.get("/set/user/jack")
    assert "Set-Cookie" in client.get("/regenerate").headers
    assert client.get("/get/user").text == "jack"


# ---- Settings ----


def test_settings_are_read_at_the_first_request_and_when_they_change(config):
    app = application(config, SESSION_COOKIE_NAME="first")
    client = app.test_client()
    app.config["SESSION_COOKIE_NAME"] = "second"
    client.get("/set/user/jack")
    assert client.get_cookie("second") is not None
    app.config["SESSION_PERMANENT"] = False
    app.config["SESSION_COOKIE_NAME"] = "third"
    assert "Expires" not in client.get("/set/user/jack").headers["Set-Cookie"]


def test_the_type_may_be_cookie_too(config):
    app = application(config, SESSION_TYPE="Cookie", SECRET_KEY="a key of more than 16 bytes", SESSION_PERMANENT=True)
    client = app.test_client()
    assert client.get("/set/user/jack").headers["Set-Cookie"].startswith("session=eyJ1c2VyIjoiamFjayJ9.")
    assert client.get("/get/user").text == "jack"


@pytest.mark.parametrize("interface", [CookieSessionInterface, StoreSessionInterface])
def test_an_interface_for_cookies_takes_no_store(config, interface):
    app = application(config, SECRET_KEY="a key of more than 16 bytes")
    app.session_interface = interface()
    if interface is StoreSessionInterface:
        assert app.test_client().get("/set/user/jack").status_code == 200
    else:
        with pytest.raises(swiftsession.ConfigError, match="StoreSessionInterface"):
            app.test_client().get("/set/user/jack")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SESSION_TYPE", "nonsense"),
        ("SESSION_SQLITE", None),
        ("SESSION_USE_SIGNER", True),
        ("SESSION_SERIALIZATION_FORMAT", "xml"),
        ("SESSION_ID_LENGTH", {}),
        ("SECRET_KEY_FALLBACKS", [5]),
    ],
)
def test_a_wrong_setting_is_an_error_at_every_request(config, name, value):
    client = application({**config, name: value}).test_client()
    for _ in range(2):
        with pytest.raises(swiftsession.ConfigError, match=name):
            client.get("/nothing")


def test_settings_of_other_stores_are_not_read(config):
    app = application(config, SESSION_SQLALCHEMY={}, SESSION_REDIS=object(), SESSION_SQLALCHEMY_TABLE="mine")
    client = app.test_client()
    client.get("/set/user/jack")
    assert client.get("/get/user").text == "jack"
    assert sessions(config["SESSION_SQLITE"], "mine") == 1


def test_applications_with_a_store_in_memory_do_not_share_it():
    one, other = (application({"SESSION_TYPE": "memory"}) for _ in range(2))
    client = one.test_client()
    client.get("/set/user/jack")
    assert client.get("/get/user").text == "jack"
    found = client.get_cookie("session").value
    headers = {"Cookie": f"session={found}"}
    assert other.test_client(use_cookies=False).get("/get/user", headers=headers).text == "None"


def test_an_own_cookie_name(config):
    class Mine(StoreSessionInterface):
        def get_cookie_name(self, app):
            return "mine"

    app = application(config)
    app.session_interface = Mine()
    client = app.test_client()
    client.get("/set/user/jack")
    assert client.get_cookie("mine") is not None and client.get("/get/user").text == "jack"


# ---- Flask-SQLAlchemy ----


@pytest.fixture
def database(tmp_path):
    """An application with a database of its own, in its instance folder."""
    flask_sqlalchemy = pytest.importorskip("flask_sqlalchemy")
    app = application({}, SESSION_TYPE="sqlalchemy", SQLALCHEMY_DATABASE_URI="sqlite:///app.db")
    app.instance_path = str(tmp_path)
    app.config["SQLALCHEMY_BINDS"] = {"other": "sqlite:///other.db"}
    return app, flask_sqlalchemy.SQLAlchemy(app)


def sessions(path, table="sessions"):
    connection = sqlite3.connect(path)
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    connection.close()
    return found


@pytest.mark.parametrize(
    ("bind_key", "name"), [(None, "app.db"), ("other", "other.db"), ("address", "app.db")], ids=str
)
def test_sessions_are_in_the_database_of_the_application(database, tmp_path, bind_key, name):
    app, db = database
    if bind_key != "address":
        app.config.update(SESSION_SQLALCHEMY=db, SESSION_SQLALCHEMY_BIND_KEY=bind_key)
        app.config["SQLALCHEMY_DATABASE_URI"] = "an address that nobody knows"  # the object has its own
    client = app.test_client()
    client.get("/set/user/jack")
    assert client.get("/get/user").text == "jack"
    assert sessions(tmp_path / name) == 1


def test_the_database_of_sessions_comes_before_that_of_the_application(database, tmp_path):
    app, _ = database
    app.config["SESSION_SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path}/sessions.db"
    app.config["SQLALCHEMY_DATABASE_URI"] = "an address that nobody knows"
    app.test_client().get("/set/user/jack")
    assert sessions(tmp_path / "sessions.db") == 1


def test_the_address_may_be_an_object(database, tmp_path):
    sqlalchemy = pytest.importorskip("sqlalchemy")
    app, _ = database
    app.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy.make_url("sqlite:///app.db")
    app.test_client().get("/set/user/jack")
    assert sessions(tmp_path / "app.db") == 1


def test_a_database_of_another_application_is_an_error(database):
    flask_sqlalchemy = pytest.importorskip("flask_sqlalchemy")
    app, _ = database
    app.config["SESSION_SQLALCHEMY"] = flask_sqlalchemy.SQLAlchemy()
    with pytest.raises(swiftsession.ConfigError, match="init_app"):
        app.test_client().get("/nothing")


def test_the_database_of_the_application_is_no_setting_of_another_store(config):
    app = application(config, SQLALCHEMY_DATABASE_URI="an address that nobody knows")
    assert app.test_client().get("/set/user/jack").status_code == 200


# ---- Upkeep ----


@pytest.mark.parametrize("every", [1, 1.0, "1", b"1"])
def test_expired_sessions_are_removed(config, monkeypatch, every):
    now = [1700000000]
    monkeypatch.setattr(time, "time", lambda: now[0])
    app = application(config, PERMANENT_SESSION_LIFETIME=20)
    for round_ in range(2):
        app.test_client().get("/set/user/jack")
        now[0] += 30
        assert sessions(config["SESSION_SQLITE"]) == 1
        if round_ == 0:
            result = app.test_cli_runner().invoke(args=["session_cleanup"])
            assert result.exit_code == 0, result.output
        else:
            app.config["SESSION_CLEANUP_N_REQUESTS"] = every
            for _ in range(100):
                app.test_client().get("/nothing")
        assert sessions(config["SESSION_SQLITE"]) == 0


@pytest.mark.parametrize("every", [None, 0, "0"])
def test_no_number_of_requests_removes_nothing(config, every):
    client = application(config, SESSION_CLEANUP_N_REQUESTS=every).test_client()
    assert client.get("/set/user/jack").status_code == 200


@pytest.mark.parametrize(
    "every", ["x", "", False, "2.0", "-1", " 2", "1_0", "1e3", "\u0662", -1, 2.5, True, [2], "9" * 30]
)
def test_a_wrong_number_of_requests_is_a_config_error(config, every):
    client = application(config, SESSION_CLEANUP_N_REQUESTS=every).test_client()
    with pytest.raises(swiftsession.ConfigError, match="SESSION_CLEANUP_N_REQUESTS"):
        client.get("/nothing")


# ---- Errors and threads ----


@pytest.mark.parametrize("session_type", ["sqlite", "cookie"])
def test_a_wrong_setting_is_the_only_error_that_is_seen(config, caplog, session_type):
    app = application({**config, "SESSION_TYPE": session_type}, SECRET_KEY="key", SESSION_COOKIE_SAMESITE="bogus")
    app.testing = False
    assert app.test_client().get("/nothing").status_code == 500
    assert "SESSION_COOKIE_SAMESITE" in caplog.text
    assert "AttributeError" not in caplog.text and "finalizing" not in caplog.text


@pytest.mark.parametrize("session_type", ["sqlite", "memory", "cookie"])
def test_the_threads_of_a_request_read_its_session(config, session_type):
    app = application({**config, "SESSION_TYPE": session_type}, SECRET_KEY="a key of more than 16 bytes")

    @app.route("/threads")
    def threads():
        reads = [flask.copy_current_request_context(lambda: flask.session.get("user")) for _ in range(4)]
        return [done.result() for done in [pool.submit(read) for read in reads]]

    client = app.test_client()
    client.get("/set/user/jack")
    with ThreadPoolExecutor(4) as pool:
        for _ in range(50):
            assert client.get("/threads").json == ["jack"] * 4
