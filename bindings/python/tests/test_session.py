# SPDX-License-Identifier: Apache-2.0
"""Sessions outside of any framework."""

import copy
import datetime
import gc
import logging
import os
import pickle
import threading
import uuid
from pathlib import Path

import pytest

import swiftsession
from swiftsession import ConfigError, Error, Origin, SessionManager, Status

KEY = "a key of more than 16 bytes"
NOW = 1700000000


def manager(clock=lambda: NOW, **settings):
    return SessionManager(clock=clock, **{"SECRET_KEY": KEY, "SESSION_TYPE": "cookie", **settings})


def header(session):
    """What the browser sends next."""
    (line,) = [value for name, value in session.save() if name == "Set-Cookie"]
    return line.partition(";")[0]


def reopened(session, made=None):
    return (made or manager()).open(header(session))


@pytest.fixture
def session():
    with manager().open(None) as opened:
        yield opened


@pytest.fixture
def stored():
    """A session that came with the request, of which nothing was changed yet."""
    with manager().open(None) as first:
        first.update({"user": "jack", "visits": 1, "cart": {"n": 1, "items": ["a"]}, "pair": (1, [2])})
        with reopened(first) as opened:
            yield opened


def test_the_words_of_the_documentation():
    made = SessionManager(SECRET_KEY=KEY, SESSION_TYPE="cookie", PERMANENT_SESSION_LIFETIME=1800)
    session = made.open(None)
    assert session.is_new
    session["cart"] = {"n": 1}
    session["user"] = "jack"
    session["cart"]["n"] += 1
    session.add("visits", 1)
    headers = session.save()
    assert [name for name, _ in headers] == ["Set-Cookie", "Vary"]
    session = made.open(headers[0][1].partition(";")[0])
    session.load()
    assert dict(session) == {"cart": {"n": 2}, "user": "jack", "visits": 1}
    assert not session.is_new
    assert session.id is None
    session.renew()
    assert session.modified
    session.destroy()
    assert dict(session) == {}
    assert session.save()[0][1] == "session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/"


# ---- A mapping ----


def test_it_is_a_mapping(stored):
    assert stored["user"] == "jack"
    assert stored.get("nothing", 5) == 5
    assert "user" in stored and "nothing" not in stored and 5 not in stored
    assert sorted(stored) == ["cart", "pair", "user", "visits"]
    assert len(stored) == 4
    assert stored.pop("user") == "jack"
    assert stored.pop("user", None) is None
    with pytest.raises(KeyError):
        stored["user"]
    with pytest.raises(KeyError):
        del stored["user"]
    assert stored.setdefault("new", []) == []
    stored["new"].append(1)
    assert dict(reopened(stored)) == {"visits": 1, "cart": {"n": 1, "items": ["a"]}, "pair": (1, [2]), "new": [1]}
    stored.clear()
    assert not stored and stored.modified


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -(2**70),
        1.5,
        "text \0 \U0001f600 é, half a pair: \ud83d",
        b"\x00\xff",
        uuid.UUID(int=5),
        datetime.datetime(2020, 1, 20, 16, 45, tzinfo=datetime.timezone.utc),
        (1, (2,), [3]),
        [],
        {},
        {"a": {"b": [{"c": (b"",)}]}},
        {" t": [1]},
        {" di": {" t__": 1}},
    ],
    ids=repr,
)
def test_values_come_back_as_they_went(session, value):
    session["value"] = value
    read = reopened(session)["value"]
    assert read == value and type(read) is type(value)


def test_markup_comes_back_as_markup(session):
    markupsafe = pytest.importorskip("markupsafe")
    session["value"] = markupsafe.Markup("<b>")
    assert isinstance(reopened(session)["value"], markupsafe.Markup)


@pytest.mark.parametrize("value", [{1}, object(), bytearray(b"x"), datetime.timedelta(1)], ids=repr)
def test_a_value_of_no_known_type_is_a_type_error_and_changes_nothing(stored, value):
    with pytest.raises(TypeError):
        stored["user"] = value
    with pytest.raises(TypeError):
        stored.append("list", value)
    assert stored["user"] == "jack" and "list" not in stored and not stored.modified


def test_keys_are_text(session):
    for key in (1, b"x", None):
        with pytest.raises(TypeError):
            session[key] = 1
    session["é"], session["e\u0301"], session[""] = 1, 2, 3
    assert dict(reopened(session)) == {"é": 1, "e\u0301": 2, "": 3}


@pytest.mark.parametrize("key", ["a\0b", "\0", "\ud800", "\ud83d\0"], ids=ascii)
def test_keys_that_calls_of_the_library_cannot_name(session, key):
    session["list"] = []
    session[key] = {"n": 1}
    session["list"].append(1)
    with reopened(session) as again:
        assert dict(again) == {key: {"n": 1}, "list": [1]}
        again[key]["n"] = 2
        again["list"].append(2)
        again["user"] = "jack"
        assert again.setdefault(key, 5) == {"n": 2}
        with reopened(again) as last:
            assert dict(last) == {key: {"n": 2}, "list": [1, 2], "user": "jack"}
            del last[key]
            assert last.setdefault(key, ["new"]) == ["new"]
            last[key].append("item")
            for change in (lambda: last.add(key, 1), lambda: last.append(key, 1)):
                with pytest.raises(ValueError, match="zero character or a lone surrogate"):
                    change()
            assert dict(reopened(last)) == {key: ["new", "item"], "list": [1, 2], "user": "jack"}
            assert last.pop(key) == ["new", "item"]
            assert dict(reopened(last)) == {"list": [1, 2], "user": "jack"}


# ---- Changes ----


def test_reading_changes_nothing(stored):
    assert not stored.accessed
    assert stored["cart"] == {"n": 1, "items": ["a"]}
    assert [*stored.items()] and [*stored.values()]
    assert stored.accessed and not stored.modified
    assert stored.save() == [("Vary", "Cookie")]


def test_not_reading_asks_for_no_vary(stored):
    assert stored.save() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["cart"].update(n=2),
        lambda s: s["cart"]["items"].append("b"),
        lambda s: s["pair"][1].append(3),
        lambda s: s.get("cart").clear(),
        lambda s: next(iter(s.values())).clear(),
        lambda s: next(value for key, value in s.items() if key == "cart").pop("n"),
    ],
)
def test_changes_in_place_are_saved(stored, change):
    change(stored)
    expected = dict(stored)
    assert stored.modified
    assert dict(reopened(stored)) == expected


def test_a_value_that_was_set_may_be_changed_afterwards(session):
    cart = []
    session["cart"] = cart
    cart.append(1)
    assert reopened(session)["cart"] == [1]
    cart.append(2)
    assert reopened(session)["cart"] == [1, 2]


def test_a_value_that_was_lent_and_then_replaced_is_gone(stored):
    cart = stored["cart"]
    stored["cart"] = 5
    cart["n"] = 9
    assert reopened(stored)["cart"] == 5
    del stored["cart"]
    cart["n"] = 10
    assert "cart" not in reopened(stored)


def test_add(stored):
    assert stored.add("visits", 2) == 3
    assert stored.add("new", -1) == -1
    assert (stored["visits"], stored["new"]) == (3, -1)
    with pytest.raises(Error) as caught:
        stored.add("user", 1)
    assert caught.value.status == Status.WRONG_TYPE
    for amount in (2**63, -(2**63) - 1):
        with pytest.raises(Error) as caught:
            stored.add("visits", amount)
        assert caught.value.status == Status.TOO_LARGE
    for amount in (1.5, "1", None):
        with pytest.raises(TypeError, match=f"whole numbers; the amount is of type {type(amount).__name__}"):
            stored.add("visits", amount)
    stored["visits"] = 2**63 - 1
    with pytest.raises(Error) as caught:
        stored.add("visits", 1)
    assert caught.value.status == Status.TOO_LARGE
    assert reopened(stored)["visits"] == 2**63 - 1


def test_append(stored):
    stored["cart"]["items"].append("before")
    stored.append("log", {"a": (1,)})
    log = stored["log"]
    log.append("in place")
    stored.append("log", b"x")
    log.append("after")
    read = reopened(stored)
    assert read["log"] == [{"a": (1,)}, "in place", b"x", "after"]
    assert read["cart"]["items"] == ["a", "before"]
    with pytest.raises(Error) as caught:
        stored.append("user", 1)
    assert caught.value.status == Status.WRONG_TYPE
    assert stored["user"] == "jack"


def test_modified_and_accessed_can_be_set(stored):
    stored.modified = True
    assert len(stored.save()) == 2
    stored.modified = False
    stored.accessed = True
    assert stored.save() == [("Vary", "Cookie")]


def test_permanent(session):
    assert not session.permanent
    session.permanent = True
    assert session["_permanent"] is True
    line = session.save()[0][1]
    assert "; Expires=Fri, 15 Dec 2023 22:13:20 GMT; " in line
    assert reopened(session).permanent
    session.permanent = False
    assert dict(session) == {"_permanent": False}
    assert "Expires" not in session.save()[0][1]


def test_it_may_be_saved_again(session):
    session["a"] = 1
    first = header(session)
    session["a"] = 2
    assert dict(manager().open(first)) == {"a": 1}
    assert dict(reopened(session)) == {"a": 2}


# ---- Cookies ----


def test_origins(stored):
    cookie = header_of({"a": 1})
    assert manager().open(None).origin == Origin.NEW
    assert manager().open("").origin == Origin.NEW
    assert manager().open("other=1").origin == Origin.NEW
    assert manager().open(cookie).origin == Origin.COOKIE
    assert manager().open("x=1; " + cookie + "; y=2").origin == Origin.COOKIE
    assert manager().open(cookie + "x").origin == Origin.TAMPERED
    assert manager(clock=lambda: NOW + 2678400).open(cookie).origin == Origin.COOKIE
    assert manager(clock=lambda: NOW + 2678401).open(cookie).origin == Origin.EXPIRED
    assert manager(clock=lambda: NOW - 1).open(cookie).origin == Origin.EXPIRED
    assert SessionManager(SESSION_TYPE="cookie").open(cookie).origin == Origin.NULL


def header_of(values):
    with manager().open(None) as session:
        session.update(values)
        return header(session)


@pytest.mark.parametrize("junk", ["\0", "session", "session=\xff", "session=\u20ac; x", ";;;=", "a" * 100_000])
def test_no_header_is_an_error(junk):
    assert manager().open(junk).is_new


def test_bytes_and_text_are_the_same_header():
    cookie = header_of({"a": 1})
    assert dict(manager().open(cookie.encode())) == {"a": 1}


def test_one_value():
    value = header_of({"a": 1}).partition("=")[2]
    assert dict(manager().open_value(value)) == {"a": 1}
    for made, bad, status in [
        (manager(), value + "x", Status.TAMPERED),
        (manager(), "", None),
        (manager(clock=lambda: NOW + 2678401), value, Status.EXPIRED),
    ]:
        with pytest.raises(Error) as caught:
            made.open_value(bad)
        assert status in (None, caught.value.status)
        assert value not in str(caught.value)


def test_a_session_without_a_key_can_be_read_and_not_written():
    session = SessionManager(SESSION_TYPE="cookie").open(None)
    assert dict(session) == {}
    for write in (
        lambda: session.update(a=1),
        lambda: session.add("a", 1),
        lambda: setattr(session, "permanent", True),
    ):
        with pytest.raises(Error, match="no secret key was set"):
            write()
    assert dict(session) == {}


# ---- Settings ----


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"SESSION_COOKIE_NAM": "x"}, "SESSION_COOKIE_NAME"),
        ({"PERMANENT_SESSION_LIFETIME": 0}, "PERMANENT_SESSION_LIFETIME"),
        ({"PERMANENT_SESSION_LIFETIME": datetime.timedelta(microseconds=5)}, "PERMANENT_SESSION_LIFETIME"),
        ({"SESSION_COOKIE_SAMESITE": ""}, "SESSION_COOKIE_SAMESITE"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY_FALLBACKS": "old"}, "SECRET_KEY_FALLBACKS must be a list, not str"),
        ({"SECRET_KEY_FALLBACKS": b"old"}, "SECRET_KEY_FALLBACKS must be a list, not bytes"),
        ({"SECRET_KEY_FALLBACKS": [""]}, "SECRET_KEY_FALLBACKS"),
        ({"SECRET_KEY_FALLBACKS": [object()]}, "SECRET_KEY_FALLBACKS holds an object; expected text or bytes"),
        ({"SECRET_KEY_FALLBACKS": [None]}, "SECRET_KEY_FALLBACKS holds None; expected text or bytes"),
        ({"SECRET_KEY_FALLBACKS": [True]}, "SECRET_KEY_FALLBACKS holds a bool"),
        ({"SECRET_KEY_FALLBACKS": {"old"}}, "SECRET_KEY_FALLBACKS must be a list, not set"),
        ({"SECRET_KEY": False}, "SECRET_KEY is a bool; expected text or bytes"),
        ({"SECRET_KEY": True}, "SECRET_KEY is a bool"),
        ({"SECRET_KEY": 12345}, "SECRET_KEY is an int"),
        ({"SECRET_KEY": 1.5}, "SECRET_KEY is a float"),
        ({"SECRET_KEY": ["key"]}, "SECRET_KEY is a list"),
        ({"SECRET_KEY": Path("key")}, "SECRET_KEY is a PosixPath"),
        ({"SECRET_KEY_FILE": 5}, "SECRET_KEY_FILE is an int; expected a path"),
        ({"PERMANENT_SESSION_LIFETIME": []}, "LIFETIME is a list; expected a number of seconds or a timedelta"),
        ({"PERMANENT_SESSION_LIFETIME": float("nan")}, "LIFETIME is nan; expected a number of seconds"),
        ({"PERMANENT_SESSION_LIFETIME": float("inf")}, "LIFETIME is not a number of seconds from 1 to"),
        ({"PERMANENT_SESSION_LIFETIME": 10**4000}, "LIFETIME is not a number of seconds from 1 to"),
        ({"PERMANENT_SESSION_LIFETIME": True}, "LIFETIME is a bool"),
        ({"SESSION_TIMEOUT": -0.5}, "SESSION_TIMEOUT is not a number of seconds"),
        ({"SESSION_TIMEOUT": {}}, "SESSION_TIMEOUT is a dict; expected a number of seconds, with or without"),
        ({"MAX_COOKIE_SIZE": 1.5}, "MAX_COOKIE_SIZE is not a whole number"),
        ({"MAX_COOKIE_SIZE": b"x"}, "MAX_COOKIE_SIZE is not a whole number"),
        ({"MAX_COOKIE_SIZE": datetime.timedelta(1)}, "MAX_COOKIE_SIZE is a timedelta; expected a whole number"),
        ({"SESSION_COOKIE_SECURE": 5}, "SESSION_COOKIE_SECURE is an int; expected True or False"),
        ({"SESSION_COOKIE_NAME": 5}, "SESSION_COOKIE_NAME is an int; expected text"),
        ({"SESSION_COOKIE_PATH": False}, "SESSION_COOKIE_PATH is a bool; expected text"),
        ({"SESSION_MEMCACHED": object()}, "SESSION_MEMCACHED is of type object; expected a client"),
        ({"SESSION_REDIS": object()}, "SESSION_REDIS is of type object; expected a redis.Redis or an address"),
        ({"SESSION_CACHELIB": object()}, "SESSION_CACHELIB cannot be set here"),
        ({"SESSION_COKIE_NAME": object()}, "nearest name is SESSION_COOKIE_NAME"),
        ({"SESSION_TYPE": None}, "SESSION_TYPE"),
        ({"SESSION_TYPE": "null"}, "SESSION_TYPE"),
        ({"SESSION_TYPE": "nonsense"}, "SESSION_TYPE"),
        ({"SESSION_COOKIE_NAME": "a\0b"}, "SESSION_COOKIE_NAME"),
        ({"SESSION_COOKIE_NAME": "\ud800"}, "SESSION_COOKIE_NAME"),
        ({"SESSION_COOKIE_NAME": object()}, "SESSION_COOKIE_NAME"),
        ({"SESSION_COOKIE_DOMAIN": "é" * 100}, "SESSION_COOKIE_DOMAIN"),
        ({"sé": "x"}, "name of a setting"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_named(settings, said):
    with pytest.raises(ConfigError, match=said) as caught:
        manager(**settings)
    assert isinstance(caught.value, ValueError)


def test_python_values_of_settings(tmp_path):
    made = manager(
        SECRET_KEY=b"\x00\xff" * 10,
        SECRET_KEY_FALLBACKS=("old", b"\x00older"),
        PERMANENT_SESSION_LIFETIME=datetime.timedelta(minutes=30, microseconds=5),
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=False,
        SESSION_COOKIE_DOMAIN="bücher.example",
        SESSION_COOKIE_SAMESITE=None,
        MAX_COOKIE_SIZE=0.0,
        SESSION_TIMEOUT=datetime.timedelta(milliseconds=250),
        SESSION_CONNECT_TIMEOUT=1 / 3,
        SESSION_POOL_IDLE=0,
        SESSION_FILE_MODE=0o600,
        SESSION_SQLITE=tmp_path / "sessions.db",
        SQLALCHEMY_TRACK_MODIFICATIONS=False,
    )
    session = made.open(None)
    session.permanent = True
    attributes = session.save()[0][1].partition("; ")[2]
    assert attributes == "Domain=xn--bcher-kva.example; Expires=Tue, 14 Nov 2023 22:43:20 GMT; Secure; Path=/"
    for key in ("old", b"\x00older"):
        with manager(SECRET_KEY=key).open(None) as other:
            other["a"] = 1
            assert dict(made.open(header(other))) == {"a": 1}


@pytest.mark.parametrize("lifetime", [3600 / 7, datetime.timedelta(seconds=3600) / 7, 514, "514", "514.9"], ids=str)
def test_a_lifetime_is_whole_seconds(lifetime):
    with manager(PERMANENT_SESSION_LIFETIME=lifetime).open(None) as session:
        session.permanent = True
        assert "; Expires=Tue, 14 Nov 2023 22:21:54 GMT; " in session.save()[0][1]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_keys_of_bytes(kind):
    made = manager(SECRET_KEY=kind(b"\x00\xff" * 10), SECRET_KEY_FALLBACKS=[kind(KEY.encode())])
    assert dict(made.open(header_of({"a": 1}))) == {"a": 1}
    with made.open(None) as session:
        session["a"] = 1
        assert manager(SECRET_KEY=b"\x00\xff" * 10).open(header(session)).origin == Origin.COOKIE


def test_a_domain_that_is_false_is_none():
    with manager(SESSION_COOKIE_DOMAIN=False).open(None) as session:
        session["a"] = 1
        assert "Domain" not in session.save()[0][1]


def test_cookies_that_browsers_may_drop_are_logged(session, caplog):
    session["x"] = os.urandom(4000)
    with caplog.at_level(logging.WARNING, logger="swiftsession"):
        session.save()
    assert "too large" in caplog.text


# ---- The clock ----


def test_what_the_clock_raises_is_raised_and_nothing_is_signed(stored):
    def broken():
        raise LookupError("no time")

    for cookie in (None, header_of({"a": 1})):
        with pytest.raises(LookupError, match="no time"):
            manager(clock=broken).open(cookie)
    now = [NOW]
    session = manager(clock=lambda: now[0] or broken()).open(None)
    session["a"] = 1
    now[0] = 0
    with pytest.raises(LookupError, match="no time"):
        session.save()
    assert session.headers == [] and session["a"] == 1
    now[0] = NOW
    assert dict(reopened(session)) == {"a": 1}
    assert dict(stored)["user"] == "jack"  # nothing is left over for another call


@pytest.mark.parametrize(
    "answer", [2**70, -(2**70), 2**12000, 1e300, float("nan"), float("-inf"), -1, 253_402_300_800, None, "1700000000"]
)
def test_what_is_no_time_is_an_error_and_nothing_is_signed(answer):
    now = [NOW]
    session = manager(clock=lambda: now[0]).open(None)
    session["a"] = 1
    now[0] = answer
    for use in (session.save, session.load, lambda: manager(clock=lambda: answer).open(None)):
        with pytest.raises(Error, match="no time between 1970 and 9999") as caught:
            use()
        assert caught.value.status == Status.ARGUMENT
    assert session.headers == []


@pytest.mark.parametrize("answer", [0, NOW + 0.999, 253_402_300_799])
def test_times_that_a_clock_may_answer(answer):
    made = manager(clock=lambda: answer)
    session = made.open(None)
    session["a"] = 1
    assert dict(made.open(header(session))) == {"a": 1}


def test_the_systems_clock_is_the_default():
    made = SessionManager(SECRET_KEY=KEY, SESSION_TYPE="cookie", PERMANENT_SESSION_LIFETIME=60)
    session = made.open(None)
    session["a"] = 1
    assert not made.open(header(session)).is_new
    assert made.open(header_of({"a": 1})).origin == Origin.EXPIRED


# ---- Objects ----


@pytest.mark.parametrize("settings", [{}, {"SESSION_TYPE": "memory"}], ids=["cookie", "memory"])
def test_a_closed_session_is_an_error_and_no_crash(settings):
    session = manager(**settings).open(None)
    session["a"] = {}
    session.save()
    session.close()
    session.close()
    arguments = {
        "__contains__": ("a",),
        "__delitem__": ("a",),
        "__eq__": ({},),
        "__getitem__": ("a",),
        "__setitem__": ("a", 1),
        "add": ("a", 1),
        "append": ("a", 1),
        "csrf_check": ("a",),
        "flash": ("a",),
        "get": ("a",),
        "login": ("jack",),
        "pop": ("a",),
        "remove_item": ("a", 1),
        "set_payload": (b"{}",),
        "setdefault": ("a", 1),
        "update": ({"a": 1},),
    }
    lazy = {"close", "items", "keys", "values"}
    for name in dir(type(session)):
        attribute = getattr(type(session), name)
        if isinstance(attribute, property):
            with pytest.raises(Error, match=r"^The session is closed\.$"):
                getattr(session, name)
            if attribute.fset is not None:
                with pytest.raises(Error, match="is closed"):
                    setattr(session, name, True)
        elif name in arguments or not (name.startswith("_") or name in lazy):
            with pytest.raises(Error, match=r"^The session is closed\.$") as caught:
                getattr(session, name)(*arguments.get(name, ()))
            assert caught.value.status == Status.ARGUMENT
    for use in (iter, len, bool, dict, lambda s: list(s.items()), lambda s: s.__enter__()):
        with pytest.raises(Error, match=r"^The session is closed\.$"):
            use(session)
    assert repr(session) == "<Session>"


def test_sessions_outlive_their_manager():
    session = manager().open(None)
    gc.collect()
    session["a"] = 1
    assert header(session).startswith("session=")


def test_what_has_a_handle_is_not_copied(stored):
    for copied in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="cannot be copied"):
            copied(stored)
    for copied in (copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="cannot be copied"):
            copied(manager())
    assert dict(stored)["user"] == "jack"


def test_a_session_says_nothing_of_its_values(stored):
    assert "jack" not in repr(stored)


def test_many_threads_share_a_manager():
    made, wrong = manager(), []

    def work(name):
        cookie = None
        for number in range(200):
            with made.open(cookie) as session:
                if session.get("n", 0) != number or session.get("name", name) != name:
                    wrong.append((name, number))
                session["name"] = name
                session.add("n", 1)
                cookie = header(session)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_forked_child_goes_on():
    made = manager()
    cookie = header_of({"a": 1})
    child = os.fork()
    if child == 0:
        os._exit(0 if dict(made.open(cookie)) == {"a": 1} else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert dict(made.open(cookie)) == {"a": 1}


def test_exceptions():
    for cls in (ConfigError, swiftsession.Unavailable, swiftsession.Timeout, swiftsession.SessionGone):
        assert issubclass(cls, Error)
    assert issubclass(swiftsession.Conflict, Error)
