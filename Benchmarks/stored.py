# SPDX-License-Identifier: Apache-2.0
"""Fills a store with so many sessions and runs Benchmarks/stored.c on it: stored.py STORE COUNT [ADDRESS].

Each count has a table, a collection, a database, a folder or a server of its own.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests"))
from memcached_server import memcached_server

PROGRAM = ".build/benchmarks/stored"
STORE, COUNT, ADDRESS = [*sys.argv[1:], ""][0], int(sys.argv[2]), [*sys.argv[3:], ""][0]
NAME = f"stored_{COUNT}"
#: As a record of Flask-Session's begins, for the files tell their generations by that.
RECORD = b"\x80\x05\x95" + b"x" * 125
END = int(time.time()) + 2678400
BATCH = 10_000


def key(number: int) -> str:
    return f"session:{number:043}"


def batches() -> Iterator[range]:
    for start in range(0, COUNT, BATCH):
        yield range(start, min(start + BATCH, COUNT))


def prepare(*settings: str) -> list[str]:
    subprocess.run([PROGRAM, "0", *settings], check=True)
    return list(settings)


def redis() -> list[str]:
    import redis

    database = len(str(COUNT))
    address = f"{ADDRESS.rpartition('/')[0]}/{database}"
    script = """for i = ARGV[1], ARGV[2] do
      redis.call('SET', string.format('session:%043d', i), ARGV[3], 'EX', 2678400)
    end"""
    with redis.Redis.from_url(address) as client:
        for batch in batches():
            client.eval(script, 0, batch.start, batch.stop - 1, RECORD)
    return ["SESSION_TYPE=redis", f"SESSION_REDIS={address}"]


def postgresql() -> list[str]:
    import psycopg2

    names = prepare("SESSION_TYPE=postgresql", f"SESSION_POSTGRESQL={ADDRESS}", f"SESSION_POSTGRESQL_TABLE={NAME}")
    connection = psycopg2.connect(ADDRESS)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {NAME} (session_id, data, expiry) SELECT 'session:' || lpad(i::text, 43, '0'), %s,"
            " now() + interval '31 days' FROM generate_series(0, %s) AS i",
            (RECORD, COUNT - 1),
        )
        cursor.execute(f"VACUUM ANALYZE {NAME}")
    connection.close()
    return names


def mysql() -> list[str]:
    import MySQLdb

    names = prepare("SESSION_TYPE=mysql", f"SESSION_MYSQL={ADDRESS}", f"SESSION_SQLALCHEMY_TABLE={NAME}")
    port = int(ADDRESS.rpartition(":")[2].partition("/")[0])
    connection = MySQLdb.connect(host="127.0.0.1", port=port, user="root", password="dev", database="devops")
    with connection.cursor() as cursor:
        for batch in batches():
            cursor.execute(
                f"INSERT INTO {NAME} (session_id, data, expiry) SELECT CONCAT('session:', LPAD(seq, 43, '0')), %s,"
                f" UTC_TIMESTAMP() + INTERVAL 31 DAY FROM seq_{batch.start}_to_{batch.stop - 1}",
                (RECORD,),
            )
            connection.commit()
        cursor.execute(f"ANALYZE TABLE {NAME}")
    connection.close()
    return names


def sqlite() -> list[str]:
    path = f"{ADDRESS}/{NAME}.db"
    names = prepare("SESSION_TYPE=sqlite", f"SESSION_SQLITE={path}")
    until = time.strftime("%Y-%m-%d %H:%M:%S.000000", time.gmtime(END))
    connection = sqlite3.connect(path)
    with connection:
        rows = ((key(number), RECORD, until) for number in range(COUNT))
        connection.executemany("INSERT INTO sessions (session_id, data, expiry) VALUES (?, ?, ?)", rows)
    connection.close()
    return names


def mongodb() -> list[str]:
    import datetime

    import pymongo

    names = prepare("SESSION_TYPE=mongodb", f"SESSION_MONGODB={ADDRESS}", f"SESSION_MONGODB_COLLECT={NAME}")
    until = datetime.datetime.fromtimestamp(END, datetime.timezone.utc)
    with pymongo.MongoClient(ADDRESS) as client:
        collection = client["flask_session"][NAME]
        for batch in batches():
            collection.insert_many([{"id": key(i), "val": RECORD, "expiration": until} for i in batch], ordered=False)
    return names


def filesystem() -> list[str]:
    folder = f"{ADDRESS}/{NAME}"
    names = prepare("SESSION_TYPE=filesystem", f"SESSION_FILE_DIR={folder}", "SESSION_FILE_THRESHOLD=0")
    content = END.to_bytes(4, "little") + RECORD
    for number in range(COUNT):
        name = hashlib.sha256(key(number).encode()).hexdigest()
        file = os.open(f"{folder}/{name}", os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(file, content)
        os.close(file)
    return names


@contextmanager
def memcached() -> Iterator[list[str]]:
    import socket

    with memcached_server("-m", "4096") as address:
        host, _, port = address.rpartition(":")
        with socket.create_connection((host, int(port))) as connection:
            for batch in batches():
                lines = (
                    b"set %s 0 %d %d noreply\r\n%s\r\n" % (key(i).encode(), END, len(RECORD), RECORD) for i in batch
                )
                connection.sendall(b"".join(lines))
            connection.sendall(b"version\r\n")
            connection.recv(100)
        yield ["SESSION_TYPE=memcached", f"SESSION_MEMCACHED=memcached://{address}"]


@contextmanager
def filled() -> Iterator[list[str]]:
    if STORE == "memory":
        yield ["SESSION_TYPE=memory"]
    elif STORE == "memcached":
        with memcached() as settings:
            yield settings
    else:
        fill = {f.__name__: f for f in (redis, postgresql, mysql, sqlite, mongodb, filesystem)}[STORE]
        yield fill()


with filled() as settings:
    sys.exit(subprocess.run([PROGRAM, str(COUNT), *settings], check=False).returncode)
