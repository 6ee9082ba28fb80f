# SPDX-License-Identifier: Apache-2.0
"""What `races set` and `races add` do, in Python: worker.py set DB COOKIE KEY TIMES, worker.py add DB COOKIE TIMES."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings" / "python"))

import swiftsession  # noqa: E402

way, database, cookie, *rest = sys.argv[1:]
store = database.partition(":")[0].partition("+")[0] if "://" in database else "sqlite"
manager = swiftsession.SessionManager(
    **{"SESSION_TYPE": store, f"SESSION_{store.upper()}": database, "SESSION_TIMEOUT": 60}
)
for number in range(1, int(rest[-1]) + 1):
    session = manager.open(cookie)
    if way == "set":
        session[rest[0]] = number
    else:
        session.add("sum", 1)
    session.save()
