# SPDX-License-Identifier: Apache-2.0
"""How many writes a store has seen, as it counts them itself."""

from __future__ import annotations

import hashlib
import struct
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from memcached_server import ask

#: What Redis calls commands that write, of those that a session store may send.
REDIS = (
    "append",
    "del",
    "expire",
    "expireat",
    "getdel",
    "getex",
    "incr",
    "pexpire",
    "psetex",
    "set",
    "setex",
    "unlink",
)
MEMCACHED = ("cmd_set", "cmd_touch", "delete_hits", "incr_hits", "decr_hits")


def redis(address: str) -> int:
    import redis

    with closing(redis.Redis.from_url(address)) as client:
        stats = client.info("commandstats")
    return sum(stats.get(f"cmdstat_{name}", {"calls": 0})["calls"] for name in REDIS)


def memcached(address: str) -> int:
    lines = ask(address.partition("://")[2], b"stats").decode().split("\r\n")
    stats = dict(line.split(" ")[1:3] for line in lines if line.startswith("STAT "))
    return sum(int(stats[name]) for name in MEMCACHED)


def mongodb(address: str) -> int:
    import pymongo

    with pymongo.MongoClient[dict[str, object]](address) as client:
        totals = client.admin.command("top")["totals"]["flask_session.sessions"]
    return sum(int(totals[kind]["count"]) for kind in ("insert", "update", "remove"))


def mysql(address: str) -> int:
    import pymysql
    from sqlalchemy.engine import make_url

    url = make_url(address)
    connection = pymysql.connect(host=url.host, port=url.port, user=url.username, password=url.password or "")
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SHOW GLOBAL STATUS WHERE Variable_name IN ('Handler_write', 'Handler_update', 'Handler_delete')"
        )
        return sum(int(value) for _, value in cursor.fetchall())


def postgresql(address: str) -> int:
    """A server process counts what it did when its client leaves."""
    import psycopg2

    with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
            if cursor.fetchall() == [(1,)]:
                break
            connection.rollback()
            time.sleep(0.01)
        connection.rollback()
        cursor.execute("SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables WHERE relname = 'sessions'")
        ((count,),) = cursor.fetchall()
        return int(count)


def sqlite(address: str) -> int:
    """The transactions in the log that is written ahead: those since the last time, for it is then emptied."""
    log = Path(address + "-wal").read_bytes() if Path(address + "-wal").exists() else b""
    if not log:
        return 0
    page, salts = struct.unpack(">I", log[8:12])[0], log[16:24]
    frames = (log[place : place + 24] for place in range(32, len(log) - 23, 24 + page))
    return sum(frame[4:8] != bytes(4) and frame[8:16] == salts for frame in frames)


COUNTERS: dict[str, Callable[[str], int]] = {
    "memcached": memcached,
    "mongodb": mongodb,
    "mysql": mysql,
    "postgresql": postgresql,
    "redis": redis,
}


def files(folder: str) -> dict[str, tuple[int, int, int]]:
    """What tells a file that was written again. Of the records: how many there are stands in a file too."""
    others = ("lock.__wz_cache", hashlib.sha256(b"__wz_cache_count").hexdigest())
    found = ((path.name, path.stat()) for path in Path(folder).iterdir() if path.name not in others)
    return {name: (stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in found}


def during(store: str, address: str, action: Callable[[], object]) -> int:
    """How many writes there were during an action."""
    if store == "filesystem":
        before = files(address)
        action()
        after = files(address)
        return sum(before.get(name) != after.get(name) for name in before.keys() | after.keys())
    if store == "sqlite":
        import sqlite3

        # Whoever leaves last empties the log.
        with closing(sqlite3.connect(address)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            action()
            return sqlite(address)
    count = COUNTERS[store]
    before = count(address)
    action()
    return count(address) - before
