# SPDX-License-Identifier: Apache-2.0
"""A Flask application whose sessions are in a store, by swiftsession.flask: flask_store_app.py [PORT]"""

import sys
from pathlib import Path

from flask import Flask, request, session
from werkzeug.serving import make_server

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bindings" / "python"))

from answers import answer
from swiftsession.flask import Session

app = Flask(__name__)
app.config.from_prefixed_env("DEMO")  # the variables that the C server reads too: DEMO_SESSION_SQLITE
Session(app)


@app.route("/")
def index():
    if "user" in session:
        session["visits"] = session.get("visits", 0) + 1
    return answer()


@app.route("/login", methods=["GET", "POST"])
def login():
    session["user"] = request.args.get("name", "")
    app.session_interface.regenerate(session)
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
