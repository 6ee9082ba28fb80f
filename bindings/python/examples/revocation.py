# SPDX-License-Identifier: Apache-2.0
"""Sessions live in their cookie, and a store says which of them count: what ends, ends for every copy of a cookie."""

from swiftsession import SessionManager

key = "32 random bytes, kept in secret."
manager = SessionManager(SESSION_TYPE="cookie", SECRET_KEY=key, SESSION_REVOCATION="memory")
cookies = []
for device in ("phone", "laptop"):
    with manager.open(None) as session:
        session["cart"] = 3
        session.login("jack", device)
        cookies.append(dict(session.save())["Set-Cookie"].partition(";")[0])


def show(when):
    for device, cookie in zip(("phone", "laptop"), cookies):
        with manager.open(cookie) as session:
            print(f"{when}, {device}:", session.user or "nobody", session.get("cart", 0))


show("at first")
with manager.open(cookies[0]) as session:
    session.logout()
    session.save()
show("after a logout")
manager.end_user("jack")
show("after the end of all")
