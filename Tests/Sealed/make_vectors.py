# SPDX-License-Identifier: Apache-2.0
"""Writes Tests/Vectors/sealed.json, by the independent program alone."""

import json
from pathlib import Path

from independent import Sealer, key_id

SALT = bytes(range(200, 224))
KEY = bytes(range(32))
LONG = bytes(range(100))
CONTEXT = ("session cookie", "shop", "__Host-session")


def message(what, key, context, text, secret=b"", associated=b""):
    sealer = Sealer(key, *(part.encode() for part in context))
    names = dict(zip(("purpose", "application", "name"), context))
    sealed = sealer.seal(text, secret, associated, SALT)
    raw = {"key": key, "salt": SALT, "secret": secret, "associated": associated, "text": text, "message": sealed}
    return {"what": what, **names, **{name: value.hex() for name, value in raw.items()}}


def value(what, key, context, payload, issued, **how):
    sealer = Sealer(key, *(part.encode() for part in context))
    names = dict(zip(("purpose", "application", "name"), context))
    sealed = sealer.seal_value(payload, issued, salt=SALT, **how)
    raw = {"key": key, "key_id": key_id(key), "payload": payload}
    return {
        "what": what,
        **names,
        **{name: data.hex() for name, data in raw.items()},
        "issued": issued,
        "value": sealed,
    }


vectors = {
    "messages": [
        message("nothing", KEY, ("", "", ""), b""),
        message("text", KEY, CONTEXT, b"some text"),
        message("a long key", LONG, CONTEXT, b"some text"),
        message("a secret and associated bytes", KEY, ("session record", "shop", ""), b"x" * 100, b"the id", b"more"),
    ],
    "values": [
        value("nothing, at no time", KEY, ("", "", ""), b"", 0),
        value("a session", KEY, CONTEXT, b'{"user":"jack"}', 1_800_000_000),
        value("a session, padded", KEY, CONTEXT, b'{"user":"jack"}', 1_800_000_000, padding=64),
        value("a session, compressed", KEY, CONTEXT, b'{"a":"' + b"a" * 99 + b'"}', 1_800_000_000, compress=True),
        value("compressed and padded", LONG, CONTEXT, b'{"a":"' + b"a" * 99 + b'"}', 1, compress=True, padding=100),
        value("an id", KEY, ("session id cookie", "", "session"), b"A" * 43, 1_800_000_000),
    ],
}
path = Path(__file__).resolve().parents[1] / "Vectors" / "sealed.json"
path.write_text(json.dumps(vectors, indent=1) + "\n")
