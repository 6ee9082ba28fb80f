# SPDX-License-Identifier: Apache-2.0
"""Servers that are killed and started again while they are used, and keep what they answered, but for memcached."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from memcached_server import MemcachedServer
from mongodb_server import MongoDBServer
from mysql_server import MySQLServer
from postgresql_server import PostgreSQLServer
from redis_server import RedisServer

STORES = ["memcached", "mongodb", "mysql", "postgresql", "redis"]


class Server(Protocol):
    def start(self) -> None: ...

    def kill(self) -> None: ...


@dataclass(frozen=True)
class Store:
    settings: dict[str, str]
    server: Server
    forgets: bool = False


@contextmanager
def running(kind: str, folder: Path) -> Iterator[Store]:
    """A store that runs within the block. Each has the setting with which it keeps what it answered."""
    server: MemcachedServer | MongoDBServer | MySQLServer | PostgreSQLServer | RedisServer
    if kind == "redis":
        server = RedisServer(folder, "--appendonly", "yes", "--appendfsync", "always")
        address = server.address
    elif kind == "postgresql":
        server = PostgreSQLServer("fsync=on")
        address = server.address + "postgres"
    elif kind == "mysql":
        server = MySQLServer(folder, "--innodb-flush-log-at-trx-commit=1")
        address = server.address
    elif kind == "mongodb":
        server = MongoDBServer(folder)
        server.start()
        address = server.address
    else:
        server = MemcachedServer()
        address = f"memcached://{server.address}"
    try:
        settings = {"SESSION_TYPE": kind, f"SESSION_{kind.upper()}": address}
        yield Store(settings, server, forgets=kind == "memcached")
    finally:
        server.kill()
        if isinstance(server, PostgreSQLServer):
            server.close()
