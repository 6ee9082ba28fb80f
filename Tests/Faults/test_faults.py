# SPDX-License-Identifier: Apache-2.0
"""Between the library and each server a network that fails: in part. trials.py and lost_answers.py do it in full."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from host import Host
from lost_answers import lost_answers
from trials import in_part, trials

STORES = ["memcached", "mongodb", "mysql", "postgresql", "redis"]

#: Where nobody listens.
NOWHERE = {
    "memcached": "memcached://127.0.0.1:1",
    "mongodb": "mongodb://127.0.0.1:1/",
    "mysql": "mysql://jack:x@127.0.0.1:1/d",
    "postgresql": "postgresql://jack:x@127.0.0.1:1/d",
    "redis": "redis://127.0.0.1:1",
}


@pytest.mark.parametrize("store", STORES)
def test_each_operation_ends_with_the_right_answer(store: str, tmp_path: Path) -> None:
    with trials(store, tmp_path) as tried:
        in_part(tried)
        tried.every_call_ended()
        assert tried.faults.total() > 300


@pytest.mark.parametrize("store", STORES)
def test_an_answer_that_is_lost_is_not_done_twice(store: str, tmp_path: Path) -> None:
    counts = lost_answers(store, tmp_path, 60)
    assert counts["lost"] >= 30 and counts["OK"] >= 30


def signals(host: Host) -> list[str]:
    """Which ones a process ignores and takes."""
    lines = Path(f"/proc/{host.process.pid}/status").read_text().splitlines()
    return [line for line in lines if line.startswith(("SigIgn", "SigCgt", "SigBlk"))]


@pytest.mark.parametrize("store", STORES)
def test_signals_are_the_hosts_own(store: str) -> None:
    with Host({"SESSION_TYPE": store, f"SESSION_{store.upper()}": NOWHERE[store]}) as host:
        host.ask("finish")  # nothing, but the process is there
        before = signals(host)
        assert host.ask("ping").status == "UNAVAILABLE"
        assert signals(host) == before
