# SPDX-License-Identifier: Apache-2.0
"""What --json answers with is what the manual page says."""

import json
import random
import re
import time

import pytest
from running import KEY, ROOT, Tool

PAGE = (ROOT / "Tools" / "swiftsessionctl" / "swiftsessionctl.1").read_text()
SECTION = PAGE.split("\n.SH JSON\n")[1].split("\n.SH ")[0]

#: The members of what each command answers with: those that are always there, and those with a ?.
SHAPES = {
    name: ({one for one in members.split(", ") if one[-1] != "?"}, {one[:-1] for one in members.split(", ") if one[-1] == "?"})
    for name, members in re.findall(r"^\.B (\w+)\n\[?\{([\w?, ]+)\}", SECTION, re.M)
}
(FINDING,) = re.findall(r"findings are \[\{([\w, ]+)\}\]", SECTION)


def members(name, *answers):
    """Every one has what it has to have; together they have what they may have, and nothing else."""
    always, sometimes = SHAPES[name]
    for answer in answers:
        assert always <= set(answer) <= always | sometimes
    assert set().union(*answers) == always | sometimes
    return answers[0]


def asked(tool, *arguments, **options):
    return json.loads(tool(*arguments, "--json", **options))


def test_every_command_is_there():
    commands = re.findall(r'\{"(\w+)", [\w", ]*command_', (ROOT / "Tools" / "swiftsessionctl" / "main.c").read_text())
    assert commands and set(re.findall(r"^\.B (\w+)\n[\[{]", SECTION, re.M)) == {*commands, "failure"}


@pytest.fixture
def make(tmp_path):
    """A tool with settings of its own."""

    def make(name, **settings):
        (tmp_path / name).mkdir()
        return Tool(tmp_path / name, settings)

    return make


def log_in(tool):
    """A session of jack; the answer is its cookie."""
    from swiftsession import SessionManager

    with SessionManager(**tool.settings).open(None) as session:
        session.login("jack", label="phone")
        return session.save()[0][1].partition(";")[0]


def test_what_a_cookie_is(tool, make, tmp_path):
    pieces = make("pieces", SESSION_TYPE="cookie", SECRET_KEY=KEY, SESSION_COOKIE_CHUNKS="3")
    sealed = make("sealed", SESSION_TYPE="cookie", SECRET_KEY=KEY, SESSION_COOKIE_FORMAT="sealed")
    stored = make("stored", SESSION_TYPE="sqlite", SESSION_SQLITE=str(tmp_path / "sessions.db"))
    large = json.dumps({"text": random.Random(1).randbytes(4000).hex()})
    signed = members("sign", asked(pieces, "sign", given=large))
    assert len(signed["headers"]) > 1 and signed["header"] == signed["headers"][0]
    answers = [
        asked(pieces, "inspect", given=signed["cookie"]),
        asked(sealed, "inspect", given=sealed("sign", given='{"a": 1}')),
        asked(stored, "inspect", given=log_in(stored)),
    ]
    members("inspect", *answers)
    assert [answer["form"] for answer in answers] == ["signed session", "sealed", "id"]
    assert asked(tool, "inspect", given="x", settings=False)["status"] is None


def test_the_sessions_of_a_user(make, tmp_path):
    tool = make("stored", SESSION_TYPE="sqlite", SESSION_SQLITE=str(tmp_path / "sessions.db"))
    log_in(tool)
    (one,) = asked(tool, "list", "jack")
    assert members("list", one) and one["current"] is False and abs(one["created"] - time.time()) < 600
    assert members("end", asked(tool, "end", "--user", "jack")) == {"status": "OK"}
    assert asked(tool, "list", "jack") == []


def test_upkeep(make, tmp_path):
    tool = make("old", SESSION_TYPE="sqlite", SESSION_SQLITE=tmp_path / "sessions.db")
    new = make(
        "new", SESSION_TYPE="sqlite", SESSION_SQLITE=tmp_path / "new.db", SESSION_MIGRATE_FROM="sqlite",
        SESSION_MIGRATE_SQLITE=tmp_path / "sessions.db", SESSION_MIGRATE_UNTIL="2099-01-01T00:00:00Z",
    )  # fmt: skip
    tool("sign", given='{"a": 1}')
    members("sweep", asked(tool, "sweep"))
    assert members("migrate", asked(new, "migrate"))["moved"] == 1
    members("rotate", asked(tool, "rotate", tmp_path / "keys", settings=False))
    found = members("doctor", asked(tool, "doctor"))["findings"]
    assert found and all(list(one) == FINDING.split(", ") for one in found)
    assert members("failure", asked(tool, "get", given="A" * 43, status=1))["status"] == "NOT_FOUND"


def test_the_words_of_a_failure():
    own = set()
    for source in (ROOT / "Tools" / "swiftsessionctl").glob("*.c"):
        own |= set(re.findall(r'\bEXIT_\w+, "([A-Z_]+)"', source.read_text()))
    header = (ROOT / "Include" / "swiftsession.h").read_text()
    own = {word for word in own if f"SWIFTSESSION_{word} = " not in header}
    (line,) = re.findall(r"^\.BR USAGE.*$", SECTION, re.M)
    assert own and own == set(re.findall("[A-Z_]{3,}", line))
