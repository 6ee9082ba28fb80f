# SPDX-License-Identifier: Apache-2.0
"""The C server, from outside."""

import http.client
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

SETTINGS = {"DEMO_SECRET_KEY": "a key of thirty-two bytes or so.", "DEMO_SESSION_TYPE": "cookie"}


class Server:
    def __init__(self, program, settings):
        self.process = subprocess.Popen([program], env=settings, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        self.port = int(self.address.rsplit(":", 1)[1].strip("/"))

    def send(self, path, *cookies, method="GET", body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest(method, path)
        for cookie in cookies:
            connection.putheader("Cookie", cookie)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        data = response.read()
        connection.close()
        return response, json.loads(data)

    def login(self, name="jack"):
        response, _ = self.send(f"/login?name={quote(name)}")
        return response.headers["Set-Cookie"].split(";")[0]


@pytest.fixture
def server(examples):
    server = Server(examples / "server", SETTINGS)
    yield server
    server.process.terminate()
    server.process.wait(30)
    server.process.stdout.close()


def test_it_sends_every_header_line_of_the_session(server):
    response, page = server.send("/login?name=jack")
    assert page == {"server": "C", "user": "jack", "color": None, "visits": None}
    assert response.headers["Set-Cookie"].endswith("; HttpOnly; Path=/") and response.headers["Vary"] == "Cookie"


def test_cookie_headers_that_were_split_are_one(server):
    _, page = server.send("/", "first=1", server.login(), "last=2")
    assert page["user"] == "jack" and page["visits"] == 1


def test_logout_deletes_the_cookie(server):
    response, page = server.send("/logout", server.login())
    assert page["user"] is None
    assert "Max-Age=0" in response.headers["Set-Cookie"]


def test_a_forged_cookie_is_nobody_and_stays(server):
    response, page = server.send("/", server.login() + "x")
    assert page["user"] is None and response.headers["Set-Cookie"] is None and response.headers["Vary"] == "Cookie"


@pytest.mark.parametrize("name", ['"', "\\", "\r\nSet-Cookie: a=b", "</script>", "é\U0001f600", " " * 200])
def test_what_a_visitor_gives_is_escaped(server, name):
    response, page = server.send("/", server.login(name))
    assert page["user"] == name and response.headers["Content-Type"] == "application/json"


def test_bytes_that_are_no_text_are_refused(server):
    response, page = server.send("/login?name=%ff")
    assert response.status == 400 and page == {"error": "ARGUMENT"} and response.headers["Set-Cookie"] is None


def test_it_takes_a_post_with_a_body(server):
    _, page = server.send("/set?color=green", method="POST", body=b"x" * 100_000)
    assert page["color"] == "green"


@pytest.mark.parametrize("path, method, status", [("/", "PUT", 405), ("/nothing", "GET", 404)])
def test_other_requests_have_no_page(server, path, method, status):
    assert server.send(path, method=method)[0].status == status


def test_many_requests_at_the_same_time(server):
    cookies = [server.login(f"user{number}") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda number: server.send("/", cookies[number % 8])[1], range(200)))
    assert [page["user"] for page in pages] == [f"user{number % 8}" for number in range(200)]


def test_sigterm_ends_it_cleanly(server):
    server.process.terminate()
    assert server.process.wait(30) == 0


@pytest.mark.parametrize(
    "settings, reason",
    [
        ({"DEMO_SECRET_KY": "x", **SETTINGS}, "the nearest name is SECRET_KEY"),
        ({"DEMO_SECRET_KEY": "x"}, "SESSION_TYPE"),
    ],
)
def test_it_does_not_start_with_wrong_settings(examples, settings, reason):
    result = subprocess.run([examples / "server"], env=settings, capture_output=True, text=True, timeout=30)
    assert result.returncode == 1 and reason in result.stderr and result.stdout == ""
