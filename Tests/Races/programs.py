# SPDX-License-Identifier: Apache-2.0
"""The C programs of the races, built against the library of the checkout."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".build" / "swiftsession"


@functools.cache
def program(name: str) -> Path:
    built = ROOT / ".build" / name
    source = ROOT / "Tests" / "Races" / f"{name}.c"
    flags = ["-std=c99", "-g", "-O1", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'Include'}"]
    links = [f"-L{FOLDER}", "-lswiftsession", "-pthread", f"-Wl,-rpath,{FOLDER}"]
    subprocess.run(["gcc", *flags, str(source), "-o", str(built), *links], check=True)
    return built


def run(*command: object) -> str:
    """What a program printed. One that fails is a failure."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=3000)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout.strip()
