# SPDX-License-Identifier: Apache-2.0
"""SQLite when something is missing, full, locked or taken away; the servers' stores without their client libraries."""

import os
import resource
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from store_library import StoreError, sqlite


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sessions.db"


@pytest.fixture
def store(path):
    store = sqlite(path, timeout=2)
    yield store
    store.close()


def fails(name: str):
    return pytest.raises(StoreError, match=f"^{name}:")


def remove_database(path):
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def until_it_fails(name: str, call):
    """A store looks ten times a second whether its file is still there."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            call()
        except StoreError as error:
            assert error.name == name
            return
        time.sleep(0.01)
    pytest.fail(f"no {name} within ten seconds")


def test_a_file_that_is_deleted_is_made_anew(path, store):
    store.create(b"a", b"old")
    remove_database(path)
    until_it_fails("NOT_FOUND", lambda: store.load(b"a"))
    store.create(b"a", b"new")
    assert store.load(b"a")[0] == b"new"
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT session_id, data FROM sessions").fetchall() == [("a", b"new")]


def test_a_file_in_its_place_is_used(path, store):
    store.create(b"a", b"old")
    _, token = store.load(b"a")
    other = path.with_name("other.db")
    second = sqlite(other)
    second.create(b"b", b"other")
    second.close()
    remove_database(path)
    other.rename(path)
    until_it_fails("NOT_FOUND", lambda: store.load(b"a"))
    assert store.load(b"b")[0] == b"other"
    with fails("GONE"):
        store.replace(b"a", b"back", token)


def test_a_folder_that_goes_and_comes_back(tmp_path):
    folder = tmp_path / "folder"
    store = sqlite(folder / "sessions.db", timeout=2)
    with fails("UNAVAILABLE"):
        store.create(b"a", b"x")
    folder.mkdir()
    store.create(b"a", b"x")
    assert store.load(b"a")[0] == b"x"
    store.close()


@contextmanager
def locked(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("ROLLBACK")


def test_a_locked_database_takes_no_longer_than_the_time_that_is_set(path):
    store = sqlite(path, timeout=0.2)
    store.create(b"a", b"x")
    _, token = store.load(b"a")
    with locked(path):
        start = time.monotonic()
        with fails("TIMEOUT"):
            store.replace(b"a", b"y", token)
        assert 0.15 < time.monotonic() - start < 10
        assert store.load(b"a")[0] == b"x"
    store.replace(b"a", b"y", token)
    assert store.load(b"a")[0] == b"y"
    store.close()


@contextmanager
def files_no_larger_than(size: int):
    """What a full disk is to a write. Python ignores SIGXFSZ."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_old_record(path, store):
    store.create(b"a", b"old" * 100)
    record, token = store.load(b"a")
    largest = max(os.path.getsize(path), os.path.getsize(f"{path}-wal"))
    with files_no_larger_than(largest + 4096):
        with fails("BACKEND"):
            store.replace(b"a", b"new" * 100_000, token)
        assert store.load(b"a")[0] == record
        with fails("BACKEND"):
            store.create(b"b", b"new" * 100_000)
    assert store.load(b"a")[0] == record
    store.replace(b"a", b"new" * 100_000, token)
    assert store.load(b"a")[0] == b"new" * 100_000
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("kind", ["no library", "another library"])
def test_without_libsqlite3_the_message_names_its_package(kind, program, tmp_path):
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    fake = libraries / "libsqlite3.so.0"
    if kind == "no library":
        fake.touch()
    else:
        subprocess.run(["gcc", "-shared", "-x", "c", "/dev/null", "-o", str(fake)], check=True)
    done = subprocess.run(
        [program("adding"), str(tmp_path / "sessions.db"), "1"],
        env={**os.environ, "LD_LIBRARY_PATH": str(libraries)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("create: UNAVAILABLE: ")
    assert "libsqlite3-0" in done.stderr
    assert list(tmp_path.glob("sessions.db*")) == []


@pytest.mark.parametrize(
    ("store", "soname", "debian_package"),
    [("mongodb", "libmongoc-1.0.so.0", "libmongoc-1.0-0"), ("redis", "libhiredis.so.0.14", "libhiredis0.14")],
)
def test_without_its_library_the_message_names_its_package(tmp_path, store, soname, debian_package):
    (tmp_path / soname).touch()
    package = str(Path(__file__).resolve().parents[2] / "bindings" / "python")
    settings = f"SESSION_TYPE='{store}', SESSION_{store.upper()}='{store}://127.0.0.1:1'"
    done = subprocess.run(
        [sys.executable, "-c", f"import swiftsession as s; s.SessionManager({settings}).ping()"],
        env={**os.environ, "LD_LIBRARY_PATH": str(tmp_path), "PYTHONPATH": package},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Unavailable" in done.stderr and debian_package in done.stderr


def test_several_memcached_servers_need_libmemcached_and_one_does_not(tmp_path):
    (tmp_path / "libmemcached.so.11").touch()
    package = str(Path(__file__).resolve().parents[2] / "bindings" / "python")
    code = "import swiftsession as s; s.SessionManager(SESSION_TYPE='memcached', SESSION_MEMCACHED={!r}); print('open')"

    def run(servers):
        return subprocess.run(
            [sys.executable, "-c", code.format(servers)],
            env={**os.environ, "LD_LIBRARY_PATH": str(tmp_path), "PYTHONPATH": package},
            capture_output=True,
            text=True,
            check=False,
        )

    assert run("127.0.0.1:1").stdout == "open\n"
    done = run("127.0.0.1:1,127.0.0.1:2")
    assert done.returncode == 1
    assert "Unavailable" in done.stderr and "libmemcached11" in done.stderr
    assert "Unavailable" in done.stderr and "libmemcached11" in done.stderr
