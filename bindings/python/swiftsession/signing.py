# SPDX-License-Identifier: Apache-2.0
"""Signed values: the classes, arguments and exceptions of itsdangerous 2.2.

`from swiftsession import signing as itsdangerous` keeps a program working. What differs, on purpose:

- base64 is read strictly by everything that verifies: one value has one spelling;
- an inflated payload is at most `max_size` bytes long, 1 MiB unless a class or an object says otherwise;
- an empty secret key is a ValueError;
- a timestamp that is no date is a BadTimeSignature, where itsdangerous lets an OverflowError out.

HMAC with SHA-1, SHA-256 or SHA-512 is done by the library. Any other algorithm, digest or key derivation, and what a
subclass overrides, is done in Python.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import string
import struct
import sys
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from ctypes import byref, c_size_t, c_void_p, string_at
from datetime import datetime, timezone
from functools import lru_cache
from typing import IO, Any, Callable, ClassVar, Generic, Literal, TypeVar, Union, cast, overload

from ._errors import Status
from ._library import check, error_pointer, last_error, library

__all__ = [
    "BadData",
    "BadHeader",
    "BadPayload",
    "BadSignature",
    "BadTimeSignature",
    "HMACAlgorithm",
    "NoneAlgorithm",
    "Serializer",
    "SignatureExpired",
    "Signer",
    "SigningAlgorithm",
    "TimedSerializer",
    "TimestampSigner",
    "URLSafeSerializer",
    "URLSafeTimedSerializer",
    "base64_decode",
    "base64_encode",
    "bytes_to_int",
    "int_to_bytes",
    "is_text_serializer",
    "want_bytes",
]

# The modules of itsdangerous: `itsdangerous.exc.BadSignature` is here too.
exc: Any = sys.modules[__name__]
encoding = signer = timed = serializer = url_safe = exc

Text = Union[str, bytes, bytearray, memoryview]
Keys = Union[Text, Iterable[Text]]
Signed = TypeVar("Signed", str, bytes)

_ALPHABET = (string.ascii_letters + string.digits + "-_=").encode()
_ALPHABET_BYTES = frozenset(_ALPHABET)
_UNSIGNED_64 = struct.Struct(">Q")

# ---- Exceptions ----


class BadData(Exception):
    """What was signed or encoded cannot be accepted; the base of the exceptions here."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message


class BadSignature(BadData):
    """None of the keys made the signature. `payload` is what stood before it, and is not to be trusted."""

    def __init__(self, message: str, payload: Any = None) -> None:
        super().__init__(message)
        self.payload = payload


class BadTimeSignature(BadSignature):
    """A bad signature, or no usable timestamp, on a value that is due to have one."""

    def __init__(self, message: str, payload: Any = None, date_signed: datetime | None = None) -> None:
        super().__init__(message, payload)
        self.date_signed = date_signed


class SignatureExpired(BadTimeSignature):
    """Signed well, but longer ago than `max_age`, or in the future."""


class BadHeader(BadSignature):
    """A signed header is bad. Nothing here raises it; programs that catch it go on working."""

    def __init__(
        self, message: str, payload: Any = None, header: Any = None, original_error: Exception | None = None
    ) -> None:
        super().__init__(message, payload)
        self.header = header
        self.original_error = original_error


class BadPayload(BadData):
    """Signed well, but what was signed cannot be read."""

    def __init__(self, message: str, original_error: Exception | None = None) -> None:
        super().__init__(message)
        self.original_error = original_error


# ---- Bytes ----


def want_bytes(value: Text, encoding: str = "utf-8", errors: str = "strict") -> bytes:
    """Text as bytes; bytes as they are."""
    if isinstance(value, str):
        return value.encode(encoding, errors)
    return bytes(value) if isinstance(value, (bytearray, memoryview)) else value


def base64_encode(value: Text) -> bytes:
    """base64url without padding."""
    return base64.urlsafe_b64encode(want_bytes(value)).rstrip(b"=")


def base64_decode(value: Text) -> bytes:
    """Reads base64url leniently, padding or not, and skips what is not of its alphabet, as Python's base64 does."""
    data = want_bytes(value, encoding="ascii", errors="ignore")
    try:
        return base64.urlsafe_b64decode(data + b"=" * (-len(data) % 4))
    except ValueError as problem:
        raise BadData("Invalid base64-encoded data") from problem


def _canonical_base64(value: bytes) -> bytes:
    """Reads base64url only as base64_encode writes it."""
    decoded = base64_decode(value)
    if base64_encode(decoded) != value:
        raise BadData("Invalid base64-encoded data")
    return decoded


def int_to_bytes(number: int) -> bytes:
    """An unsigned 64-bit number, big-endian, without leading zero bytes."""
    return _UNSIGNED_64.pack(number).lstrip(b"\0")


def bytes_to_int(data: bytes) -> int:
    """The inverse of int_to_bytes."""
    return cast(int, _UNSIGNED_64.unpack(data.rjust(8, b"\0"))[0])


def is_text_serializer(serializer: Any) -> bool:
    """Whether a serializer's dumps() makes text, not bytes."""
    return isinstance(serializer.dumps({}), str)


# ---- Algorithms ----


class SigningAlgorithm:
    """Makes and checks a signature under a key; subclasses say how."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        raise NotImplementedError

    def verify_signature(self, key: bytes, value: bytes, sig: bytes) -> bool:
        return hmac.compare_digest(sig, self.get_signature(key, value))


class NoneAlgorithm(SigningAlgorithm):
    """Signs with nothing."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return b""


def _lazy_sha1(data: bytes = b"") -> Any:
    # Looked up when it is used: a FIPS build of OpenSSL may lack it, and another digest may be configured there.
    return hashlib.sha1(data)


class HMACAlgorithm(SigningAlgorithm):
    """HMAC with any digest of hashlib."""

    default_digest_method: Any = staticmethod(_lazy_sha1)

    def __init__(self, digest_method: Any = None) -> None:
        self.digest_method: Any = self.default_digest_method if digest_method is None else digest_method

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.new(key, value, self.digest_method).digest()


# ---- The library's signer ----

_NATIVE_DIGESTS = ("sha1", "sha256", "sha512")
_NATIVE_DERIVATIONS = ("concat", "django-concat", "hmac", "none")


class _NativeSigner:
    """A signer of the library that is set up: any thread may use it."""

    __slots__ = ("_free", "handle", "separator")

    def __init__(self, keys: tuple[bytes, ...], salt: bytes, separator: bytes, derivation: str, digest: str) -> None:
        self._free = library.signer_free
        self.handle: int | None = None
        self.separator = separator
        handle = c_void_p()
        check(library.signer_new(byref(handle), error_pointer()))
        self.handle = handle.value
        options = {
            b"salt": salt,
            b"separator": separator,
            b"key_derivation": derivation.encode(),
            b"digest_method": digest.encode(),
        }
        for name, value in options.items():
            check(library.signer_set(self.handle, name, value, len(value), error_pointer()))
        for key in keys:
            check(library.signer_add_key(self.handle, key, len(key), error_pointer()))

    def __del__(self) -> None:
        self._free(self.handle)

    def signature(self, value: bytes) -> bytes:
        signed, size = c_void_p(), c_size_t()
        check(library.signer_sign(self.handle, value, len(value), 0, byref(signed), byref(size), error_pointer()))
        try:
            return string_at(signed.value or 0, size.value)[len(value) + len(self.separator) :]
        finally:
            library.free(signed)

    def verifies(self, value: bytes, signature: bytes) -> bool:
        signed, unsigned, size = value + self.separator + signature, c_void_p(), c_size_t()
        status = library.signer_unsign(
            self.handle, signed, len(signed), 0, -1, byref(unsigned), byref(size), None, error_pointer()
        )
        if status == Status.OK:
            library.free(unsigned)
            # A separator in what was given as the signature would have been found there first.
            return size.value == len(value)
        if status in (Status.TAMPERED, Status.MALFORMED):
            return False
        raise last_error()


@lru_cache(maxsize=64)
def _native_signer(
    keys: tuple[bytes, ...], salt: bytes, separator: bytes, derivation: str, digest: str
) -> _NativeSigner:
    # Serializers make a Signer for every value: setting up is done once for all that are alike.
    return _NativeSigner(keys, salt, separator, derivation, digest)


@lru_cache(maxsize=64)
def native_digest(digest_method: Callable[..., Any]) -> str | None:
    """The name of a digest that the library has, None for any other."""
    try:
        made = digest_method(b"")
        name = str(made.name)
        # Something that begins with data of its own calls itself by the same name.
        same = made.digest() == hashlib.new(name).digest()
    except Exception:
        return None
    return name if same and name in _NATIVE_DIGESTS else None


# ---- Signers ----


def _key_list(secret_key: Keys) -> list[bytes]:
    given: list[Any] = [secret_key] if isinstance(secret_key, (str, bytes, bytearray, memoryview)) else list(secret_key)
    for key in given:
        if not isinstance(key, (str, bytes, bytearray, memoryview)):
            raise TypeError(f"A secret key is of type {type(key).__name__}; expected text or bytes.")
    keys = [want_bytes(key) for key in given]
    if not all(keys):
        raise ValueError("A secret key is empty: anyone could sign with it. Give every key some random bytes.")
    return keys


class Signer:
    """Signs text and bytes and takes the signature off again.

    `secret_key` may be a list, oldest first: the last key signs, all of them verify.
    """

    default_digest_method: Any = staticmethod(_lazy_sha1)
    default_key_derivation: str = "django-concat"

    def __init__(
        self,
        secret_key: Keys,
        salt: Text | None = b"itsdangerous.Signer",
        sep: Text = b".",
        key_derivation: str | None = None,
        digest_method: Any | None = None,
        algorithm: SigningAlgorithm | None = None,
    ) -> None:
        self.secret_keys: list[bytes] = _key_list(secret_key)
        self.sep: bytes = want_bytes(sep)
        if self.sep in _ALPHABET:
            raise ValueError(
                "The given separator cannot be used because it may be contained in the signature itself. ASCII"
                " letters, digits, and '-_=' must not be used."
            )
        self.salt: bytes = b"itsdangerous.Signer" if salt is None else want_bytes(salt)
        self.key_derivation: str = self.default_key_derivation if key_derivation is None else key_derivation
        self.digest_method: Any = self.default_digest_method if digest_method is None else digest_method
        self.algorithm: SigningAlgorithm = HMACAlgorithm(self.digest_method) if algorithm is None else algorithm

    @property
    def secret_key(self) -> bytes:
        """The newest key, which signs."""
        return self.secret_keys[-1]

    def derive_key(self, secret_key: Text | None = None) -> bytes:
        """The key that signs in the place of `secret_key`, or of the newest one."""
        key = self.secret_keys[-1] if secret_key is None else want_bytes(secret_key)
        if self.key_derivation == "concat":
            return cast(bytes, self.digest_method(self.salt + key).digest())
        if self.key_derivation == "django-concat":
            return cast(bytes, self.digest_method(self.salt + b"signer" + key).digest())
        if self.key_derivation == "hmac":
            return hmac.new(key, self.salt, self.digest_method).digest()
        if self.key_derivation == "none":
            return key
        raise TypeError("Unknown key derivation method")

    def get_signature(self, value: Text) -> bytes:
        """The signature of a value, as base64url."""
        data = want_bytes(value)
        native = self._native()
        if native is not None:
            return native.signature(data)
        return base64_encode(self.algorithm.get_signature(self.derive_key(), data))

    def sign(self, value: Text) -> bytes:
        """The value, the separator and the signature."""
        data = want_bytes(value)
        return data + self.sep + self.get_signature(data)

    def verify_signature(self, value: Text, sig: Text) -> bool:
        """Whether one of the keys made this signature of this value."""
        data, signature = want_bytes(value), want_bytes(sig)
        native = self._native()
        if native is not None:
            return native.verifies(data, signature)
        try:
            decoded = _canonical_base64(signature)
        except BadData:
            return False
        return any(
            self.algorithm.verify_signature(self.derive_key(key), data, decoded) for key in reversed(self.secret_keys)
        )

    def unsign(self, signed_value: Text) -> bytes:
        """The value without its signature, or BadSignature."""
        value, separator, signature = want_bytes(signed_value).rpartition(self.sep)
        if not separator:
            raise BadSignature(f"No {self.sep!r} found in value")
        if not self.verify_signature(value, signature):
            raise BadSignature(f"Signature {signature!r} does not match", payload=value)
        return value

    def validate(self, signed_value: Text) -> bool:
        """Whether unsign() would answer."""
        try:
            self.unsign(signed_value)
        except BadSignature:
            return False
        return True

    def _native(self) -> _NativeSigner | None:
        """The library's signer with the settings of this one, where it can do the same."""
        algorithm = self.algorithm
        if type(algorithm) is not HMACAlgorithm or type(self).derive_key is not Signer.derive_key:
            return None
        if self.key_derivation not in _NATIVE_DERIVATIONS or not self.secret_keys:
            return None
        try:
            digest = native_digest(self.digest_method)
            if algorithm.digest_method is not self.digest_method and native_digest(algorithm.digest_method) != digest:
                return None
        except TypeError:  # a digest method that has no hash
            return None
        if digest is None or not _ALPHABET_BYTES.isdisjoint(self.sep):
            return None
        return _native_signer(tuple(self.secret_keys), self.salt, self.sep, self.key_derivation, digest)


class TimestampSigner(Signer):
    """Signs with the time, and refuses what is older than a `max_age`."""

    def get_timestamp(self) -> int:
        """The time now, in whole seconds since 1970."""
        return int(time.time())

    def timestamp_to_datetime(self, ts: int) -> datetime:
        """A timestamp as an aware datetime in UTC."""
        return datetime.fromtimestamp(ts, tz=timezone.utc)

    def sign(self, value: Text) -> bytes:
        """The value, the time and the signature of both."""
        return super().sign(want_bytes(value) + self.sep + base64_encode(int_to_bytes(self.get_timestamp())))

    @overload
    def unsign(  # pyright: ignore[reportOverlappingOverload]
        self, signed_value: Text, max_age: int | None = None, return_timestamp: Literal[False] = False
    ) -> bytes: ...

    @overload
    def unsign(
        self, signed_value: Text, max_age: int | None = None, return_timestamp: Literal[True] = ...
    ) -> tuple[bytes, datetime]: ...

    def unsign(
        self, signed_value: Text, max_age: int | None = None, return_timestamp: bool = False
    ) -> bytes | tuple[bytes, datetime]:
        """The value, or BadTimeSignature or SignatureExpired; with its datetime where `return_timestamp` asks so."""
        refused: BadSignature | None = None
        try:
            dated = super().unsign(signed_value)
        except BadSignature as problem:
            refused, dated = problem, problem.payload or b""
        value, separator, stamp = dated.rpartition(self.sep)
        if not separator:
            raise refused or BadTimeSignature("timestamp missing", payload=dated)
        timestamp = self._read_timestamp(stamp)

        if refused is not None:
            if timestamp is None:
                raise BadTimeSignature(str(refused), payload=value)
            raise BadTimeSignature(str(refused), payload=value, date_signed=self._date(timestamp, value))
        if timestamp is None:
            raise BadTimeSignature("Malformed timestamp", payload=value)
        if max_age is not None:
            self._check_age(timestamp, max_age, value)
        return (value, self._date(timestamp, value)) if return_timestamp else value

    def validate(self, signed_value: Text, max_age: int | None = None) -> bool:
        """Whether unsign() would answer."""
        try:
            self.unsign(signed_value, max_age=max_age)
        except BadSignature:
            return False
        return True

    def _read_timestamp(self, stamp: bytes) -> int | None:
        try:
            return bytes_to_int(_canonical_base64(stamp))
        except (BadData, struct.error):
            return None

    def _date(self, timestamp: int, value: bytes) -> datetime:
        try:
            return self.timestamp_to_datetime(timestamp)
        except (ValueError, OSError, OverflowError) as problem:
            raise BadTimeSignature("Malformed timestamp", payload=value) from problem

    def _check_age(self, timestamp: int, max_age: int, value: bytes) -> None:
        age = self.get_timestamp() - timestamp
        limit = max_age if age > max_age else 0
        if age > max_age or age < 0:
            sign = ">" if age > max_age else "<"
            raise SignatureExpired(
                f"Signature age {age} {sign} {limit} seconds", payload=value, date_signed=self._date(timestamp, value)
            )


# ---- Serializers ----


class _CompactJSON:
    """JSON without spaces and with raw UTF-8, for what stands in a URL."""

    @staticmethod
    def loads(payload: str | bytes) -> Any:
        return json.loads(payload)

    @staticmethod
    def dumps(obj: Any, **options: Any) -> str:
        return json.dumps(obj, **{"ensure_ascii": False, "separators": (",", ":"), **options})


class Serializer(Generic[Signed]):
    """Signs what a serializer writes: JSON, or any object with dumps() and loads().

    `fallback_signers` are tried in turn after the signer: dicts of arguments for it, Signer classes, or pairs of both.
    """

    default_serializer: Any = json
    default_signer: type[Signer] = Signer
    default_fallback_signers: ClassVar[list[Any]] = []

    @overload
    def __init__(
        self: Serializer[str],
        secret_key: Keys,
        salt: Text | None = ...,
        serializer: None = ...,
        serializer_kwargs: Mapping[str, Any] | None = ...,
        signer: type[Signer] | None = ...,
        signer_kwargs: Mapping[str, Any] | None = ...,
        fallback_signers: Iterable[Any] | None = ...,
    ) -> None: ...

    @overload
    def __init__(
        self,
        secret_key: Keys,
        salt: Text | None = ...,
        serializer: Any = ...,
        serializer_kwargs: Mapping[str, Any] | None = ...,
        signer: type[Signer] | None = ...,
        signer_kwargs: Mapping[str, Any] | None = ...,
        fallback_signers: Iterable[Any] | None = ...,
    ) -> None: ...

    def __init__(
        self,
        secret_key: Keys,
        salt: Text | None = b"itsdangerous",
        serializer: Any = None,
        serializer_kwargs: Mapping[str, Any] | None = None,
        signer: type[Signer] | None = None,
        signer_kwargs: Mapping[str, Any] | None = None,
        fallback_signers: Iterable[Any] | None = None,
    ) -> None:
        self.secret_keys: list[bytes] = _key_list(secret_key)
        self.salt: bytes | None = None if salt is None else want_bytes(salt)
        self.serializer: Any = self.default_serializer if serializer is None else serializer
        self.is_text_serializer: bool = is_text_serializer(self.serializer)
        self.signer: type[Signer] = self.default_signer if signer is None else signer
        self.signer_kwargs: dict[str, Any] = dict(signer_kwargs or {})
        self.fallback_signers: list[Any] = list(
            self.default_fallback_signers if fallback_signers is None else fallback_signers
        )
        self.serializer_kwargs: dict[str, Any] = dict(serializer_kwargs or {})

    @property
    def secret_key(self) -> bytes:
        """The newest key, which signs."""
        return self.secret_keys[-1]

    def load_payload(self, payload: bytes, serializer: Any = None) -> Any:
        """Reads what dump_payload wrote, or BadPayload. Verify the signature first."""
        if serializer is None:
            reader, text = self.serializer, self.is_text_serializer
        else:
            reader, text = serializer, is_text_serializer(serializer)
        try:
            return reader.loads(payload.decode() if text else payload)
        except Exception as problem:
            raise BadPayload(
                "Could not load the payload because an exception occurred on unserializing the data.",
                original_error=problem,
            ) from problem

    def dump_payload(self, obj: Any) -> bytes:
        """What is signed for an object."""
        return want_bytes(self.serializer.dumps(obj, **self.serializer_kwargs))

    def make_signer(self, salt: Text | None = None) -> Signer:
        """The signer for a salt, or for the serializer's own."""
        return self.signer(self.secret_keys, salt=self.salt if salt is None else salt, **self.signer_kwargs)

    def iter_unsigners(self, salt: Text | None = None) -> Iterator[Signer]:
        """The signers that may have signed a value, the first one first."""
        chosen = self.salt if salt is None else salt
        yield self.make_signer(chosen)
        for fallback in self.fallback_signers:
            if isinstance(fallback, Mapping):
                signer, options = self.signer, dict(fallback)
            elif isinstance(fallback, tuple):
                signer, options = fallback
            else:
                signer, options = fallback, self.signer_kwargs
            for key in self.secret_keys:
                yield signer(key, salt=chosen, **options)

    def dumps(self, obj: Any, salt: Text | None = None) -> Signed:
        """The signed form of an object: text where the serializer makes text."""
        signed = self.make_signer(salt).sign(self.dump_payload(obj))
        return cast(Signed, signed.decode() if self.is_text_serializer else signed)

    def dump(self, obj: Any, f: IO[Any], salt: Text | None = None) -> None:
        """Writes dumps() to a file."""
        f.write(self.dumps(obj, salt=salt))

    def loads(self, s: Text, salt: Text | None = None, **kwargs: Any) -> Any:
        """The object of a signed form, or BadSignature or BadPayload."""
        return self._loads(s, salt, lambda signer, signed: self.load_payload(signer.unsign(signed)))

    def load(self, f: IO[Any], salt: Text | None = None) -> Any:
        """loads() of what a file holds."""
        return self.loads(f.read(), salt=salt)

    def loads_unsafe(self, s: Text, salt: Text | None = None) -> tuple[bool, Any]:
        """Whether the signature was good, and the object or None: what a value says, believed or not."""
        return self._loads_unsafe_impl(s, salt)

    def load_unsafe(self, f: IO[Any], salt: Text | None = None) -> tuple[bool, Any]:
        """loads_unsafe() of what a file holds."""
        return self.loads_unsafe(f.read(), salt=salt)

    def _loads(self, s: Text, salt: Text | None, load: Callable[[Any, bytes], Any]) -> Any:
        signed = want_bytes(s)
        problem: BadSignature | None = None
        for signer in self.iter_unsigners(salt):
            try:
                return load(signer, signed)
            except SignatureExpired:
                raise  # signed well: no other signer can do better
            except BadSignature as refused:
                problem = refused
        raise cast(BadSignature, problem)

    def _loads_unsafe_impl(
        self,
        s: Text,
        salt: Text | None,
        load_kwargs: Mapping[str, Any] | None = None,
        load_payload_kwargs: Mapping[str, Any] | None = None,
    ) -> tuple[bool, Any]:
        try:
            return True, self.loads(s, salt=salt, **(load_kwargs or {}))
        except BadSignature as refused:
            if refused.payload is None:
                return False, None
            try:
                return False, self.load_payload(refused.payload, **(load_payload_kwargs or {}))
            except BadPayload:
                return False, None
        except BadPayload:
            return False, None


class TimedSerializer(Serializer[Signed]):
    """A serializer whose signatures carry the time."""

    default_signer: type[Signer] = TimestampSigner

    # As in itsdangerous, max_age stands where the salt stands elsewhere.
    def loads(  # type: ignore[override]
        self,
        s: Text,
        max_age: int | None = None,
        return_timestamp: bool = False,
        salt: Text | None = None,
        **kwargs: Any,
    ) -> Any:
        """The object, or BadSignature, SignatureExpired or BadPayload; with its datetime where asked for."""

        def load(signer: Any, signed: bytes) -> Any:
            payload, signed_at = signer.unsign(signed, max_age=max_age, return_timestamp=True)
            loaded = self.load_payload(payload)
            return (loaded, signed_at) if return_timestamp else loaded

        return self._loads(s, salt, load)

    def loads_unsafe(  # type: ignore[override]
        self, s: Text, max_age: int | None = None, salt: Text | None = None
    ) -> tuple[bool, Any]:
        """As Serializer's, with a `max_age`."""
        return self._loads_unsafe_impl(s, salt, load_kwargs={"max_age": max_age})


class URLSafeSerializerMixin(Serializer[str]):
    """Puts the payload into base64url, compressed where that makes it shorter."""

    default_serializer: Any = _CompactJSON
    #: What a compressed payload may expand to, in bytes.
    max_size: int = 1_048_576

    def load_payload(self, payload: bytes, serializer: Any = None) -> Any:
        compressed = payload.startswith(b".")
        try:
            data = _canonical_base64(payload[1:] if compressed else payload)
        except BadData as problem:
            raise BadPayload(
                "Could not base64 decode the payload because of an exception", original_error=problem
            ) from problem
        if compressed:
            try:
                data = _inflated(data, self.max_size)
            except (zlib.error, ValueError) as problem:
                raise BadPayload(
                    "Could not zlib decompress the payload before decoding the payload", original_error=problem
                ) from problem
        return super().load_payload(data, serializer)

    def dump_payload(self, obj: Any) -> bytes:
        data = super().dump_payload(obj)
        compressed = zlib.compress(data)
        if len(compressed) < len(data) - 1:
            return b"." + base64_encode(compressed)
        return base64_encode(data)


def _inflated(data: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj()
    inflated = stream.decompress(data, limit + 1)
    if len(inflated) > limit:
        raise ValueError(f"The payload expands to more than {limit} bytes")
    if not stream.eof:
        raise zlib.error("incomplete or truncated stream")
    return inflated


class URLSafeSerializer(URLSafeSerializerMixin, Serializer[str]):
    """A serializer whose text may stand in a URL, a header or a cookie."""


class URLSafeTimedSerializer(URLSafeSerializerMixin, TimedSerializer[str]):
    """A serializer whose text may stand in a URL, a header or a cookie, and carries the time."""
