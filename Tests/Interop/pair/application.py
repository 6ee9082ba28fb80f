# SPDX-License-Identifier: Apache-2.0
"""One application with the session of Flask-Session or with ours: application.py WHOSE SETTINGS"""

import json
import sys

import flask
from flask import request, session
from werkzeug.serving import make_server

WHOSE, SETTINGS = sys.argv[1], json.loads(sys.argv[2])

app = flask.Flask(__name__)
app.config.update(SETTINGS)
if "SESSION_MONGODB" in SETTINGS:
    import pymongo

    app.config["SESSION_MONGODB"] = pymongo.MongoClient(SETTINGS["SESSION_MONGODB"])
if "SESSION_REDIS" in SETTINGS:
    import redis

    app.config["SESSION_REDIS"] = redis.Redis.from_url(SETTINGS["SESSION_REDIS"])
if "SESSION_MEMCACHED" in SETTINGS:
    import memcache

    app.config["SESSION_MEMCACHED"] = memcache.Client([SETTINGS["SESSION_MEMCACHED"].removeprefix("memcached://")])
if WHOSE == "theirs":
    from flask_session import Session

    if "SQLALCHEMY_DATABASE_URI" in SETTINGS:
        from flask_sqlalchemy import SQLAlchemy

        app.config["SESSION_SQLALCHEMY"] = SQLAlchemy(app)
    Session(app)
else:
    from swiftsession.flask import Session

    Session(app)


@app.route("/")
def show():
    return {"values": dict(session), "sid": session.sid}


@app.route("/set", methods=["POST"])
def put():
    session.update(request.get_json())
    return show()


@app.route("/append/<key>/<value>")
def append(key, value):
    session[key].append(value)
    return show()


@app.route("/pop/<key>")
def pop(key):
    session.pop(key, None)
    return show()


@app.route("/regenerate")
def regenerate():
    app.session_interface.regenerate(session)
    return "ok"


@app.route("/clear")
def clear():
    session.clear()
    return show()


@app.route("/odd", methods=["GET", "POST"])
def odd():
    if request.method == "POST":
        session["odd"] = {b"x": 1, (1, 2): 3}
    return f"odd: {session.get('odd')}"


server = make_server("127.0.0.1", 0, app, threaded=True)
print(server.server_port, flush=True)
server.serve_forever()
