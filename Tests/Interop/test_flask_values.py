# SPDX-License-Identifier: Apache-2.0
"""What Flask applications keep in sessions, in their cookie and in every format of records: messages, text of classes
of its own, bytes, times and UUIDs.
"""

import datetime
import uuid

import flask
import pytest
from flask.json.tag import JSONTag
from markupsafe import Markup

from swiftsession.flask import Session

FORMATS = ("cookie", "msgpack", "json", "pickle0", "pickle4", "pickle5", "filesystem")
PICKLES = ("pickle0", "pickle4", "pickle5", "filesystem")


class Name(str):
    """Text of a class of its own."""


class Late:
    """Text that is made when it is shown, as translations are."""

    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text

    def __html__(self):
        return str(self)


NAIVE = datetime.datetime(2020, 1, 20, 16, 45, 0, 123456)
MOMENT = NAIVE.replace(tzinfo=datetime.timezone.utc)
SECOND = MOMENT.replace(microsecond=0)
ID = uuid.UUID("12345678-1234-5678-1234-567812345678")

#: A value, and what it is at the next request: in a cookie, as MessagePack, as JSON and as a pickle.
VALUES = {
    "a class of its own": (Name("jack"), "jack", "jack", "jack", "jack"),
    "markup": (Markup("<b>"), Markup("<b>"), "<b>", "<b>", Markup("<b>")),
    "late": (Late("<b>"), Markup("<b>"), "<b>", "<b>", Markup("<b>")),
    "bytes": (b"\x00\xff", b"\x00\xff", b"\x00\xff", "AP8=", b"\x00\xff"),
    "moment": (MOMENT, SECOND, MOMENT, "2020-01-20T16:45:00.123456Z", MOMENT),
    "naive": (NAIVE, SECOND, "2020-01-20T16:45:00.123456", "2020-01-20T16:45:00.123456", NAIVE),
    "uuid": (ID, ID, str(ID), str(ID), ID),
    "tuple": ((1, (2,)), (1, (2,)), [1, [2]], [1, [2]], (1, (2,))),
    "nested": (
        {"a": [Name("b"), b"c"]},
        {"a": ["b", b"c"]},
        {"a": ["b", b"c"]},
        {"a": ["b", "Yw=="]},
        {"a": ["b", b"c"]},
    ),
}


def expected(name, kind):
    return VALUES[name][4 if kind in PICKLES else ("", "cookie", "msgpack", "json").index(kind)]


@pytest.fixture(params=FORMATS)
def kind(request):
    return request.param


@pytest.fixture
def app(kind, tmp_path):
    app = flask.Flask(__name__)
    app.testing = True
    app.config.update(SECRET_KEY="a key of more than 16 bytes", SESSION_SQLITE=tmp_path / "sessions.db")
    app.config["SESSION_FILE_DIR"] = tmp_path / "sessions"
    app.config["SESSION_TYPE"] = kind if kind in ("cookie", "filesystem") else "sqlite"
    if app.config["SESSION_TYPE"] == "sqlite":
        app.config["SESSION_SERIALIZATION_FORMAT"] = kind
    Session(app)
    return app


@pytest.mark.parametrize("name", VALUES)
def test_a_value_at_the_next_request(name, kind, app):
    found = []
    app.add_url_rule("/set", "set", lambda: flask.session.update(value=VALUES[name][0]) or "")
    app.add_url_rule("/get", "get", lambda: found.append(flask.session["value"]) or "")
    client = app.test_client()
    for path in ("/set", "/get", "/get"):
        assert client.get(path).status_code == 200
    for value in found:
        assert (value, type(value)) == (expected(name, kind), type(expected(name, kind)))


def test_flashed_messages_are_shown_once(kind, app):
    def put():
        flask.flash("hello")
        flask.flash(Late("wrong"), "error")
        flask.flash(Markup("<b>"), "error")
        return ""

    template = (
        "{% for category, message in get_flashed_messages(with_categories=true) %}{{ category }} {{ message }},"
        "{% endfor %}"
    )
    app.add_url_rule("/flash", "flash", put)
    app.add_url_rule("/show", "show", lambda: flask.render_template_string(template))
    app.add_url_rule("/errors", "errors", lambda: str(len(flask.get_flashed_messages(category_filter=["error"]))))
    client = app.test_client()
    client.get("/flash")
    bold = "<b>" if kind in ("cookie", *PICKLES) else "&lt;b&gt;"
    assert client.get("/show").text == f"message hello,error wrong,error {bold},"
    assert client.get("/show").text == ""
    client.get("/flash")
    client.get("/flash")
    assert client.get("/errors").text == "4"
    assert client.get("/errors").text == "0"


def test_session_transaction(app):
    app.add_url_rule("/get", "get", lambda: str(flask.session.get("user")))
    client = app.test_client()
    with client.session_transaction() as session:
        session["user"] = "jack"
    assert client.get("/get").text == "jack"
    with client.session_transaction() as session:
        assert session.pop("user") == "jack"
    assert client.get("/get").text == "None"
    with client:
        client.get("/get")
        assert dict(flask.session).keys() <= {"_permanent"}


class Point:
    def __init__(self, x, y):
        self.place = x, y


class TagPoint(JSONTag):
    key = " p"

    def check(self, value):
        return isinstance(value, Point)

    def to_json(self, value):
        return self.serializer.tag(value.place)

    def to_python(self, value):
        return Point(*value)


@pytest.mark.parametrize("kind", ["cookie"], indirect=True)
def test_applications_tag_their_own_types_in_cookies(kind, app):
    app.session_interface.serializer.register(TagPoint, index=0)
    app.add_url_rule("/set", "set", lambda: flask.session.update(points=[Point(1, 2)]) or "")
    app.add_url_rule("/get", "get", lambda: str(flask.session["points"][0].place))
    client = app.test_client()
    client.get("/set")
    assert client.get("/get").text == "(1, 2)"
    # Flask's own interface with the same tag reads the cookie, and ours reads Flask's.
    flasks = flask.Flask(__name__)
    flasks.secret_key = app.secret_key
    flasks.session_interface.serializer.register(TagPoint, index=0)
    try:
        flasks.add_url_rule("/get", "get", app.view_functions["get"])
        other = flasks.test_client()
        other.set_cookie("session", client.get_cookie("session").value)
        assert other.get("/get").text == "(1, 2)"
        with other.session_transaction() as session:
            session["points"] = [Point(3, 4)]
        client.set_cookie("session", other.get_cookie("session").value)
        assert client.get("/get").text == "(3, 4)"
    finally:
        serializer = flasks.session_interface.serializer  # which all applications of Flask share
        serializer.order[:] = [tag for tag in serializer.order if not isinstance(tag, TagPoint)]
        del serializer.tags[" p"]
