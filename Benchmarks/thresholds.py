# SPDX-License-Identifier: Apache-2.0
"""Benchmarks/thresholds.tsv: a limit for each figure, and what it is to become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring import Result
from reporting import Spread, ratio

FILE = Path(__file__).with_name("thresholds.tsv")


@dataclass(frozen=True)
class Threshold:
    """`of` against `to`, each a contestant of the case, or "contestant @ case" of another one.

    `to` is "-" where the figure itself is compared. A limit or goal is a number after <= or >=.
    """

    group: str
    case: str
    of: str
    to: str
    limit: str
    goal: str

    def sides(self) -> list[tuple[str, str]]:
        """Case and contestant of what is compared."""
        found = []
        for side in (self.of, self.to):
            contestant, _, case = side.partition(" @ ")
            if side != "-":
                found.append((case or self.case, contestant))
        return found

    def figure(self, results: Sequence[Result]) -> Spread | None:
        """Nothing where one of them was not measured."""
        known = {(result.case.name, result.contestant): result for result in results}
        sides = [known.get(side) for side in self.sides()]
        if any(side is None or not side.rounds for side in sides):
            return None
        return Spread.of(sides[0].rounds) if len(sides) == 1 else ratio(*sides)


def met(condition: str, value: float) -> bool:
    limit = float(condition[2:])
    return value <= limit if condition.startswith("<=") else value >= limit


def read() -> list[Threshold]:
    lines = FILE.read_text().splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [Threshold(*map(str.strip, row)) for row in rows]
