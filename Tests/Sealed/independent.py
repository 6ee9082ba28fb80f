# SPDX-License-Identifier: Apache-2.0
"""Sealed messages, values and records, written from docs/formats.md alone, on the package `cryptography`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import struct
import zlib
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SALT = b"swiftsession sealed 1"
COMPRESSED, PADDED = 1, 2


class Refused(Exception):
    """The message does not open."""


def framed(text: bytes) -> bytes:
    return struct.pack(">I", len(text)) + text


def expanded(key: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, SALT, info).derive(key)


def key_id(key: bytes) -> bytes:
    return expanded(key, framed(b"key id"))[:8]


@dataclass
class Sealer:
    """One key in one context."""

    key: bytes
    purpose: bytes
    application: bytes = b""
    name: bytes = b""
    context: bytes = field(init=False)

    def __post_init__(self) -> None:
        assert len(self.key) >= 32
        self.context = framed(self.purpose) + framed(self.application) + framed(self.name)

    def _derived(self, salt: bytes, secret: bytes) -> tuple[bytes, bytes, bytes]:
        key = expanded(self.key, self.context)
        first = hmac.new(key, b"\x01" + salt + secret, hashlib.sha256).digest()
        second = hmac.new(key, b"\x02" + salt + secret, hashlib.sha256).digest()
        return first, second[:12], second[12:28]

    def seal(self, text: bytes, secret: bytes = b"", associated: bytes = b"", salt: bytes | None = None) -> bytes:
        salt = os.urandom(24) if salt is None else salt
        key, nonce, commitment = self._derived(salt, secret)
        header = b"\x01" + key_id(self.key) + salt + commitment
        return header + AESGCM(key).encrypt(nonce, text, header + self.context + associated)

    def open(self, message: bytes, secret: bytes = b"", associated: bytes = b"") -> bytes:
        header, ciphertext = message[:49], message[49:]
        if len(message) < 65 or header[:9] != b"\x01" + key_id(self.key):
            raise Refused
        key, nonce, commitment = self._derived(header[9:33], secret)
        if not hmac.compare_digest(commitment, header[33:]):
            raise Refused
        try:
            return AESGCM(key).decrypt(nonce, ciphertext, header + self.context + associated)
        except InvalidTag:
            raise Refused from None

    def seal_value(
        self, payload: bytes, issued: int, padding: int = 0, compress: bool = False, salt: bytes | None = None
    ) -> str:
        flags = 0
        if compress and len(stream := zlib.compress(payload)) < len(payload) - 1:
            payload, flags = stream, COMPRESSED
        if padding > 1:
            flags |= PADDED
        text = struct.pack(">qB", issued, flags) + payload
        if padding > 1:
            text += b"\x80"
            text += bytes(-len(text) % padding)
        return base64.urlsafe_b64encode(self.seal(text, salt=salt)).rstrip(b"=").decode()

    def open_value(self, value: str) -> tuple[bytes, int]:
        message = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        if base64.urlsafe_b64encode(message).rstrip(b"=").decode() != value:
            raise Refused
        text = self.open(message)
        issued, flags = struct.unpack(">qB", text[:9])
        payload = text[9:]
        if issued < 0 or flags & ~(COMPRESSED | PADDED):
            raise Refused
        if flags & PADDED:
            payload, marker, zeros = payload.rpartition(b"\x80")
            if not marker or zeros.strip(b"\0"):
                raise Refused
        return (zlib.decompress(payload) if flags & COMPRESSED else payload), issued


@dataclass
class Records:
    """The sealed records of an application, under one key."""

    key: bytes
    application: bytes = b""
    prefix: bytes = b"session:"

    @staticmethod
    def name(found_by: bytes) -> bytes:
        digest = hashlib.sha256(b"swiftsession sealed name " + found_by).digest()
        return b"sealed." + base64.urlsafe_b64encode(digest).rstrip(b"=")

    @staticmethod
    def of_user(user: bytes) -> bytes:
        """What the record of a user is found by."""
        return b"user." + base64.urlsafe_b64encode(hashlib.sha256(user).digest()).rstrip(b"=")

    def store_key(self, found_by: bytes) -> bytes:
        return self.prefix + self.name(found_by)

    def _sealer(self) -> Sealer:
        return Sealer(self.key, b"session record", self.application, self.prefix)

    def seal(self, found_by: bytes, record: bytes, expiry: int, salt: bytes | None = None) -> bytes:
        text = struct.pack(">q", expiry) + record
        return self._sealer().seal(text, found_by, self.store_key(found_by), salt)

    def open(self, found_by: bytes, message: bytes, store_key: bytes | None = None) -> tuple[bytes, int]:
        text = self._sealer().open(message, found_by, self.store_key(found_by) if store_key is None else store_key)
        if len(text) < 8:
            raise Refused
        return text[8:], struct.unpack(">q", text[:8])[0]
