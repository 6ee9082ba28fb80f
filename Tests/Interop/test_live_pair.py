# SPDX-License-Identifier: Apache-2.0
"""A live application on Flask-Session 0.8 and one on ours share the sessions in one store of each kind."""

import http.client
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests"))

from servers import SERVERS, settings  # noqa: E402

APPLICATION = Path(__file__).resolve().parent / "pair" / "application.py"


class Server:
    def __init__(self, whose, settings):
        self.settings = settings
        package = str(ROOT / "bindings" / "python")
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", APPLICATION, whose, json.dumps(settings)],
            env={**os.environ, "PYTHONPATH": package},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.port = int(self.process.stdout.readline())

    def close(self):
        self.process.terminate()
        self.process.wait(30)
        self.process.stdout.close()


class Browser:
    """One cookie for both servers, as a browser has it for every port of a host."""

    def __init__(self):
        self.cookie = None

    def send(self, server, path, body=None, cookie=None):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        headers = {"Content-Type": "application/json"}
        if cookie or self.cookie:
            headers["Cookie"] = cookie or self.cookie
        connection.request("GET" if body is None else "POST", path, body and json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        assert response.status == 200
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookie = None if "Max-Age=0" in line else line.partition(";")[0]
        return json.loads(text) if text.startswith("{") else text

    def values(self, server, path="/", body=None, cookie=None):
        return self.send(server, path, body, cookie)["values"]


@pytest.fixture(scope="module", params=["filesystem", "sqlite", *SERVERS])
def store(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pair")
    if request.param == "sqlite":
        yield {"SESSION_TYPE": "sqlalchemy", "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/sessions.db"}
    elif request.param == "filesystem":
        yield {"SESSION_TYPE": "filesystem", "SESSION_FILE_DIR": f"{folder}/sessions"}
    else:
        with SERVERS[request.param](folder) as address:
            yield settings(request.param, address)


KINDS = ["msgpack", "json", "msgpack signed", "json signed"]


@pytest.fixture(scope="module", params=KINDS)
def servers(request, store):
    codec, _, signed = request.param.partition(" ")
    all_settings = {
        "SECRET_KEY": "a key of more than 16 bytes",
        "SESSION_KEY_PREFIX": f"{KINDS.index(request.param)}:",
        **store,
        "SESSION_SERIALIZATION_FORMAT": codec,
        "SESSION_USE_SIGNER": bool(signed),
    }
    theirs = Server("theirs", all_settings)
    try:
        ours = Server("ours", all_settings)
        yield theirs, ours
        ours.close()
    finally:
        theirs.close()


@pytest.fixture(params=["theirs first", "ours first"])
def pair(request, servers):
    theirs, ours = servers
    return (theirs, ours) if request.param == "theirs first" else (ours, theirs)


VALUES = {
    "user": "jack",
    "n": [1, -(2**63), 2**64 - 1, 2.5, None, True, "é\U0001f600\0"],
    "cart": {"items": {"a": 1}, "empty": {}, "": []},
    "long": "x" * 60_000,  # Flask-Session's column in MariaDB is a BLOB
    "_flashes": [["message", "hello"]],
}


def test_what_one_sets_the_other_shows(pair):
    one, other = pair
    browser = Browser()
    expected = {"_permanent": True, **VALUES}
    assert browser.values(one, "/set", VALUES) == expected
    assert browser.values(other) == expected
    assert browser.send(one, "/")["sid"] == browser.send(other, "/")["sid"]


def test_changes_go_both_ways(pair):
    one, other = pair
    browser = Browser()
    browser.send(one, "/set", {"list": ["a"], "user": "jack"})
    assert browser.values(other, "/append/list/b")["list"] == ["a", "b"]
    assert browser.values(one, "/append/list/c")["list"] == ["a", "b", "c"]
    assert browser.values(other, "/pop/user") == {"_permanent": True, "list": ["a", "b", "c"]}
    assert browser.values(one) == {"_permanent": True, "list": ["a", "b", "c"]}


def test_logout_on_one_is_logout_on_the_other(pair):
    one, other = pair
    browser = Browser()
    browser.send(one, "/set", {"user": "jack"})
    old = browser.cookie
    assert browser.values(other, "/clear") == {"_permanent": True}
    assert browser.cookie is None
    for server in pair:
        assert browser.values(server, cookie=old) == {"_permanent": True}


def test_a_new_id_is_known_to_both_and_the_old_one_to_none(pair):
    one, other = pair
    browser = Browser()
    browser.send(one, "/set", {"user": "jack"})
    old = browser.cookie
    browser.send(other, "/regenerate")
    assert browser.cookie != old
    for server in pair:
        assert browser.values(server)["user"] == "jack"
    for server in pair:
        assert browser.values(server, cookie=old) == {"_permanent": True}


def test_an_id_of_somebody_elses_choice_is_adopted_by_none(pair):
    one, _ = pair
    browser = Browser()
    browser.cookie = "session=chosen-by-an-attacker"
    sid = browser.send(one, "/set", {"user": "jack"})["sid"]
    assert sid != "chosen-by-an-attacker" and "chosen" not in browser.cookie


def test_a_record_that_only_one_can_read_stays_as_it_is(servers):
    theirs, ours = servers
    if theirs.settings["SESSION_SERIALIZATION_FORMAT"] != "msgpack":
        pytest.skip("JSON has no such keys")
    if theirs.settings["SESSION_TYPE"] == "filesystem":
        assert "SESSION_SERIALIZATION_FORMAT" in ours.settings  # which files do not follow: they are pickles
    browser = Browser()
    written = browser.send(theirs, "/odd", {})
    cookie = browser.cookie
    assert written == "odd: {b'x': 1, (1, 2): 3}"
    assert browser.send(ours, "/odd", cookie=cookie) == "odd: None"
    assert browser.values(ours, cookie=cookie) == {"_permanent": True}
    assert browser.values(ours, "/set", {"user": "jack"}, cookie) == {"_permanent": True, "user": "jack"}
    assert browser.cookie != cookie and browser.values(theirs)["user"] == "jack"
    assert browser.send(theirs, "/odd", cookie=cookie) == written
