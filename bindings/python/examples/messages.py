# SPDX-License-Identifier: Apache-2.0
"""A request leaves messages for the next page, which shows them once."""

from swiftsession import SessionManager

manager = SessionManager(SESSION_TYPE="memory")
with manager.open(None) as session:
    session.flash("Saved.")
    session.flash("The picture is too large.", "error")
    cookie = dict(session.save())["Set-Cookie"].partition(";")[0]

with manager.open(cookie) as page, manager.open(cookie) as other:  # another request runs at the same time
    for category, message in page.flashed():
        print(f"{category}: {message}")
    other.flash("Your report is ready.")
    other.save()
    page.save()

with manager.open(cookie) as page:
    for category, message in page.flashed():
        print(f"later, {category}: {message}")
