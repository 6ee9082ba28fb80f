# SPDX-License-Identifier: Apache-2.0
"""The examples of bindings/c, built against the library of this checkout."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def examples() -> Path:
    folder = ROOT / ".build" / "examples"
    subprocess.run(["make", "--silent", "-C", "bindings/c"], cwd=ROOT, check=True)
    return folder
