# SPDX-License-Identifier: Apache-2.0
"""Sealed values: ours opens what an independent program made from docs/formats.md, and the other way around."""

import base64
import json
import random
import re
import time
import zlib
from datetime import datetime, timedelta, timezone
from pathlib import Path

import flask
import pytest

from independent import Sealer, key_id
from swiftsession import Error, SessionManager, Status
from swiftsession.flask import Session
from swiftsession.sealing import Sealer as Ours

VECTORS = json.loads((Path(__file__).resolve().parents[1] / "Vectors" / "sealed.json").read_text())
KEY = bytes(range(32))
OLD = bytes(range(100, 140))
NOW = 1_800_000_000


def refusal(call, *arguments, **named):
    with pytest.raises(Error) as caught:
        call(*arguments, **named)
    return caught.value.status


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda vector: vector["what"])
def test_the_published_messages_are_what_the_document_makes(vector):
    """Of a message beside values: with a secret and associated bytes."""
    raw = {name: bytes.fromhex(vector[name]) for name in ("key", "salt", "secret", "associated", "text", "message")}
    context = [vector[name].encode() for name in ("purpose", "application", "name")]
    sealer = Sealer(raw["key"], *context)
    assert sealer.seal(raw["text"], raw["secret"], raw["associated"], raw["salt"]) == raw["message"]
    assert sealer.open(raw["message"], raw["secret"], raw["associated"]) == raw["text"]


@pytest.mark.parametrize("vector", VECTORS["values"], ids=lambda vector: vector["what"])
def test_the_published_values_open(vector):
    key, payload = bytes.fromhex(vector["key"]), bytes.fromhex(vector["payload"])
    context = [vector[name] for name in ("purpose", "application", "name")]
    theirs = Sealer(key, *(text.encode() for text in context))
    assert theirs.open_value(vector["value"]) == (payload, vector["issued"])
    assert theirs.key.hex() == vector["key"] and key_id(key).hex() == vector["key_id"]
    ours = Ours(key, context[0], application=context[1], name=context[2])
    assert ours.open_dated(vector["value"], now=NOW) == (payload, vector["issued"])


def some_values(count):
    """Payloads, contexts and keys of all kinds, the same at every run."""
    generator = random.Random(8)
    for number in range(count):
        size = generator.choice((0, 1, 7, 8, 9, 40, 41, 300, 3000))
        payload = generator.randbytes(size) if number % 2 else b"abc" * (size // 3)
        texts = ["".join(generator.choices("aé\u2028 .|", k=generator.randrange(4))) for _ in range(3)]
        key = generator.randbytes(generator.choice((32, 33, 64, 65, 200)))
        yield (
            key,
            texts,
            payload,
            generator.randrange(1 << 40),
            generator.choice((0, 1, 2, 16, 64, 1000)),
            number % 3 == 0,
        )


@pytest.mark.parametrize("key, context, payload, issued, padding, compress", some_values(300))
def test_values_open_in_both_directions(key, context, payload, issued, padding, compress):
    theirs = Sealer(key, *(text.encode() for text in context))
    ours = Ours(key, context[0], application=context[1], name=context[2], padding=padding, compress=compress)
    sealed = ours.seal(payload, now=issued)
    assert theirs.open_value(sealed) == (payload, issued)
    assert ours.open_dated(theirs.seal_value(payload, issued, padding, compress), now=issued) == (payload, issued)
    salt = base64.urlsafe_b64decode(sealed + "==")[9:33]
    assert theirs.seal_value(payload, issued, padding, compress, salt) == sealed


def test_a_value_is_what_it_was_sealed_for():
    sealed = Sealer(KEY, b"a", b"b", b"c").seal_value(b"x", NOW)
    assert Ours(KEY, "a", application="b", name="c").open(sealed, now=NOW) == b"x"
    for context in (
        ("A", "b", "c"),
        ("a", "B", "c"),
        ("a", "b", "C"),
        ("ab", "", "c"),
        ("", "ab", "c"),
        ("a", "bc", ""),
    ):
        other = Ours(KEY, context[0], application=context[1], name=context[2])
        assert refusal(other.open, sealed, now=NOW) == Status.TAMPERED
    assert refusal(Ours(OLD, "a", application="b", name="c").open, sealed, now=NOW) == Status.TAMPERED


def test_a_key_id_does_not_choose_another_key():
    """A ring with both keys: what one sealed does not open under the id of the other."""
    message = bytearray(base64.urlsafe_b64decode(Sealer(KEY, b"a").seal_value(b"x", NOW) + "=="))
    message[1:9] = key_id(OLD)
    swapped = base64.urlsafe_b64encode(message).rstrip(b"=")
    assert refusal(Ours([OLD, KEY], "a").open, swapped, now=NOW) == Status.TAMPERED


def test_keys_turn_over():
    both, old, new = Ours([OLD, KEY], "a"), Ours(OLD, "a"), Ours(KEY, "a")
    assert both.open(old.seal(b"x")) == both.open(new.seal(b"x")) == new.open(both.seal(b"x")) == b"x"
    assert refusal(old.open, both.seal(b"x")) == Status.TAMPERED


@pytest.mark.parametrize("age, opens", [(-61, False), (-60, True), (0, True), (100, True), (101, False)])
def test_age(age, opens):
    sealed = Ours(KEY, "a").seal(b"x", now=NOW)
    if opens:
        assert Ours(KEY, "a").open(sealed, max_age=100, now=NOW + age) == b"x"
    else:
        assert refusal(Ours(KEY, "a").open, sealed, max_age=100, now=NOW + age) == Status.EXPIRED
    assert Ours(KEY, "a").open(sealed, now=NOW + age) == b"x"


def test_what_is_sealed_well_and_is_no_value_is_malformed():
    sealer, ours = Sealer(KEY, b"a"), Ours(KEY, "a")

    def status(text):
        return refusal(ours.open, base64.urlsafe_b64encode(sealer.seal(text)).rstrip(b"="), now=NOW)

    time = NOW.to_bytes(8, "big")
    assert ours.open(sealer.seal_value(b"", NOW)) == b""
    for text in (b"", time, b"\xff" * 8 + b"\0", time + b"\x04", time + b"\x80", time + b"\x02", time + b"\x02\0\0"):
        assert status(text) == Status.MALFORMED
    assert status(time + b"\x02" + b"x\x81\0") == Status.MALFORMED
    # A marker that is the flags or the time itself.
    assert status(b"\0" * 7 + b"\x80\x02") == status(b"\0" * 7 + b"\x80" + b"\x02\0") == Status.MALFORMED
    assert status(time + b"\x01no zlib stream") == Status.MALFORMED
    assert status(time + b"\x01" + zlib.compress(bytes(2 << 20))) == Status.TOO_LARGE


def test_text_that_was_never_sealed():
    ours = Ours(KEY, "a")
    sealed = ours.seal(b"some payload")
    for text in ("", "A", "AA", "AAA", "AAAAA", "=", ".", "é", sealed + "=", sealed + "A", " " + sealed, sealed + "\n"):
        assert refusal(ours.open, text) == Status.TAMPERED
    for size in range(len(sealed)):
        assert refusal(ours.open, sealed[:size]) == Status.TAMPERED
    for size in range(200):
        assert refusal(ours.open, "AQ" + "A" * size) == Status.TAMPERED


def test_padding_hides_the_length():
    ours = Ours(KEY, "a", padding=64)
    assert {len(ours.seal(b"x" * size)) for size in range(54)} == {-(-(65 + 64) * 4 // 3)}
    assert len(ours.seal(b"x" * 55)) > len(ours.seal(b"x" * 54)) == len(ours.seal(b""))


def test_short_keys_seal_nothing():
    assert refusal(Ours, KEY[:31], "a") == Status.CONFIG


# ---- Sessions


def manager(clock=lambda: NOW, **settings):
    settings = {"SECRET_KEY": KEY, "SESSION_TYPE": "cookie", "SESSION_COOKIE_FORMAT": "sealed", **settings}
    return SessionManager(clock=clock, **settings)


def cookie(headers):
    lines = [value for name, value in headers if name == "Set-Cookie"]
    return lines[0].partition(";")[0].partition("=")[2] if lines else None


def made(one, **values):
    session = one.open(None)
    session.update(values)
    return cookie(session.save())


def test_the_independent_program_reads_and_makes_sessions():
    one = manager(SESSION_APPLICATION="shop", SESSION_COOKIE_NAME="sid")
    sealer = Sealer(KEY, b"session cookie", b"shop", b"sid")
    assert sealer.open_value(made(one, user="jack")) == (b'{"user":"jack"}', NOW)
    theirs = sealer.seal_value(b'{"cart":[1,{" t":[2]}]}', NOW - 5, padding=64, compress=True)
    assert dict(one.open(f"sid={theirs}")) == {"cart": [1, (2,)]}


def test_ids_are_sealed_too():
    one = manager(SESSION_TYPE="memory")
    value = made(one, user="jack")
    payload, issued = Sealer(KEY, b"session id cookie", b"", b"session").open_value(value)
    assert re.fullmatch(rb"[A-Za-z0-9_-]{43}", payload) and issued == NOW
    assert one.open(f"session={value}")["user"] == "jack"
    assert one.open(f"session={payload.decode()}").is_new
    # A session in a cookie is not taken for an id.
    assert one.open(f"session={made(manager(), user='jack')}").is_new


def test_nothing_weaker_is_read():
    signed = manager(SESSION_COOKIE_FORMAT="signed")
    one = manager()
    assert refusal(one.open_value, made(signed, a=1)) == Status.TAMPERED
    assert refusal(signed.open_value, made(one, a=1)) == Status.TAMPERED
    for settings in ({"SECRET_KEY": KEY[:31]}, {"SECRET_KEY": None}):
        assert refusal(manager, **settings) == Status.CONFIG
    # A long key that only verifies does not seal in its place.
    assert refusal(manager, SECRET_KEY=KEY[:31], SECRET_KEY_FALLBACKS=[OLD]) == Status.CONFIG


@pytest.mark.parametrize("store", ["cookie", "memory"])
@pytest.mark.parametrize("formats", [("signed", "sealed"), ("sealed", "signed")])
@pytest.mark.parametrize("signs", [True, False])
def test_the_other_form_is_read_until_its_time(store, formats, signs, tmp_path):
    old_form, new_form = formats
    now = NOW
    shared = {"SESSION_TYPE": store, "SESSION_USE_SIGNER": signs}
    if store == "memory":
        shared = {**shared, "SESSION_TYPE": "sqlite", "SESSION_SQLITE": tmp_path / "sessions.db"}
    old = manager(lambda: now, SESSION_COOKIE_FORMAT=old_form, **shared)
    new = manager(
        lambda: now,
        SESSION_COOKIE_FORMAT=new_form,
        SESSION_COOKIE_FORMAT_FALLBACK=old_form,
        SESSION_COOKIE_FORMAT_FALLBACK_UNTIL=NOW + 100,
        SESSION_REFRESH_EACH_REQUEST=False,
        **shared,
    )
    value = made(old, user="jack")
    now = NOW + 99
    session = new.open(f"session={value}")
    assert session["user"] == "jack"
    moved = cookie(session.save())
    assert moved and ("." in moved) == (new_form == "signed" and (signs or store == "cookie"))
    now = NOW + 100
    # A plain id is an id whatever the form was.
    assert new.open(f"session={value}").get("user") is None
    session = new.open(f"session={moved}")
    assert session["user"] == "jack" and cookie(session.save()) is None


def test_a_fallback_has_both_of_its_settings():
    assert refusal(manager, SESSION_COOKIE_FORMAT_FALLBACK="signed") == Status.CONFIG
    assert refusal(manager, SESSION_COOKIE_FORMAT_FALLBACK_UNTIL=NOW) == Status.CONFIG
    both = {"SESSION_COOKIE_FORMAT_FALLBACK_UNTIL": "2030-01-01", "SESSION_COOKIE_FORMAT_FALLBACK": "sealed"}
    assert refusal(manager, **both) == Status.CONFIG


def test_a_cookie_that_browsers_drop_is_an_error():
    one = manager()
    # 65 and 9 bytes beside 2,984 and 8 of JSON are 3,066, and 4,088 characters; 4,096 with the name are the limit.
    session = one.open(None)
    for size in range(2950, 3050):
        session["a"] = "x" * size
        try:
            value = cookie(session.save())
        except Error as problem:
            assert problem.status == Status.TOO_LARGE
            break
        assert len("session" + value) <= 4096
    assert size == 2985


@pytest.mark.parametrize("form", ["sealed", "signed"])
def test_revocation(form):
    now = NOW
    before = manager(lambda: now, SESSION_COOKIE_FORMAT=form)
    after = manager(lambda: now, SESSION_COOKIE_FORMAT=form, SESSION_REVOKED_BEFORE=NOW)
    values = {}
    for now in (NOW - 1, NOW):
        values[now] = made(before, a=1)
    now = NOW + 1
    assert refusal(after.open_value, values[NOW - 1]) == Status.EXPIRED
    assert after.open_value(values[NOW])["a"] == 1


def test_an_id_that_tells_no_time_is_not_revoked_in_silence():
    settings = {"SESSION_TYPE": "memory", "SESSION_REVOKED_BEFORE": "2026-01-01T00:00:00Z"}
    assert refusal(manager, SESSION_COOKIE_FORMAT="signed", **settings) == Status.UNSUPPORTED
    manager(**settings)


def line(name, key, *, begin="-", end="-", purpose="all"):
    return f"{name} {begin} {end} {purpose} {base64.b64encode(key).decode()}\n"


def test_keys_turn_over_in_a_running_server(tmp_path):
    keys = tmp_path / "keys"
    now = NOW
    keys.write_text(line("old", OLD))
    settings = {"SECRET_KEY": None, "SESSION_KEYS_FILE": keys, "SESSION_REFRESH_EACH_REQUEST": False}
    one = manager(lambda: now, **settings)
    value = made(one, user="jack")
    assert base64.urlsafe_b64decode(value + "==")[1:9] == key_id(OLD)

    keys.write_text(line("old", OLD, end=NOW + 500) + line("new", KEY, begin=NOW + 100))
    one.reload()

    def used(moment):
        nonlocal now
        now = moment
        session = one.open(f"session={value}")
        assert session["user"] == "jack"
        made_anew = cookie(session.save())
        return made_anew and base64.urlsafe_b64decode(made_anew + "==")[1:9]

    # From a minute after not-before: then the key is good on every server, however their clocks differ.
    assert used(NOW + 159) is None
    assert used(NOW + 160) == key_id(KEY)
    session = one.open(f"session={value}")
    anew = cookie(session.save())
    # It lives no longer for it: the time is the old one.
    assert Sealer(KEY, b"session cookie", b"", b"session").open_value(anew)[1] == NOW
    assert used(NOW + 500) == key_id(KEY)
    now = NOW + 501
    assert refusal(one.open_value, value) == Status.EXPIRED
    assert one.open_value(anew)["user"] == "jack"

    keys.write_text("no key at all\n")
    assert refusal(one.reload) == Status.CONFIG
    assert one.open_value(anew)["user"] == "jack"
    keys.write_text(f"revoked-before {NOW + 1}\n" + line("new", KEY))
    one.reload()
    assert refusal(one.open_value, anew) == Status.EXPIRED


def test_keys_of_systemd(tmp_path, monkeypatch):
    (tmp_path / "session-keys").write_text(line("one", KEY))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    settings = {"SECRET_KEY": None, "SESSION_KEYS_CREDENTIAL": "session-keys"}
    assert manager(**settings).open_value(made(manager(), a=1))["a"] == 1
    for name in ("../session-keys", "..", "", "none"):
        assert refusal(manager, SECRET_KEY=None, SESSION_KEYS_CREDENTIAL=name) == Status.CONFIG
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    assert refusal(manager, **settings) == Status.CONFIG


def test_signed_cookies_of_an_older_key_are_signed_anew_with_a_file_of_keys(tmp_path):
    """Flask leaves those of SECRET_KEY_FALLBACKS as they are, and logs everybody out with the old key; so do we."""
    keys = tmp_path / "keys"
    keys.write_text(line("new", KEY))
    settings = {"SESSION_COOKIE_FORMAT": "signed"}
    value = made(manager(SECRET_KEY=OLD, **settings), a=1)
    assert cookie(manager(SECRET_KEY_FALLBACKS=[OLD], **settings).open(f"session={value}").save()) is None
    session = manager(SECRET_KEY=OLD, SESSION_KEYS_FILE=keys, **settings).open(f"session={value}")
    anew = cookie(session.save())
    assert anew and manager(lambda: NOW + 5, **settings).open_value(anew)["a"] == 1
    assert anew.split(".")[1] == value.split(".")[1]


# ---- Flask


def application(**config):
    app = flask.Flask(__name__)
    app.config.update({"SECRET_KEY": KEY, "SESSION_COOKIE_FORMAT": "sealed", **config})
    Session(app)

    @app.route("/set/<user>")
    def put(user):
        flask.session["user"] = user
        return ""

    @app.route("/get")
    def get():
        return flask.session.get("user", "nobody")

    return app


@pytest.mark.parametrize("kind", ["cookie", "sqlite"])
def test_flask(kind, tmp_path):
    settings = {"SESSION_TYPE": kind, "SESSION_APPLICATION": "shop"}
    if kind == "sqlite":
        settings["SESSION_SQLITE"] = tmp_path / "sessions.db"
    client = application(**settings).test_client()
    client.get("/set/jack")
    value = client.get_cookie("session").value
    assert client.get("/get").text == "jack"
    purpose = b"session cookie" if kind == "cookie" else b"session id cookie"
    payload, issued = Sealer(KEY, purpose, b"shop", b"session").open_value(value)
    assert payload == b'{"user":"jack"}' if kind == "cookie" else len(payload) == 43
    assert abs(issued - time.time()) < 60
    flasks = flask.Flask(__name__)
    flasks.secret_key = KEY
    assert b"jack" not in base64.urlsafe_b64decode(value + "==")
    signed = flasks.session_interface.get_signing_serializer(flasks).dumps({"user": "eve"})
    for forged in (signed, value[:-1] + ("A" if value[-1] != "A" else "B"), "jack", ""):
        client.set_cookie("session", forged)
        assert client.get("/get").text == "nobody"


def test_flask_with_a_file_of_keys_that_turn_over(tmp_path):
    keys = tmp_path / "keys"
    keys.write_text(line("old", OLD))
    app = application(SECRET_KEY=None, SESSION_TYPE="cookie", SESSION_KEYS_FILE=keys)
    client = app.test_client()
    client.get("/set/jack")

    def used():
        return base64.urlsafe_b64decode(client.get_cookie("session").value + "==")[1:9]

    assert used() == key_id(OLD)
    keys.write_text(line("old", OLD) + line("new", KEY, begin="2026-01-01"))
    app.session_interface.manager(app).reload()
    answer = client.get("/get")
    assert answer.text == "jack" and answer.headers["Vary"] == "Cookie" and used() == key_id(KEY)
    assert "Set-Cookie" not in client.get("/get").headers


def test_flask_moves_its_own_cookies(tmp_path):
    flasks = flask.Flask(__name__)
    flasks.secret_key = KEY
    client = application(
        SESSION_TYPE="cookie",
        SESSION_COOKIE_FORMAT_FALLBACK="signed",
        SESSION_COOKIE_FORMAT_FALLBACK_UNTIL=datetime.now(timezone.utc) + timedelta(hours=1),
    ).test_client()
    signed = flasks.session_interface.get_signing_serializer(flasks).dumps({"user": "eve"})
    client.set_cookie("session", signed)
    assert client.get("/get").text == "eve"
    payload, _ = Sealer(KEY, b"session cookie", b"", b"session").open_value(client.get_cookie("session").value)
    assert payload == b'{"user":"eve"}'


def cut(value, size):
    """A cookie in pieces, as the document says."""
    value = f"~{(len(value) + 2 + size - 1) // size}{value}"
    parts = [value[start : start + size] for start in range(0, len(value), size)]
    return {f"session.{number}" if number else "session": part for number, part in enumerate(parts)}


def joined(cookies):
    count = int(cookies["session"][1])
    assert cookies["session"][0] == "~" and len(cookies) == count
    return cookies["session"][2:] + "".join(cookies[f"session.{number}"] for number in range(1, count))


def test_cookies_in_pieces_open_there_and_here():
    manager = SessionManager(
        SESSION_TYPE="cookie",
        SECRET_KEY=KEY,
        SESSION_COOKIE_FORMAT="sealed",
        SESSION_COOKIE_CHUNKS=4,
        clock=lambda: NOW,
    )
    theirs = Sealer(KEY, b"session cookie", b"", b"session")
    with manager.open(None) as session:
        session["text"] = "a" * 9000
        lines = [line.partition(";")[0] for name, line in session.save() if name == "Set-Cookie"]
    cookies = dict(line.split("=", 1) for line in lines)
    assert len(cookies) == 4 and max(map(len, lines)) <= 4096
    assert theirs.open_value(joined(cookies)) == (b'{"text":"' + b"a" * 9000 + b'"}', NOW)
    for size in (4000, 2900):
        cookies = cut(theirs.seal_value(b'{"text":"' + b"b" * 9000 + b'"}', NOW), size)
        with manager.open(
            "; ".join(f"{name}={value}" for name, value in sorted(cookies.items(), reverse=True))
        ) as session:
            assert (session.get("text") == "b" * 9000) == (size == 4000)
