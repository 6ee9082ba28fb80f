# SPDX-License-Identifier: Apache-2.0
"""A page that polls in the background does not keep its user logged in."""

from swiftsession import SessionManager

now = 1700000000
manager = SessionManager(clock=lambda: now, SESSION_TYPE="memory", SESSION_IDLE_TIMEOUT=1800)
with manager.open(None) as session:
    session.login("jack")
    cookie = dict(session.save())["Set-Cookie"].partition(";")[0]

for minute in range(0, 60, 10):
    with manager.open(cookie) as session:
        session.peek()
        print(f"minute {minute}:", session.user or "nobody")
        session.save()
    now += 600
