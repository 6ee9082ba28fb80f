# SPDX-License-Identifier: Apache-2.0
"""One SQLite file or folder under many processes: races, forks, kills. SWIFTSESSION_TEST_SCALE=10 is ten times as long."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager, suppress

import pytest

import store_library

SCALE = float(os.environ.get("SWIFTSESSION_TEST_SCALE", "1"))


def scaled(number: int) -> int:
    return max(int(number * SCALE), 1)


@pytest.fixture(params=["sessions.db", "sessions"])
def path(request, tmp_path):
    return tmp_path / request.param


def integrity(path) -> str:
    if path.is_dir():
        left = [file.name for file in path.iterdir() if len(file.name) != 64 and not file.name.endswith(".__wz_cache")]
        return " ".join(left) or "ok"
    with closing(sqlite3.connect(path)) as database:
        return database.execute("PRAGMA integrity_check").fetchone()[0]


def counter(path) -> int:
    store = store_library.store_at(path)
    try:
        return store_library.count(store)
    finally:
        store.close()


@contextmanager
def started(*commands: list[str]):
    """Runs programs at once; what still runs in the end, their children too, is killed."""
    running = []
    try:
        for command in commands:
            running.append(
                subprocess.Popen(
                    command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
                )
            )
        yield running
    finally:
        for process in running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answers(process: subprocess.Popen) -> list[int]:
    output, errors = process.communicate(timeout=60 * max(SCALE, 1))
    assert (process.returncode, errors) == (0, "")
    return [int(word) for word in output.split()]


def run(*command: str) -> list[int]:
    with started(list(command)) as [process]:
        return answers(process)


def test_sixteen_processes_add_and_nothing_is_lost(program, path):
    times = scaled(1000)
    commands = [[program("adding")], [sys.executable, store_library.__file__]] * 8
    with started(*[[*command, str(path), str(times)] for command in commands]) as running:
        for process in running:
            assert answers(process) == []
    assert counter(path) == 16 * times
    assert integrity(path) == "ok"


def test_a_store_used_before_a_fork_serves_parent_and_children(program, path):
    found, due = run(program("forking"), str(path), str(scaled(1000)), str(scaled(2000)))
    assert found == due
    assert integrity(path) == "ok"


def test_a_process_killed_after_its_commit_adds_no_more_than_that(program, path):
    lost, too_high, between = run(program("killing"), str(path), str(scaled(300)))
    assert (lost, too_high) == (0, 0)
    # The case that this is about was met.
    assert between > 0
    assert integrity(path) == "ok"
