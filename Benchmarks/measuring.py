# SPDX-License-Identifier: Apache-2.0
"""Cases, and contestants that take turns: programs that run what they are asked for and answer how long it took."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / ".build" / "benchmarks"


@dataclass(frozen=True)
class Case:
    """One thing that is measured. `panel` is the part of a plot it stands in, `series` which of the points it is."""

    panel: str
    series: str
    #: Commands; or a name and a command, whose first contestant then has that name.
    programs: Sequence[Sequence[str] | tuple[str, Sequence[str]]]
    #: One of Tests/servers.py, "folder", or none: its address is the last argument of the programs.
    server: str = ""
    #: Where it is another one than the group's.
    clock: str = ""

    @property
    def name(self) -> str:
        return f"{self.panel}, {self.series}" if self.series else self.panel


@dataclass
class Result:
    """What a contestant took in each round, in the unit of the group."""

    case: Case
    contestant: str
    rounds: list[float] = field(default_factory=list)


class Absent(Exception):
    """A program that cannot run here."""


class Program:
    """One that runs, and waits to be asked."""

    def __init__(self, command: Sequence[str]) -> None:
        library = ROOT / ".build" / "swiftsession" / "libswiftsession.so.0"
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "bindings" / "python"),
            "SWIFTSESSION_LIBRARY": str(library),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        try:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        except OSError as problem:
            raise Absent(f"{command[0]} cannot be run: {problem.strerror}") from problem
        self.contestants: list[str] = []
        while line := self._line():
            self.contestants.append(line)

    def _line(self) -> str:
        line = self._process.stdout.readline()
        if not line:
            self.end()
            raise Absent(f"{' '.join(map(str, self._process.args))} ended with {self._process.returncode}")
        return line.strip()

    def run(self, contestant: str, times: int) -> tuple[float, float]:
        """Nanoseconds of one time: by the clock, and of processor time."""
        if self._process.stdin.closed:
            raise Absent("its program ended before")
        with suppress(BrokenPipeError):  # which is found out below
            self._process.stdin.write(f"{self.contestants.index(contestant)} {times}\n")
            self._process.stdin.flush()
        wall, processor = self._line().split()
        return float(wall), float(processor)

    def end(self) -> None:
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()


@dataclass
class _Turn:
    program: Program
    contestant: str
    result: Result
    times: int = 1
    is_out: bool = False


class Measuring:
    """How long a round of one contestant is to be, how many there are, and by which clock."""

    def __init__(self, rounds: int, seconds: float, clock: str) -> None:
        self._rounds, self._nanoseconds = rounds, seconds * 1e9
        self._clock = clock

    def measure(self, cases: Iterable[Case], address: str, wanted: Callable[[str, str], bool] | None) -> list[Result]:
        """Of all contestants of these cases, in turns; or of those that are wanted: case and name are asked."""
        programs: list[Program] = []
        turns: list[_Turn] = []
        try:
            for case in cases:
                for command in case.programs:
                    name = ""
                    if isinstance(command, tuple):
                        name, command = command
                    program = self._start([*command, *([address] if address else [])])
                    if program is None:
                        continue
                    programs.append(program)
                    contestants = {name: program.contestants[0]} if name else {n: n for n in program.contestants}
                    turns += [
                        _Turn(program, asked, Result(case, shown))
                        for shown, asked in contestants.items()
                        if wanted is None or wanted(case.name, shown)
                    ]
            for turn in turns:
                self._asked(turn, self._calibrate)
            for number in range(self._rounds):
                first = number % max(len(turns), 1)
                for turn in turns[first:] + turns[:first]:
                    self._asked(turn, self._one)
        finally:
            for program in programs:
                program.end()
        return [turn.result for turn in turns if not turn.is_out]

    @staticmethod
    def _asked(turn: _Turn, what: Callable[[_Turn], None]) -> None:
        """A program that ends is left out, whatever it has measured."""
        if turn.is_out:
            return
        try:
            what(turn)
        except Absent as problem:
            turn.is_out = True
            print(f"  left out: {turn.result.contestant}: {problem}", file=sys.stderr)

    @staticmethod
    def _start(command: Sequence[str]) -> Program | None:
        try:
            return Program(command)
        except Absent as problem:
            print(f"  left out: {problem}", file=sys.stderr)
            return None

    def _one(self, turn: _Turn) -> None:
        wall, processor = turn.program.run(turn.contestant, turn.times)
        clock = turn.result.case.clock or self._clock
        turn.result.rounds.append(wall if clock == "wall" else processor)

    def _calibrate(self, turn: _Turn) -> None:
        """Which also warms it."""
        if self._clock == "value":  # what is measured is no time
            return
        for part in (0.02, 0.2, 1.0):
            wall = turn.program.run(turn.contestant, turn.times)[0]
            turn.times = max(1, int(part * self._nanoseconds / max(wall, 1.0)))
