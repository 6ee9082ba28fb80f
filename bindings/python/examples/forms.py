# SPDX-License-Identifier: Apache-2.0
"""A form brings back the token of the session that it was made for, within an hour. Any other post is refused."""

from swiftsession import Error, SessionManager

now = 1700000000
manager = SessionManager(clock=lambda: now, SECRET_KEY="32 random bytes, the same everywhere", SESSION_TYPE="memory")


def page():
    with manager.open(None) as session:
        token = session.csrf_token()
        # <input type="hidden" name="csrf_token" value="{token}">
        return dict(session.save())["Set-Cookie"].partition(";")[0], token


def post(what, cookie, token):
    with manager.open(cookie) as session:
        try:
            session.csrf_check(token, max_age=3600)
            print(what + ": taken")
        except Error as problem:
            print(what + ":", problem.status.name)


jack, token = page()
post("the form", jack, token)
post("none", jack, None)
post("a changed one", jack, token + "x")
post("another session's", jack, page()[1])
