# SPDX-License-Identifier: Apache-2.0
"""Cookies, values and whole requests of Flask 3.1.3's own session, on ours."""

import dataclasses
import datetime
import decimal
import json
import logging
import random
import time
import uuid
from pathlib import Path

import flask
import itsdangerous
import pytest
from markupsafe import Markup

import swiftsession
import swiftsession.flask
from swiftsession._values import decode, encode

DATA = json.loads((Path(__file__).resolve().parents[1] / "Vectors" / "flask_cookie_session.json").read_text())
KEY, NOW = DATA["secret_key"], DATA["fixed_time"]

BAD_PAYLOAD = "signed with the key and yet no session: a new session, not an error on every request of that client"
NEW = "session=eyJ1Ijoie30ifQ.ZVPxAA.RyuvXAtjYvZ-D_vm6eaEGTh9Z4E; HttpOnly; Path=/"

#: Requests where a promise of ours overrules the vector: what is answered instead (an exception, or the Set-Cookie
#: lines), and why.
OVERRULED = {
    "samesite 'bogus'": (
        swiftsession.ConfigError,
        "a wrong setting is a ConfigError, which is a ValueError too",
    ),
    "samesite ''": (
        swiftsession.ConfigError,
        "a wrong setting is a ConfigError, which is a ValueError too",
    ),
    "set-cookie on lifetime 0": (
        swiftsession.ConfigError,
        "a session that is over when it begins is refused",
    ),
    "valid signature, payload list": ([NEW], BAD_PAYLOAD),
    "valid signature, payload string": ([NEW], BAD_PAYLOAD),
    "valid signature, payload int": ([NEW], BAD_PAYLOAD),
    "valid signature, broken payload -> BadPayload is NOT caught": ([], BAD_PAYLOAD),
}

#: Values that are another text when they are set one by one, and why.
SET_OTHERWISE = {
    "int keys": ('{"1":"a","10":"c","2":"b"}', "the keys of a session are text, and sorted as such"),
    "datetime year 1": ('{"d":{" d":"Mon, 01 Jan 2001 00:00:00 GMT"}}', "every reader takes the year 0001 for 2001"),
}

#: Readings of tagged JSON that differ from Flask's words, not from its answer.
ESCAPED_WITHOUT_A_KEY = '{"x":{" di":{}}}'


@dataclasses.dataclass
class DC:
    a: int
    b: str


NAMES = {
    "datetime": datetime,
    "UUID": uuid.UUID,
    "Decimal": decimal.Decimal,
    "Markup": Markup,
    "DC": DC,
    "nan": float("nan"),
    "inf": float("inf"),
}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: NOW)
    return lambda now: monkeypatch.setattr(time, "time", lambda: now)


def manager(**settings):
    return swiftsession.SessionManager(
        clock=lambda: time.time(),
        **{"SECRET_KEY": KEY, "SESSION_TYPE": "cookie", **settings},
    )


def cookie(headers):
    (line,) = [value for name, value in headers if name == "Set-Cookie"]
    return line.removeprefix("session=").partition(";")[0]


def cases(table):
    return [pytest.param(row, id=row["case"]) for row in DATA[table]]


# ---- Values ----


@pytest.mark.parametrize("row", [case for case in cases("tagged_json") if "loads_repr" in case.values[0]])
def test_values_are_written_and_read_as_flask_does(row):
    assert encode(eval(row["python_repr"], NAMES)).decode() == row["json"]
    assert repr(decode(row["json"].encode())) == row["loads_repr"]


def test_any_object_with_html_is_markup():
    row = next(row for row in DATA["tagged_json"] if "loads_repr" not in row)

    class Italic:
        def __html__(self):
            return "<i>"

    assert encode({"h": Italic()}).decode() == row["json"]


UNWRITABLE = {
    "set": {"x": {1}},
    "mixed keys": {2: 3, "a": 1},
    "bytes key": {b"x": 1},
    "tuple key": {(1, 2): 1},
    "object": {"x": object()},
    "timedelta": {"x": datetime.timedelta(1)},
    "bytearray": {"x": bytearray(b"x")},
    "None key": {None: 1},
    "True key": {True: 1},
    "float key": {1.5: 1},
}


@pytest.mark.parametrize("row", cases("tagged_json_errors"))
def test_what_flask_refuses_is_refused_with_its_words(row):
    if "json" in row:
        assert encode(UNWRITABLE[row["case"]]).decode() == row["json"]
    else:
        with pytest.raises(TypeError) as caught:
            encode(UNWRITABLE[row["case"]])
        assert f"TypeError: {caught.value}" == row["error"]


@pytest.mark.parametrize("row", DATA["tagged_json_loads"])
def test_readings(row):
    if "error" not in row:
        assert repr(decode(row["json"].encode())) == row["loads_repr"]
        return
    with pytest.raises((ValueError, TypeError)) as caught:
        decode(row["json"].encode())
    if row["json"] != ESCAPED_WITHOUT_A_KEY:
        assert f"{type(caught.value).__name__}: {caught.value}" == row["error"]


# ---- Cookies ----


@pytest.mark.parametrize("row", cases("cookies"))
def test_cookies_open_and_are_signed_to_the_byte(row):
    with manager().open(f"session={row['cookie']}") as session:
        assert session.origin == swiftsession.Origin.COOKIE
        assert repr(dict(session)) == repr(decode(row["json"].encode()))
        assert session.payload().decode() == row["json"]
    with manager().open(None) as session:
        session.set_payload(row["json"].encode())
        if len(session):
            assert cookie(session.save()) == row["cookie"]


@pytest.mark.parametrize("row", cases("cookies"))
def test_values_that_are_set_one_by_one_give_the_same_cookie(row):
    written = next(made["python_repr"] for made in DATA["tagged_json"] if made["case"] == row["case"])
    with manager().open(None) as session:
        # The keys of a session are text; Flask makes text of others.
        session.update({str(key): value for key, value in eval(written, NAMES).items()})
        if row["case"] in SET_OTHERWISE:
            assert session.payload().decode() == SET_OTHERWISE[row["case"]][0]
        elif len(session):
            assert cookie(session.save()) == row["cookie"]


def test_what_repeats_itself_is_compressed_to_the_same_bytes():
    """Where a text has many beginnings of what follows, who looks for them in another way finds other ones."""
    chance = random.Random(2)
    serializer, ours = itsdangerous.URLSafeSerializer(KEY), manager()
    for _ in range(1000):
        words = ["".join(chance.choices("0123456789", k=chance.randint(1, 3))) for _ in range(chance.randint(2, 30))]
        content = {"a": "".join(chance.choices(words, k=chance.randint(1, 1000)))}
        with ours.open(None) as session:
            session.update(content)
            payload, _, _ = cookie(session.save()).rsplit(".", 2)
            assert payload == serializer.dump_payload(content).decode()


@pytest.mark.parametrize("row", DATA["cookies_other_keys"])
def test_keys_of_any_bytes(row):
    with manager(SECRET_KEY=bytes.fromhex(row["key_hex"])).open(None) as session:
        session.update(row["obj"])
        assert cookie(session.save()) == row["cookie"]


@pytest.mark.parametrize("row", DATA["fallbacks"])
def test_fallbacks(row):
    rotated = manager(SECRET_KEY=row["SECRET_KEY"], SECRET_KEY_FALLBACKS=row["SECRET_KEY_FALLBACKS"])
    with rotated.open(None) as session:
        session["a"] = 1
        assert cookie(session.save()) == row["cookie"]
    for key in row["itsdangerous_key_list"]:
        with manager(SECRET_KEY=key).open(None) as session:
            session["b"] = 2
            signed = cookie(session.save())
        with rotated.open_value(signed) as session:
            assert dict(session) == {"b": 2}


# ---- Requests ----


def application(row):
    app = flask.Flask(__name__)
    app.testing = True
    app.config["SESSION_TYPE"] = "cookie"
    app.secret_key = KEY
    if row["case"].startswith("no secret key"):
        app.secret_key = None
    if row["case"].startswith("empty secret key"):
        app.secret_key = ""
    for name, value in row["config"].items():
        app.config[name] = eval(value, NAMES) if str(value).startswith("datetime.") else value
    swiftsession.flask.Session(app)

    @app.route("/")
    def view():
        exec(row["view"], {"session": flask.session})
        return ""

    return app


def answer(row, app):
    headers = {}
    if row["request_cookie"] is not None:
        headers["Cookie"] = f"{app.config['SESSION_COOKIE_NAME']}={row['request_cookie']}"
    return app.test_client(use_cookies=False).get("/", headers=headers)


@pytest.mark.parametrize("row", cases("request_cycles"))
def test_requests(row, clock, caplog):
    clock(row["now"])
    app = application(row)
    expected, _ = OVERRULED.get(row["case"], (None, ""))
    if isinstance(expected, type):
        with pytest.raises(expected):
            answer(row, app)
    elif "exception" in row and expected is None:
        with pytest.raises(Exception) as caught:
            answer(row, app)
        assert f"{type(caught.value).__name__}: {caught.value}" == row["exception"]
    else:
        with caplog.at_level(logging.WARNING, logger="swiftsession"):
            response = answer(row, app)
        assert response.status_code == row.get("status", 200)
        assert response.headers.getlist("Set-Cookie") == (row["set_cookie"] if expected is None else expected)
        assert {name for name, _ in response.headers} <= {
            "Content-Type",
            "Content-Length",
            "Set-Cookie",
            "Vary",
        }
        if "vary" in row:
            assert response.headers.get("Vary") == row["vary"]
        if "warnings" in row:
            assert any("too large" in message for message in caplog.messages)
