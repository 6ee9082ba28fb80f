# SPDX-License-Identifier: Apache-2.0
"""Writes Tests/Vectors/sealed.json, by the independent program alone."""

import json
from pathlib import Path

from independent import Records, Sealer, key_id

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


def record(what, key, application, prefix, found_by, values, expiry):
    records = Records(key, application.encode(), prefix.encode())
    raw = {"key": key, "salt": SALT, "record": values, "message": records.seal(found_by, values, expiry, SALT)}
    return {
        "what": what,
        "application": application,
        "prefix": prefix,
        "found_by": found_by.decode(),
        "store_key": records.store_key(found_by).decode(),
        "expiry": expiry,
        **{name: value.hex() for name, value in raw.items()},
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
    "records": [
        record("nothing", KEY, "", "", b"A" * 43, b"", 0),
        record("a session", KEY, "", "session:", b"A" * 43, b'{"_permanent":true,"user":"jack"}', 1_900_000_000),
        record("of an application", KEY, "shop", "s:", b"B" * 22, b'{"user":"jill"}', 1_900_000_000),
        record("under a long key", LONG, "", "session:", b"C" * 43, b'{"user":"june"}', 1_900_000_000),
        record(
            "an id that leads on", KEY, "", "session:", b"D" * 43, b"N.swiftsession forward " + b"A" * 43, 1_900_000_000
        ),
    ],
}
path = Path(__file__).resolve().parents[1] / "Vectors" / "sealed.json"
path.write_text(json.dumps(vectors, indent=1) + "\n")
