# SPDX-License-Identifier: Apache-2.0
"""What a client may believe of its session, from what it was answered and what it was not."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

#: Seconds after which a request that was not answered does nothing any more.
IN_FLIGHT = 20.0


class WrongAnswer(Exception):
    """A page that shows what cannot be."""


def expect(is_right: bool, what: str, *seen: object) -> None:
    if not is_right:
        raise WrongAnswer(f"{what}: {seen}")


@dataclass
class Belief:
    """Of one session, between its login and its logout."""

    user: str
    #: Visits that are there at least, and at most.
    low: int = 0
    high: int = 0
    colors: set[str | None] = field(default_factory=lambda: {None})
    #: A logout, a new id or a store's restart left open whether the session is there.
    may_be_gone: bool = False
    #: When visits and colours were asked for whose outcome is unknown.
    doubtful: list[tuple[float, str | None]] = field(default_factory=list)

    def visited(self) -> None:
        self.low += 1
        self.high += 1

    def unanswered_visit(self) -> None:
        self.high += 1
        self.doubtful.append((time.monotonic(), None))

    def unanswered_color(self, color: str) -> None:
        self.colors.add(color)
        self.doubtful.append((time.monotonic(), color))

    def is_there(self, page: dict[str, object]) -> bool:
        """Whether a page is one of this session, and not of one that has ended."""
        if page["user"] is None and self.may_be_gone:
            return False
        expect(page["user"] == self.user, "the page of somebody else, or a lost session", page, self)
        return True

    def shown(self, visits: object, color: object) -> None:
        """The session as a save found it that was answered: what is in doubt may still come after it."""
        found = 0 if visits is None else visits
        expect(isinstance(found, int) and self.low <= found <= self.high, "a wrong number of visits", visits, self)
        assert isinstance(found, int)
        expect(color in self.colors, "a colour that nobody chose", color, self)
        now = time.monotonic()
        self.doubtful = [(when, what) for when, what in self.doubtful if now - when < IN_FLIGHT]
        self.low = found
        self.high = found + sum(what is None for _, what in self.doubtful)
        assert color is None or isinstance(color, str)
        self.colors = {color, *(what for _, what in self.doubtful if what is not None)}
