# SPDX-License-Identifier: Apache-2.0
"""Medians, ratios and their spread; tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from groups import Group
from measuring import Result


@dataclass(frozen=True)
class Spread:
    """The median, and the quartiles beside it."""

    low: float
    middle: float
    high: float

    @staticmethod
    def of(values: Sequence[float]) -> Spread:
        if len(values) < 2:
            return Spread(values[0], values[0], values[0])
        low, _, high = quantiles(values, n=4, method="inclusive")
        return Spread(low, median(values), high)


def ratio(one: Result, other: Result) -> Spread:
    """Round by round: what disturbs a round disturbs both."""
    return Spread.of([a / b if b else float("inf") for a, b in zip(one.rounds, other.rounds)])


def baseline(result: Result, group: Group, results: Sequence[Result]) -> Result | None:
    """Whom a result is compared with."""
    if group.baseline == "first":
        same = (r for r in results if r.case.panel == result.case.panel and r.contestant == result.contestant)
    else:
        same = (r for r in results if r.case == result.case and r.contestant == group.baseline)
    return next(same, None)


def number(value: float) -> str:
    """With as many digits as say something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(group: Group, results: Sequence[Result]) -> str:
    against = "the first" if group.baseline == "first" else group.baseline
    unit = {"ns": "nanoseconds"}.get(group.unit, group.unit)
    lines = [f"| what | who | {unit} | against {against} | quartiles |", "| --- | --- | ---: | ---: | --- |"]
    if not group.baseline:
        lines = [f"| what | {unit} |", "| --- | ---: |"]
        lines += [f"| {result.case.name} | {number(Spread.of(result.rounds).middle)} |" for result in results]
        return "\n".join(lines)
    for result in results:
        other = baseline(result, group, results)
        compared = ["", ""]
        if other is not None:
            spread = ratio(result, other)
            compared = [f"{spread.middle:.2f}", f"{spread.low:.2f} to {spread.high:.2f}"]
        row = [result.case.name, result.contestant, number(Spread.of(result.rounds).middle), *compared]
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)
