# SPDX-License-Identifier: Apache-2.0
"""Puts the checkout's Python package, and the servers of the tests, on the path."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bindings" / "python"), str(ROOT / "Tests")]
