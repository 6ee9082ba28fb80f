# SPDX-License-Identifier: Apache-2.0
"""The page of the demo in a real browser: what is done on one server is seen on the other."""

import json
import os
import re
import struct
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from chromium import SECONDS, browser

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOT = ROOT / "docs" / "demo.png"

#: What a page shows, and which of its buttons can be seen.
SEEN = """(() => {
  const text = (query) => document.querySelector(query).innerText;
  return {
    server: text("h1"), user: text("#user"), color: text("#color"), visits: text("#visits"),
    buttons: [...document.querySelectorAll("button")].filter((one) => one.checkVisibility()).map((one) => one.innerText),
    bar: getComputedStyle(document.querySelector("main")).borderTopColor,
  };
})()"""
OUT = ["Log in as jack", "Log in as jill", "Look again", "green", "blue", "orange"]
IN = ["Log out", *OUT[2:]]
GREY, BLUE = "rgb(195, 201, 212)", "rgb(47, 111, 208)"


@pytest.fixture(scope="module")
def demo(examples):
    """The addresses of the running demo: of the page with all servers, then of Flask and C, in a cookie and in a store."""
    environment = {**os.environ, "DEMO": "", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, ROOT / "demo" / "run"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith("Ctrl-C"):
                break
        shown = said.partition("Try it in a browser")[2]
        addresses = re.findall(r"^   (?:Flask: +|C: +)?(http://127\.0\.0\.1:\d+/)", shown, re.M)
        assert len(addresses) == 5, said
        yield addresses
        process.terminate()
        process.communicate()


@pytest.fixture(scope="module")
def chromium():
    with browser() as chromium:
        yield chromium


@pytest.fixture
def tab(chromium):
    with chromium.tab() as tab:
        yield tab


def expected(server, user, color, visits, *, bar=GREY):
    return {"server": server, "user": user, "color": color, "visits": visits, "buttons": IN if user else OUT, "bar": bar}


@pytest.mark.parametrize("half", [1, 3], ids=["cookie", "store"])
@pytest.mark.parametrize("first, second", [("Flask", "C"), ("C", "Flask")])
def test_what_is_done_on_one_server_is_seen_on_the_other(demo, tab, half, first, second):
    address = dict(zip(("Flask", "C"), demo[half : half + 2], strict=True))
    tab.open(address[first])
    assert tab.value_of(SEEN) == expected(first, "", "", "")
    tab.press("Log in as jack")
    assert tab.value_of("location.href") == address[first]
    assert tab.value_of(SEEN) == expected(first, "jack", "", "1")
    tab.open(address[second])
    assert tab.value_of(SEEN) == expected(second, "jack", "", "2")
    tab.press("blue")
    assert tab.value_of(SEEN) == expected(second, "jack", "blue", "3", bar=BLUE)
    tab.open(address[first])
    assert tab.value_of(SEEN) == expected(first, "jack", "blue", "4", bar=BLUE)
    tab.press("Look again")
    assert tab.value_of(SEEN) == expected(first, "jack", "blue", "5", bar=BLUE)
    tab.open(address[second])
    tab.press("Log out")
    assert tab.value_of(SEEN) == expected(second, "", "", "")
    tab.open(address[first])
    assert tab.value_of(SEEN) == expected(first, "", "", "")


@pytest.mark.parametrize("server", [3, 4], ids=["Flask", "C"])
def test_a_name_that_is_markup_stays_text(demo, tab, server):
    name = "\"><script>document.title = 'mine'</script>&amp;'"
    tab.open(demo[server] + "login?name=" + name.replace("&", "%26"))
    assert tab.value_of("document.querySelector('#user').textContent") == name
    assert tab.value_of("document.querySelector('main').dataset.user") == name
    assert tab.value_of("document.title") != "mine"


@pytest.mark.parametrize("server", [1, 2, 3, 4])
@pytest.mark.parametrize("accept", [{}, {"Accept": "*/*"}, {"Accept": "application/json"}])
def test_who_does_not_ask_for_a_page_gets_json(demo, server, accept):
    with urlopen(Request(demo[server] + "login?name=jack", headers=accept), timeout=SECONDS) as response:
        page = json.load(response)
    assert (page["user"], response.headers["Content-Type"], response.url) == (
        "jack", "application/json", demo[server] + "login?name=jack",
    )  # fmt: skip
    assert {"Accept", "Cookie"} <= set(re.findall(r"\w+", " ".join(response.headers.get_all("Vary"))))


def test_both_are_seen_side_by_side(demo, tab, tmp_path):
    front, _, _, flask, c = demo
    tab.open(demo[1])
    tab.press("Log in as jill")
    tab.press("orange")
    tab.open(flask)
    tab.press("Log in as jack")
    tab.press("blue")
    tab.open(front)
    seen = tab.value_of_each_frame(SEEN)
    assert list(seen) == demo[1:]
    assert [(page["server"], page["user"], page["color"]) for page in seen.values()] == [
        ("Flask", "jill", "orange"), ("C", "jill", "orange"), ("Flask", "jack", "blue"), ("C", "jack", "blue"),
    ]  # fmt: skip
    picture = tab.screenshot()
    width, height = struct.unpack_from(">II", picture, 16)
    assert picture.startswith(b"\x89PNG") and width == 1120 and 800 <= height <= 1200
    # SCREENSHOT=1 makes the one that is kept.
    (SCREENSHOT if os.environ.get("SCREENSHOT") == "1" else tmp_path / "demo.png").write_bytes(picture)
