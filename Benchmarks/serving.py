# SPDX-License-Identifier: Apache-2.0
"""What every contestant in Python needs: the other side of Benchmarks/bench.h."""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

Run = Callable[[int], None]


def payload(size: str) -> bytes:
    """A session as JSON, of so many bytes."""
    return (Path(".build/benchmarks") / f"payload-{size}.json").read_bytes()


def repeated(one: Callable[[], object]) -> Run:
    """Runs something that needs no argument so many times."""

    def run(times: int) -> None:
        for _ in range(times):
            one()

    return run


class _Threads:
    """Started once; each runs its part of the times."""

    def __init__(self, count: int) -> None:
        self._starting, self._ended = threading.Barrier(count + 1), threading.Barrier(count + 1)
        self._run: Run = lambda _: None
        self._times = 0
        self.count = count
        for _ in range(count):
            threading.Thread(target=self._main, daemon=True).start()

    def _main(self) -> None:
        try:
            while True:
                self._starting.wait()
                self._run(self._times)
                self._ended.wait()
        except Exception:
            traceback.print_exc()
            os._exit(1)  # or the others would wait for ever

    def __call__(self, run: Run, times: int) -> None:
        self._run, self._times = run, times // self.count
        self._starting.wait()
        self._ended.wait()


def serve(contestants: Mapping[str, Run], threads: int = 1) -> None:
    """Says who there is, and runs those that it is asked for."""
    in_threads = _Threads(threads) if threads > 1 else lambda run, times: run(times)
    runs = list(contestants.values())
    print(*contestants, "", sep="\n", flush=True)
    for line in sys.stdin:
        number, times = map(int, line.split())
        times = -(-times // threads) * threads
        work, start = time.process_time_ns(), time.perf_counter_ns()
        in_threads(runs[number], times)
        wall = time.perf_counter_ns() - start
        print(f"{wall / times:.1f} {(time.process_time_ns() - work) / times:.1f}", flush=True)
