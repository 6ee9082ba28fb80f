# SPDX-License-Identifier: Apache-2.0
"""swiftsessionctl with settings in a cookie, in SQLite and in Redis."""

import sys

import pytest
from running import KEY, ROOT, Tool

for folder in ("Tests", "bindings/python"):
    sys.path.insert(0, str(ROOT / folder))


@pytest.fixture
def tool(tmp_path):
    return Tool(tmp_path, {"SESSION_TYPE": "cookie", "SECRET_KEY": KEY})


@pytest.fixture(params=["sqlite", "redis"])
def stored(request, tmp_path):
    """The command on a store; sessions are made beside it with `tool.manager()`."""
    from swiftsession import SessionManager

    if request.param == "sqlite":
        settings = {"SESSION_TYPE": "sqlite", "SESSION_SQLITE": tmp_path / "sessions.db"}
    else:
        settings = {"SESSION_TYPE": "redis", "SESSION_REDIS": request.getfixturevalue("redis")}
    tool = Tool(tmp_path, settings)
    tool.manager = lambda: SessionManager(**{name: str(value) for name, value in settings.items()})
    return tool


@pytest.fixture
def redis(tmp_path):
    from redis_server import redis_server

    with redis_server(tmp_path) as address:
        yield address
