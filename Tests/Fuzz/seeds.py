# SPDX-License-Identifier: Apache-2.0
"""Writes what the fuzzers begin with, made of Tests/Vectors, into a folder for each target: seeds.py FOLDER"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "Tests" / "Vectors"

#: Addresses of stores; the digit is the kind that url.c has for it.
ADDRESSES = [
    "0redis://:hunter2@127.0.0.1:1/0",
    "0rediss://jack:hunter2@[::1]:1/3",
    "0unix:///tmp/none.sock?db=2",
    "0redis+sentinel://a:1,b:2/name/0",
    "1127.0.0.1:1,127.0.0.1:2",
    "1memcached://a:1/?binary=true",
    "1unix:///tmp/none.sock",
    "2mongodb://jack:hunter2@a:1,b:2/?replicaSet=r&authSource=admin&tls=true",
    "3postgresql://jack:hunter2@127.0.0.1:1,[::1]:2/base?sslmode=require&connect_timeout=3",
    "4mysql://jack:hunter2@127.0.0.1:1/base?charset=utf8mb4&ssl_ca=/none",
    "5postgresql+psycopg2://jack:hunter2@127.0.0.1/base?host=/tmp",
    "5mysql+pymysql://jack:hunter2@127.0.0.1/base?unix_socket=/tmp/none",
    "5sqlite:////tmp/none/x.db",
    "6/tmp/none/x.db",
]


def vectors(name: str) -> object:
    return json.loads((VECTORS / f"{name}.json").read_text())


def found(value: object, *keys: str) -> Iterator[str]:
    """Every text under one of these keys, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in keys and isinstance(inner, str):
                yield inner
            yield from found(inner, *keys)
    elif isinstance(value, list):
        for inner in value:
            yield from found(inner, *keys)


def as_bytes(texts: Iterator[str]) -> list[bytes]:
    return [text.encode("utf-8", "surrogatepass") for text in texts]


def from_hex(texts: Iterator[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


def settings() -> list[bytes]:
    """Each row of the README's table, with values of several kinds."""
    names = re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", (ROOT / "README.md").read_text(), re.MULTILINE)
    return [f"{name}={value}".encode() for name in names for value in ("true", "30", "text", '["a","b"]')]


def seeds() -> dict[str, list[bytes]]:
    cookies, tagged = vectors("flask_cookie_session"), as_bytes(found(vectors("flask_cookie_session"), "json"))
    stored = [vectors(path.stem) for path in sorted(VECTORS.glob("fs*.json"))]
    signed = as_bytes(found(cookies, "cookie", "value", "signed"))
    headers = [text.encode("latin-1", "replace") for text in found(vectors("werkzeug_cookie"), "header_latin1")]
    files = from_hex(found([vectors(path.stem) for path in sorted(VECTORS.glob("fs*_filesystem.json"))], "hex"))
    records = from_hex(found(stored, "hex", "value_hex"))
    sealed = as_bytes(found(vectors("sealed"), "value"))
    lines = settings()
    serialized = vectors("flask_session_serializer")
    return {
        "cookie_header": headers + [b"session=" + cookie for cookie in signed],
        "file": files,
        "inflate": [zlib.compress(json) for json in tagged[:20]],
        "json": from_hex(found(serialized, "json_hex")),
        "json_value": tagged,
        "messagepack": from_hex(found(serialized, "msgpack_hex")),
        "pickle": from_hex(found(vectors("pickle"), *(f"p{number}_hex" for number in range(6)))),
        "record": records + [file[4:] for file in files],
        "sealed_cookie": [b"0" + value for value in sealed] + [b"2" + json for json in tagged] + [b"1\0\0", b"1\7\1"],
        "setting": lines,
        "settings_file": [b"\n".join(lines[start : start + 5]) for start in range(0, len(lines), 5)],
        "signed_cookie": signed + tagged,
        "tagged_json": tagged,
        "tagged_json_exact": tagged,
        "url": [bytes([int(text[0])]) + text[1:].encode() for text in ADDRESSES],
    }


def main(folder: Path) -> None:
    for target, inputs in seeds().items():
        assert inputs, target
        place = folder / target
        place.mkdir(parents=True, exist_ok=True)
        for data in inputs:
            if len(data) <= 4096:
                (place / hashlib.sha1(data).hexdigest()).write_bytes(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
