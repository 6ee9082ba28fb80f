# SPDX-License-Identifier: Apache-2.0
"""64 threads on one manager, on every store: each update is there in the end, and each session has what is its own.

With RACES_SANITIZE=thread, as in `make check-long`, under ThreadSanitizer, which ends the program at the first race:
on the stores whose clients it can bear. RACES_THREAD_ROUNDS is how often each thread goes round.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from servers import SERVERS

from programs import ROOT, program, run

THREADS = 64
ROUNDS = int(os.environ.get("RACES_THREAD_ROUNDS", "16"))
SANITIZER = os.environ.get("RACES_SANITIZE", "")
STORES = ["memory", "filesystem", "sqlite", *(["memcached", "redis"] if SANITIZER else SERVERS)]


@functools.cache
def threads() -> Path:
    if not SANITIZER:
        return program("threads")
    tool = subprocess.run([ROOT / "Tools" / "sanitized-library", SANITIZER], cwd=ROOT, check=True, stdout=-1, text=True)
    built = ROOT / ".build" / f"threads-{SANITIZER}"
    compiler, *flags = tool.stdout.split()
    source = ROOT / "Tests" / "Races" / "threads.c"
    subprocess.run([compiler, f"-I{ROOT / 'Include'}", "-pthread", source, "-o", built, *flags], check=True)
    return built


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "memory":
        yield "memory"
    elif request.param == "sqlite":
        yield str(tmp_path / "sessions.db")
    elif request.param == "filesystem":
        yield str(tmp_path / "sessions")
    else:
        with SERVERS[request.param](tmp_path) as address:
            yield address


def test_no_thread_loses_anything(store: str) -> None:
    # Threads wait for a file's lock by asking again, one of 64 gets it.
    rounds = max(ROUNDS // 4, 2) if store.startswith("/") and not store.endswith(".db") else ROUNDS
    printed = run(threads(), store, THREADS, rounds)
    print(f"\n{store.partition(':')[0]}: {printed}")
    assert f"sum {THREADS * rounds}" in printed
