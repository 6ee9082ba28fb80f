# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin: every Flask application has our session interface in the place of Flask's."""

import flask
import flask.sessions
from werkzeug.datastructures import ImmutableDict

from swiftsession.flask import CookieSessionInterface

flask.sessions.SecureCookieSessionInterface = CookieSessionInterface
flask.Flask.session_interface = CookieSessionInterface()
flask.Flask.default_config = ImmutableDict({**flask.Flask.default_config, "SESSION_TYPE": "cookie"})
