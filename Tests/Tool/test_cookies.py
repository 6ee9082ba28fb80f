# SPDX-License-Identifier: Apache-2.0
"""inspect, sign and get, beside Flask."""

import json
import random

import pytest
from flask import Flask, session
from running import KEY, Tool


def flask_application():
    app = Flask("shop")
    app.secret_key = KEY
    app.add_url_rule("/", "get", lambda: dict(session))
    app.add_url_rule("/set", "set", lambda: (session.update(user="jack", text="x" * 500), "")[1])
    return app


def flask_cookie():
    client = flask_application().test_client()
    return client.get("/set").headers["Set-Cookie"]


def test_a_cookie_of_flask_is_verified_and_shown(tool):
    answer = json.loads(tool("inspect", "--json", given=flask_cookie()))
    assert (answer["form"], answer["verified"], answer["status"]) == ("signed session", True, "OK")
    assert answer["session"] == {"user": "jack", "text": "x" * 500}
    shown = tool("inspect", given=flask_cookie())
    assert "verdict: OK: verified" in shown and '  user: "jack"' in shown


def test_flask_takes_what_is_signed(tool):
    value = tool("sign", given='{"user": "jill", "n": [1, {" t": [2, 3]}]}')
    client = flask_application().test_client(use_cookies=False)
    assert client.get("/", headers={"Cookie": f"session={value}"}).json == {"user": "jill", "n": [1, [2, 3]]}
    assert tool("sign", "--header", given='{"a": 1}').startswith("Set-Cookie: session=")
    assert json.loads(tool("sign", "--permanent", "--json", given='{"a": 1}'))["header"].count("Expires=") == 1


@pytest.mark.parametrize("before", ["", "Cookie: a=b; "])
def test_without_the_key_it_shows_what_anybody_can_read(tool, before):
    answer = json.loads(tool("inspect", "--json", given=before + flask_cookie(), settings=False))
    assert answer["session"]["user"] == "jack"
    assert (answer["verified"], answer["status"]) == (False, None)


def test_a_forged_cookie_is_shown_and_refused(tool):
    value = tool("sign", given='{"user": "jack"}')
    forged = value[:-1] + ("A" if value[-1] != "A" else "B")
    answer = json.loads(tool("inspect", "--json", given=forged, status=1))
    assert (answer["status"], answer["verified"], answer["session"]) == ("TAMPERED", False, {"user": "jack"})
    assert tool("get", given=forged, status=1) == "" and tool.said.startswith("swiftsessionctl: TAMPERED: ")


@pytest.mark.parametrize(
    "given", ["", "x", ".", "...", "a.b", "\0" * 100, "\udcff" * 9, "session=", "AQ" * 60, "." * 9999]
)
def test_what_is_no_cookie_is_refused(tool, given):
    assert tool("inspect", "--json", given=given, settings=False).startswith('{"form":"')
    assert json.loads(tool("inspect", "--json", given=given, status=1))["verified"] is False


def test_what_a_session_holds_commands_no_terminal(tool):
    evil = json.dumps({"a\x1b[2J\x9b": "\x1b]0;x\x07\x9b31m\x7f"})
    value = tool("sign", given=evil)
    for shown in (tool("inspect", given=value), tool("inspect", given=value, settings=False), tool("get", given=value)):
        assert not [
            character
            for character in shown
            if (ord(character) < 32 and character != "\n") or 126 < ord(character) < 160
        ]
    assert json.loads(tool("get", given=value)) == json.loads(evil)


def test_values_of_a_session(tool):
    value = tool("sign", given='{"user": "jack", "cart": {"n": 2}}')
    assert tool("get", "cart", "user", given=value) == '{"n":2}\n"jack"'
    assert json.loads(tool("get", "--json", "cart", "user", given=value)) == {"cart": {"n": 2}, "user": "jack"}
    assert tool("get", "user", "nobody", given=value, status=1) == ""
    assert json.loads(tool("get", "--json", "nobody", given=value, status=1))["status"] == "NOT_FOUND"


def test_a_sealed_cookie_says_its_key_alone(tmp_path):
    tool = Tool(tmp_path, {"SESSION_TYPE": "cookie", "SESSION_COOKIE_FORMAT": "sealed", "SECRET_KEY": KEY})
    value = tool("sign", given='{"user": "jack"}')
    blind = json.loads(tool("inspect", "--json", given=value, settings=False))
    assert (blind["form"], blind["session"], len(blind["key_id"])) == ("sealed", None, 16)
    assert json.loads(tool("inspect", "--json", given=value))["session"] == {"user": "jack"}


def test_a_session_in_a_store_is_read_and_not_extended(stored):
    value = stored("sign", given='{"user": "jack"}')
    assert json.loads(stored("get", given=value))["user"] == "jack"
    assert json.loads(stored("inspect", "--json", given=value))["form"] == "id"
    if stored.settings["SESSION_TYPE"] == "redis":
        import redis

        client = redis.Redis.from_url(stored.settings["SESSION_REDIS"])
        (key,) = client.keys()
        client.expire(key, 1000)
        stored("get", given=value)
        stored("inspect", given=value)
        assert client.ttl(key) <= 1000


def test_a_session_ends(stored):
    value = stored("sign", given='{"user": "jack"}')
    assert stored("end", given=value) == "The session has ended."
    assert json.loads(stored("get", "--json", given=value, status=1))["status"] == "NOT_FOUND"


def test_a_session_in_its_cookie_does_not_end(tool):
    assert json.loads(tool("end", "--json", given=tool("sign", given='{"a": 1}'), status=1))["status"] == "STILL_OPEN"


def test_files_are_read_and_command_lines_have_no_secrets(tool, tmp_path):
    (tmp_path / "cookie").write_text(tool("sign", given='{"a": 1}') + "\n")
    assert tool("get", "--file", tmp_path / "cookie") == '{"a":1}'
    tool("inspect", "eyJhIjoxfQ.x.y", status=2)
    assert "standard input" in tool.said
    assert tool("get", "--file", tmp_path / "nothing", status=2) == ""


@pytest.fixture
def cut(tmp_path):
    return Tool(
        tmp_path,
        {"SESSION_TYPE": "cookie", "SECRET_KEY": KEY, "SESSION_COOKIE_CHUNKS": "4", "SESSION_COOKIE_NAME": "__Host-s",
         "SESSION_COOKIE_SECURE": "true"},
    )  # fmt: skip


def test_a_cookie_in_pieces(cut):
    large = json.dumps({"text": random.Random(1).randbytes(4000).hex()}, separators=(",", ":"))
    cookie = cut("sign", given=large)
    lines = cut("sign", "--header", given=large)
    answer = json.loads(cut("sign", "--json", given=large))
    names = [pair.partition("=")[0] for pair in cookie.split("; ")]
    assert names == ["__Host-s", "__Host-s.1"] and lines.count("Set-Cookie: __Host-s") == len(answer["headers"]) == 2
    given = [
        cookie, f"Cookie: a=b; {cookie}; c=d", "; ".join(reversed(cookie.split("; "))), lines, answer["value"],
        answer["cookie"], "\n".join(f"Set-Cookie: {line}" for line in reversed(answer["headers"])),
    ]  # fmt: skip
    for each in given:
        assert cut("get", given=each) == large
        assert json.loads(cut("inspect", "--json", given=each))["pieces"] == 2
        assert json.loads(cut("end", "--json", given=each, status=1))["status"] == "STILL_OPEN"
    blind = json.loads(cut("inspect", "--json", "--cookie-name", "__Host-s", given=cookie, settings=False))
    assert (blind["form"], blind["session"]) == ("signed session", json.loads(large))
    for command in ("get", "inspect", "end"):
        cut(command, given=cookie.split("; ")[0], status=1)
        assert "cut into 2 pieces, and __Host-s.1 is not there" in cut.said


def test_the_name_of_the_cookie_is_that_of_the_settings(cut):
    value = cut("sign", given='{"a": 1}')
    assert cut("sign", "--header", given='{"a": 1}').startswith("Set-Cookie: __Host-s=")
    assert cut("get", given=f"Cookie: session=x; __Host-s={value}") == '{"a":1}'
    assert cut("get", "--cookie-name", "other", given=f"Cookie: __Host-s=x; other={value}") == '{"a":1}'
    assert cut("sign", "--cookie-name", "other", "--header", given='{"a": 1}').startswith("Set-Cookie: other=")
    for given in (f"Cookie: session={value}", "a=b; c=d", "a=b"):
        answer = json.loads(cut("get", "--json", given=given, status=1))
        assert answer["status"] == "NOT_FOUND" and "no cookie __Host-s" in answer["message"]


def test_an_empty_session_has_no_cookie(tool):
    assert tool("sign", given="{}", status=1) == "" and "a session with nothing in it has no cookie" in tool.said
    assert json.loads(tool("sign", "--json", given="{}", status=1))["status"] == "EMPTY"


def test_a_user_and_a_cookie_are_not_ended_at_once(stored, tmp_path):
    for option, value in (("--file", tmp_path / "cookie"), ("--cookie-name", "x")):
        stored("end", "--user", "jack", option, value, status=2)
        assert option in stored.said


def test_what_cannot_be_read_is_named(tool, tmp_path):
    tool("sign", "--file", tmp_path / "nothing", status=2)
    assert f"INPUT: {tmp_path}/nothing: No such file" in tool.said
    tool("sign", "--file", tmp_path, status=2)
    assert f"INPUT: {tmp_path}: Is a directory" in tool.said


def test_too_much_input_is_refused(tool):
    assert "1 MiB" in tool("sign", "--json", given="x" * (1 << 20) + "x", status=2)
