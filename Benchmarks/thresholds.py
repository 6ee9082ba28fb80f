# SPDX-License-Identifier: Apache-2.0
"""Benchmarks/thresholds.tsv: a limit for each figure, and what it is to become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from measuring import Result
from reporting import Spread, ratio

FASTEST = "fastest peer"
FILE = Path(__file__).with_name("thresholds.tsv")


@dataclass(frozen=True)
class Threshold:
    """`of` against `to`, each a contestant of the case, or "contestant @ case" of another one.

    `to` is "-" where the figure itself is compared. A limit or goal is a number after <= or >=; no goal is "-".
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
        sides = [_of(side, results) for side in self.sides()]
        if any(side is None or not side.rounds for side in sides):
            return None
        return Spread.of(sides[0].rounds) if len(sides) == 1 else ratio(*sides)


def _of(side: tuple[str, str], results: Sequence[Result]) -> Result | None:
    case, contestant = side
    found = [r for r in results if r.case.name == case and is_wanted(r.contestant, contestant)]
    return min(found, key=lambda result: Spread.of(result.rounds).middle, default=None)


def is_wanted(contestant: str, name: str) -> bool:
    """Whether this is who a threshold names, or one of the peers of whom it means the fastest."""
    return contestant == name or (name == FASTEST and not contestant.startswith(("libswiftsession", "plain C")))


def met(condition: str, value: float) -> bool:
    limit = float(condition[2:])
    return value <= limit if condition.startswith("<=") else value >= limit


def read() -> list[Threshold]:
    lines = FILE.read_text().splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [Threshold(*map(str.strip, row)) for row in rows]


def adjusted(thresholds: Sequence[Threshold], results: dict[str, list[Result]]) -> list[Threshold]:
    """Limits of what was measured: the goal where it is met, else the figure and some room."""
    return [_adjusted(one, one.figure(results.get(one.group, []))) for one in thresholds]


def _adjusted(threshold: Threshold, figure: Spread | None) -> Threshold:
    if figure is None:
        return threshold
    if threshold.goal != "-" and met(threshold.goal, figure.middle):
        return replace(threshold, limit=threshold.goal)
    if threshold.to == "-":
        return replace(threshold, limit=f"<={figure.middle * 1.05:.0f}")
    sign = (threshold.limit if threshold.goal == "-" else threshold.goal)[:2]
    return replace(threshold, limit=f"{sign}{figure.middle * (1.25 if sign == '<=' else 0.8):.2f}")


def write(thresholds: Sequence[Threshold]) -> None:
    head = [line for line in FILE.read_text().splitlines() if line.startswith("#")]
    FILE.write_text("\n".join([*head, *("\t".join(astuple(one)) for one in thresholds)]) + "\n")
