# SPDX-License-Identifier: Apache-2.0
"""Each operation under each fault, on one store; as a program, in full: trials.py STORE [EVERY [SLOW]]

After each byte of each reply, or after each so manieth (EVERY); faults that take a call's whole time after each 7th, or
each so manieth (SLOW).
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from servers import SERVERS

from host import TIMEOUT, Answer, Host
from operations import OPERATIONS, new_session
from proxy import Proxy

#: What a call may come to. With garbage it may be anything but a fault of ours.
RIGHT = {
    "none": {"OK"},
    "split": {"OK"},
    "delay": {"OK"},
    "cut": {"OK", "UNAVAILABLE"},
    "reset": {"OK", "UNAVAILABLE"},
    "down": {"OK", "UNAVAILABLE", "TIMEOUT"},
    "hang": {"OK", "UNAVAILABLE", "TIMEOUT"},
    "mute": {"OK", "UNAVAILABLE", "TIMEOUT"},
    "drip": {"OK", "UNAVAILABLE", "TIMEOUT"},
}
NEVER = {"ARGUMENT", "CRYPTO", "INTERNAL", "UNSUPPORTED"}

#: Faults that a call may not get over before its time is up.
SLOW = ("hang", "mute", "drip")
FAST = ("cut", "reset", "down", "swap")

#: Operations that are also tried on a new connection.
COLD = ("load", "create", "add", "prepare")

#: Stores whose client library keeps what came behind an answer to itself. Garbage there may cost the next call.
KEEPS_GARBAGE = ("mysql", "postgresql")


class Trials:
    def __init__(self, settings: dict[str, str], proxy: Proxy) -> None:
        self.settings, self.proxy = settings, proxy
        self.host = Host(settings)
        self.other, self.key = new_session(self.host), "other"
        # One that was late may have been done.
        while self.host.ask("store_create", self.key, 9).status not in ("OK", "EXISTS"):
            self.host.late += 1
            assert self.host.late < 100
        self.times: list[float] = []
        #: How many calls had no time because the machine or the server was slow.
        self.late = 0
        self.faults: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()

    def one(self, name: str, kind: str, after: int, *, is_cold: bool = False, seed: int = 1) -> int:
        """One operation under one fault. Answers with the bytes of replies that it took."""
        operation = OPERATIONS[name](name, self.host)
        words = operation.prepare()
        if is_cold:
            self.proxy.drop()
        self.proxy.arm(kind, after, seed)
        try:
            answer = self.host.ask(*words)
        finally:
            fault = self.proxy.disarm()
        self.times.append(answer.here)
        try:
            self.judge(kind if fault.fired or kind in ("delay", "split") else "none", answer)
            if kind == "swap" and self.settings["SESSION_TYPE"] in KEEPS_GARBAGE:
                self.look_at_others(self.host.ask)
            # The connections that are left are good ones, and nobody gets what was meant for somebody else.
            self.look_at_others(self.host.must)
            operation.check(answer)
        except AssertionError as error:
            place = f"{name}{' cold' if is_cold else ''}, {kind} after {after} bytes, seed {seed}: {answer}"
            raise AssertionError(f"{place}\n{error}") from error
        if fault.fired:
            self.faults[f"{name}{' cold' if is_cold else ''}"] += 1
        self.statuses[f"{kind} {answer.status}"] += 1
        return fault.passed

    def look_at_others(self, ask: Callable[..., Answer]) -> None:
        """A session and a record that have nothing to do with the fault, through the manager and the store."""
        for words, owner in (("load", self.other.id), self.other.owner), (("store_load", self.key), self.key):
            answer = ask(*words)
            assert answer.status not in NEVER
            assert answer.owner == owner if answer.status == "OK" else answer.owner == "-", (words, answer)

    def judge(self, kind: str, answer: Answer) -> None:
        if kind == "swap":
            assert answer.status not in NEVER
        elif answer.status in RIGHT["hang"] and kind not in SLOW and answer.milliseconds >= TIMEOUT - 1:
            self.late += 1
        else:
            assert answer.status in RIGHT[kind], f"{answer.status} is not among {RIGHT[kind]}"
        assert answer.cookies == 0 or answer.status == "OK", "a cookie left with a failure"

    def every_call_ended(self) -> None:
        """On a machine that may have any other work: the times themselves are for trials in full."""
        assert max(self.times) <= TIMEOUT + 3000, f"the longest call took {max(self.times)} ms"

    def times_are_kept(self) -> tuple[float, float]:
        """The 99th percentile and the longest of all calls, in milliseconds."""
        times = sorted(self.times)
        late, is_busy = self.late + self.host.late, os.getloadavg()[0] > (os.cpu_count() or 1)
        assert late <= 5 + len(times) // (10 if is_busy else 100), f"{late} late calls beside {len(times)}"
        p99, worst = times[len(times) * 99 // 100], times[-1]
        assert p99 <= TIMEOUT + 50, f"the 99th percentile is {p99} ms"
        assert worst <= TIMEOUT + 250, f"the longest call took {worst} ms"
        return p99, worst

    def close(self) -> None:
        self.host.__exit__()


@contextmanager
def trials(store: str, folder: Path) -> Iterator[Trials]:
    with SERVERS[store](folder) as address:
        match = re.search(r"127\.0\.0\.1:(\d+)", address)
        assert match
        proxy = Proxy("127.0.0.1", int(match[1]))
        try:
            through = address.replace(match[0], f"127.0.0.1:{proxy.port}")
            # The first connection makes the tables, which may take longer than a call has here.
            settings = {"SESSION_TYPE": store, f"SESSION_{store.upper()}": through}
            with Host({**settings, "SESSION_TIMEOUT": "30"}) as first:
                first.must("prepare")
            tried = Trials(settings, proxy)
            try:
                yield tried
            finally:
                tried.close()
        finally:
            proxy.close()


def positions(count: int, some: int, choice: random.Random) -> list[int]:
    """Some of the places in a reply of so many bytes, its ends among them."""
    ends = [0, 1, count - 1, count]
    return sorted({place for place in [*ends, *(choice.randrange(count + 1) for _ in range(some))] if place >= 0})


def in_part(tried: Trials) -> None:
    """What there is time for in every check."""
    choice = random.Random(20231114)
    for number, name in enumerate(OPERATIONS):
        for is_cold in [False, True] if name in COLD else [False]:
            count = tried.one(name, "none", 0, is_cold=is_cold)
            for kind in ("split", "delay"):
                tried.one(name, kind, 0, is_cold=is_cold)
            for kind in FAST:
                for after in positions(count, 3 if kind == "cut" else 1, choice):
                    tried.one(name, kind, after, is_cold=is_cold, seed=choice.randrange(1000))
            for kind in ("hang", SLOW[1 + number % 2]):
                tried.one(name, kind, choice.randrange(max(count, 1)), is_cold=is_cold)


def in_full(tried: Trials, every: int, slow: int) -> None:
    """All that there is."""
    choice = random.Random()
    for name in OPERATIONS:
        for is_cold in [False, True] if name in COLD else [False]:
            count = tried.one(name, "none", 0, is_cold=is_cold)
            for kind in ("split", "delay"):
                tried.one(name, kind, 0, is_cold=is_cold)
            for kind in FAST:
                for after in [*range(choice.randrange(every), count, every), count]:
                    tried.one(name, kind, after, is_cold=is_cold, seed=choice.randrange(1 << 30))
            for kind in SLOW:
                for after in range(choice.randrange(slow), count + 1, slow):
                    tried.one(name, kind, after, is_cold=is_cold)


def main(store: str, every: str = "1", slow: str = "7") -> None:
    with tempfile.TemporaryDirectory() as folder, trials(store, Path(folder)) as tried:
        try:
            in_full(tried, int(every), int(slow))
        finally:
            print(json.dumps({"store": store, "faults": tried.faults, "statuses": tried.statuses}, indent=1))
        p99, worst = tried.times_are_kept()
        print(f"{store}: {tried.faults.total()} faults; p99 {p99:.1f} ms, longest {worst:.1f} ms of {TIMEOUT}")


if __name__ == "__main__":
    # Ended from outside it ends its servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    main(*sys.argv[1:])
