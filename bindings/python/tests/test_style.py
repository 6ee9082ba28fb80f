# SPDX-License-Identifier: Apache-2.0
"""The package is formatted, checked and typed, in the syntax of Python 3.9."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
TESTS = [str(PROJECT.parents[1] / "Tests" / name) for name in ("Faults", "Fuzz", "Interop", "Load", "Python")]
TESTS.append(str(PROJECT.parents[1] / "Benchmarks"))


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "--no-cache", ".", *TESTS],
        ["ruff", "format", "--check", "--no-cache", ".", *TESTS],
        ["mypy", "--cache-dir", "/dev/null"],
        ["basedpyright", "--pythonpath", sys.executable],
    ],
    ids=["ruff-check", "ruff-format", "mypy", "pyright"],
)
def test_the_linters_have_nothing_to_say(command):
    done = subprocess.run([sys.executable, "-m", *command], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
