# SPDX-License-Identifier: Apache-2.0
"""Users, requests that do not count, and items that are taken out of lists."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import flask
import pytest

from swiftsession import ConfigError, Conflict, Error, SessionGone, SessionManager, Status, UserSession
from swiftsession.flask import Session

NOW = 1700000000


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["memory", "sqlite"])
def settings(request, tmp_path):
    store = {"sqlite": {"SESSION_SQLITE": tmp_path / "sessions.db", "SESSION_TOUCH_INTERVAL": 1}}
    return {"SESSION_TYPE": request.param, "PERMANENT_SESSION_LIFETIME": 60, **store.get(request.param, {})}


@pytest.fixture
def manager(settings, clock):
    return SessionManager(clock=clock, **settings)


def cookie(session):
    (line,) = [value for name, value in session.save() if name == "Set-Cookie"]
    return line.partition(";")[0]


def logged_in(manager, user="jack", label=None, header=None):
    with manager.open(header) as session:
        session.login(user, label)
        return cookie(session)


def user(manager, header):
    """Whose session it is; this asking is no use of it."""
    with manager.open(header) as session:
        session.peek()
        found = session.user
        assert [name for name, _ in session.save()] == ["Vary"]
        return found


# ---- Users ----


def test_a_login_gives_a_new_id_and_a_logout_ends_it(manager):
    with manager.open(None) as session:
        session["cart"] = [1]
        before = cookie(session)
    after = logged_in(manager, "jäck", header=before)
    assert before != after and user(manager, before) is None and user(manager, after) == "jäck"
    with manager.open(after) as session:
        assert session["cart"] == [1] and "_swiftsession" not in session and b"_swiftsession" not in session.payload()
        session["cart"].append(2)
        session.logout()
        assert session.user is None and "cart" not in session
        assert dict(session.save())["Set-Cookie"].startswith("session=;")
    assert user(manager, after) is None and manager.user_sessions("jäck") == []


def test_the_librarys_key_is_its_own(manager):
    with manager.open(logged_in(manager)) as session:
        for change in (
            lambda: session.__setitem__("_swiftsession", 1),
            lambda: session.setdefault("_swiftsession", 1),
            lambda: session.set_payload(b'{"_swiftsession":1}'),
        ):
            with pytest.raises(Error) as raised:
                change()
            assert raised.value.status == Status.ARGUMENT
        assert "_swiftsession" not in session
        session.clear()
        session["a"] = 1
        session.save()
        assert session.user is None  # what clears a session is a logout
        assert set(session) == {"_permanent", "a"}


def test_sessions_are_listed_and_ended_one_by_one(manager, clock):
    phone = logged_in(manager, label='phone "ä"')
    clock.now += 5
    laptop = logged_in(manager)
    with manager.open(laptop) as session:
        first, second = manager.user_sessions("jack", session)
    assert first == UserSession(first.reference, NOW, NOW, 'phone "ä"', False)
    assert second == UserSession(second.reference, NOW + 5, NOW + 5, "", True)
    assert [listed.current for listed in manager.user_sessions("jack")] == [False, False]
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.label = "desk"
    assert not manager.end_session("jill", first.reference) and not manager.end_session("jack", "nothing")
    assert manager.end_session("jack", first.reference) and not manager.end_session("jack", first.reference)
    assert user(manager, phone) is None and user(manager, laptop) == "jack"


def test_the_sessions_of_a_user_end_at_once(manager):
    mine, others = logged_in(manager), [logged_in(manager) for _ in range(3)]
    hers = logged_in(manager, "jill")
    with manager.open(mine) as session:
        session.end_others()
        session.save()
    assert [user(manager, header) for header in [mine, *others]] == ["jack", None, None, None]
    writer = manager.open(mine)
    writer["a"] = 1
    manager.end_user("jack")
    assert user(manager, mine) is None and user(manager, hers) == "jill"
    with pytest.raises(SessionGone):
        writer.save()


def test_a_limit_refuses_one_more(settings):
    manager = SessionManager(**settings, SESSION_USER_LIMIT=1, SESSION_USER_LIMIT_POLICY="refuse")
    logged_in(manager)
    with manager.open(None) as session:
        session.login("jack")
        with pytest.raises(Conflict):
            session.save()


@pytest.mark.parametrize("name", [7, b"jack", None])
def test_a_user_is_text(manager, name):
    with manager.open(None) as session, pytest.raises(TypeError):
        session.login(name)
    with pytest.raises(TypeError):
        manager.end_user(name)


@pytest.mark.parametrize("other", [7, b"laptop", ["laptop"]])
def test_a_label_and_a_reference_are_text(manager, other):
    with manager.open(None) as session, pytest.raises(TypeError, match="label is text"):
        session.login("jack", other)
    with pytest.raises(TypeError, match="reference is text"):
        manager.end_session("jack", other)


@pytest.mark.parametrize(
    "name, label", [("", None), ("x" * 1025, None), ("\ud800", None), ("jack", "x" * 257), ("jack", "\0")]
)
def test_names_and_labels_have_limits(manager, name, label):
    with manager.open(None) as session:
        with pytest.raises(Error) as raised:
            session.login(name, label)
        assert raised.value.status == Status.ARGUMENT and session.user is None


def test_nobody_has_no_others(manager):
    with manager.open(None) as session, pytest.raises(Error) as raised:
        session.end_others()
    assert raised.value.status == Status.NOT_FOUND
    with pytest.raises(Error):
        manager.end_session("jack", "a\0b")


def test_sessions_in_cookies_have_no_users():
    manager = SessionManager(SESSION_TYPE="cookie", SECRET_KEY="a key of thirty-two bytes or so.")
    with manager.open(None) as session:
        for call in (
            lambda: session.login("jack"),
            lambda: manager.end_user("jack"),
            lambda: manager.user_sessions("jack", session),
            lambda: manager.end_session("jack", "x"),
        ):
            with pytest.raises(ConfigError) as raised:
                call()
            assert raised.value.status == Status.UNSUPPORTED
        assert session.user is None
        session.logout()


def test_a_closed_session_is_no_current_one(manager):
    session = manager.open(None)
    session.close()
    with pytest.raises(Error):
        manager.user_sessions("jack", session)


# ---- Requests that do not count ----


def test_polling_keeps_nobody_logged_in(manager, clock):
    header = logged_in(manager)
    clock.now += 59
    assert user(manager, header) == "jack"
    with manager.open(header) as session:
        session.peek()
        session["a"] = 1  # a change counts
        assert cookie(session) == header
    clock.now += 59
    assert user(manager, header) == "jack"
    clock.now += 1
    assert user(manager, header) is None


def test_a_session_whose_cookie_does_not_come_back_is_gone_soon(settings, clock):
    settings = {**settings, "PERMANENT_SESSION_LIFETIME": 60, "SESSION_UNCONFIRMED_LIFETIME": 10}
    manager = SessionManager(clock=clock, **settings)
    bot, jack = logged_in(manager, "bot"), logged_in(manager)
    clock.now += 9
    assert user(manager, bot) == "bot"
    with manager.open(jack) as session:
        assert cookie(session) == jack
    clock.now += 1
    assert user(manager, bot) is None
    clock.now += 58
    assert user(manager, jack) == "jack"
    clock.now += 1
    assert user(manager, jack) is None


# ---- Items and keys ----


def test_an_item_is_taken_out_of_the_list(manager):
    with manager.open(None) as session:
        items = session.setdefault("items", [1, {"a": (1, 2)}, 2.0, 1])
        assert session.remove_item("items", 1) and session.remove_item("items", {"a": (1, 2)})
        assert session.remove_item("items", 2)  # 2.0, as list.remove() has it
        assert not session.remove_item("items", 7) and not session.remove_item("nothing", 7)
        assert items == [1] == session["items"]
        items.append(5)
        assert session.remove_item("items", 5)
        header = cookie(session)
    with manager.open(header) as session:
        assert session["items"] == [1]
        assert not session.remove_item("items", 7) and not session.modified
        session["text"] = "x"
        with pytest.raises(Error) as raised:
            session.remove_item("text", "x")
        assert raised.value.status == Status.WRONG_TYPE


def test_operations_of_two_requests_compose(manager):
    with manager.open(None) as session:
        session.update(items=["a", "b", "c"], n=1, once="x", deep={"m": {"k": 0}})
        header = cookie(session)
    one, other = manager.open(header), manager.open(header)
    assert one.remove_item("items", "a") and one.pop("once") == "x" and one.add("n", 1) == 2
    one["deep"]["m"]["one"] = 1
    assert other.remove_item("items", "b") and other.remove_item("items", "a") and other.add("n", 10) == 11
    other.append("items", "d")
    other["deep"]["m"]["other"] = 2
    one.save()
    other.save()
    assert dict(other) == {
        "_permanent": True,
        "items": ["c", "d"],
        "n": 12,
        "deep": {"m": {"k": 0, "one": 1, "other": 2}},
    }


def test_many_requests_take_items_out_at_once(manager):
    with manager.open(None) as session:
        session["items"] = list(range(40))
        header = cookie(session)

    def work(number):
        with manager.open(header) as session:
            session.remove_item("items", number)
            session.save()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(0, 40, 2)))
    with manager.open(header) as session:
        assert session["items"] == list(range(1, 40, 2))


# ---- Flask ----


@pytest.fixture
def app(tmp_path):
    app = flask.Flask(__name__)
    app.testing = True
    app.config.update(SESSION_TYPE="sqlite", SESSION_SQLITE=tmp_path / "sessions.db")
    Session(app)
    views = {
        "login": lambda: flask.session.login("jack", flask.request.user_agent.string),
        "logout": lambda: flask.session.logout(),
        "poll": lambda: flask.session.peek(),
        "others": lambda: flask.session.end_others(),
        "who": lambda: None,
    }
    for name, function in views.items():
        app.add_url_rule(f"/{name}", name, lambda function=function: (function(), str(flask.session.user))[1])
    return app


def test_flask_logs_in_and_out(app):
    phone, laptop = app.test_client(), app.test_client()
    assert phone.get("/who").text == "None"
    assert phone.get("/login", headers={"User-Agent": "phone"}).text == "jack"
    assert laptop.get("/login", headers={"User-Agent": "laptop"}).text == "jack"
    manager = app.session_interface.manager(app)
    assert [session.label for session in manager.user_sessions("jack")] == ["phone", "laptop"]
    polled = phone.get("/poll")
    assert polled.text == "jack" and "Set-Cookie" not in polled.headers
    assert "Set-Cookie" in phone.get("/who").headers
    laptop.get("/others")
    assert phone.get("/who").text == "None" and laptop.get("/who").text == "jack"
    assert laptop.get("/logout").text == "None" and laptop.get("/who").text == "None"
    assert manager.user_sessions("jack") == []


def test_a_view_may_list_the_sessions_of_its_user(app):
    @app.route("/sessions")
    def sessions():
        manager = flask.current_app.session_interface.manager(flask.current_app)
        return [session.current for session in manager.user_sessions(flask.session.user, flask.session)]

    client = app.test_client()
    app.test_client().get("/login")
    client.get("/login")
    assert client.get("/sessions").json == [False, True]


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
