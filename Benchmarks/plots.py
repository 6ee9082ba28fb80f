# SPDX-License-Identifier: Apache-2.0
"""Plots as SVG: a panel for each part of a group, on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from groups import Group
from measuring import Result
from reporting import Spread

COLOURS = ("#0b6e99", "#d9730d", "#448361", "#9065b0", "#c14c8a", "#787774", "#b8860b", "#cc3333", "#2f4858")
NAMES, WIDTH, ROW, MARGIN = 210, 860, 18, 20


def svg(group: Group, results: Sequence[Result]) -> str:
    """The panels, one under the other."""
    panels: dict[str, list[Result]] = {}
    for result in results:
        panels.setdefault(result.case.panel, []).append(result)
    draw = _lines if group.plot == "lines" else _dots
    parts: list[str] = []
    top = 0.0
    for title, shown in panels.items():
        drawn, height = draw(group, title, shown)
        parts.append(f'<g transform="translate(0 {top:.0f})">{drawn}</g>')
        top += height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top:.0f}" width="{WIDTH}" height="{top:.0f}" '
        f'font-family="sans-serif" font-size="12" fill="#333">'
        f'<rect width="{WIDTH}" height="{top:.0f}" fill="#fff"/>' + "\n".join(parts) + "</svg>\n"
    )


class _Scale:
    """Decades of values on a length."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        positive = [value for value in values if value > 0] or [1.0]
        self._low = math.floor(math.log10(min(positive)))
        self._high = max(math.ceil(math.log10(max(positive))), self._low + 1)
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        part = (math.log10(max(value, 10.0**self._low)) - self._low) / (self._high - self._low)
        return self._start + part * (self._end - self._start)

    def decades(self) -> list[float]:
        return [10.0**power for power in range(self._low, self._high + 1)]


def _quantity(value: float, unit: str) -> str:
    if unit == "ns":
        for size, name in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
            if value >= size:
                return f"{value / size:g} {name}"
        return f"{value:g} ns"
    return f"{value:,.0f} {unit}"


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" {more}>{escape(text)}</text>'


def _legend(series: Sequence[str], y: float) -> str:
    parts, x = [], float(NAMES)
    for number, name in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<circle cx="{x:.0f}" cy="{y - 4:.0f}" r="4" fill="{colour}"/>' + _text(x + 8, y, name))
        x += 30 + 7 * len(name)
    return "".join(parts)


def _dots(group: Group, title: str, results: Sequence[Result]) -> tuple[str, float]:
    """A row for each contestant, a dot for each of its cases; a bar through it from quartile to quartile."""
    names = list(dict.fromkeys(result.contestant for result in results))
    series = list(dict.fromkeys(result.case.series for result in results))
    top, bottom = 48.0, 48.0 + ROW * len(names)
    scale = _Scale([Spread.of(r.rounds).middle for r in results], NAMES, WIDTH - 2 * MARGIN)
    parts = [_text(MARGIN, 18, title, 'font-weight="bold"')]
    if any(series):
        parts.append(_legend(series, 36))
    for value in scale.decades():
        x = scale(value)
        parts.append(f'<line x1="{x:.0f}" y1="{top - 4:.0f}" x2="{x:.0f}" y2="{bottom:.0f}" stroke="#ddd"/>')
        parts.append(_text(x, bottom + 14, _quantity(value, group.unit), 'text-anchor="middle" fill="#777"'))
    for row, name in enumerate(names):
        y = top + ROW * (row + 0.5)
        bold = ' font-weight="bold"' if name.startswith("libswiftsession") else ""
        parts.append(_text(NAMES - 12, y + 4, name, f'text-anchor="end"{bold}'))
        for result in (r for r in results if r.contestant == name):
            spread, colour = Spread.of(result.rounds), COLOURS[series.index(result.case.series) % len(COLOURS)]
            parts.append(
                f'<line x1="{scale(spread.low):.1f}" y1="{y:.0f}" x2="{scale(spread.high):.1f}" y2="{y:.0f}" '
                f'stroke="{colour}" stroke-width="2"/>'
                f'<circle cx="{scale(spread.middle):.1f}" cy="{y:.0f}" r="4.5" fill="{colour}" fill-opacity="0.85"/>'
            )
    return "".join(parts), bottom + 30


def _lines(group: Group, title: str, results: Sequence[Result]) -> tuple[str, float]:
    """A line for each contestant over the numbers that the series are."""
    names = list(dict.fromkeys(result.contestant for result in results))
    series = list(dict.fromkeys(result.case.series for result in results))
    top, bottom, left, right = 30.0, 230.0, 90.0, WIDTH - 250.0
    scale = _Scale([Spread.of(r.rounds).middle for r in results], bottom, top)
    step = (right - left) / max(len(series) - 1, 1)
    parts = [_text(MARGIN, 18, title, 'font-weight="bold"')]
    for value in scale.decades():
        y = scale(value)
        parts.append(f'<line x1="{left:.0f}" y1="{y:.0f}" x2="{right:.0f}" y2="{y:.0f}" stroke="#ddd"/>')
        parts.append(_text(left - 8, y + 4, _quantity(value, group.unit), 'text-anchor="end" fill="#777"'))
    for place, name in enumerate(series):
        parts.append(_text(left + step * place, bottom + 16, name, 'text-anchor="middle" fill="#777"'))
    for row, name in enumerate(names):
        colour = COLOURS[row % len(COLOURS)]
        points = [
            (left + step * series.index(r.case.series), scale(Spread.of(r.rounds).middle))
            for r in results
            if r.contestant == name
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in points]
        y = top + ROW * (row + 0.5)
        parts.append(f'<circle cx="{right + 30:.0f}" cy="{y - 4:.0f}" r="4" fill="{colour}"/>')
        parts.append(_text(right + 40, y, name))
    return "".join(parts), max(bottom + 36, top + ROW * (len(names) + 1))
