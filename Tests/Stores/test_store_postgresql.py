# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL as a host process meets it: its environment, its files, its standard output."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from postgresql_server import postgresql_server

PROGRAM = """
from store_library import Store, StoreError
import sys
store = Store(SESSION_TYPE="postgresql", SESSION_POSTGRESQL=sys.argv[1])
try:
    store.create(b"k", b"record")
except StoreError as error:
    assert error.name == "EXISTS"
store.replace(b"k", b"other", store.load(b"k")[1])
assert store.load(b"k")[0] == b"other"
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with postgresql_server(tmp_path_factory.mktemp("postgresql")) as (address,):
        yield address


def run(address: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, address]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), **environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def test_the_environment_and_the_files_of_the_user_say_nothing(address, tmp_path):
    (tmp_path / ".pgpass").write_text("*:*:*:*:wrong\n")
    (tmp_path / ".pg_service.conf").write_text("[other]\nhost=/nowhere\n")
    (tmp_path / ".postgresql").mkdir()
    for name in ("root.crt", "postgresql.crt", "postgresql.key"):
        (tmp_path / ".postgresql" / name).write_text("no certificate")
    done = run(
        address,
        HOME=str(tmp_path),
        PGHOST="/nowhere",
        PGHOSTADDR="192.0.2.1",
        PGPORT="1",
        PGDATABASE="nowhere",
        PGUSER="nobody",
        PGPASSWORD="wrong",
        PGPASSFILE=str(tmp_path / ".pgpass"),
        PGSERVICE="other",
        PGOPTIONS="-c no_such_setting=1",
        PGAPPNAME="other",
        PGSSLMODE="verify-full",
        PGSSLROOTCERT="/nowhere",
        PGGSSENCMODE="require",
        PGCHANNELBINDING="require",
        PGCLIENTENCODING="no such encoding",
        PGTARGETSESSIONATTRS="standby",
        PGCONNECT_TIMEOUT="x",
        PGTZ="Asia/Tokyo",
        PGDATESTYLE="German",
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_the_server_remarks_is_not_printed(address):
    done = run(f"{address}?options=-c%20client_min_messages%3Ddebug5")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
