# SPDX-License-Identifier: Apache-2.0
"""Bytes instead of nanoseconds: footprint.py size|loaded|session SIZE|manager TYPE"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

OUT = Path(".build/benchmarks")


def printed(*command: str) -> int:
    done = subprocess.run([str(OUT / command[0]), *command[1:]], capture_output=True, text=True, check=True)
    return int(done.stdout)


def stripped_size() -> int:
    copy = OUT / "stripped.so"
    shutil.copy(".build/swiftsession/libswiftsession.so.0", copy)
    subprocess.run(["strip", "-s", str(copy)], check=True)
    return copy.stat().st_size


def value(what: str, *arguments: str) -> int:
    if what == "size":
        return stripped_size()
    if what == "loaded":
        return max(printed("dirty-ours") - printed("dirty-plain"), 0)
    return printed("held", what, *arguments)


print("libswiftsession\n", flush=True)
for _ in sys.stdin:
    bytes_ = value(*sys.argv[1:])
    print(bytes_, bytes_, flush=True)
