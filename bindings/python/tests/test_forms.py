# SPDX-License-Identifier: Apache-2.0
"""Tokens of forms and messages for the next page, through Session and through flask.flash()."""

from contextlib import contextmanager

import flask
import pytest

from swiftsession import ConfigError, Error, SessionManager, Status
from swiftsession.flask import Session

KEY = "a key of more than 16 bytes"


@pytest.fixture(params=["cookie", "memory", "filesystem"])
def manager(request, tmp_path):
    store = {"filesystem": {"SESSION_FILE_DIR": tmp_path}}.get(request.param, {})
    return SessionManager(SECRET_KEY=KEY, SESSION_TYPE=request.param, **store)


@pytest.fixture
def stored():
    return SessionManager(SECRET_KEY=KEY, SESSION_TYPE="memory")


def cookie(session):
    return dict(session.save())["Set-Cookie"].partition(";")[0]


# ---- Tokens ----


def test_a_token_is_one_of_its_session(manager):
    with manager.open(None) as session:
        session["cart"] = {"n": 1}
        token = session.csrf_token()
        assert dict(session) == {**dict(session), "csrf_token": session["csrf_token"], "cart": {"n": 1}}
        session["cart"]["n"] = 2
        header = cookie(session)
    with manager.open(header) as session:
        session.csrf_check(token)
        session.csrf_check(token, max_age=0)
        assert not session.modified and session["cart"] == {"n": 2}
        for wrong, status in ((token[:-1], Status.TAMPERED), ("", Status.MALFORMED), (None, Status.MALFORMED)):
            with pytest.raises(Error) as caught:
                session.csrf_check(wrong)
            assert caught.value.status == status and (not wrong or wrong not in str(caught.value))
        with pytest.raises(Error) as caught:
            del session["csrf_token"]
            session.csrf_check(token)
        assert caught.value.status == Status.NOT_FOUND


def test_a_login_ends_the_tokens_that_were_given(stored):
    with stored.open(None) as session:
        session["cart"] = cart = {"n": 1}
        old = session.csrf_token()
        session.login("jack")
        assert "csrf_token" not in session
        cart["n"] = 2
        new = session.csrf_token()
        header = cookie(session)
    with stored.open(header) as session:
        session.csrf_check(new)
        assert session["cart"] == {"n": 2}
        with pytest.raises(Error) as caught:
            session.csrf_check(old)
        assert caught.value.status == Status.TAMPERED


def test_of_two_first_tokens_the_one_stored_first_is_good(stored):
    with stored.open(None) as session:
        session["x"] = 1
        header = cookie(session)
    one, other = stored.open(header), stored.open(header)
    tokens = one.csrf_token(), other.csrf_token()
    other.save()
    one.save()
    for session in (one, other, stored.open(header)):
        session.csrf_check(tokens[1])
        with pytest.raises(Error):
            session.csrf_check(tokens[0])


def test_the_key_is_checked_with_the_settings():
    for wrong in ("", ["a list"], 7):
        with pytest.raises(ConfigError, match="WTF_CSRF_SECRET_KEY"):
            SessionManager(SECRET_KEY=KEY, SESSION_TYPE="memory", WTF_CSRF_SECRET_KEY=wrong)
    with pytest.raises(ConfigError, match="SECRET_KEY"):
        SessionManager(SESSION_TYPE="memory").open(None).csrf_token()


# ---- Messages ----


def test_messages_are_taken_out_once(manager):
    with manager.open(None) as session:
        assert session.flashed() == [] and not session.modified
        session.flash("one")
        session.flash({"two": [2]}, "info")
        header = cookie(session)
    with manager.open(header) as session:
        session.flash("three", category="error")
        assert session.flashed() == [("message", "one"), ("info", {"two": [2]}), ("error", "three")]
        assert "_flashes" not in session and session.modified and session.flashed() == []
        session["x"] = 1
        header = cookie(session)
    with manager.open(header) as session:
        assert session.flashed() == []


def test_what_is_no_message_is_left_out_and_what_is_no_list_stays(manager):
    with manager.open(None) as session:
        session["_flashes"] = [1, ("a", "b", "c"), ["d", "e"]]
        assert session.flashed() == [("d", "e")]
        session["_flashes"] = "text"
        with pytest.raises(Error) as caught:
            session.flashed()
        assert caught.value.status == Status.WRONG_TYPE and session["_flashes"] == "text"


def test_a_message_that_comes_meanwhile_stays_for_the_next_page(stored):
    with stored.open(None) as session:
        session.flash("seen")
        header = cookie(session)
    page, other = stored.open(header), stored.open(header)
    assert page.flashed() == other.flashed() == [("message", "seen")]  # both show it
    other.flash("new")
    other.save()
    page["x"] = 1
    page.save()
    assert stored.open(header).flashed() == [("message", "new")]


# ---- flask.flash() ----


@pytest.fixture
def app():
    app = flask.Flask(__name__)
    app.config.update(SECRET_KEY=KEY, SESSION_TYPE="memory")
    Session(app)
    return app


def begun(app, header=None):
    return app.session_interface.manager(app).open(header)


@contextmanager
def request_of(app, session):
    """A request of Flask's that is under way, of several at the same time."""
    with app.test_request_context(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(flask.helpers, "session", session)
        yield


def flashing(app, session, *messages):
    with request_of(app, session):
        for message in messages:
            flask.flash(message)


def shown(app, session):
    with request_of(app, session):
        return flask.get_flashed_messages()


@pytest.mark.parametrize("before", [(), ("before",)])
def test_requests_that_flash_at_the_same_time_keep_both(app, before):
    session = begun(app)
    session["x"] = 1
    flashing(app, session, *before)
    header = cookie(session)
    one, other, page = begun(app, header), begun(app, header), begun(app, header)
    flashing(app, one, "one", "more")
    flashing(app, other, "other")
    assert shown(app, page) == list(before)
    for session in (one, other, page):
        session.save()
    assert shown(app, begun(app, header)) == ["one", "more", "other"]


def test_flash_and_show_in_one_request(app):
    session = begun(app)
    flashing(app, session, "one")
    assert shown(app, session) == ["one"] and "_flashes" not in session
    flashing(app, session, "two")
    header = cookie(session)
    assert shown(app, begun(app, header)) == ["two"]
    client = app.test_client()
    app.add_url_rule("/flash", "flash", lambda: flask.flash("x", "info") or "")
    app.add_url_rule("/show", "show", lambda: flask.get_flashed_messages(with_categories=True))
    client.get("/flash")
    client.get("/flash")
    assert client.get("/show").json == [["info", "x"]] * 2 and client.get("/show").json == []


def test_another_list_of_messages_is_one_value(app):
    session = begun(app)
    flashing(app, session, "one", "two")
    header = cookie(session)
    page = begun(app, header)
    for other in ([("message", "new")] * 3, [("message", "new")], [], "text", [("message", "one"), ("message", "two")]):
        page["_flashes"] = other
        assert page["_flashes"] == other and dict(begun(app, cookie(page)))["_flashes"] == list_of(other)
    page["_flashes"] = "text"
    assert page.pop("_flashes") == "text" and page.pop("_flashes", None) is None and page.pop("y", 7) == 7
    with pytest.raises(KeyError):
        page.pop("_flashes")


def list_of(messages):
    return [list(item) for item in messages] if isinstance(messages, list) else messages


def test_a_session_that_was_saved_takes_its_own_message_out(stored):
    session = stored.open(None)
    session["x"] = 1
    session.flash("one")
    header = cookie(session)
    assert session.flashed() == [("message", "one")]
    with stored.open(header) as other:
        other.flash("two")
        other.save()
    session.save()
    assert stored.open(header).flashed() == [("message", "two")]
