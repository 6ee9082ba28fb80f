# SPDX-License-Identifier: Apache-2.0
"""Flask-Login, Flask-WTF and Flask-SocketIO, unmodified, on sessions in a cookie and in Redis."""

import re
import sys
from pathlib import Path

import flask
import flask_login
import pytest
from flask_socketio import SocketIO
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.csrf import generate_csrf
from wtforms import StringField

from swiftsession.flask import Session

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from redis_server import redis_server


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    with redis_server(tmp_path_factory.mktemp("redis")) as address:
        yield address


@pytest.fixture(params=["cookie", "redis"])
def app(request, redis):
    app = flask.Flask(__name__)
    app.testing = True
    app.config.update(SECRET_KEY="a key of more than 16 bytes", SESSION_TYPE=request.param, SESSION_REDIS=redis)
    Session(app)
    app.add_url_rule("/get", "get", lambda: str(flask.session.get("value")))
    app.add_url_rule("/set/<value>", "set", lambda value: flask.session.update(value=value) or "")
    return app


# ---- Flask-Login ----


@pytest.fixture
def login(app):
    manager = flask_login.LoginManager(app)
    manager.session_protection = "strong"

    @manager.user_loader
    def load(name):
        user = flask_login.UserMixin()
        user.id = name
        return user

    @app.route("/login/<name>")
    def login(name):
        assert flask_login.login_user(load(name), remember="remember" in flask.request.args)
        app.session_interface.regenerate(flask.session)
        return ""

    @app.route("/logout")
    def logout():
        flask_login.logout_user()
        return ""

    @app.route("/me")
    @flask_login.login_required
    def me():
        return f"{flask_login.current_user.id} {flask_login.login_fresh()}"

    return app


def test_login_and_logout(login):
    client = login.test_client()
    client.get("/set/kept")
    old = client.get_cookie("session").value
    assert client.get("/me").status_code == 401
    client.get("/login/jack")
    new = client.get_cookie("session").value
    assert client.get("/me").text == "jack True" and new != old
    with client.session_transaction() as session:
        assert session["_user_id"] == "jack" and session["_fresh"] is True
    client.get("/logout")
    assert client.get("/me").status_code == 401
    assert client.get("/get").text == "kept"
    if login.config["SESSION_TYPE"] == "redis":
        for value in (old, new):
            other = login.test_client()
            other.set_cookie("session", value)
            assert other.get("/me").status_code == 401


def test_a_session_of_another_browser_is_ended(login):
    login.config["SESSION_PERMANENT"] = False  # Flask-Login lets a permanent one be
    client = login.test_client()
    client.get("/login/jack", headers={"User-Agent": "one"})
    assert client.get("/me", headers={"User-Agent": "one"}).text == "jack True"
    assert client.get("/me", headers={"User-Agent": "two"}).status_code == 401
    assert client.get("/me", headers={"User-Agent": "one"}).status_code == 401


def test_a_remembered_user_has_a_new_session(login):
    client = login.test_client()
    client.get("/login/jack?remember=1")
    client.delete_cookie("session")
    assert client.get("/me").text == "jack False"
    assert client.get_cookie("session") is not None
    client.get("/logout")
    assert client.get("/me").status_code == 401 and client.get_cookie("remember_token") is None


# ---- Flask-WTF ----


class Form(FlaskForm):
    name = StringField()


@pytest.fixture
def forms(app):
    CSRFProtect(app)
    app.add_url_rule("/token", "token", generate_csrf)

    @app.route("/form", methods=["GET", "POST"])
    def form():
        form = Form()
        if form.validate_on_submit():
            flask.session["value"] = form.name.data
            return "valid"
        return flask.render_template_string("{{ form.hidden_tag() }}", form=form)

    return app


def test_forms_are_protected(forms):
    client = forms.test_client()
    (token,) = re.findall(r'name="csrf_token" type="hidden" value="([^"]+)"', client.get("/form").text)
    assert client.post("/form", data={"name": "jack"}).status_code == 400
    assert client.post("/form", data={"name": "jack", "csrf_token": token + "x"}).status_code == 400
    assert client.post("/form", data={"name": "jack", "csrf_token": token}).text == "valid"
    assert (
        client.post("/form", data={"name": "joe"}, headers={"X-CSRFToken": client.get("/token").text}).text == "valid"
    )
    assert client.get("/get").text == "joe"
    # A token is one of its session.
    assert forms.test_client().post("/form", data={"name": "jack", "csrf_token": token}).status_code == 400
    other = forms.test_client()
    theirs = other.get("/token").text
    assert client.post("/form", data={"name": "jack", "csrf_token": theirs}).status_code == 400
    client.delete_cookie("session")
    assert client.post("/form", data={"name": "jack", "csrf_token": token}).status_code == 400


# ---- Flask-SocketIO ----


def sockets(app, **options):
    socketio = SocketIO(app, async_mode="threading", **options)
    socketio.on_event("set", lambda value: flask.session.update(value=value))
    socketio.on_event("get", lambda: flask.session.get("value"))
    return socketio


def test_sockets_that_share_the_session_of_requests(app):
    socketio = sockets(app, manage_session=False)
    client = app.test_client()
    client.get("/set/one")
    socket = socketio.test_client(app, flask_test_client=client)
    assert socket.emit("get", callback=True) == "one"
    socket.emit("set", "two")
    client_sees, socket_sees = client.get("/get").text, socket.emit("get", callback=True)
    if app.config["SESSION_TYPE"] == "redis":
        assert (client_sees, socket_sees) == ("two", "two")
        client.get("/set/three")
        assert socket.emit("get", callback=True) == "three"
    else:  # no answer takes a cookie: what a socket's view changes is there in this view alone
        assert (client_sees, socket_sees) == ("one", "one")
    socket.disconnect()


def test_sockets_that_have_a_copy_of_the_session(app):
    socketio = sockets(app)
    client = app.test_client()
    client.get("/set/one")
    socket = socketio.test_client(app, flask_test_client=client)
    assert socket.emit("get", callback=True) == "one"
    socket.emit("set", "two")
    assert (client.get("/get").text, socket.emit("get", callback=True)) == ("one", "two")
    socket.disconnect()


def test_sockets_beside_users(login):
    socketio = sockets(login, manage_session=False)
    socketio.on_event("who", lambda: getattr(flask_login.current_user, "id", None))
    client = login.test_client()
    client.get("/login/jack")
    socket = socketio.test_client(login, flask_test_client=client)
    assert socket.emit("who", callback=True) == "jack"
    socket.disconnect()
