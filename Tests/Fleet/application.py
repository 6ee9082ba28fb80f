# SPDX-License-Identifier: Apache-2.0
"""Applications with the sessions of one Flask-Session, of any version, or with ours: application.py WHOSE SETTINGS

SETTINGS is a JSON list; the application of its item n is served under /n. Clients are made of the addresses, as an
application of that version would have made them. The port is printed.
"""

import datetime
import json
import sys

import flask
from clients import clients
from flask import request, session
from werkzeug.serving import make_server

WHOSE, SETTINGS = sys.argv[1], json.loads(sys.argv[2])


def application(settings):
    app = flask.Flask(__name__)
    given = clients(app, settings, WHOSE)
    app.config.update(given)
    if WHOSE == "theirs":
        from flask_session import Session
    else:
        from swiftsession.flask import Session
    Session(app)
    interface = app.session_interface
    if WHOSE == "theirs" and hasattr(interface, "sql_session_model"):
        with app.app_context():
            given["SESSION_SQLALCHEMY"].create_all()

    @app.route("/")
    def show():
        return flask.jsonify(values=dict(session), sid=session.sid)

    @app.route("/set", methods=["POST"])
    def put():
        session.update(request.get_json())
        return show()

    @app.route("/append/<key>/<value>")
    def append(key, value):
        # Set anew: the older versions save what was changed in place only because they save always.
        session[key] = session[key] + [value]
        return show()

    @app.route("/pop/<key>")
    def pop(key):
        session.pop(key, None)
        return show()

    @app.route("/clear")
    def clear():
        session.clear()
        return show()

    @app.route("/rich/set")
    def put_rich():
        session["when"] = datetime.datetime(2020, 1, 20, 16, 45, 0, 123456)
        session["bytes"] = b"\x00\xff"
        flask.flash("hello", "note")
        return rich()

    @app.route("/rich")
    def rich():
        return flask.jsonify([repr(session.get(key)) for key in ("when", "bytes", "_flashes")])

    return app


APPLICATIONS = [application(settings) for settings in SETTINGS]


def dispatch(environ, start_response):
    number, _, path = environ["PATH_INFO"][1:].partition("/")
    return APPLICATIONS[int(number)].wsgi_app({**environ, "PATH_INFO": "/" + path}, start_response)


server = make_server("127.0.0.1", 0, dispatch, threaded=True)
print(server.server_port, flush=True)
server.serve_forever()
