# SPDX-License-Identifier: Apache-2.0
"""TLS that fails: never a word in plain text, and an answer in time. tls.py does it after each byte."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from tls import STORES, broken_handshakes, operations, plain_server, stand, wrong_certificates


@pytest.mark.parametrize("store", STORES)
def test_tls_that_fails_is_never_done_without(store: str, tmp_path: Path) -> None:
    with stand(store, tmp_path) as made:
        wrong_certificates(made)
        plain_server(made)
        broken_handshakes(made, 150, 500)
        # libmariadb is the one whose reads within TLS block.
        assert store != "mysql" or operations(made) > 200
