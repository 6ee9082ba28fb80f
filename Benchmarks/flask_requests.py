# SPDX-License-Identifier: Apache-2.0
"""open_session() and save_session() of a Flask request, ours and theirs:

flask_requests.py STORE write|read|untouched SIZE THREADS [ADDRESS]

Every thread has a session of its own. What is timed is the two calls and what the request does between them; the
request and the response are made once, and forget their cookies and headers. Theirs is Flask's own session in its
cookie, or Flask-Session 0.8, each with the fastest client that it takes: redis-py with hiredis, pylibmc or pymemcache
without Nagle's delays, psycopg2, mysqlclient; SQLite with a write-ahead log and synchronous=NORMAL, as ours has it.
"""

from __future__ import annotations

import json
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.test import create_environ

import swiftsession.flask
from serving import Run, payload, serve

STORE, ACTION, SIZE, THREADS, ADDRESS = [*sys.argv[1:], ""][:5]
SQL = {"mysql": "mysql+mysqldb", "postgresql": "postgresql+psycopg2"}


def application(**settings: Any) -> Flask:
    app = Flask("requests")
    app.config.update(SECRET_KEY="a secret key of thirty-two bytes", **settings)
    return app


def ours() -> Flask:
    settings = {
        "cookie": {"SESSION_TYPE": "cookie"},
        "filesystem": {"SESSION_TYPE": "filesystem", "SESSION_FILE_DIR": f"{ADDRESS}/ours"},
        "sqlite": {"SESSION_TYPE": "sqlite", "SESSION_SQLITE": f"{ADDRESS}/ours.db"},
    }.get(STORE, {"SESSION_TYPE": STORE, f"SESSION_{STORE.upper()}": ADDRESS})
    app = application(**settings)
    swiftsession.flask.Session(app)
    return app


def theirs(app: Flask) -> Flask:
    from flask_session import Session

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Session(app)
    return app


def their_sql() -> Flask:
    from flask_sqlalchemy import SQLAlchemy
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    if STORE == "sqlite":
        uri = f"sqlite:///{ADDRESS}/theirs.db"

        @event.listens_for(Engine, "connect")
        def set_pragmas(connection: Any, _: Any) -> None:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
    else:
        uri = f"{SQL[STORE]}://{ADDRESS.partition('://')[2]}"
    app = application(SQLALCHEMY_DATABASE_URI=uri, SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 8})
    app.config.update(SESSION_TYPE="sqlalchemy", SESSION_SQLALCHEMY=SQLAlchemy(app), SESSION_SQLALCHEMY_TABLE="theirs")
    return theirs(app)


def memcached_clients() -> dict[str, Any]:
    import pylibmc
    from pymemcache.client.base import PooledClient

    host, _, port = ADDRESS.rpartition("/")[2].rpartition(":")
    # It waits for no answer to a set, which another connection of the pool may then overtake.
    waits = THREADS != "1"
    pymemcache = PooledClient((host, int(port)), no_delay=True, default_noreply=not waits)
    clients: dict[str, Any] = {"Flask-Session, pymemcache": pymemcache}
    if THREADS == "1":  # its client is one thread's, and Flask-Session has one
        behaviors = {"tcp_nodelay": True}
        clients["Flask-Session, pylibmc"] = pylibmc.Client([f"{host}:{port}"], binary=False, behaviors=behaviors)
    return clients


def applications() -> dict[str, Flask]:
    """Ours, then theirs."""
    found = {"libswiftsession, Flask": ours()}
    if STORE == "cookie":
        found["Flask"] = application()
    elif STORE == "memcached":
        for name, client in memcached_clients().items():
            found[name] = theirs(application(SESSION_TYPE="memcached", SESSION_MEMCACHED=client))
    elif STORE == "redis":
        import redis

        found["Flask-Session"] = theirs(application(SESSION_TYPE="redis", SESSION_REDIS=redis.Redis.from_url(ADDRESS)))
    elif STORE == "mongodb":
        import pymongo

        client: Any = pymongo.MongoClient(ADDRESS)
        found["Flask-Session"] = theirs(
            application(SESSION_TYPE="mongodb", SESSION_MONGODB=client, SESSION_MONGODB_COLLECT="theirs")
        )
    elif STORE == "filesystem":
        from cachelib.file import FileSystemCache

        cache = FileSystemCache(f"{ADDRESS}/theirs", threshold=500)
        found["Flask-Session"] = theirs(application(SESSION_TYPE="cachelib", SESSION_CACHELIB=cache))
    else:
        found["Flask-Session"] = their_sql()
    return found


class Side:
    """What one thread needs of one application."""

    def __init__(self, app: Flask) -> None:
        self.interface = app.session_interface
        self.context = app.app_context()
        self.context.push()
        self.response = app.response_class()
        request = app.request_class(create_environ())
        session = self.interface.open_session(app, request)
        session.update(json.loads(payload(SIZE)))
        if STORE != "cookie":
            session.permanent = True
        self.interface.save_session(app, session, self.response)
        cookie = self.response.headers["Set-Cookie"].partition(";")[0]
        self.request = app.request_class(create_environ(headers={"Cookie": cookie}))
        self.number = 10**6


def run_of(app: Flask) -> Run:
    sides = threading.local()
    # What Flask-SQLAlchemy does at the end of a request.
    database = app.extensions.get("sqlalchemy")
    end: Callable[[], Any] = database.session.remove if database else lambda: None

    def run(times: int) -> None:
        side = getattr(sides, "side", None)
        if side is None:
            side = sides.side = Side(app)
        request, response = side.request, side.response
        opens, saves = side.interface.open_session, side.interface.save_session
        for _ in range(times):
            request.__dict__.pop("cookies", None)
            response.headers.clear()
            session = opens(app, request)
            if ACTION != "untouched":
                assert session["user"]
            if ACTION == "write":
                side.number += 1
                session["n"] = side.number
            saves(app, session, response)
            end()

    return run


serve({name: run_of(app) for name, app in applications().items()}, int(THREADS))
