# SPDX-License-Identifier: Apache-2.0
"""The command that verifies a Flask cookie, on cookies that Flask signed."""

import subprocess

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

KEY = "a key of thirty-two bytes or so."


def flask_cookie(values: dict[str, object], key: str = KEY) -> str:
    app = Flask(__name__)
    app.secret_key = key
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    with app.app_context():
        return signer.dumps(values)


@pytest.fixture
def verify(examples):
    def run(*arguments, key=KEY, given=""):
        environment = {} if key is None else {"SECRET_KEY": key}
        return subprocess.run(
            [examples / "verify", *arguments], input=given, env=environment, capture_output=True, text=True, timeout=30
        )

    return run


def test_it_prints_the_session_of_a_cookie(verify):
    result = verify(flask_cookie({"user": "jack", "seen": (1, b"x")}))
    assert (result.stdout, result.returncode) == ('{"seen":{" t":[1,{" b":"eA=="}]},"user":"jack"}\n', 0)


def test_it_takes_the_cookie_on_stdin(verify):
    result = verify(given=flask_cookie({"text": "long " * 200}) + "\n")
    assert (result.stdout, result.returncode) == ('{"text":"' + "long " * 200 + '"}\n', 0)


@pytest.mark.parametrize(
    "arguments, reason",
    [
        ({"key": "another key of the right length."}, "TAMPERED: "),
        ({"given": ""}, "TAMPERED: "),
    ],
)
def test_another_cookie_is_refused_with_its_reason(verify, arguments, reason):
    result = verify(**{"given": flask_cookie({"user": "jack"}), **arguments})
    assert result.stderr.startswith(reason) and result.stdout == "" and result.returncode == 1


def test_a_signed_cookie_that_holds_no_session_is_refused(verify):
    result = verify(flask_cookie([1, 2]))
    assert result.stderr.startswith("MALFORMED: ") and result.returncode == 1


def test_an_old_cookie_is_refused(verify, monkeypatch):
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: 1700000000)
    result = verify(flask_cookie({"user": "jack"}))
    assert result.stderr.startswith("EXPIRED: ") and result.returncode == 1


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_nothing_is_verified(verify, key):
    result = verify("x", key=key)
    assert result.returncode == 2 and result.stderr != ""
