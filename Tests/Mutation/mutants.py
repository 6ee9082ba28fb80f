# SPDX-License-Identifier: Apache-2.0
"""What the tables of this folder share: sources are changed in one place after the other, in a copy, and some test has
to fail each time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).resolve().parents[2]


class Mutant(Protocol):
    """One text of one file in the place of another."""

    @property
    def path(self) -> str: ...
    @property
    def old(self) -> str: ...
    @property
    def new(self) -> str: ...


def build(folder: Path, *command: str) -> bool:
    done = subprocess.run(command, check=False, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode == 0


def passes(folder: Path, *command: str) -> bool:
    """One that does not end has failed."""
    try:
        tests = subprocess.run(
            command,
            check=False,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=600,
        )
    except subprocess.TimeoutExpired:
        return False
    return tests.returncode == 0


def check(mutants: Sequence[Mutant]) -> None:
    for mutant in mutants:
        if mutant.old not in (ROOT / mutant.path).read_text():
            sys.exit(f"{mutant.path} has no more: {mutant.old}")


def run(mutants: Sequence[tuple[int, Mutant]], folder: Path, outcome: Callable[[Mutant], str]) -> int:
    """Makes one mutant after the other in `folder`. What `outcome` says of each: `failed`, `passed`, or `refused` by
    the compiler, which no mutant should be. 0 when all failed."""
    verdicts = {"failed": "killed", "passed": "SURVIVED", "refused": "REFUSED by the compiler"}
    counts = dict.fromkeys(verdicts, 0)
    for number, mutant in mutants:
        file = folder / mutant.path
        before = file.read_text()
        file.write_text(before.replace(mutant.old, mutant.new, 1))
        try:
            result = outcome(mutant)
        finally:
            file.write_text(before)
        counts[result] += 1
        print(f"{number:3} {verdicts[result]}: {mutant.path}: {mutant.old!r} -> {mutant.new!r}", flush=True)
    print(f"{counts['failed']} killed, {counts['passed']} survived, {counts['refused']} refused")
    return 1 if counts["passed"] or counts["refused"] else 0
