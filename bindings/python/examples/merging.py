# SPDX-License-Identifier: Apache-2.0
"""Two requests of one browser run at the same time, and what both did is kept."""

from swiftsession import SessionManager

manager = SessionManager(SESSION_TYPE="memory")
with manager.open(None) as session:
    session.update(visits=1, items=["tea", "milk"], note="hello", cart={"tea": {"n": 1}})
    cookie = dict(session.save())["Set-Cookie"].partition(";")[0]

one, other = manager.open(cookie), manager.open(cookie)
one.add("visits", 1)
one.append("items", "rice")
one["cart"]["tea"]["n"] = 2
one.setdefault("first", "one")
other.add("visits", 10)
other.remove_item("items", "tea")
other["cart"]["tea"]["gift"] = True
other.setdefault("first", "other")
other.pop("note")
one.save()
other.save()

with manager.open(cookie) as session:
    print(session.payload().decode())
