# SPDX-License-Identifier: Apache-2.0
"""The sessions of SQLite go on in files: one moves when its cookie comes, the others in bulk."""

import tempfile

from swiftsession import SessionManager

folder = tempfile.mkdtemp()
old = {"SESSION_SQLITE": f"{folder}/old.db"}
new = {"SESSION_FILE_DIR": f"{folder}/new"}
moving = {"SESSION_MIGRATE_FROM": "sqlite", "SESSION_MIGRATE_UNTIL": "2100-01-01T00:00:00Z"}

before = SessionManager(SESSION_TYPE="sqlite", **old)
cookies = []
for name in ("jack", "jill", "june"):
    with before.open(None) as session:
        session["name"] = name
        cookies.append(dict(session.save())["Set-Cookie"].partition(";")[0])

after = SessionManager(SESSION_TYPE="filesystem", **new, **moving, **old)
print("with its cookie:", after.open(cookies[0])["name"])
progress = after.migrate()
while progress.more:
    progress = after.migrate(progress)
print("in bulk:", progress.moved)
print("there:", *(after.open(cookie)["name"] for cookie in cookies))
