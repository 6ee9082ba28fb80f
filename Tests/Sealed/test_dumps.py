# SPDX-License-Identifier: Apache-2.0
"""What somebody has who has a dump of a store: of one with sealed records no id and no value, and with the keys besides
still nothing to open, until a cookie is there. Without sealing all of it, or the search finds nothing."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pymongo
import pymysql
import pytest
from memcached_server import ask
from servers import SERVERS, settings

from independent import Records, Refused
from swiftsession import SessionManager

KEY = bytes(range(32))
SESSIONS = 20

#: Of a store all bytes, as somebody finds them who copies it, and its records by their keys. The keys of files are not
#: in them.
Dump = tuple[bytes, dict[bytes, bytes]]


def redis(address: str, folder: Path) -> Dump:
    port = str(urlsplit(address).port)

    def command(*words: str) -> bytes:
        return subprocess.run(["redis-cli", "-p", port, *words], check=True, capture_output=True).stdout[:-1]

    command("config", "set", "rdbcompression", "no")
    command("save")
    keys = command("keys", "*").split()
    return (folder / "dump.rdb").read_bytes(), {key: command("get", key.decode()) for key in keys}


def memcached(address: str, _: Path) -> Dump:
    place = address.removeprefix("memcached://")
    listed = re.findall(r"key=(\S+)", ask(place, b"lru_crawler metadump all").decode())
    keys = [unquote(key).encode() for key in listed]
    records = {}
    host, _, port = place.rpartition(":")
    for key in keys:
        with socket.create_connection((host, int(port)), timeout=5) as connection, connection.makefile("rb") as answer:
            connection.sendall(b"get " + key + b"\r\n")
            records[key] = answer.read(int(answer.readline().split()[3]))
    return b"".join(itertools.chain(*records.items())), records


def postgresql(address: str, _: Path) -> Dump:
    command = ["pg_dump", "--data-only", address]
    text = subprocess.run(command, check=True, capture_output=True).stdout
    rows = [line.split(b"\t") for line in text.splitlines() if b"\\\\x" in line]
    records = {row[1]: bytes.fromhex(row[2].removeprefix(b"\\\\x").decode()) for row in rows}
    return text + b"".join(records.values()), records


def mysql(address: str, _: Path) -> Dump:
    place = urlsplit(address)
    login = {"host": "127.0.0.1", "port": place.port, "user": "root", "password": "dev", "database": "devops"}
    command = ["mariadb-dump", "--no-defaults", "--protocol=tcp", "-h127.0.0.1", f"-P{place.port}", "-uroot", "-pdev"]
    text = subprocess.run([*command, "devops"], check=True, capture_output=True).stdout
    with pymysql.connect(**login) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT session_id, data FROM sessions")
        records = {bytes(key) if isinstance(key, bytes) else key.encode(): data for key, data in cursor.fetchall()}
    return text + b"".join(records.values()), records


def mongodb(address: str, _: Path) -> Dump:
    with pymongo.MongoClient(address) as client:
        documents = list(client.flask_session.sessions.find())
    records = {document["id"].encode(): bytes(document["val"]) for document in documents}
    return repr(documents).encode() + b"".join(records.values()), records


def sqlite(address: str, _: Path) -> Dump:
    with sqlite3.connect(address) as connection:
        rows = connection.execute("SELECT session_id, data FROM sessions").fetchall()
    files = [path.read_bytes() for path in Path(address).parent.iterdir() if path.is_file()]
    return b"".join(files), {key.encode(): data for key, data in rows}


def filesystem(address: str, _: Path) -> Dump:
    files = {path.name.encode(): path.read_bytes() for path in Path(address).iterdir() if path.is_file()}
    return b"".join(itertools.chain(*files.items())), files


DUMPS: dict[str, Callable[[str, Path], Dump]] = {
    "filesystem": filesystem,
    "memcached": memcached,
    "mongodb": mongodb,
    "mysql": mysql,
    "postgresql": postgresql,
    "redis": redis,
    "sqlite": sqlite,
}


@pytest.fixture(scope="module", params=sorted(DUMPS))
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Path]]:
    kind, folder = request.param, tmp_path_factory.mktemp(request.param)
    if kind in SERVERS:
        with SERVERS[kind](folder) as address:
            yield kind, address, folder
    else:
        yield kind, str(folder / ("sessions.db" if kind == "sqlite" else "sessions")), folder


def manager_at(kind: str, address: str, record_format: str) -> SessionManager:
    names = {"sqlite": "SESSION_SQLITE", "filesystem": "SESSION_FILE_DIR"}
    where = {"SESSION_TYPE": kind, names[kind]: address} if kind in names else settings(kind, address)
    prefix = f"{record_format}:"
    return SessionManager(**where, SECRET_KEY=KEY, SESSION_RECORD_FORMAT=record_format, SESSION_KEY_PREFIX=prefix)


def lived(manager: SessionManager, format: str) -> tuple[list[bytes], list[bytes]]:
    """Ids that sessions have or had, and values that are or were in them."""
    ids, values = [], []
    for number in range(SESSIONS):
        session = manager.open(None)
        secrets = [f"{kind} {number} of {format}" for kind in ("first", "second", "third")]
        session["value"] = secrets[0]
        session["other"] = secrets[2]
        ids.append(cookie(session.save()))
        session["value"] = secrets[1]
        if number % 2:
            session.login(f"{secrets[1]} user")
        elif number % 4:
            session.renew()
        ids.append(cookie(session.save()))
        values += secrets[1:]
    return ids, [value.encode() for value in values]


def cookie(headers) -> bytes:
    return next(value.partition(";")[0].partition("=")[2] for name, value in headers if name == "Set-Cookie").encode()


def openers(records: dict[bytes, bytes], ids: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """What a script opens that has the records, the key and these ids: an id with its record."""
    sealed = Records(KEY, prefix=b"sealed:")
    for id in ids:
        key = sealed.store_key(id)
        file = hashlib.sha256(key).hexdigest().encode()
        message = records.get(key) or records.get(file, b"")[4:]
        try:
            yield id, sealed.open(id, message)[0]
        except Refused:
            continue


def test_a_dump_tells_nothing(place):
    kind, address, folder = place
    found = {}
    for record_format in ("flask-session", "sealed"):
        manager = manager_at(kind, address, record_format)
        ids, values = lived(manager, record_format)
        found[record_format] = ids, values
        for id in ids[1::2]:
            assert manager.open(f"session={id.decode()}")["value"]
    dump, records = DUMPS[kind](address, folder)
    assert len(records) >= 2 * SESSIONS

    def there(needles):
        return [needle for needle in needles if needle in dump or needle.hex().encode() in dump]

    ids, values = found["flask-session"]
    assert len(there(values)) == len(values)
    # A file is named by a hash.
    assert kind == "filesystem" or len(there(ids[1::2])) == SESSIONS
    ids, values = found["sealed"]
    assert there(ids) == there(values) == []
    assert b" user" not in b"".join(message for key, message in records.items() if key.startswith(b"sealed:"))

    # With the keys: everything that the dump itself has might be what a record is found by.
    keys = [key.removeprefix(b"sealed:") for key in records]
    words = {*records, *keys, *(key.removeprefix(b"sealed.") for key in keys), b"", KEY}
    assert list(openers(records, sorted(words))) == []
    sealed = Records(KEY, prefix=b"sealed:")
    for key, message in records.items():
        for word in (b"", key, key.removeprefix(b"sealed:")):
            with pytest.raises(Refused):
                sealed.open(word, message[4:] if kind == "filesystem" else message, key)
    # With a cookie: the one record.
    for number, id in enumerate(ids[1::2]):
        ((opened, record),) = openers(records, [id])
        assert opened == id and values[2 * number] in record and json.dumps(id.decode()).encode() not in record
