# SPDX-License-Identifier: Apache-2.0
"""A session ends half an hour after its last use, and eight hours after it began. Each hour it gets a new id."""

from swiftsession import SessionManager

now = start = 1700000000
manager = SessionManager(
    clock=lambda: now,
    SESSION_TYPE="memory",
    SESSION_IDLE_TIMEOUT=1800,
    SESSION_ABSOLUTE_TIMEOUT=28800,
    SESSION_RENEW_AFTER=3600,
)
session = manager.open(None)
session["user"] = "jack"
cookie = dict(session.save())["Set-Cookie"].partition(";")[0]

while "user" in (session := manager.open(cookie)):
    before, cookie = cookie, dict(session.save())["Set-Cookie"].partition(";")[0]
    if cookie != before:
        print(f"a new id after {(now - start) // 60} minutes")
    now += 25 * 60
print(f"the end after {(now - start) // 60} minutes")
