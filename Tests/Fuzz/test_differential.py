# SPDX-License-Identifier: Apache-2.0
"""The codecs and the signers beside the real packages, in part: differential.py takes any seed and any count."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("seed", [1, 2])
def test_the_real_packages_read_and_write_the_same(seed: int) -> None:
    # In a process of its own: it has bounds that others do not.
    program = Path(__file__).with_name("differential.py")
    done = subprocess.run([sys.executable, program, str(seed), "30000"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for codec in ("flask", "json", "msgpack", "pickle0", "pickle4", "pickle5", "signed"):
        assert f"{codec}, read by both" in done.stdout
