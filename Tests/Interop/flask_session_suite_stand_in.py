# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin for Flask-Session's own tests: its Session is ours, and the servers are those of the environment."""

import importlib
import os
from pathlib import Path

import flask_session
import pymemcache
import pymongo
import redis
from cachelib import FileSystemCache
from flask_session.sqlalchemy.sqlalchemy import create_session_model
from flask_sqlalchemy import SQLAlchemy

import swiftsession.flask

#: Where they look for a session's class, and what it is there.
CLASSES = {
    "cachelib": "CacheLibSession",
    "filesystem": "FileSystemSession",
    "memcached": "MemcachedSession",
    "mongodb": "MongoDBSession",
    "redis": "RedisSession",
    "sqlalchemy": "SqlAlchemySession",
}
for module, name in CLASSES.items():
    setattr(importlib.import_module(f"flask_session.{module}"), name, swiftsession.flask.ServerSideSession)


class Session(swiftsession.flask.Session):
    """Beside the interface, what the tests look into the store with: theirs has its client there."""

    def init_app(self, app):
        config = app.config
        if config.get("SQLALCHEMY_DATABASE_URI"):
            config["SQLALCHEMY_DATABASE_URI"] = os.environ["TEST_SQLALCHEMY"]
        super().init_app(app)
        interface = app.session_interface
        interface.manager(app)  # which fails where settings are wrong, as theirs does here
        if config.get("SQLALCHEMY_DATABASE_URI"):
            interface.client = SQLAlchemy(app)
            interface.sql_session_model = create_session_model(interface.client, "sessions")
        if config["SESSION_TYPE"] in ("filesystem", "cachelib"):
            interface.cache = config.get("SESSION_CACHELIB") or FileSystemCache(str(Path(config["SESSION_FILE_DIR"])))


flask_session.Session = Session

# The tests ask for each at its usual port.
memcached, mongodb, real_redis = pymemcache.Client, pymongo.MongoClient, redis.Redis
pymemcache.Client = lambda _: memcached(os.environ["TEST_MEMCACHED"])
pymongo.MongoClient = lambda: mongodb(os.environ["TEST_MONGODB"])
redis.Redis = lambda: real_redis.from_url(os.environ["TEST_REDIS"])
