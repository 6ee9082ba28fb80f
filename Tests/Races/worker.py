# SPDX-License-Identifier: Apache-2.0
"""What `races set` and `races add` do, in Python: worker.py set DB COOKIE KEY TIMES, worker.py add DB COOKIE TIMES."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings" / "python"))

import swiftsession  # noqa: E402

way, database, cookie, *rest = sys.argv[1:]
if "://" in database:
    store = database.partition(":")[0].partition("+")[0]
    place = f"SESSION_{store.upper()}"
else:
    store, place = ("sqlite", "SESSION_SQLITE") if database.endswith(".db") else ("filesystem", "SESSION_FILE_DIR")
manager = swiftsession.SessionManager(**{"SESSION_TYPE": store, place: database, "SESSION_TIMEOUT": 60})
for number in range(1, int(rest[-1]) + 1):
    session = manager.open(cookie)
    if way == "set":
        session[rest[0]] = number
    else:
        session.add("sum", 1)
    session.save()
