# SPDX-License-Identifier: Apache-2.0
"""MariaDB killed under load."""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mysql_server import MySQLServer
from visitor import Visitor, assert_nobody_came_back

import swiftsession


def test_killed_under_load(tmp_path):
    """With its durable setting, what it answered outlives it."""
    server = MySQLServer(tmp_path, "--innodb-flush-log-at-trx-commit=1")
    try:
        manager = swiftsession.SessionManager(SESSION_TYPE="mysql", SESSION_MYSQL=server.address, SESSION_TIMEOUT=5)
        visitors = [Visitor(manager, f"visitor{number}") for number in range(4)]
        for visitor in visitors:
            visitor.start()
        for _ in range(3):
            time.sleep(1)
            server.kill()
            server.start()
        time.sleep(0.5)
        for visitor in visitors:
            visitor.is_over = True
        for visitor in visitors:
            visitor.join(30)
        print({visitor.name: (visitor.number, dict(visitor.errors), visitor.longest) for visitor in visitors})
        assert all(visitor.removed and visitor.kept and visitor.longest < 15 for visitor in visitors)
        assert {name for visitor in visitors for name in visitor.errors} <= {"Unavailable", "Timeout"}
        assert_nobody_came_back(manager, visitors)
    finally:
        server.kill()
