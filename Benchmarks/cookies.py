# SPDX-License-Identifier: Apache-2.0
"""A session as a cookie's value and back, in Python: cookies.py sign|verify|seal|open SIZE plain|compressed.

Each is given a dictionary and gives one back. Flask and itsdangerous always try to compress; Starlette never does.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import django.conf
from cryptography.fernet import Fernet
from django.core import signing
from flask import Flask
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from starlette.middleware.sessions import SessionMiddleware

import swiftsession.flask
from serving import payload, repeated, serve
from swiftsession.sealing import Sealer

KEY = "a secret key of thirty-two bytes"

Codec = tuple[Callable[[Any], Any], Callable[[Any], Any]]


def ours() -> Codec:
    """What CookieSessionInterface gives an application for its tests and tools."""
    serializer = swiftsession.flask.CookieSessionInterface().get_signing_serializer(application())
    return serializer.dumps, serializer.loads


def our_sealer(compress: bool) -> Codec:
    sealer, serializer = Sealer(KEY, "session cookie", name="session", compress=compress), TaggedJSONSerializer()
    return lambda session: sealer.seal(serializer.dumps(session)), lambda text: serializer.loads(sealer.open(text))


def application() -> Flask:
    app = Flask("cookies")
    app.secret_key = KEY
    return app


def flasks() -> Codec:
    serializer = SecureCookieSessionInterface().get_signing_serializer(application())
    return serializer.dumps, serializer.loads


def itsdangerous() -> Codec:
    serializer = URLSafeTimedSerializer(KEY, "cookie-session", signer_kwargs={"key_derivation": "hmac"})
    return serializer.dumps, serializer.loads


def djangos(compress: bool) -> Codec:
    """As django.contrib.sessions.backends.signed_cookies calls it."""
    salt = "django.contrib.sessions.backends.signed_cookies"
    django.conf.settings.configure(SECRET_KEY=KEY)
    return (
        lambda session: signing.dumps(session, compress=compress, salt=salt),
        lambda text: signing.loads(text, max_age=2678400, salt=salt),
    )


def starlettes() -> Codec:
    """The lines of SessionMiddleware, with its signer."""
    signer = SessionMiddleware(lambda *_: None, KEY).signer
    return (
        lambda session: signer.sign(b64encode(json.dumps(session).encode())),
        lambda data: json.loads(b64decode(signer.unsign(data, max_age=1209600))),
    )


def fernets() -> Codec:
    """What sealed cookies in Python are mostly made of: AES-128-CBC and HMAC-SHA256."""
    fernet = Fernet(Fernet.generate_key())
    return (
        lambda session: fernet.encrypt(json.dumps(session, separators=(",", ":")).encode()),
        lambda token: json.loads(fernet.decrypt(token)),
    )


def codecs(sealed: bool, compress: bool) -> dict[str, Codec]:
    if sealed:
        found = {"libswiftsession, Python": our_sealer(compress)}
        return found if compress else {**found, "Fernet (cryptography)": fernets()}
    found = {
        "libswiftsession, Python": ours(),
        "Flask": flasks(),
        "itsdangerous": itsdangerous(),
        "Django": djangos(compress),
    }
    return found if compress else {**found, "Starlette": starlettes()}


def main() -> None:
    action, size, compression = sys.argv[1:]
    session = json.loads(payload(size))
    contestants = {}
    for name, (write, read) in codecs(action in ("seal", "open"), compression == "compressed").items():
        text = write(session)
        assert read(text) == session
        if action in ("sign", "seal"):
            contestants[name] = repeated(lambda write=write: write(session))
        else:
            contestants[name] = repeated(lambda read=read, text=text: read(text))
    serve(contestants)


main()
