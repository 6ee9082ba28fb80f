# SPDX-License-Identifier: Apache-2.0
"""A Flask application on Flask's own sessions, to which this library is unknown: flask_app.py [PORT]"""

import sys

from flask import Flask, request, session
from werkzeug.serving import make_server

from answers import answer

app = Flask(__name__)
app.config.from_prefixed_env("DEMO")  # the variables that the C server reads too: DEMO_SECRET_KEY


@app.route("/")
def index():
    if "user" in session:
        session["visits"] = session.get("visits", 0) + 1
    return answer()


@app.route("/login", methods=["GET", "POST"])
def login():
    session["user"] = request.args.get("name", "")
    return answer()


@app.route("/set", methods=["GET", "POST"])
def set_color():
    session["color"] = request.args.get("color", "")
    return answer()


@app.route("/logout", methods=["GET", "POST"])
def logout():
    session.clear()
    return answer()


if __name__ == "__main__":
    server = make_server("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0, app, threaded=True)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
