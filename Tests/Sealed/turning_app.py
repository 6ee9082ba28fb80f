# SPDX-License-Identifier: Apache-2.0
"""An application that takes new keys when their file changes; run by test_turning.py in several processes."""

import os
from pathlib import Path

import flask

from swiftsession.flask import Session

KEYS = Path(os.environ["TURNING_KEYS"])

app = flask.Flask(__name__)
app.config.update(
    SESSION_TYPE="cookie",
    SESSION_COOKIE_FORMAT="sealed",
    SESSION_KEYS_FILE=KEYS,
)
Session(app)
seen = KEYS.stat().st_mtime_ns


@app.before_request
def take_new_keys():
    global seen
    changed = KEYS.stat().st_mtime_ns
    if changed != seen:
        app.session_interface.manager(app).reload()
        seen = changed


@app.after_request
def sign(response):
    response.headers["X-Worker"] = f"{os.getpid()} {seen}"
    return response


@app.route("/login/<user>")
def login(user):
    flask.session["user"] = user
    return user


@app.route("/read")
def read():
    return flask.session.get("user", "nobody")


@app.route("/count")
def count():
    flask.session["count"] = flask.session.get("count", 0) + 1
    return flask.session.get("user", "nobody")
