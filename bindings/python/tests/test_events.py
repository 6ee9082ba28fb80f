# SPDX-License-Identifier: Apache-2.0
"""What happens to sessions, as events and as figures: every kind, each caused through the API."""

import contextlib
import logging
import os
import re
import socket
import socketserver
import sqlite3
import threading
import time
from pathlib import Path

import flask
import pytest
from prometheus_client.parser import text_string_to_metric_families

from swiftsession import Conflict, Error, EventKind, SessionGone, SessionManager, Status, signing
from swiftsession.flask import Session

README = Path(__file__).resolve().parents[1] / "README.md"
NOW = 1700000000
KEY = "a key of thirty-two secret bytes"
ID = "n0-Such_session-id-that-anybody-ever-had-oNe"
USER = "jack.the.user@example.com"


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


class Watched:
    """A manager, what it told, and what nobody may be told."""

    def __init__(self, clock, **settings):
        self.events = []
        self.secrets = {USER, KEY, ID}
        self.manager = SessionManager(clock=clock, on_event=self.events.append, **settings)

    def open(self, header=None):
        self.secrets.add((header or "=").partition("=")[2] or KEY)
        return self.manager.open(header)

    def save(self, session):
        """Saves; the Cookie header that the browser sends next."""
        lines = dict(session.save())
        if session.id is not None:
            self.secrets.add(session.id)
        header = lines.get("Set-Cookie", "").partition(";")[0]
        self.secrets.add(header.partition("=")[2] or KEY)
        return header

    def made(self, **values):
        with self.open() as session:
            session.update(values or {"n": 1})
            return self.save(session)

    def told(self):
        """The kinds that were told since this was asked last, with their reasons."""
        told = [(event.kind.name, event.reason.name) if event.reason else event.kind.name for event in self.events]
        self.check()
        self.events.clear()
        return told

    def figure(self, name, **labels):
        self.check()
        return figures(self.manager.metrics())[f"swiftsession_{name}", frozenset(labels.items())]

    def check(self):
        everything = repr(self.events) + self.manager.metrics()
        assert not [secret for secret in self.secrets if secret in everything]


def figures(text):
    """Every figure by its name and labels, as Prometheus' own reader has them."""
    families = list(text_string_to_metric_families(text))
    assert {family.type for family in families} <= {"counter", "histogram"}
    assert all(family.documentation.endswith(".") for family in families)
    samples = [sample for family in families for sample in family.samples]
    found = {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}
    assert len(found) == len(samples) == sum(not line.startswith("#") for line in text.splitlines())
    return found


@pytest.fixture
def in_cookie(clock):
    return Watched(clock, SECRET_KEY=KEY, SESSION_TYPE="cookie", PERMANENT_SESSION_LIFETIME=60)


@pytest.fixture(params=["memory", "sqlite"])
def stored(request, clock, tmp_path):
    store = {"sqlite": {"SESSION_SQLITE": tmp_path / "sessions.db"}}.get(request.param, {})

    def make(**settings):
        return Watched(clock, SESSION_TYPE=request.param, PERMANENT_SESSION_LIFETIME=60, **store, **settings)

    return make


# ---- Sessions in their cookie ----


def test_the_life_of_a_session_in_its_cookie(in_cookie):
    with in_cookie.open() as session:
        in_cookie.save(session)
    assert in_cookie.told() == []
    header = in_cookie.made()
    assert in_cookie.told() == ["CREATED"]
    with in_cookie.open(header) as session:
        in_cookie.save(session)
        assert in_cookie.told() == ["OPENED"]
        session.permanent = True
        header = in_cookie.save(session)
        assert in_cookie.told() == ["SAVED"]
    with in_cookie.open(header) as session:
        in_cookie.save(session)
        assert in_cookie.told() == ["OPENED", "TOUCHED"]
        session.destroy()
        in_cookie.save(session)
        in_cookie.save(session)
    assert in_cookie.told() == ["ENDED"]
    for name, count in {"opened": 2, "created": 1, "saved": 1, "touched": 1, "ended": 1}.items():
        assert in_cookie.figure(f"{name}_total") == count


def test_a_session_in_its_cookie_has_no_name(in_cookie):
    in_cookie.open(in_cookie.made()).close()
    assert [event[2:] for event in in_cookie.events] == [(None, None, None)] * 2


def test_why_a_cookie_was_rejected(in_cookie, clock):
    def signed(payload):
        signer = signing.TimestampSigner(KEY, salt="cookie-session", key_derivation="hmac")
        signer.get_timestamp = lambda: NOW
        return "session=" + signer.sign(payload).decode()

    header = in_cookie.made()
    large = signing.URLSafeSerializer(KEY).dump_payload({"n": " " * (1 << 20)})
    clock.now += 61
    for value, reason in (
        (header, "EXPIRED"),
        (header[:-1] + ("A" if header[-1] != "A" else "Q"), "TAMPERED"),
        (signed(b"!!!"), "MALFORMED"),
        (signed(large), "TOO_LARGE"),
    ):
        if reason != "EXPIRED":
            clock.now = NOW
        in_cookie.events.clear()
        before = in_cookie.figure("rejected_total", reason=reason)
        in_cookie.open(value).close()
        assert in_cookie.told() == [("REJECTED", reason)]
        with pytest.raises(Error) as raised:
            in_cookie.manager.open_value(value.partition("=")[2])
        assert raised.value.status.name == reason and in_cookie.told() == [("REJECTED", reason)]
        assert in_cookie.figure("rejected_total", reason=reason) == before + 2


def test_without_a_store_there_are_no_figures_of_one(in_cookie):
    assert not [name for name, _ in figures(in_cookie.manager.metrics()) if "store" in name or "seconds" in name]


# ---- Sessions in a store ----


def test_the_life_of_a_session_in_a_store(stored):
    stored = stored()
    with stored.open() as session:
        session.get("n")
        stored.save(session)
    assert stored.told() == [] and stored.figure("save_seconds_count") == 0
    header = stored.made()
    assert stored.told() == ["CREATED"]
    with stored.open(header) as session:
        assert stored.told() == []  # nobody has asked the store yet
        session["n"] = 2
        stored.save(session)
    assert stored.told() == ["OPENED", "SAVED"]
    with stored.open(header) as session:
        stored.save(session)
    assert stored.told() == ["OPENED", "TOUCHED"]
    with stored.open(header) as session:
        session.get("n")
        stored.save(session)
    assert stored.told() == ["OPENED", "TOUCHED"]
    with stored.open(header) as session:
        session.clear()
        stored.save(session)
    assert stored.told() == ["OPENED", "ENDED"]
    with stored.open(header) as session:
        session.get("n")
    assert stored.told() == [("REJECTED", "NOT_FOUND")]
    for name, count in {"opened": 4, "created": 1, "saved": 1, "touched": 2, "ended": 1}.items():
        assert stored.figure(f"{name}_total") == count
    assert stored.figure("rejected_total", reason="NOT_FOUND") == 1


def test_a_save_that_merged(stored):
    stored = stored()
    header = stored.made()
    with stored.open(header) as first, stored.open(header) as second:
        first["a"], second["b"] = 1, 2
        stored.save(first)
        stored.told()
        stored.save(second)
    assert stored.told() == ["MERGED", "SAVED"] and stored.figure("merged_total") == 1
    with stored.open(header) as session:
        assert (session["a"], session["b"]) == (1, 2)


def test_a_new_id_that_merged(stored):
    stored = stored()
    header = stored.made()
    with stored.open(header) as first, stored.open(header) as second:
        first["a"], second["b"] = 1, 2
        second.renew()
        stored.save(first)
        stored.told()
        stored.save(second)
    assert stored.told() == ["MERGED", "SAVED", "RENEWED"] and stored.figure("merged_total") == 1


def test_changes_that_cannot_be_merged(stored):
    stored = stored()
    header = stored.made(items=[1])
    with stored.open(header) as first, stored.open(header) as second:
        first["items"] = "none"
        second.append("items", 2)
        stored.save(first)
        stored.told()
        with pytest.raises(Conflict):
            second.save()
    assert stored.told() == ["CONFLICT"] and stored.figure("conflict_total") == 1


def test_others_that_write_until_the_deadline(clock):
    # Encoding so much takes longer than the call may: the first attempt meets another writer, and a second is too late.
    stored = Watched(clock, SESSION_TYPE="memory", SESSION_TIMEOUT=0.001)
    header = stored.made(large=" " * (12 << 20))
    with stored.open(header) as first, stored.open(header) as second:
        first["a"], second["b"] = 1, 2
        stored.save(first)
        stored.told()
        with pytest.raises(Conflict, match="SESSION_TIMEOUT"):
            second.save()
    assert stored.told() == ["CONFLICT"] and stored.figure("conflict_total") == 1


def test_a_session_that_was_ended_meanwhile(stored):
    stored = stored()
    header = stored.made()
    with stored.open(header) as first, stored.open(header) as second:
        first["a"] = 1
        second.destroy()
        stored.save(second)
        stored.told()
        with pytest.raises(SessionGone):
            first.save()
    assert stored.told() == ["GONE"] and stored.figure("gone_total") == 1


def test_a_new_id(stored):
    stored = stored()
    header = stored.made()
    with stored.open(header) as session:
        session.renew()
        stored.save(session)
    created, opened, saved, renewed = stored.events
    assert stored.told() == ["CREATED", "OPENED", "SAVED", "RENEWED"] and stored.figure("renewed_total") == 1
    assert created.session == opened.session == renewed.previous != renewed.session == saved.session
    assert {len(event.session) for event in (opened, renewed)} == {16} and opened.previous is None


def test_a_new_id_by_time(stored, clock):
    stored = stored(SESSION_RENEW_AFTER=10)
    header = stored.made()
    clock.now += 9
    with stored.open(header) as early, stored.open(header) as late, stored.open(header) as later:
        assert [session["n"] for session in (early, late, later)] == [1, 1, 1]
        stored.save(early)
        assert stored.told() == ["CREATED", "OPENED", "OPENED", "OPENED", "TOUCHED"]
        clock.now += 1
        stored.save(late)
        assert stored.told() == ["SAVED", "RENEWED"]
        stored.save(later)  # follows to the id that the other one made
        assert "RENEWED" not in stored.told()
    assert stored.figure("renewed_total") == 1


def test_a_session_that_is_over(stored, clock):
    stored = stored(SESSION_ABSOLUTE_TIMEOUT=30)
    header = stored.made()
    (created,) = stored.events
    with stored.open(header) as session:
        session["n"] = 2
        clock.now += 29
        stored.save(session)
        stored.told()
        # To the second the record may live on for one that was made before: seen by whoever loads it now.
    clock.now += 1
    with stored.open(header) as session:
        session.get("n")
    told = stored.told()
    assert told in (["EXPIRED"], [("REJECTED", "NOT_FOUND")]) and created.session


def test_a_session_that_is_over_and_there(clock, tmp_path):
    # Stored for a minute, then the time-out becomes shorter.
    settings = {"SESSION_TYPE": "sqlite", "SESSION_SQLITE": tmp_path / "sessions.db", "SECRET_KEY": KEY}
    before = Watched(clock, SESSION_ABSOLUTE_TIMEOUT=60, **settings)
    header = before.made()
    after = Watched(clock, SESSION_ABSOLUTE_TIMEOUT=30, **settings)
    clock.now += 30
    with after.open(header) as session:
        session.get("n")
    assert after.events[0].session == before.events[0].session
    assert after.told() == ["EXPIRED"] and after.figure("expired_total") == 1


def test_why_an_id_was_rejected(stored, clock):
    unsigned, signed = stored(), stored(SESSION_USE_SIGNER=True, SECRET_KEY=KEY)
    unsigned.open("session=short").close()
    with unsigned.open(f"session={ID}") as session:
        session.get("n")
    header = unsigned.made()
    clock.now += 60
    with unsigned.open(header) as session:
        session.get("n")
    missing = ("REJECTED", "NOT_FOUND")
    assert unsigned.told() == [("REJECTED", "MALFORMED"), missing, "CREATED", missing]
    signed.open(f"session={ID}.AAAA").close()
    assert signed.told() == [("REJECTED", "TAMPERED")] and signed.figure("rejected_total", reason="TAMPERED") == 1


def test_a_record_that_cannot_be_read(clock, tmp_path):
    file = tmp_path / "sessions.db"
    stored = Watched(clock, SESSION_TYPE="sqlite", SESSION_SQLITE=file)
    header = stored.made()
    with contextlib.closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE sessions SET data = x'c1'")
    with stored.open(header) as session:
        session.get("n")
    assert stored.events[1].session == stored.events[0].session
    assert stored.told() == ["CREATED", ("REJECTED", "MALFORMED")]
    assert stored.figure("rejected_total", reason="MALFORMED") == 1


# ---- Users ----


def login(watched, header=None):
    with watched.open(header) as session:
        session.login(USER)
        return watched.save(session)


def test_logins_and_ends(stored):
    stored = stored()
    header = login(stored)
    assert stored.told() == ["CREATED", "LOGIN"]
    header = login(stored, header)
    opened, _saved, renewed, logged_in = stored.events
    assert stored.told() == ["OPENED", "SAVED", "RENEWED", "LOGIN"] and stored.figure("login_total") == 2
    assert opened.user == logged_in.user == renewed.user != logged_in.session == renewed.session != opened.session
    with stored.open(header) as session:
        session.logout()
        stored.save(session)
    assert stored.events[-1].user == logged_in.user and stored.events[-1].session == logged_in.session
    assert stored.told() == ["OPENED", "ENDED"]
    login(stored)
    (one,) = stored.manager.user_sessions(USER)
    assert stored.manager.end_session(USER, one.reference) and not stored.manager.end_session(USER, one.reference)
    assert stored.events[-1].user == logged_in.user
    assert stored.told() == ["CREATED", "LOGIN", "ENDED"] and stored.figure("ended_total") == 2


def test_all_sessions_of_a_user(stored):
    stored = stored()
    first, second = login(stored), login(stored)
    with stored.open(first) as session:
        session.end_others()
        stored.save(session)
    ended, opened = stored.events[-1], stored.events[-3]
    assert ended.session == opened.session and ended.user == opened.user
    assert stored.told()[4:] == ["OPENED", "SAVED", "USER_ENDED"]
    with stored.open(second) as session:
        session.get("n")
    assert stored.told() == [("REJECTED", "NOT_FOUND")]
    stored.manager.end_user(USER)
    assert stored.events[0].session is None and stored.events[0].user == opened.user
    assert stored.told() == ["USER_ENDED"] and stored.figure("user_ended_total") == 2


def test_one_session_too_many(stored, clock):
    refusing = stored(SESSION_USER_LIMIT=1, SESSION_USER_LIMIT_POLICY="refuse")
    login(refusing)
    with refusing.open() as session, pytest.raises(Conflict):
        session.login(USER)
        session.save()
    assert refusing.told() == ["CREATED", "LOGIN", "CONFLICT"]
    clock.now += 60  # the first one is over by itself: nobody ends it
    ending = stored(SESSION_USER_LIMIT=1)
    login(ending)
    login(ending)
    first, second = ending.events[0], ending.events[2]
    assert ending.told() == ["CREATED", "LOGIN", "ENDED", "CREATED", "LOGIN"] and first.session == second.session


# ---- The store ----


@contextlib.contextmanager
def server(answer, delay=0.0):
    """A server that answers everything with this, or with None nothing."""

    class Talk(socketserver.BaseRequestHandler):
        def handle(self):
            with contextlib.suppress(OSError):
                while self.request.recv(4096):
                    time.sleep(delay)
                    if answer is not None:
                        self.request.sendall(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as listening:
        listening.daemon_threads = True
        threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
        yield f"redis://127.0.0.1:{listening.server_address[1]}"
        listening.shutdown()


def redis(clock, address, **settings):
    return Watched(clock, SESSION_TYPE="redis", SESSION_REDIS=address, **settings)


def asked(watched):
    with watched.open(f"session={ID}") as session, pytest.raises(Error) as raised:
        session.load()
    return raised.value.status.name


def test_a_server_that_is_down(clock):
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        check_down(redis(clock, f"redis://127.0.0.1:{unheard.getsockname()[1]}"))


def check_down(down):
    assert asked(down) == "UNAVAILABLE"
    assert down.told() == [("STORE_ERROR", "UNAVAILABLE")]
    assert down.figure("store_error_total", reason="UNAVAILABLE") == 1
    assert down.figure("store_seconds_count", call="load") == down.figure("load_seconds_count") == 1
    with pytest.raises(Error):
        down.made()
    assert down.told() == [("STORE_ERROR", "UNAVAILABLE")] and down.figure("created_total") == 0
    assert down.figure("store_seconds_count", call="create") == down.figure("save_seconds_count") == 1
    with pytest.raises(Error):
        down.manager.ping()
    assert down.told() == [("STORE_ERROR", "UNAVAILABLE")] and down.figure("store_seconds_count", call="ping") == 1


@pytest.mark.parametrize(
    ("answer", "status"),
    [(b"-NOAUTH Authentication required.\r\n", "AUTH"), (b"?!\r\n", "BACKEND"), (None, "TIMEOUT")],
)
def test_a_server_in_trouble(clock, answer, status):
    with server(answer) as address:
        trouble = redis(clock, address, SESSION_TIMEOUT=2 if answer else 0.2)
        assert asked(trouble) == status
        assert trouble.told() == [("STORE_ERROR", status)]
        assert trouble.figure("store_error_total", reason=status) == 1


def test_how_long_a_call_took(clock):
    with server(b"$-1\r\n", delay=0.12) as address:
        slow = redis(clock, address)
        with slow.open(f"session={ID}") as session:
            session.load()
    for name, labels in (("store_seconds", {"call": "load"}), ("load_seconds", {})):
        assert slow.figure(f"{name}_bucket", le="0.1", **labels) == 0
        assert slow.figure(f"{name}_bucket", le="5.0", **labels) == slow.figure(f"{name}_count", **labels) == 1
        assert slow.figure(f"{name}_bucket", le="+Inf", **labels) == 1
        assert 0.12 <= slow.figure(f"{name}_sum", **labels) < 5


def test_which_calls_are_timed(stored):
    stored = stored()
    stored.manager.prepare()
    stored.manager.ping()
    stored.manager.sweep()
    header = stored.made()
    with stored.open(header) as session:
        session["n"] = 2
        stored.save(session)
    with stored.open(header) as session:
        stored.save(session)
    with stored.open(header) as session:
        session.get("n")
        stored.save(session)
        session.destroy()
        stored.save(session)
    calls = ("prepare", "ping", "sweep", "create", "load", "replace", "refresh", "touch", "remove")
    assert [stored.figure("store_seconds_count", call=call) for call in calls] == [1, 1, 1, 1, 2, 1, 1, 1, 1]
    assert stored.figure("load_seconds_count") == 2 and stored.figure("save_seconds_count") == 5


# ---- Names ----


def test_names_are_the_same_where_the_key_is(clock, tmp_path):
    def names(**settings):
        store = {"SESSION_TYPE": "sqlite", "SESSION_SQLITE": tmp_path / "sessions.db"}
        reading = Watched(clock, **store, **settings)
        with reading.open(header) as session:
            session.get("n")
        (opened,) = reading.events
        return opened.session, opened.user

    header = login(Watched(clock, SESSION_TYPE="sqlite", SESSION_SQLITE=tmp_path / "sessions.db"))
    assert names(SECRET_KEY=KEY) == names(SECRET_KEY=KEY)
    found = [names(SECRET_KEY=KEY), names(SECRET_KEY=KEY + "2"), names(), names()]
    assert len({name for pair in found for name in pair}) == 8


def test_a_user_who_is_called_as_a_session_is_not_found_by_it(clock):
    watched = Watched(clock, SESSION_TYPE="memory")
    with watched.open() as session:
        session.login(session.id)
        session.save()
    assert watched.events[0].session != watched.events[0].user


# ---- Who listens ----


def test_what_a_listener_raises_is_logged_and_nothing_more(caplog):
    def fail(event):
        raise RuntimeError("no disk")

    manager = SessionManager(SESSION_TYPE="memory", on_event=fail)
    with manager.open(None) as session, caplog.at_level(logging.ERROR, "swiftsession"):
        session["n"] = 1
        assert "Set-Cookie" in dict(session.save())
    assert "on_event" in caplog.text and "no disk" in caplog.text


def test_nobody_has_to_listen():
    manager = SessionManager(SESSION_TYPE="memory")
    with manager.open(None) as session:
        session["n"] = 1
        session.save()
    assert figures(manager.metrics())["swiftsession_created_total", frozenset()] == 1


def test_figures_of_many_threads_are_exact():
    manager = SessionManager(SECRET_KEY=KEY, SESSION_TYPE="cookie")
    with manager.open(None) as session:
        session["n"] = 1
        header = dict(session.save())["Set-Cookie"].partition(";")[0]

    def visit():
        for _ in range(500):
            manager.open(header).close()

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert figures(manager.metrics())["swiftsession_opened_total", frozenset()] == 4000


def test_a_forked_child_begins_with_zeros_and_the_same_names(clock):
    watched = Watched(clock, SESSION_TYPE="memory")
    header = watched.made()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            before = watched.manager.metrics()
            with watched.open(header) as session:
                session.get("n")
            zeros = all(value == 0 for value in figures(before).values())
            found = (zeros, watched.figure("opened_total"), watched.events[1].session == watched.events[0].session)
            os.write(writing, repr(found).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert pipe.read() == repr((True, 1, True))
    os.waitpid(child, 0)
    assert watched.figure("created_total") == 1 and watched.figure("opened_total") == 0


# ---- Flask ----


@pytest.mark.parametrize("kind", ["cookie", "memory"])
def test_in_flask(kind):
    events = []
    app = flask.Flask(__name__)
    app.config.update(SECRET_KEY=KEY, SESSION_TYPE=kind)
    Session(app, on_event=events.append)

    @app.get("/")
    def count():
        flask.session["n"] = flask.session.get("n", 0) + 1
        return str(flask.session["n"])

    # The README's own way to answer with them.
    (shown,) = re.findall(r"```python\n(@app.get\(\"/metrics\"\)\n.*?)```", README.read_text(), re.S)
    exec(shown, {"app": app, "Response": flask.Response})
    browser, other = app.test_client(), app.test_client()
    assert [browser.get("/").text for _ in range(3)] == ["1", "2", "3"]
    other.set_cookie("session", "short")
    assert other.get("/").text == "1"
    found = figures(app.test_client().get("/metrics").text)
    counted = {name: found[f"swiftsession_{name}_total", frozenset()] for name in ("created", "opened", "saved")}
    assert counted == {"created": 2, "opened": 2, "saved": 2}
    told = [event.kind for event in events if event.kind is not EventKind.OPENED]
    assert told == [EventKind.CREATED, EventKind.SAVED, EventKind.SAVED, EventKind.REJECTED, EventKind.CREATED]
    assert {event.reason for event in events} == {None, Status.TAMPERED if kind == "cookie" else Status.MALFORMED}


def test_two_applications_are_told_each_of_its_own():
    told = []
    for name in ("one", "two"):
        app = flask.Flask(name)
        app.config.update(SECRET_KEY=KEY, SESSION_TYPE="cookie")
        Session(app, on_event=lambda event, name=name: told.append(name))

        @app.get("/")
        def set_one():
            flask.session["n"] = 1
            return ""

        app.test_client().get("/")
    assert told == ["one", "two"]
