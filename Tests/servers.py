# SPDX-License-Identifier: Apache-2.0
"""The servers that tests and benchmarks run on, by the name that SESSION_TYPE has for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from memcached_server import memcached_server
from mongodb_server import mongodb_server
from redis_server import redis_server


@contextmanager
def memcached(_: Path) -> Iterator[str]:
    with memcached_server() as address:
        yield f"memcached://{address}"


#: Each is given a temporary folder and yields its address, as the setting of its name takes it.
SERVERS: dict[str, Callable[[Path], AbstractContextManager[str]]] = {
    "memcached": memcached,
    "mongodb": mongodb_server,
    "redis": redis_server,
}


def settings(kind: str, address: str) -> dict[str, str]:
    """What a manager is told of a server."""
    return {"SESSION_TYPE": kind, f"SESSION_{kind.upper()}": address}
