# SPDX-License-Identifier: Apache-2.0
"""A folder of sessions when the disk is full, the rights are missing, others meddle, or a process is killed."""

import os
import pickle
import random
import resource
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from store_library import StoreError, store_at

ROOT = Path(__file__).resolve().parents[2]
LOCK = "lock.__wz_cache"


@pytest.fixture
def store(tmp_path):
    made = store_at(tmp_path / "sessions", timeout=2)
    yield made
    made.close()


@contextmanager
def fails(name):
    with pytest.raises(StoreError) as caught:
        yield caught
    assert caught.value.name == name, caught.value


@contextmanager
def files_no_larger_than(size):
    """What a full disk is to a write. Python ignores SIGXFSZ."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_what_root_makes_belongs_to_the_owner_of_the_folder(tmp_path):
    folder = tmp_path / "sessions"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    made = store_at(folder)
    made.create(b"a", b"record")
    made.close()
    files = list(folder.iterdir())
    assert len(files) == 2 and {file.stat().st_uid for file in files} == {65534}


def test_a_full_disk_leaves_the_old_record_and_no_draft(tmp_path, store):
    store.create(b"a", b"old" * 100)
    record, token = store.load(b"a")
    with files_no_larger_than(4096):
        with fails("BACKEND"):
            store.replace(b"a", b"new" * 100_000, token)
        with fails("BACKEND"):
            store.create(b"b", b"new" * 100_000)
    assert store.load(b"a")[0] == record
    with fails("NOT_FOUND"):
        store.load(b"b")
    assert [name for name in os.listdir(tmp_path / "sessions") if name.endswith("__wz_cache")] == [LOCK]
    store.replace(b"a", b"new" * 100_000, token)
    assert store.load(b"a")[0] == b"new" * 100_000


def test_a_folder_that_is_deleted_is_made_anew(tmp_path, store):
    store.create(b"a", b"old")
    _, token = store.load(b"a")
    for file in (tmp_path / "sessions").iterdir():
        file.unlink()
    (tmp_path / "sessions").rmdir()
    with fails("NOT_FOUND"):
        store.load(b"a")
    with fails("GONE"):
        store.replace(b"a", b"back", token)
    store.create(b"a", b"new")
    assert store.load(b"a")[0] == b"new"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_without_rights_the_message_says_so(tmp_path, store):
    store.create(b"a", b"x")
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:2]:
        parent.chmod(parent.stat().st_mode | 0o055)
    code = textwrap.dedent(f"""
        import os, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        import store_library
        os.setgid(65534); os.setuid(65534)
        store = store_library.store_at({str(tmp_path / "sessions")!r}, timeout=2)
        for call in (lambda: store.load(b"a"), lambda: store.create(b"b", b"x"), lambda: store.remove(b"a")):
            try:
                call()
            except store_library.StoreError as error:
                print(error)
    """)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert len(lines) == 3 and all(line.startswith("AUTH: ") and "SESSION_FILE_DIR" in line for line in lines), lines


def test_others_may_empty_the_folder_while_it_is_used(tmp_path, store):
    """What cachelib does when it prunes."""
    for number in range(200):
        store.create(b"%d" % number, b"x")
        if number % 3 == 0:
            for file in (tmp_path / "sessions").iterdir():
                file.unlink()
    assert store.load(b"199")[0] == b"x"


SAVING = """
import sys
sys.path.insert(0, "bindings/python")
import swiftsession
manager = swiftsession.SessionManager(SESSION_TYPE="filesystem", SESSION_FILE_DIR=sys.argv[1], SESSION_TIMEOUT=60)
number = int(sys.argv[2])
while True:
    number += 1
    with manager.open(sys.argv[3]) as session:
        session["number"], session["filler"] = number, ["x%d" % number] * (number % 500)
        session.save()
    with manager.open(None) as session:
        session["number"] = number
        session.save()
    print(number, flush=True)
"""


def test_no_session_is_unreadable_after_kills_during_saves(tmp_path):
    """5,000 saves and more, and a kill at any moment of every hundredth or so."""
    sys.path.insert(0, str(ROOT / "bindings" / "python"))
    import swiftsession

    folder = tmp_path / "sessions"
    manager = swiftsession.SessionManager(SESSION_TYPE="filesystem", SESSION_FILE_DIR=folder)
    with manager.open(None) as session:
        session["number"] = 0
        cookie = dict(session.save())["Set-Cookie"].partition(";")[0]
    saves = kills = answered = 0
    chance = random.Random(7)
    while saves < 5_000:
        process = subprocess.Popen(
            [sys.executable, "-c", SAVING, str(folder), str(answered), cookie], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert process.stdout.readline()
        time.sleep(chance.random() * 0.1)
        process.send_signal(signal.SIGKILL)
        said = process.stdout.read().split()
        process.wait()
        process.stdout.close()
        kills += 1
        with manager.open(cookie) as session:
            assert session.origin == swiftsession.Origin.COOKIE or not session.is_new
            number = session["number"]
        before, answered = answered, max(number, int(said[-1]) if said else answered)
        assert number >= (int(said[-1]) if said else before)
        saves += 2 * (answered - before)
    records = [file for file in folder.iterdir() if not file.name.endswith("__wz_cache")]
    unreadable = [file for file in records if not isinstance(pickle.loads(file.read_bytes()[4:]), (dict, int))]
    assert unreadable == []
    assert kills >= 5 and len(records) > 1_000
