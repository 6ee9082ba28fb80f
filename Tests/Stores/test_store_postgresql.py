# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL as a host process meets it: its environment, its files, its standard output."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pytest
from store_library import Store
from visitor import Visitor, assert_nobody_came_back

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import swiftsession
from postgresql_server import AS_POSTGRES, postgresql_server

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


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory):
    """The address of a server with TLS alone, and the file of its certificate."""
    folder = Path(tempfile.mkdtemp(prefix="pg-tls-"))
    key, certificate = folder / "server.key", folder / "server.crt"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    make += ["-subj", "/CN=elsewhere", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run(make, check=True, capture_output=True)
    if AS_POSTGRES:
        folder.chmod(0o755)
        shutil.chown(key, "postgres")
    settings = ("ssl=on", f"ssl_cert_file={certificate}", f"ssl_key_file={key}")
    try:
        with postgresql_server(tmp_path_factory.mktemp("postgresql"), 1, *settings) as (address,):
            yield address, certificate
    finally:
        shutil.rmtree(folder)


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


def test_tls(encrypted):
    address, certificate = encrypted
    verified = f"?sslmode=verify-full&sslrootcert={quote(str(certificate))}"
    for parameters in ("", "?sslmode=require", verified):
        done = run(address + parameters)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    # The certificate is for the address alone.
    refused = run(address.replace("127.0.0.1", "localhost") + verified)
    assert refused.returncode == 1 and "UNAVAILABLE" in refused.stderr


def test_a_connection_with_tls_is_used_again(encrypted):
    address, _ = encrypted
    store = Store(SESSION_TYPE="postgresql", SESSION_POSTGRESQL=f"{address}?sslmode=require&application_name=again")
    connection = psycopg2.connect(f"{address}?sslmode=require")
    cursor = connection.cursor()
    found = set()
    for number in range(5):
        store.create(b"again%d" % number, b"x" * 100_000)
        assert len(store.load(b"again%d" % number)[0]) == 100_000
        cursor.execute("SELECT pid, ssl FROM pg_stat_activity a JOIN pg_stat_ssl USING (pid) WHERE application_name = 'again'")
        found |= set(cursor.fetchall())
        connection.commit()
    store.close()
    connection.close()
    assert len(found) == 1 and all(encrypted for _, encrypted in found)


def test_what_asks_for_tls_of_a_server_without(address):
    done = run(f"{address}?sslmode=require")
    assert done.returncode == 1 and "UNAVAILABLE" in done.stderr


def connected(address):
    """A connection, once the server has recovered."""
    end = time.monotonic() + 30
    while True:
        try:
            return psycopg2.connect(address)
        except psycopg2.OperationalError:
            assert time.monotonic() < end
            time.sleep(0.1)


def test_killed_under_load(tmp_path):
    """One of its processes is killed: it ends all others, and recovers from its log."""
    with postgresql_server(tmp_path, 1, "fsync=on") as (address,):
        manager = swiftsession.SessionManager(
            SESSION_TYPE="postgresql", SESSION_POSTGRESQL=address, SESSION_TIMEOUT=5
        )
        visitors = [Visitor(manager, f"visitor{number}") for number in range(4)]
        for visitor in visitors:
            visitor.start()
        for _ in range(3):
            time.sleep(1)
            connection = connected(address)
            os.kill(connection.info.backend_pid, signal.SIGKILL)
            connection.close()
        connected(address).close()
        time.sleep(0.5)
        for visitor in visitors:
            visitor.is_over = True
        for visitor in visitors:
            visitor.join(30)
        print({visitor.name: (visitor.number, dict(visitor.errors), visitor.longest) for visitor in visitors})
        assert all(visitor.removed and visitor.kept and visitor.longest < 15 for visitor in visitors)
        assert {name for visitor in visitors for name in visitor.errors} == {"Unavailable"}
        assert_nobody_came_back(manager, visitors)
