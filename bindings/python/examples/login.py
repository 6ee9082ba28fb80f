# SPDX-License-Identifier: Apache-2.0
"""A login gives the session a new id, and from then on it is this user's; a logout ends it for good."""

from swiftsession import SessionManager

manager = SessionManager(SESSION_TYPE="memory")


def saved(session):
    return dict(session.save())["Set-Cookie"].partition(";")[0]  # what the browser sends next


with manager.open(None) as session:
    session["cart"] = 3
    before = saved(session)
with manager.open(before) as session:
    session.login("jack", "Firefox on Linux")
    after = saved(session)
with manager.open(before) as session:
    print("the old id:", session.user or "nobody", session.get("cart", 0))
with manager.open(after) as session:
    print("the new id:", session.user or "nobody", session.get("cart", 0))
    session.logout()
    saved(session)
with manager.open(after) as session:
    print("after the logout:", session.user or "nobody", session.get("cart", 0))
