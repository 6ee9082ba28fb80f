# SPDX-License-Identifier: Apache-2.0
"""Our application on the stores of Flask-Session 0.3 to 0.6, as one of their vectors has them after a step.

A stand lays such a store, and finds in it and in ours what a cookie's session has: its record, and when that ends.
"""

import datetime
import hashlib
import sqlite3
import time

import flask
import psycopg2
import pymemcache
import pymongo
import pymysql
import redis
from servers import settings
from sqlalchemy.engine import make_url

from flask_session_stand import Stand


class OldStand(Stand):
    def __init__(self, scenario, monkeypatch, **others):
        super().__init__(scenario, monkeypatch, **others)
        self.prefix = self.app.config.get("SESSION_KEY_PREFIX", "session:")

    def key(self, cookie):
        return self.prefix + cookie.partition(".")[0]

    def utc(self):
        return datetime.datetime.fromtimestamp(self.now, datetime.timezone.utc).replace(tzinfo=None)


class SQLStand(OldStand):
    """Rows are numbers, keys, data in base 16 and when they end, as the database writes it."""

    def found(self, store, cookie):
        for _, key, data, expiry in store:
            if key == self.key(cookie) and expiry not in (None, "None") and expiry > str(self.utc()):
                return data.lower(), expiry
        return None

    def lay(self, store):
        rows = [(n, key, bytes.fromhex(data), None if expiry == "None" else expiry) for n, key, data, expiry in store]
        cursor = self.connection.cursor()
        cursor.execute("DELETE FROM sessions")
        cursor.executemany(f"INSERT INTO sessions (id, session_id, data, expiry) VALUES ({self.VALUES})", rows)
        self.connection.commit()

    def rows(self):
        cursor = self.connection.cursor()
        cursor.execute(self.SELECT)
        rows = cursor.fetchall()
        self.connection.commit()
        return rows


class SQLiteStand(SQLStand):
    VALUES = "?, ?, ?, ?"
    SELECT = "SELECT id, session_id, hex(data), expiry FROM sessions"

    def __init__(self, scenario, monkeypatch, folder, **others):
        path = folder / "sessions.db"
        super().__init__(scenario, monkeypatch, SESSION_TYPE="sqlite", SESSION_SQLITE=path, **others)
        self.connection = sqlite3.connect(path)


class MySQLStand(SQLStand):
    VALUES = "%s, %s, %s, %s"
    SELECT = "SELECT id, CONVERT(session_id USING utf8mb4), HEX(data), CONCAT(expiry) FROM sessions"

    def __init__(self, scenario, monkeypatch, address, **others):
        super().__init__(scenario, monkeypatch, **settings("mysql", address), **others)
        url = make_url(address)
        self.connection = pymysql.connect(
            host=url.host, port=url.port, user=url.username, password=url.password, database=url.database
        )


class PostgreSQLStand(SQLStand):
    VALUES = "%s, %s, %s, %s"
    SELECT = "SELECT id, session_id, encode(data, 'hex'), expiry::text FROM sessions"

    def __init__(self, scenario, monkeypatch, address, **others):
        super().__init__(scenario, monkeypatch, **settings("postgresql", address), **others)
        self.connection = psycopg2.connect(address)


class FilesystemStand(OldStand):
    """A file's header says when it ends: it is compared with the rest."""

    def __init__(self, scenario, monkeypatch, folder, **others):
        self.path = folder / "sessions"
        super().__init__(scenario, monkeypatch, SESSION_TYPE="filesystem", SESSION_FILE_DIR=self.path, **others)

    def lay(self, store):
        for file in self.path.iterdir():
            file.unlink()
        for row in store:
            (self.path / row["file"]).write_bytes(bytes.fromhex(row["hex"]))

    def found(self, store, cookie):
        key = self.key(cookie).encode()
        for row in store:
            if row["file"] not in (hashlib.md5(key).hexdigest(), hashlib.sha256(key).hexdigest()):
                continue
            content = bytes.fromhex(row["hex"])
            head = content[: content.index(b"\x80\x05\x95", 1)]
            end = int.from_bytes(head if len(head) == 4 else head[-5:-1], "little")
            if end > self.now:
                return content, end
        return None

    def rows(self):
        return [{"file": file.name, "hex": file.read_bytes().hex()} for file in self.path.iterdir()]


class RedisStand(OldStand):
    """The server's clock is its own: what is there, lives."""

    def __init__(self, scenario, monkeypatch, address, **others):
        super().__init__(scenario, monkeypatch, **settings("redis", address), **others)
        self.client = redis.Redis.from_url(address)

    def lay(self, store):
        self.client.flushall()
        for row in store:
            self.client.set(row["key"], bytes.fromhex(row["value_hex"]), ex=row["ttl"])

    def found(self, store, cookie):
        return next(((row["value_hex"], row["ttl"]) for row in store if row["key"] == self.key(cookie)), None)

    def rows(self):
        keys = [key.decode() for key in self.client.scan_iter()]
        return [{"key": key, "value_hex": self.client.get(key).hex(), "ttl": self.client.ttl(key)} for key in keys]


class MemcachedStand(OldStand):
    """The server's clock is its own, and it does not tell when a record ends."""

    def __init__(self, scenario, monkeypatch, address, **others):
        super().__init__(scenario, monkeypatch, **settings("memcached", address), **others)
        self.now = int(time.time_ns() / 1e9)
        self.client = pymemcache.Client(address.removeprefix("memcached://"))
        self.keys = set()

    def lay(self, store):
        self.client.flush_all()
        for key, value in store.items():
            self.client.set(key, bytes.fromhex(value), expire=1000, noreply=False)
            self.keys.add(key)

    def found(self, store, cookie):
        value = store.get(self.key(cookie))
        return value and (value, None)

    def rows(self):
        return {key: value.hex() for key in self.keys if (value := self.client.get(key)) is not None}


class MongoDBStand(OldStand):
    """Documents of ours end at whole seconds, which is what our clock has."""

    def __init__(self, scenario, monkeypatch, address, **others):
        super().__init__(scenario, monkeypatch, **settings("mongodb", address), PERMANENT_SESSION_LIFETIME=20, **others)
        self.app.view_functions["get"] = lambda: repr(dict(flask.session))
        database = pymongo.MongoClient(address)[self.app.config.get("SESSION_MONGODB_DB", "flask_session")]
        self.collection = database[self.app.config.get("SESSION_MONGODB_COLLECT", "sessions")]

    def lay(self, store):
        self.collection.delete_many({})
        for row in store:
            end = row["expiration"] and datetime.datetime.fromisoformat(row["expiration"]["$date"])
            value = bytes.fromhex(row["val"]["$binary_hex"])
            self.collection.insert_one({"id": row["id"], "val": value, "expiration": end})

    def found(self, store, cookie):
        for row in store:
            end = row["expiration"] and row["expiration"]["$date"]
            if row["id"] == self.key(cookie) and end and end > self.utc().isoformat():
                return row["val"]["$binary_hex"], end.partition(".")[0]
        return None

    def rows(self):
        return [
            {
                "id": row["id"],
                "val": {"$binary_hex": row["val"].hex()},
                "expiration": row["expiration"] and {"$date": row["expiration"].isoformat()},
            }
            for row in self.collection.find()
        ]


STANDS = {
    "filesystem": FilesystemStand,
    "memcached": MemcachedStand,
    "mongodb": MongoDBStand,
    "mysql": MySQLStand,
    "postgresql": PostgreSQLStand,
    "redis": RedisStand,
    "sqlite": SQLiteStand,
}
