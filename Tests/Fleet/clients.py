# SPDX-License-Identifier: Apache-2.0
"""The objects that Flask-Session, of any version, takes in the place of addresses."""


def clients(app, settings, whose):
    """The settings of an application with the clients of its stores."""
    given = dict(settings)
    if whose == "theirs" and given.get("SESSION_SERIALIZATION_FORMAT", "").startswith("pickle"):
        del given["SESSION_SERIALIZATION_FORMAT"]  # it writes pickles where it does, and knows no such word
    if "SESSION_REDIS" in given:
        import redis

        given["SESSION_REDIS"] = redis.Redis.from_url(given["SESSION_REDIS"])
    if "SESSION_CACHELIB" in given:
        from cachelib import FileSystemCache

        given["SESSION_CACHELIB"] = FileSystemCache(given["SESSION_CACHELIB"])
    if "SESSION_MEMCACHED" in given:
        import memcache

        given["SESSION_MEMCACHED"] = memcache.Client([given["SESSION_MEMCACHED"].removeprefix("memcached://")])
    if "SESSION_MONGODB" in given:
        import pymongo

        given["SESSION_MONGODB"] = pymongo.MongoClient(given["SESSION_MONGODB"])
    if whose == "theirs" and "SQLALCHEMY_DATABASE_URI" in given:
        from flask_sqlalchemy import SQLAlchemy

        given["SQLALCHEMY_TRACK_MODIFICATIONS"] = False
        app.config.update(given)
        given["SESSION_SQLALCHEMY"] = SQLAlchemy(app)
    return given
