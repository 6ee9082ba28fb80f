# SPDX-License-Identifier: Apache-2.0
"""What a bot leaves in the store is gone in ten minutes; a session whose cookie comes back lives in full."""

from swiftsession import SessionManager

now = 1700000000
manager = SessionManager(
    clock=lambda: now,
    SESSION_TYPE="memory",
    PERMANENT_SESSION_LIFETIME=3600,
    SESSION_UNCONFIRMED_LIFETIME=600,
)
cookies = {}
for visitor in ("the bot", "jack"):
    with manager.open(None) as session:
        session["name"] = visitor
        cookies[visitor] = dict(session.save())["Set-Cookie"].partition(";")[0]

now += 540
manager.open(cookies["jack"]).save()  # the second page that Jack looks at

for minute in (9, 10, 68, 69):
    now = 1700000000 + minute * 60
    for visitor, cookie in cookies.items():
        with manager.open(cookie) as session:
            session.peek()
            print(f"minute {minute}:", visitor, "is here" if "name" in session else "is gone")
            session.save()
