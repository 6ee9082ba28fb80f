# SPDX-License-Identifier: Apache-2.0
"""Requests of Flask-Session 0.3 to 0.6 on the pickles that it left, in every store that it had: ours answers the same.

Each step begins with the store as the older version left it after the step before, so that one of its processes could
be replaced by ours at any moment. What ours leaves is compared to the byte, with when it ends. Where theirs found no
session or failed, ours has a new one, with an id of its own, that is stored once something is in it: on purpose.
"""

import json
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from servers import SERVERS

from flask_session_stand import VECTORS
from memcached_wire import stores
from old_stands import STANDS

#: Not MongoDB with 0.5: with pymongo 4 it fails at every write and leaves nothing, with pymongo 3 it is as 0.4 was.
STORES = {
    "032": "filesystem memcached_pm mongodb_3 mysql postgresql postgresql_tz redis sqlite",
    "041": "filesystem memcached_pm mongodb_3 mysql postgresql postgresql_tz redis sqlite",
    "050": "filesystem memcached_pm mysql postgresql postgresql_tz redis sqlite",
    "060": "filesystem memcached_pm redis sqlite",
}
FILES = [f"fs{version}_{store}.json" for version, names in STORES.items() for store in names.split()]
#: Requests after which a session holds less than before: the older versions kept a record of nothing.
ENDING = ("/pop", "/clear", "/perm_off")
#: Files in which when a record ends differs on purpose, and why.
OTHER_ENDS = {
    f"fs{version}_postgresql_tz.json": "it gives PostgreSQL a time with a zone for a column without one, and that is"
    " kept in the zone of the connection: where it is not UTC, sessions end hours late or early"
    for version in ("041", "050")
}


def written_format(name, kind):
    if kind == "filesystem":
        return "pickle5"
    return "pickle0" if kind == "memcached" and not name.startswith("fs060") else "pickle4"


def steps_of(scenario, kind):
    """The steps with their parts named in one way."""
    steps = [step for step in scenario["steps"] if "cookie" in step]
    for step, store in zip(steps, stores(steps) if kind == "memcached" else steps):
        advance = step.get("clock_advance", 0) or step.get("advance", 0)
        laid = store if kind == "memcached" else store.get("store", store.get("documents"))
        yield {**step, "request": step["request"].removeprefix("GET "), "clock_advance": advance}, laid


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """By the name of a store, where it is: a server is started once."""
    with ExitStack() as stack:
        made = {}

        def place(kind):
            if kind not in SERVERS:
                return {"folder": tmp_path_factory.mktemp(kind)}
            if kind not in made:
                made[kind] = stack.enter_context(SERVERS[kind](tmp_path_factory.mktemp(kind)))
            return {"address": made[kind]}

        yield place


@pytest.mark.parametrize("name", FILES)
def test_every_request_on_a_record_of_theirs(name, places, monkeypatch):
    kind = name.split("_")[1].removesuffix(".json")
    compared = differing = 0
    for scenario in json.loads((VECTORS / name).read_text())["scenarios"]:
        format = written_format(name, kind)
        stand = STANDS[kind](scenario, monkeypatch, SESSION_SERIALIZATION_FORMAT=format, **places(kind))
        before = {} if kind == "memcached" else []
        for step, after in steps_of(scenario, kind):
            what = scenario["config"], step["request"]
            advance, cookie = step["clock_advance"], step["cookie"]
            stand.now += advance
            stand.lay(before)
            was_there = cookie and stand.found(before, cookie)
            stand.now -= advance  # which send() adds
            answer = stand.send(step)
            assert answer.status_code == 200, what  # where theirs failed, too
            if step.get("status") != 200:
                continue  # nothing is noted down of what they left
            assert without_new_id(answer.text, was_there) == without_new_id(step["body"], was_there), what
            if was_there:
                theirs, ours = stand.found(after, cookie), stand.found(stand.rows(), cookie)
                if theirs and step["request"] not in ENDING:
                    # Header of a file and all: whichever wrote it, the other one cannot tell.
                    assert ours and ours[0] == theirs[0], what
                    assert ours[1] == theirs[1] or name in OTHER_ENDS, what
                    differing += ours[1] != theirs[1]
                compared += 1
            before = after
    assert compared >= (4 if kind == "mongodb" else 10)
    assert (name in OTHER_ENDS) == (differing > 0)


def without_new_id(body, was_there):
    """A body of /dump ends with the id. That of a new session is ours; theirs up to 0.5 took the cookie's."""
    return body if was_there else body.partition(" sid=")[0]
