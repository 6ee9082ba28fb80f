# SPDX-License-Identifier: Apache-2.0
"""A running fleet changes its sessions: four processes of real Flask-Session under load are replaced one by one by ours,
and back. Nobody is logged out, no request fails; what Flask-Session overwrites meanwhile is counted.

Each visitor has two browsers' worth of requests under way on one session, each counting in a key of its own.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import threading
import time
from pathlib import Path

import environments
from fleet import OURS, THEIRS, Browser, Server, Side, Store, stores

PROCESSES = 4
VISITORS = 8
VERSION = "0.8"
#: Seconds between two replacements.
PAUSE = 1.0


class Fleet:
    """The processes behind a balancer that takes them in turn, and waits for one before it is stopped."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.settings = {"SECRET_KEY": "a key of more than 16 bytes", "SESSION_USE_SIGNER": True, **store.settings(0)}
        self.folder = folder
        self.turn = itertools.count()
        self.lock = threading.Condition()
        self.busy: dict[Server, int] = {}
        self.servers = [self.start(THEIRS) for _ in range(PROCESSES)]

    def start(self, whose: str) -> Server:
        interpreter = environments.python(VERSION) if whose == THEIRS else sys.executable
        server = Server(whose, interpreter, [self.settings], self.folder / f"{next(self.turn)}.log")
        self.busy[server] = 0
        return server

    def send(self, browser: Browser, path: str, body: object = None) -> object:
        with self.lock:
            server = self.servers[next(self.turn) % PROCESSES]
            self.busy[server] += 1
        try:
            return browser.send(Side(server, 0), path, body)
        finally:
            with self.lock:
                self.busy[server] -= 1
                self.lock.notify_all()

    def replace(self, place: int, whose: str) -> None:
        new = self.start(whose)
        with self.lock:
            old, self.servers[place] = self.servers[place], new
            self.lock.wait_for(lambda: self.busy[old] == 0)
        old.close()

    def close(self) -> None:
        for server in self.servers:
            server.close()


class Visitor:
    """A logged-in user whose requests overlap."""

    def __init__(self, fleet: Fleet, name: str) -> None:
        self.fleet, self.name = fleet, name
        self.first = Browser()
        fleet.send(self.first, "/set", {"user": name, "left": 0, "right": 0})
        self.second = Browser(self.first.cookie)
        self.requests = self.lost = 0

    def count(self, browser: Browser, key: str, number: int, errors: list[str]) -> None:
        try:
            answer = self.fleet.send(browser, "/set", {key: number})
            assert isinstance(answer, dict)
            if answer["values"].get("user") != self.name:
                errors.append(f"{self.name} was logged out")
        except (AssertionError, OSError) as failure:
            errors.append(f"{self.name}: {failure}")

    def run(self, end: threading.Event, errors: list[str]) -> None:
        """Two requests at once, then a look at what is left of them."""
        for number in itertools.count(1):
            if end.is_set() or errors:
                return
            pair = [
                threading.Thread(target=self.count, args=(browser, key, number, errors))
                for browser, key in ((self.first, "left"), (self.second, "right"))
            ]
            for thread in pair:
                thread.start()
            for thread in pair:
                thread.join()
            answer = self.fleet.send(self.first, "/")
            assert isinstance(answer, dict)
            values = answer["values"]
            if values.get("user") != self.name:
                errors.append(f"{self.name} was logged out")
            self.requests += 3
            self.lost += (values.get("left") != number) + (values.get("right") != number)


def totals(visitors: list[Visitor]) -> tuple[int, int]:
    return sum(visitor.requests for visitor in visitors), sum(visitor.lost for visitor in visitors)


def settle(visitors: list[Visitor], errors: list[str]) -> None:
    """Waits until whatever was under way is done and counted."""
    before = [visitor.requests for visitor in visitors]
    while not errors and any(visitor.requests < count + 6 for visitor, count in zip(visitors, before)):
        time.sleep(0.01)


def rehearse(store: Store, folder: Path) -> list[str]:
    """What went wrong; prints the counts of each stage."""
    errors: list[str] = []
    fleet = Fleet(store, folder)
    visitors = [Visitor(fleet, f"visitor {number}") for number in range(VISITORS)]
    end = threading.Event()
    threads = [threading.Thread(target=visitor.run, args=(end, errors)) for visitor in visitors]
    for thread in threads:
        thread.start()
    there_and_back = [(place, OURS) for place in range(PROCESSES)] + [(place, THEIRS) for place in range(PROCESSES)]
    for done, (place, whose) in enumerate([(None, ""), *there_and_back]):
        if place is not None:
            fleet.replace(place, whose)
        settle(visitors, errors)
        requests, lost = totals(visitors)
        time.sleep(PAUSE)
        requests, lost = totals(visitors)[0] - requests, totals(visitors)[1] - lost
        ours = done if done <= PROCESSES else 2 * PROCESSES - done
        print(f"| {store.name} | {ours} | {PROCESSES - ours} | {requests} | {lost} |")
        if ours == PROCESSES and lost:
            errors.append(f"{lost} updates were lost with processes of ours alone")
    end.set()
    for thread in threads:
        thread.join()
    fleet.close()
    return [f"{store.name}: {error}" for error in errors]


def main() -> int:
    environments.make(VERSION)
    errors = []
    print("| store | of ours | Flask-Session | requests | updates overwritten |")
    print("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name, stores(Path(name)) as all_stores:
        for store in all_stores:
            if store.name in ("redis", "postgresql"):
                errors += rehearse(store, Path(name))
    for error in errors:
        print(f"FAILED {error}")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
