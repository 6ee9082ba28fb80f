# SPDX-License-Identifier: Apache-2.0
"""A user sees where they are logged in, ends one session, all others, or all."""

from swiftsession import SessionManager

manager = SessionManager(SESSION_TYPE="memory")
cookies = []
for device in ("phone", "laptop", "desk"):
    with manager.open(None) as session:
        session.login("jack", device)
        cookies.append(dict(session.save())["Set-Cookie"].partition(";")[0])


def show(when, session=None):
    listed = manager.user_sessions("jack", session)
    print(when + ":", *(f"[{one.label}]" if one.current else one.label for one in listed))


with manager.open(cookies[1]) as session:
    show("at first", session)
    manager.end_session("jack", manager.user_sessions("jack")[0].reference)
    show("without the first", session)
    session.end_others()
    session.save()
    show("without the others", session)
manager.end_user("jack")
show("without any")
