# SPDX-License-Identifier: Apache-2.0
"""Sessions in stores, outside of any framework."""

import datetime
import decimal
import logging
import os
import signal
import sqlite3
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from swiftsession import ConfigError, Conflict, Error, Origin, SessionGone, SessionManager, Status, Unavailable
from swiftsession._clients import with_addresses

NOW = 1700000000


@pytest.fixture(params=["memory", "sqlite", "sqlalchemy"])
def settings(request, tmp_path):
    """The settings of one store after the other."""
    path = tmp_path / "sessions.db"
    store = {"sqlite": {"SESSION_SQLITE": path}, "sqlalchemy": {"SESSION_SQLALCHEMY_DATABASE_URI": f"sqlite:///{path}"}}
    return {"SESSION_TYPE": request.param, **store.get(request.param, {})}


@pytest.fixture
def manager(settings):
    return SessionManager(clock=lambda: NOW, **settings)


def cookie(session):
    """What the browser sends next."""
    (line,) = [value for name, value in session.save() if name == "Set-Cookie"]
    return line.partition(";")[0]


def stored(manager, **values):
    """The cookie of a session with these values."""
    with manager.open(None) as session:
        session.update(values)
        return cookie(session)


def values(manager, header):
    with manager.open(header) as session:
        found = dict(session)
        found.pop("_permanent", None)
        return found


# ---- One request ----


def test_the_words_of_the_documentation(manager):
    with manager.open(None) as session:
        assert session.is_new and session.origin == Origin.NEW
        assert dict(session) == {"_permanent": True}
        assert session.save() == [("Vary", "Cookie")]
        session["user"] = "jack"
        session.setdefault("cart", {"n": 0})["n"] += 1
        session.add("visits", 1)
        identity = session.id
        assert len(identity) == 43
        (name, line), vary = session.save()
        assert (name, vary) == ("Set-Cookie", ("Vary", "Cookie"))
        assert line == f"session={identity}; Expires=Fri, 15 Dec 2023 22:13:20 GMT; HttpOnly; Path=/"
    with manager.open(f"session={identity}") as session:
        assert session.origin == Origin.COOKIE
        assert not session.accessed
        assert dict(session) == {"_permanent": True, "user": "jack", "cart": {"n": 1}, "visits": 1}
        assert not session.is_new and session.id == identity and not session.modified
        session.destroy()
        assert session.save()[0][1] == "session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/"
    with manager.open(f"session={identity}") as session:
        assert dict(session) == {"_permanent": True}
        assert session.is_new and session.origin == Origin.NOT_FOUND


def test_an_unknown_id_is_never_adopted(manager):
    with manager.open("session=chosen-by-an-attacker") as session:
        assert session.origin == Origin.COOKIE  # nobody has asked yet
        assert session.id != "chosen-by-an-attacker"
        assert session.origin == Origin.NOT_FOUND and session.is_new
        session["user"] = "jack"
        assert "chosen" not in cookie(session)
    with pytest.raises(Error) as caught:
        manager.open_value("chosen-by-an-attacker")
    assert caught.value.status == Status.NOT_FOUND


def test_nothing_is_asked_before_it_is_needed(tmp_path):
    manager = SessionManager(SESSION_TYPE="sqlite", SESSION_SQLITE=tmp_path / "missing" / "sessions.db")
    session = manager.open("session=some-id-of-a-session")
    assert not session.accessed and not session.modified
    for use in (lambda: session["user"], lambda: session.id, lambda: session.is_new, session.load, session.save):
        with pytest.raises(Unavailable):
            use()
    for upkeep in (manager.ping, manager.prepare, manager.sweep):
        with pytest.raises(Unavailable):
            upkeep()


def test_what_a_record_cannot_hold_comes_back_as_flask_session_gives_it_back(manager):
    moment = datetime.datetime(2020, 1, 20, 16, 45, 0, 123456, datetime.timezone(datetime.timedelta(hours=8)))
    header = stored(
        manager,
        pair=(1, {2}),
        id=uuid.UUID(int=5),
        price=decimal.Decimal("1.10"),
        naive=datetime.datetime(2020, 1, 20, 16, 45),
        span=datetime.timedelta(days=-2, microseconds=5),
        moment=moment,
        raw=b"\x00\xff",
        tags={" t": [1]},
    )
    assert values(manager, header) == {
        "pair": [1, [2]],
        "id": "00000000-0000-0000-0000-000000000005",
        "price": "1.10",
        "naive": "2020-01-20T16:45:00",
        "span": "-P1DT86399.999995S",
        "moment": moment,
        "raw": b"\x00\xff",
        "tags": {" t": [1]},
    }
    assert values(manager, header)["moment"].tzinfo == datetime.timezone.utc


def test_offsets_with_seconds_keep_the_moment(manager):
    moment = datetime.datetime(2020, 1, 20, tzinfo=datetime.timezone(datetime.timedelta(hours=-5, seconds=30)))
    assert values(manager, stored(manager, moment=moment)) == {"moment": moment}


@pytest.mark.parametrize("value", [object(), 1j, len, {b"x": 1}, {(1, 2): 1}, [object()]], ids=repr)
def test_a_value_of_no_known_type_is_a_type_error_and_changes_nothing(manager, value):
    with manager.open(None) as session:
        for write in (
            lambda: session.update(x=value),
            lambda: session.append("x", value),
            lambda: session.setdefault("x", value),
        ):
            with pytest.raises(TypeError):
                write()
        assert "x" not in session and not session.modified


def test_a_session_that_was_modified_by_hand_is_kept_alive(settings):
    now = [NOW]
    manager = SessionManager(
        clock=lambda: now[0], SESSION_REFRESH_EACH_REQUEST=False, PERMANENT_SESSION_LIFETIME=20, **settings
    )
    header = stored(manager, user="jack")
    now[0] += 15
    with manager.open(header) as session:
        assert session.save() == []
        session.modified = True
        assert cookie(session) == header
    now[0] += 15
    assert values(manager, header) == {"user": "jack"}
    now[0] += 20
    assert values(manager, header) == {}


def test_clear_keeps_whether_it_is_permanent_and_ends_the_session(manager):
    header = stored(manager, user="jack")
    with manager.open(header) as session:
        session.clear()
        assert dict(session) == {"_permanent": True}
        assert "Max-Age=0" in session.save()[0][1]
    with manager.open(header) as session:
        session.load()
        assert session.origin == Origin.NOT_FOUND


# ---- Requests that meet ----

CART = {"cart": {"a": 1, "deep": {"x": 1}, "b": 2, "c": 3}}
DEEP = {"cart": {"a": 1, "deep": {"y": 2}}}
MAP = {"map": {"a": 1, "b": 2}}


@pytest.fixture
def pair(manager):
    """Two requests of one session at the same time, and its cookie."""
    header = stored(manager, user="jack", cart={"a": 1, "deep": {"x": 1}}, list=[1], n=5, gone="soon")
    with manager.open(header) as one, manager.open(header) as other:
        one.load(), other.load()
        yield one, other, header


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (lambda s: s.update(a=1), lambda s: s.update(b=2), {"a": 1, "b": 2}),
        (lambda s: s.update(user="joe"), lambda s: s.update(user="jim"), {"user": "jim"}),
        (lambda s: s.pop("gone"), lambda s: s.update(b=2), {"gone": None, "b": 2}),
        (lambda s: s.pop("gone"), lambda s: s.pop("gone"), {"gone": None}),
        (lambda s: s.add("n", 1), lambda s: s.add("n", 2), {"n": 8}),
        (lambda s: s.append("list", 2), lambda s: s.append("list", 3), {"list": [1, 2, 3]}),
        (lambda s: s["cart"].update(b=2), lambda s: s["cart"].update(c=3), CART),
        (lambda s: s["cart"]["deep"].update(y=2), lambda s: s["cart"]["deep"].pop("x"), DEEP),
        (lambda s: s["cart"].update(b=2), lambda s: s.update(cart={}), {"cart": {}}),
        (lambda s: s.update(cart={}), lambda s: s["cart"].update(b=2), {"cart": {"b": 2}}),
        (lambda s: s["list"].append(2), lambda s: s["list"].append(3), {"list": [1, 3]}),
        (lambda s: s.setdefault("new", "one"), lambda s: s.setdefault("new", "other"), {"new": "one"}),
        (lambda s: s.setdefault("map", {}).update(a=1), lambda s: s.setdefault("map", {}).update(b=2), MAP),
        (lambda s: (s.clear(), s.update(a=1)), lambda s: s.update(b=2), {"user": None, "a": 1, "b": 2}),
        (lambda s: s.update(b=2), lambda s: (s.clear(), s.update(a=1)), {"user": None, "a": 1, "b": None}),
        (lambda s: setattr(s, "permanent", False), lambda s: s.update(b=2), {"_permanent": False, "b": 2}),
    ],
)  # fmt: skip
def test_both_are_kept(pair, manager, first, second, expected):
    one, other, header = pair
    first(one), second(other)
    one.save(), other.save()
    with manager.open(header) as session:
        assert {key: session.get(key) for key in expected} == expected
        assert dict(other) == dict(session)  # after its save a session shows what it was merged to


def test_a_change_after_a_save_starts_from_what_was_merged(pair, manager):
    one, other, header = pair
    one["cart"]["b"] = 2
    one.save()
    cart = other["cart"]
    cart["c"] = 3
    other.save()
    other["cart"]["d"] = 4
    other.save()
    assert values(manager, header)["cart"] == {"a": 1, "deep": {"x": 1}, "b": 2, "c": 3, "d": 4}


def test_what_was_taken_out_before_a_save_is_still_the_sessions(settings, manager):
    for made in (manager, SessionManager(clock=lambda: NOW, SESSION_SERIALIZATION_FORMAT="json", **settings)):
        header = stored(made, cart={"n": 0}, pair=[1, [2]])
        with made.open(header) as session:
            cart, inner, fresh = session["cart"], session["pair"][1], session.setdefault("fresh", [])
            for number in range(1, 4):
                cart["n"] = number
                inner.append(number)
                fresh.append(number)
                assert session.modified
                session.save()
                assert values(made, header) == {"cart": {"n": number}, "pair": [1, inner], "fresh": fresh}
            assert session["cart"] is cart
            session.accessed = False
            session.save()
            assert not session.accessed
            session.renew()
            header = cookie(session)
            cart["n"] = 4
            session.add("visits", 1)
            session.save()
            assert values(made, header)["cart"] == {"n": 4} and inner == [2, 1, 2, 3]


def test_what_was_taken_out_before_a_merge_is_taken_out_again(pair, manager):
    one, other, header = pair
    cart = other["cart"]
    one["cart"]["b"] = 2
    one.save()
    cart["c"] = 3
    other.save()
    cart["lost"] = True
    assert other["cart"] is not cart
    other["cart"]["d"] = 4
    other.save()
    assert values(manager, header)["cart"] == {"a": 1, "deep": {"x": 1}, "b": 2, "c": 3, "d": 4}


def test_what_was_taken_out_of_a_session_that_ended_is_no_part_of_it(manager):
    with manager.open(stored(manager, cart={})) as session:
        cart = session["cart"]
        session.save()
        session.destroy()
        session.save()
        cart["n"] = 1
        assert not session.modified or "cart" not in session
        session.save()
        assert dict(session) == {"_permanent": True}


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.update(a=1),
        lambda s: s["cart"].update(a=2),
        lambda s: s.add("n", 1),
        lambda s: s.clear(),
        lambda s: s.renew(),
        lambda s: setattr(s, "modified", True),
    ],
)
def test_nobody_is_brought_back(pair, manager, change):
    one, other, header = pair
    change(other)
    one.destroy()
    one.save()
    with pytest.raises(SessionGone) as caught:
        other.save()
    assert caught.value.status == Status.GONE
    assert other.headers == []
    assert values(manager, header) == {}


def test_a_reader_of_a_session_that_ended_sets_no_cookie(pair):
    one, other, _ = pair
    assert other["user"] == "jack"
    one.destroy()
    one.save()
    assert other.save() == [("Vary", "Cookie")]


def test_changes_that_cannot_be_merged_are_a_conflict(pair, manager):
    one, other, header = pair
    one["list"], one["n"] = "text", "text"
    other.append("list", 2)
    one.save()
    with pytest.raises(Conflict):
        other.save()
    assert values(manager, header)["list"] == "text"


def test_a_new_id_ends_the_old_one(pair, manager):
    one, other, header = pair
    one.renew()
    one["user"] = "joe"
    other["late"] = True
    fresh = cookie(one)
    assert fresh != header
    with pytest.raises(SessionGone):
        other.save()
    assert values(manager, header) == {}
    assert values(manager, fresh)["user"] == "joe"


def test_many_threads_on_one_session(manager):
    header, problems = stored(manager, sum=0), []

    def work(name):
        try:
            for number in range(50):
                with manager.open(header) as session:
                    session[name] = number
                    session.add("sum", 1)
                    session.save()
        except Error as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(f"thread{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert values(manager, header) == {"sum": 400, **{f"thread{number}": 49 for number in range(8)}}


def test_a_forked_child_goes_on(tmp_path):
    manager = SessionManager(SESSION_TYPE="sqlite", SESSION_SQLITE=tmp_path / "sessions.db")
    header = stored(manager, user="jack")
    child = os.fork()
    if child == 0:
        with manager.open(header) as session:
            session["child"] = True
            os._exit(0 if session.save() else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert values(manager, header) == {"user": "jack", "child": True}


@pytest.mark.parametrize("session_type", ["cookie", "memory", "sqlite"])
def test_threads_share_a_session(session_type, tmp_path):
    place = {"SESSION_SQLITE": tmp_path / "sessions.db"} if session_type == "sqlite" else {}
    manager = SessionManager(SESSION_TYPE=session_type, SECRET_KEY="a key of more than 16 bytes", **place)
    header, count = stored(manager, cart={"n": 1}, users=["jack"] * 20), 4
    session, gate = manager.open(header), threading.Barrier(count)

    def work(number):
        for _ in range(200):
            if gate.wait(30) == 0:
                nonlocal session
                session = manager.open(header)
            gate.wait(30)
            try:
                assert session.get("cart") == {"n": 1} and session.pop("none", 5) == 5
                if number == 1:
                    session["late"] = number
                    session.save()
                elif number == 2:
                    session.close()
            except Error as problem:
                assert str(problem) == "The session is closed."

    with ThreadPoolExecutor(count) as pool:
        assert list(pool.map(work, range(count))) == [None] * count


def test_what_one_thread_takes_out_no_other_does(manager):
    with manager.open(None) as session, ThreadPoolExecutor(4) as pool:
        for _ in range(200):
            session["token"] = 1
            assert sorted(pool.map(lambda _: session.pop("token", 0), range(4))) == [0, 0, 0, 1]


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # which is what is tested
def test_a_session_that_another_thread_used_at_a_fork_is_an_error_in_the_child():
    asked, goes_on = threading.Event(), threading.Event()

    def clock():
        if threading.current_thread() is saver:
            asked.set()
            goes_on.wait(30)
        return NOW

    saver = threading.Thread(target=lambda: session.save())
    manager = SessionManager(clock=clock, SESSION_TYPE="memory")
    other = manager.open(None)
    session = manager.open(None)
    session["user"] = "jack"
    saver.start()
    assert asked.wait(30)
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        try:
            other["user"] = "joe"
            other.save()
            session.get("user")
        except Error as problem:
            os._exit(0 if "when the process forked" in str(problem) else 1)
        os._exit(2)
    goes_on.set()
    saver.join()
    assert os.waitpid(child, 0)[1] == 0
    assert session["user"] == "jack"


# ---- Records of others ----


@pytest.mark.parametrize(
    "cart",
    [b"\x81\xc4\x01x\x01", b"\x81\x92\x01\x02\x03", b"\x82\xc4\x01x\x01\x92\x01\x02\x03"],
    ids=["bytes", "tuple", "both"],
)
def test_a_record_with_keys_that_are_no_text_is_a_new_session(cart, tmp_path, caplog):
    path = tmp_path / "sessions.db"
    manager = SessionManager(clock=lambda: NOW, SESSION_TYPE="sqlite", SESSION_SQLITE=path)
    header, record = stored(manager, user="jack"), b"\x82\xaa_permanent\xc3\xa4cart" + cart
    database = sqlite3.connect(path)
    with database:
        database.execute("UPDATE sessions SET data = ?", (record,))
    caplog.set_level(logging.WARNING, "swiftsession")
    with manager.open(header) as session:
        assert dict(session) == {"_permanent": True}
        assert session.origin == Origin.MALFORMED and session.is_new and session.accessed and not session.modified
        assert session.save() == [("Vary", "Cookie")]
        assert [found.getMessage()[:40] for found in caplog.records] == ["The record of a session cannot be read a"]
        assert header.partition("=")[2] not in caplog.text and "jack" not in caplog.text
    with manager.open(header) as session:
        session["user"] = "joe"
        renewed = cookie(session)
        assert renewed != header and values(manager, renewed) == {"user": "joe"}
        session.destroy()
        assert session.origin == Origin.NEW
    assert database.execute("SELECT count(*) FROM sessions WHERE data = ?", (record,)).fetchone() == (1,)
    with manager.open(header) as session:
        session.clear()
        session.save()
    assert database.execute("SELECT count(*) FROM sessions WHERE data = ?", (record,)).fetchone() == (0,)
    database.close()


# ---- Upkeep ----


def test_sweep_removes_what_has_expired(settings):
    now = [NOW]
    manager = SessionManager(clock=lambda: now[0], PERMANENT_SESSION_LIFETIME=20, **settings)
    manager.prepare()
    manager.ping()
    assert not manager.sweep()
    for _ in range(5):
        stored(manager, user="jack")
    now[0] += 10
    live = stored(manager, user="joe")
    now[0] += 15
    assert manager.sweep(2)
    while manager.sweep(2):
        pass
    assert values(manager, live) == {"user": "joe"}
    if "SESSION_SQLITE" in settings:
        connection = sqlite3.connect(settings["SESSION_SQLITE"])
        assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
        connection.close()


def test_sessions_in_cookies_have_no_upkeep():
    manager = SessionManager(SESSION_TYPE="cookie", SECRET_KEY="a key of more than 16 bytes")
    manager.prepare()
    manager.ping()
    assert not manager.sweep()


def test_a_clock_that_fails_stores_nothing_and_ends_nothing(settings):
    now = [lambda: NOW]
    manager = SessionManager(clock=lambda: now[0](), **settings)
    header = stored(manager, user="jack")
    session, new = manager.open(header), manager.open(None)
    session["user"] = new["user"] = "joe"
    unread = manager.open(header)

    def broken():
        raise LookupError("no time")

    now[0] = broken
    for use in (manager.ping, manager.sweep, unread.load, lambda: dict(unread), unread.clear, session.save, new.save):
        with pytest.raises(LookupError, match="no time"):
            use()
    for answer in (2**70, 1e300, float("nan"), float("inf"), -1, None, "1700000000", 2**20000):
        now[0] = lambda answer=answer: answer
        for use in (manager.sweep, unread.load, session.save, new.save):
            with pytest.raises(Error, match="no time between 1970 and 9999") as caught:
                use()
            assert caught.value.status == Status.ARGUMENT
    now[0] = lambda: NOW
    assert new.headers == []
    assert values(manager, header) == {"user": "jack"}
    session.save()
    assert values(manager, header) == {"user": "joe"}


# ---- Keys that calls of the library cannot name ----


def test_a_key_without_a_name(manager):
    header = stored(manager, **{"a\0": {"n": 1, "m": 1}, "cart": {}})
    with manager.open(header) as session, manager.open(header) as other:
        session["a\0"]["n"] += 1
        session["cart"]["x"] = 1
        other["cart"]["y"] = 2
        assert other.setdefault("a\0") == {"n": 1, "m": 1} and other.setdefault("\0", 5) == 5
        other["a\0"]["m"] = 3
        session.save()
        other.save()
    assert values(manager, header) == {"a\0": {"n": 2, "m": 3}, "cart": {"x": 1, "y": 2}, "\0": 5}
    with manager.open(header) as session:
        del session["\0"]
        assert session.pop("a\0") == {"n": 2, "m": 3}
        session.save()
    assert values(manager, header) == {"cart": {"x": 1, "y": 2}}


def test_a_key_that_no_record_can_hold_is_an_error(manager):
    with manager.open(None) as session:
        session["\ud800"] = 1
        with pytest.raises(Error, match="not UTF-8"):
            session.save()
        del session["\ud800"]
        session["user"] = "jack"
        assert values(manager, cookie(session)) == {"user": "jack"}


# ---- Addresses from objects ----


@pytest.fixture
def engine(tmp_path):
    sqlalchemy = pytest.importorskip("sqlalchemy")
    return sqlalchemy.create_engine(f"sqlite:///{tmp_path}/engine.db")


def test_an_engine_is_asked_for_its_address_only(engine, tmp_path):
    manager = SessionManager(SESSION_TYPE="sqlalchemy", SESSION_SQLALCHEMY=engine)
    stored(manager, user="jack")
    connection = sqlite3.connect(tmp_path / "engine.db")
    assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
    connection.close()


def test_an_address_may_be_an_url_object(engine):
    for name in ("SESSION_SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_DATABASE_URI"):
        SessionManager(SESSION_TYPE="sqlalchemy", **{name: engine.url}).ping()


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg2://jack:a%40b%2F@h/d?sslmode=require",
        "postgresql+psycopg2://jack@/d?host=%2Frun%2Fpostgresql",
        "postgresql+psycopg2://jack@/d?host=h1%3A5432&host=h2%3A5433",
    ],
)
def test_an_address_of_postgresql(address):
    sqlalchemy = pytest.importorskip("sqlalchemy")
    pytest.importorskip("psycopg2")
    settings = with_addresses({"SESSION_TYPE": "sqlalchemy", "SESSION_SQLALCHEMY": sqlalchemy.create_engine(address)})
    assert settings["SESSION_SQLALCHEMY_DATABASE_URI"] == address
    SessionManager(**settings)


def test_an_object_that_cannot_be_used_is_an_error(engine):
    flask_sqlalchemy = pytest.importorskip("flask_sqlalchemy")
    for settings, said in [
        ({"SESSION_SQLALCHEMY": {}}, "is of type dict; .* set SESSION_SQLALCHEMY_DATABASE_URI to the URL"),
        ({"SESSION_SQLALCHEMY": engine.connect}, "is of type method"),
        ({"SESSION_SQLALCHEMY": "sqlite:///x.db"}, "SESSION_SQLALCHEMY"),
        ({"SESSION_SQLALCHEMY": engine, "SESSION_SQLALCHEMY_DATABASE_URI": "sqlite:///x.db"}, "both set"),
        ({"SESSION_SQLALCHEMY": engine, "SESSION_SQLALCHEMY_BIND_KEY": "other"}, "BIND_KEY"),
        ({"SESSION_SQLALCHEMY": flask_sqlalchemy.SQLAlchemy()}, "app_context"),
        ({}, "SESSION_SQLALCHEMY_DATABASE_URI"),
    ]:
        with pytest.raises(ConfigError, match=said):
            SessionManager(SESSION_TYPE="sqlalchemy", **settings)
    for session_type in ("cookie", "sqlite", None):
        with pytest.raises(ConfigError, match=r'is for SESSION_TYPE "sqlalchemy" alone: set .* or leave'):
            SessionManager(SESSION_TYPE=session_type, SESSION_SQLALCHEMY=engine)


def test_a_password_in_an_address_is_not_told():
    sqlalchemy = pytest.importorskip("sqlalchemy")
    url = sqlalchemy.URL.create("sqlite", username="jack", password="s3cret", host="localhost", database="x")
    with pytest.raises(ConfigError) as caught:
        SessionManager(SESSION_TYPE="sqlalchemy", SESSION_SQLALCHEMY_DATABASE_URI=url)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"SESSION_TYPE": "sqlite"}, "SESSION_SQLITE"),
        ({"SESSION_TYPE": "memory", "SESSION_USE_SIGNER": True}, "SECRET_KEY"),
        ({"SESSION_TYPE": "sqlite", "SESSION_SQLITE": ":memory:"}, "memory"),
        ({"SESSION_TYPE": "memory", "SESSION_ID_LENGTH": 8}, "SESSION_ID_LENGTH"),
    ],
)
def test_a_wrong_setting_is_named(settings, said):
    with pytest.raises(ConfigError, match=said):
        SessionManager(**settings)
