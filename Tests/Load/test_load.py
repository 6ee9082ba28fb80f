# SPDX-License-Identifier: Apache-2.0
"""Clients on two servers whose store is killed, for some seconds; load.py does it for minutes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from load import load


@pytest.mark.parametrize("store", ["postgresql", "redis"])
def test_each_page_shows_what_its_client_did(store: str, tmp_path: Path) -> None:
    load(store, tmp_path, 10, 40)
