# SPDX-License-Identifier: Apache-2.0
"""What the vectors and tests of itsdangerous do not ask of swiftsession.signing."""

import copy
import hashlib
import pickle
import random
import threading
import zlib

import pytest

from swiftsession import signing

SIGNERS = [signing.Signer, signing.TimestampSigner]
SERIALIZERS = [
    signing.Serializer,
    signing.TimedSerializer,
    signing.URLSafeSerializer,
    signing.URLSafeTimedSerializer,
]


class Slow(signing.Signer):
    """Takes the Python road."""

    def _native(self):
        return None


@pytest.mark.parametrize("derivation", ["concat", "django-concat", "hmac", "none"])
@pytest.mark.parametrize("digest", [hashlib.sha1, hashlib.sha256, hashlib.sha512])
def test_the_library_and_python_sign_alike(derivation, digest):
    chance = random.Random(7)
    for _ in range(20):
        key, salt, value = (chance.randbytes(chance.choice([1, 20, 64, 65, 128, 129, 300])) for _ in range(3))
        options = {
            "salt": salt,
            "key_derivation": derivation,
            "digest_method": digest,
            "sep": chance.choice([".", "::"]),
        }
        fast, slow = signing.Signer(key, **options), Slow(key, **options)
        assert fast._native() is not None
        assert fast.sign(value) == slow.sign(value)
        assert fast.unsign(slow.sign(value)) == slow.unsign(fast.sign(value)) == value


def test_every_other_bit_is_refused():
    for make in (signing.Signer, Slow):
        signer = make("secret-key")
        signed = signer.sign("value")
        for position in range(len(signed) * 8):
            flipped = bytearray(signed)
            flipped[position // 8] ^= 1 << position % 8
            assert not signer.validate(bytes(flipped))
        for size in range(len(signed)):
            assert not signer.validate(signed[:size])
        for more in (b"A", b"=", b".", b"\n", b"\0", signed):
            assert not signer.validate(signed + more)


@pytest.mark.parametrize("separator", [".", "..", ":"])
def test_a_separator_within_a_signature_is_not_one_more_value(separator):
    signer = signing.Signer("secret-key", sep=separator)
    value, _, signature = signer.sign("a" + separator + "b").rpartition(separator.encode())
    assert signer.verify_signature(value, signature)
    assert not signer.verify_signature(b"a", b"b" + separator.encode() + signature)
    assert not signer.verify_signature(b"a", separator.encode()[:1] + signature)


@pytest.mark.parametrize("keys", ["", b"", ["good", ""], [b""]])
@pytest.mark.parametrize("cls", SIGNERS + SERIALIZERS)
def test_an_empty_key_is_refused(cls, keys):
    with pytest.raises(ValueError, match="empty"):
        cls(keys)


def test_a_payload_expands_to_so_much_and_no_more():
    bomb = signing.base64_encode(zlib.compress(b'"' + b"a" * 2_000_000 + b'"'))
    serializer = signing.URLSafeSerializer("secret-key")
    with pytest.raises(signing.BadPayload) as caught:
        serializer.loads(serializer.make_signer().sign(b"." + bomb))
    assert "1048576" in str(caught.value.original_error)
    assert serializer.loads_unsafe(b"." + bomb + b".AAAA") == (False, None)
    serializer.max_size = 3_000_000
    assert len(serializer.loads(serializer.make_signer().sign(b"." + bomb))) == 2_000_000


def test_the_signature_is_checked_before_the_payload_is_read():
    class Reader:
        read = 0

        @classmethod
        def dumps(cls, value):
            return "x"

        @classmethod
        def loads(cls, text):
            cls.read += 1

    serializer = signing.URLSafeTimedSerializer("secret-key", serializer=Reader)
    with pytest.raises(signing.BadSignature):
        serializer.loads("eA.ZVPxAA.AAAAAAAAAAAAAAAAAAAAAAAAAAA")
    assert Reader.read == 0


def test_attributes_that_change_are_obeyed():
    signer = signing.Signer("old")
    signed = signer.sign("value")
    signer.secret_keys.append(b"new")
    assert signer.sign("value") == signing.Signer("new").sign("value") != signed
    assert signer.unsign(signed) == b"value"
    signer.salt = b"other"
    assert signer.sign("value") == signing.Signer("new", salt="other").sign("value")
    signer.key_derivation = "hmac"
    assert signer.sign("value") == signing.Signer("new", salt="other", key_derivation="hmac").sign("value")


def test_overridden_methods_are_asked():
    class Constant(signing.Signer):
        def derive_key(self, secret_key=None):
            return b"constant"

    assert Constant("a").unsign(Constant("b").sign("value")) == b"value"

    class Clock(signing.TimestampSigner):
        def get_timestamp(self):
            return 1700000000

    assert Clock("secret-key").sign("value") == b"value.ZVPxAA.P9Grfsn5n1eHqbiYrPP0fn7INiw"


def test_a_digest_that_only_looks_like_sha1_takes_the_python_road():
    def peppered(data=b""):
        digest = hashlib.sha1(b"pepper")
        digest.update(data)
        return digest

    signer = signing.Signer("k", digest_method=peppered, algorithm=signing.HMACAlgorithm(hashlib.sha1))
    assert signer._native() is None
    assert signer.unsign(signer.sign("value")) == b"value"
    assert signer.sign("value") != signing.Signer("k").sign("value")
    mixed = signing.Signer("k", digest_method=hashlib.sha1, algorithm=signing.HMACAlgorithm(hashlib.sha512))
    assert mixed._native() is None
    assert len(mixed.sign("")) == 1 + 86


def test_any_callable_that_is_sha1_is_the_librarys():
    assert signing.Signer("k", digest_method=lambda data=b"": hashlib.sha1(data))._native() is not None
    assert signing.Signer("k", digest_method=hashlib.md5)._native() is None


@pytest.mark.parametrize("cls", SIGNERS)
def test_signers_are_copied_and_pickled(cls):
    signer = cls(["a", "b"], salt="s")
    signed = signer.sign("value")
    for twin in (copy.copy(signer), copy.deepcopy(signer), pickle.loads(pickle.dumps(signer))):
        assert twin.unsign(signed) == b"value"


@pytest.mark.parametrize("cls", [signing.URLSafeSerializer, signing.URLSafeTimedSerializer])
def test_serializers_are_copied_and_pickled(cls):
    serializer = cls(["a", "b"], salt="s")
    signed = serializer.dumps([1, 2])
    for twin in (copy.deepcopy(serializer), pickle.loads(pickle.dumps(serializer))):
        assert twin.loads(signed) == [1, 2]


def test_exceptions_are_pickled():
    signer = signing.TimestampSigner("k")
    with pytest.raises(signing.SignatureExpired) as caught:
        signer.unsign(signer.sign("value"), max_age=-1)
    twin = pickle.loads(pickle.dumps(caught.value))
    assert (str(twin), twin.payload, twin.date_signed) == (
        str(caught.value),
        caught.value.payload,
        caught.value.date_signed,
    )


def test_many_threads_share_a_signer():
    signer = signing.Signer("secret-key")
    wrong = []

    def work(name):
        for number in range(500):
            value = f"{name}-{number}".encode()
            if signer.unsign(signer.sign(value)) != value:
                wrong.append(value)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_an_unknown_derivation_is_a_type_error_when_it_is_used():
    with pytest.raises(TypeError, match="Unknown key derivation method"):
        signing.Signer("k", key_derivation="other").sign("value")


# ---- In the place of itsdangerous ----


def test_its_modules_are_attributes():
    for name in ("encoding", "exc", "serializer", "signer", "timed", "url_safe"):
        assert getattr(signing, name) is signing
    with pytest.raises(signing.exc.BadSignature):
        signing.url_safe.URLSafeSerializer("secret-key").loads("x")


@pytest.mark.parametrize("kind", [bytearray, memoryview])
@pytest.mark.parametrize("cls", SIGNERS)
def test_any_kind_of_bytes_is_signed(cls, kind):
    signer, other = cls(kind(b"secret-key"), salt=kind(b"salt"), sep=kind(b"::")), cls("secret-key", "salt", "::")
    signed = signer.sign(kind(b"value"))
    assert type(signed) is bytes and other.unsign(signed) == b"value"
    assert signer.unsign(kind(signed)) == b"value" and signer.validate(kind(signed))
    assert signer.verify_signature(kind(b"x"), kind(other.get_signature(b"x")))
    assert signer.derive_key(kind(b"key")) == other.derive_key("key")
    assert cls([kind(b"old"), b"secret-key"], "salt", "::").validate(signed)


@pytest.mark.parametrize("kind", [bytearray, memoryview])
@pytest.mark.parametrize("cls", SERIALIZERS)
def test_any_kind_of_bytes_is_loaded(cls, kind):
    serializer = cls(kind(b"secret-key"), salt=kind(b"salt"))
    signed = signing.want_bytes(cls("secret-key", salt="salt").dumps({"a": [1]}))
    assert serializer.loads(kind(signed)) == {"a": [1]}
    assert serializer.loads_unsafe(kind(signed + b"x")) == (False, {"a": [1]})
    assert serializer.loads(cls("secret-key").dumps(5, salt=kind(b"other")), salt=b"other") == 5


@pytest.mark.parametrize("keys", [[None], [5], [True, "key"]])
@pytest.mark.parametrize("cls", SIGNERS + SERIALIZERS)
def test_what_is_no_key_is_a_type_error(cls, keys):
    with pytest.raises(TypeError, match="expected text or bytes"):
        cls(keys)
