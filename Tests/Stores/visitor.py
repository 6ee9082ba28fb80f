# SPDX-License-Identifier: Apache-2.0
"""Users who come and go while a server is killed."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings" / "python"))

import swiftsession


class Visitor(threading.Thread):
    """Logs in, changes, and logs out every other time; notes what was answered."""

    def __init__(self, manager: swiftsession.SessionManager, name: str) -> None:
        super().__init__(name=name)
        self.manager, self.is_over = manager, False
        self.removed: list[str] = []
        self.kept: dict[str, dict[str, object]] = {}
        self.errors: Counter[str] = Counter()
        self.longest = 0.0
        self.number = 0

    def run(self) -> None:
        while not self.is_over:
            self.number += 1
            begun = time.monotonic()
            try:
                self.visit({"_permanent": True, "user": self.name, "number": self.number})
            except swiftsession.Error as error:
                self.errors[type(error).__name__] += 1
                time.sleep(0.02)
            self.longest = max(self.longest, time.monotonic() - begun)

    def visit(self, values: dict[str, object]) -> None:
        with self.manager.open(None) as session:
            session["user"] = self.name
            cookie = dict(session.save())["Set-Cookie"].partition(";")[0]
        with self.manager.open(cookie) as session:
            assert session["user"] == self.name
            session["number"] = self.number
            session.save()
        if self.number % 2:
            with self.manager.open(cookie) as session:
                session.destroy()
                session.save()
            self.removed.append(cookie)
        else:
            self.kept[cookie] = values


def assert_nobody_came_back(manager: swiftsession.SessionManager, visitors: list[Visitor]) -> None:
    """What was answered holds: those who logged out are gone, and everybody else has what is theirs."""
    for visitor in visitors:
        for cookie in visitor.removed:
            with manager.open(cookie) as session:
                session.load()
                assert session.origin == swiftsession.Origin.NOT_FOUND
        for cookie, values in visitor.kept.items():
            with manager.open(cookie) as session:
                assert dict(session) == values
