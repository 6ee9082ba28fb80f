# SPDX-License-Identifier: Apache-2.0
"""A session lives in its cookie while it is small and in a store while it is large. Its values do not notice."""

from swiftsession import SessionManager

key = "32 random bytes, kept in secret."
manager = SessionManager(SECRET_KEY=key, SESSION_TYPE="auto", SESSION_AUTO_STORE="memory", SESSION_AUTO_SIZE=400)
cookie = None
for items in (3, 300, 4):
    with manager.open(cookie) as session:
        session["items"] = [number * number for number in range(items)]
        cookie = dict(session.save())["Set-Cookie"].partition(";")[0]
    with manager.open(cookie) as session:
        print(len(session["items"]), "items are in", "their cookie" if session.id is None else "the store")
with manager.open(cookie) as session:
    session.login("jack")
    session.save()
    print("Jack is in", "his cookie" if session.id is None else "the store")
