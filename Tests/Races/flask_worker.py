# SPDX-License-Identifier: Apache-2.0
"""Requests to a Flask application on one session.

flask_worker.py set DB COOKIE NAME TIMES     changes values, in place too
flask_worker.py parked DB THREADS            takes a cookie a line, has requests with it wait until the next line, and
                                             says how many cookies they were answered with
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings" / "python"))

import flask

from swiftsession.flask import Session

way, database, *rest = sys.argv[1:]
app = flask.Flask(__name__)
app.testing = True
app.config.update(SESSION_TYPE="sqlite", SESSION_SQLITE=database, SESSION_TIMEOUT=60)
Session(app)
parked, released = threading.Semaphore(0), threading.Event()


@app.route("/set/<name>/<int:number>")
def put(name: str, number: int) -> str:
    flask.session[name] = number
    flask.session["cart"][name] = number
    return ""


@app.route("/wait/<int:kind>")
def wait(kind: int) -> str:
    if kind == 0:
        flask.session.get("user")
    elif kind == 1:
        flask.session["late"] = True
    elif kind == 2:
        flask.session["cart"]["late"] = True
    elif kind == 3:
        app.session_interface.regenerate(flask.session)
    parked.release()
    released.wait()
    return ""


def get(path: str, cookie: str) -> flask.Response:
    return app.test_client(use_cookies=False).get(path, headers={"Cookie": cookie})


def park(cookie: str, threads: int) -> int:
    """Starts requests, waits until all of them wait, and counts their cookies once they may go on."""
    cookies: list[str] = []
    released.clear()

    def run(kind: int) -> None:
        answer = get(f"/wait/{kind}", cookie)
        assert answer.status_code == 200
        cookies.extend(answer.headers.getlist("Set-Cookie"))

    started = [threading.Thread(target=run, args=(number % 5,)) for number in range(threads)]
    for thread in started:
        thread.start()
    for _ in started:
        parked.acquire()
    print("parked", flush=True)
    sys.stdin.readline()
    released.set()
    for thread in started:
        thread.join()
    return len(cookies)


if way == "set":
    cookie, name, times = rest
    for number in range(1, int(times) + 1):
        assert get(f"/set/{name}/{number}", cookie).status_code == 200
else:
    for line in sys.stdin:
        print(park(line.strip(), int(rest[0])), flush=True)
