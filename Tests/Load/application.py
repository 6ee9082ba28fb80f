# SPDX-License-Identifier: Apache-2.0
"""The pages of bindings/c/server.c in Flask, for gunicorn. LOAD_SETTINGS holds the settings as JSON."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings" / "python"))

import flask

from swiftsession.flask import Session

app = flask.Flask(__name__)
app.config.update(json.loads(os.environ["LOAD_SETTINGS"]))
Session(app)


def page() -> dict[str, object]:
    return {"server": "Flask", **{key: flask.session.get(key) for key in ("user", "color", "visits")}}


@app.route("/")
def index() -> dict[str, object]:
    if "user" in flask.session:
        flask.session.add("visits", 1)  # type: ignore[attr-defined]
    return page()


@app.route("/login")
def log_in() -> dict[str, object]:
    flask.session["user"] = flask.request.args["name"]
    app.session_interface.regenerate(flask.session)
    return page()


@app.route("/set")
def set_color() -> dict[str, object]:
    flask.session["color"] = flask.request.args["color"]
    return page()


@app.route("/logout")
def log_out() -> dict[str, object]:
    flask.session.clear()
    return page()
