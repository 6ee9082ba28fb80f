# SPDX-License-Identifier: Apache-2.0
"""Many processes, in C and in Python, on one session in one store: nothing lost.

RACES_ROUNDS=10000 is the long run.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests"))

from programs import program, run
from servers import SERVERS  # noqa: E402

PROCESSES = 16
TIMES = int(os.environ.get("RACES_ROUNDS", "1000"))


@pytest.fixture(scope="session")
def races() -> Path:
    return program("races")


@pytest.fixture(params=["filesystem", "sqlite", *SERVERS])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """The path of a folder or of a SQLite file, or the address of a server."""
    if request.param == "sqlite":
        yield tmp_path / "sessions.db"
    elif request.param == "filesystem":
        yield tmp_path / "sessions"
    else:
        with SERVERS[request.param](tmp_path) as address:
            yield address


def times(database: Path | str, number: int) -> int:
    """A fifth on MongoDB, which writes its journal at each save."""
    return number // 5 if str(database).startswith("mongodb") else number


def assert_sound(database: Path | str) -> None:
    if isinstance(database, Path) and database.is_dir():
        files = [file for file in database.iterdir() if not file.name.endswith(".__wz_cache")]
        assert files and all(pickle.loads(file.read_bytes()[4:]) is not None for file in files)
    elif isinstance(database, Path):
        assert sqlite3.connect(database).execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def together(commands: list[list[object]]) -> None:
    """Starts all, then waits for all."""
    started = [subprocess.Popen([str(word) for word in command], stderr=subprocess.PIPE) for command in commands]
    for process in started:
        _, errors = process.communicate(timeout=1500)
        assert process.returncode == 0, errors.decode()


def worker(races: Path, language: str) -> list[object]:
    return [races] if language == "C" else [sys.executable, ROOT / "Tests" / "Races" / "worker.py"]


def languages(mix: str) -> list[str]:
    return {"C": ["C"] * PROCESSES, "half": ["C", "Python"] * (PROCESSES // 2)}[mix]


@pytest.mark.parametrize("mix", ["C", "half"])
def test_every_process_keeps_its_key(races: Path, database: Path | str, mix: str) -> None:
    cookie, number = run(races, "login", database), times(database, TIMES)
    together(
        [
            [*worker(races, language), "set", database, cookie, f"key{index}", number]
            for index, language in enumerate(languages(mix))
        ]
    )
    values = json.loads(run(races, "read", database, cookie))
    assert {key: values[key] for key in values if key.startswith("key")} == {
        f"key{index}": number for index in range(PROCESSES)
    }
    assert values["user"] == "jack"


@pytest.mark.parametrize("mix", ["C", "half"])
def test_sums_are_exact(races: Path, database: Path | str, mix: str) -> None:
    cookie, number = run(races, "login", database), times(database, TIMES)
    together([[*worker(races, language), "add", database, cookie, number] for language in languages(mix)])
    assert json.loads(run(races, "read", database, cookie))["sum"] == PROCESSES * number


def test_a_manager_works_on_both_sides_of_a_fork(races: Path, database: Path | str) -> None:
    # SQLite counts its locks per process, which is what a fork can break.
    for _ in range(5 if str(database).endswith(".db") else 1):
        printed = run(races, "forked", database, 8, times(database, 2500))
        print(printed)
        assert re.search(r" 0 lost$", printed)
    assert_sound(database)


def test_a_killed_process_adds_once_or_not_at_all(races: Path, database: Path | str) -> None:
    print(run(races, "killed", database, times(database, 1000)))
    assert_sound(database)


def test_what_ran_out_of_time_was_not_stored(races: Path, tmp_path: Path) -> None:
    """On SQLite, where nothing is ever unknown."""
    print(run(races, "hurried", tmp_path / "sessions.db", 20_000))
