# SPDX-License-Identifier: Apache-2.0
"""What happens to sessions is told as it happens, and counted for Prometheus."""

from swiftsession import SessionManager


def tell(event):
    print(f"{event.kind.name.lower()}({event.reason.name if event.reason else ''}{event.user or ''})")


manager = SessionManager(SECRET_KEY="32 random bytes!", SESSION_TYPE="memory", on_event=tell)
with manager.open(None) as session:
    session.login("jack")
    cookie = dict(session.save())["Set-Cookie"].partition(";")[0]
with manager.open(cookie) as session, manager.open(cookie) as other:
    session["cart"] = 1
    other["seen"] = 2
    session.save()
    other.save()
manager.end_user("jack")
with manager.open(cookie) as session:
    session.load()
for line in manager.metrics().splitlines():
    if line.startswith(("swiftsession_opened", "swiftsession_merged")):
        print(line)
