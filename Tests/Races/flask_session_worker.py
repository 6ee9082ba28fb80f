# SPDX-License-Identifier: Apache-2.0
"""Requests to applications with real Flask-Session on one session: flask_session_worker.py SETTINGS PROCESSES ROUNDS

In a round a process sets a key of its own, which nobody else sets, and adds 1 to a sum. Printed is JSON: how many
rounds were answered and how many failed, and how often a key and the sum were not as they had been left.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Fleet"))

import flask
from clients import clients
from flask_session import Session

SETTINGS, PROCESSES, ROUNDS = json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])


def application() -> flask.Flask:
    app = flask.Flask(__name__)
    app.logger.disabled = True
    given = clients(app, SETTINGS, "theirs")
    app.config.update(given)
    Session(app)
    if "SESSION_SQLALCHEMY" in given:
        with app.app_context():
            given["SESSION_SQLALCHEMY"].create_all()

    @app.route("/count/<key>/<int:number>")
    def count(key: str, number: int) -> str:
        before = flask.session.get(key, 0)
        flask.session[key] = number
        flask.session["sum"] = flask.session.get("sum", 0) + 1
        return str(before)

    @app.route("/show")
    def show() -> flask.Response:
        return flask.jsonify(dict(flask.session))

    return app


def get(app: flask.Flask, path: str, cookie: str | None) -> flask.Response:
    return app.test_client(use_cookies=False).get(path, headers={"Cookie": cookie} if cookie else {})


def work(cookie: str, key: str, rounds: int, starts: int) -> tuple[int, int]:
    """How often the key was not as it was left, and how many requests failed."""
    app, left, lost, failed = application(), 0, 0, 0
    os.read(starts, 1)
    for number in range(1, rounds + 1):
        answer = get(app, f"/count/{key}/{number}", cookie)
        if answer.status_code != 200:
            failed += 1
        else:
            lost += int(answer.text) != left
            left = number
    answer = get(app, "/show", cookie)
    return lost + (answer.json.get(key, 0) != left if answer.json else 1), failed


def main() -> None:
    rounds = ROUNDS // PROCESSES
    answer = get(application(), "/count/first/1", None)
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    starts, start = os.pipe()
    reports, report = os.pipe()
    children = []
    for number in range(PROCESSES):
        child = os.fork()
        if child == 0:
            os.close(start)
            lost = work(cookie, f"key{number}", rounds, starts)
            os.write(report, json.dumps(lost).encode() + b"\n")
            os._exit(0)
        children.append(child)
    os.close(report)
    os.close(start)  # all begin at once, when they are ready
    with os.fdopen(reports) as lines:
        counts = [json.loads(line) for line in lines]
    assert len(counts) == PROCESSES
    for child in children:
        os.waitpid(child, 0)
    values = get(application(), "/show", cookie).json or {}
    failed = sum(count[1] for count in counts)
    answered = rounds * PROCESSES - failed
    # The first request added 1, too.
    print(
        json.dumps(
            {
                "rounds": answered,
                "failed": failed,
                "keys": sum(count[0] for count in counts),
                "sum": answered + 1 - values.get("sum", 0),
            }
        )
    )


main()
