# SPDX-License-Identifier: Apache-2.0
"""A Flask application for servers that load it before they fork, whose manager has connections by then.

PRELOADED_SETTINGS holds its settings as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings" / "python"))

import flask

from swiftsession.flask import Session

app = flask.Flask(__name__)
settings = json.loads(os.environ["PRELOADED_SETTINGS"])
app.config.update(settings)
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


def sockets() -> list[str]:
    """Of this process, those to the server of its store. Empty where that is a file."""
    port = next((urlsplit(value).port for value in settings.values() if "://" in value), None)
    rows = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    connected = {row[9] for row in rows if port is not None and int(row[2].partition(":")[2], 16) == port}
    held = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            held.add(os.readlink(descriptor))
        except FileNotFoundError:
            continue
    return sorted(inode for inode in connected if f"socket:[{inode}]" in held)


@app.route("/sockets")
def tell_sockets() -> flask.Response:
    """The process, its sockets, and those that its parent had before the fork."""
    return flask.jsonify(os.getpid(), sockets(), before)


with app.test_client() as client:
    client.get("/login/parent")
before = sockets()
