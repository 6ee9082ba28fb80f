# SPDX-License-Identifier: Apache-2.0
"""A Flask application for gunicorn --preload, whose manager has connections before the workers are forked.

PRELOADED_SETTINGS holds its settings as JSON.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings" / "python"))

import flask

from swiftsession.flask import Session

app = flask.Flask(__name__)
app.config.update(json.loads(os.environ["PRELOADED_SETTINGS"]))
Session(app)


@app.route("/login/<name>")
def log_in(name: str) -> str:
    flask.session["name"] = name
    flask.session["count"] = 0
    return ""


@app.route("/count")
def count() -> flask.Response:
    flask.session["count"] += 1
    return flask.jsonify(flask.session["name"], flask.session["count"])


@app.route("/sockets")
def sockets() -> flask.Response:
    """The process, and the sockets that it has open to other programs."""
    inodes = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            match = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(descriptor))
        except FileNotFoundError:
            continue
        if match:
            inodes.append(match[1])
    return flask.jsonify(os.getpid(), inodes)


with app.test_client() as client:
    client.get("/login/parent")
