# SPDX-License-Identifier: Apache-2.0
"""The servers that tests and benchmarks run on, by the name that SESSION_TYPE has for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from memcached_server import memcached_server
from mongodb_server import mongodb_server
from mysql_server import mysql_server
from postgresql_server import postgresql_server
from redis_server import redis_server


@contextmanager
def memcached(_: Path) -> Iterator[str]:
    with memcached_server() as address:
        yield f"memcached://{address}"


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    with postgresql_server(folder) as (address,):
        yield address


#: Each is given a temporary folder and yields its address, as the setting of its name takes it.
SERVERS: dict[str, Callable[[Path], AbstractContextManager[str]]] = {
    "memcached": memcached,
    "mongodb": mongodb_server,
    "mysql": mysql_server,
    "postgresql": postgresql,
    "redis": redis_server,
}

#: What SQLAlchemy calls a database, with the driver that is there.
DRIVERS = {"mysql": "mysql+pymysql", "postgresql": "postgresql+psycopg2"}


def settings(kind: str, address: str) -> dict[str, str]:
    """What an application of either side is told of a server."""
    if kind in DRIVERS:
        return {
            "SESSION_TYPE": "sqlalchemy",
            "SQLALCHEMY_DATABASE_URI": f"{DRIVERS[kind]}://{address.partition('://')[2]}",
        }
    return {"SESSION_TYPE": kind, f"SESSION_{kind.upper()}": address}
