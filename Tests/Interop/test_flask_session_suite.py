# SPDX-License-Identifier: Apache-2.0
"""The tests of Flask-Session 0.8.0, from its repository, with our interface in the place of theirs, on real servers."""

import re
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from sources import repository, run_suite

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from servers import SERVERS, settings

#: The files of tests that cannot apply, and why.
IGNORED = {
    "tests/test_dynamodb.py": "this library has no store on DynamoDB, and says so with a ConfigError",
}


@pytest.fixture(scope="module")
def suite():
    return repository("https://github.com/pallets-eco/flask-session", "0.8.0")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Where the tests find what they run on, server by server."""
    with ExitStack() as stack:

        def place(kind):
            folder = tmp_path / kind
            folder.mkdir()
            address = stack.enter_context(SERVERS[kind](folder))
            if kind == "memcached":
                address = address.removeprefix("memcached://")
            monkeypatch.setenv(f"TEST_{kind.upper()}", address)
            return address

        yield place


def run(suite, *tests):
    ignored = [f"--ignore={name}" for name in IGNORED]
    # Without their measure of what is covered.
    return run_suite(suite, "flask_session_suite_stand_in", {}, "-o", "addopts=", *ignored, *tests)


def passed(said):
    return int(re.search(r"(\d+) passed", said)[1])


def test_its_own_tests_pass_on_ours(suite, place, tmp_path, monkeypatch):
    for kind in ("memcached", "mongodb", "redis"):
        place(kind)
    monkeypatch.setenv("TEST_SQLALCHEMY", f"sqlite:///{tmp_path}/sessions.db")
    assert passed(run(suite, "tests")) == 7


@pytest.mark.parametrize("kind", ["mysql", "postgresql"])
def test_its_test_of_sqlalchemy_passes_on_ours_in_other_databases(kind, suite, place, monkeypatch):
    address = settings(kind, place(kind))["SQLALCHEMY_DATABASE_URI"]
    monkeypatch.setenv("TEST_SQLALCHEMY", address)
    assert passed(run(suite, "tests/test_sqlalchemy.py")) == 1
