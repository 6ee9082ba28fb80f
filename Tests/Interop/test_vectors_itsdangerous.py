# SPDX-License-Identifier: Apache-2.0
"""What itsdangerous 2.2.0 (and 0.24) made and said, on swiftsession.signing."""

import hashlib
import json
import math
import time
from pathlib import Path

import pytest

from swiftsession import signing

VECTORS = Path(__file__).resolve().parents[1] / "Vectors"
DATA = json.loads((VECTORS / "itsdangerous.json").read_text())
OLD = json.loads((VECTORS / "itsdangerous_0_24_epoch.json").read_text())
NOW = DATA["fixed_time"]
DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha512": hashlib.sha512}

STRICT = "base64 is read strictly: one value has one spelling"

#: Where a promise of ours overrules the vector: (table, case) -> (what is answered instead, why).
OVERRULED = {
    ("unsign", "padded sig"): ("BadSignature", STRICT),
    ("unsign", "sig with 4 junk"): ("BadSignature", STRICT),
    ("unsign", "std alphabet padded"): ("BadSignature", STRICT),
    ("unsign", "noncanonical trailing bits"): ("BadSignature", STRICT),
    ("unsign_bytes", "nonascii junk in sig"): ("BadSignature", STRICT),
    ("timestamp_unsign_malformed", "ts junk chars"): ("BadTimeSignature", STRICT),
    ("timestamp_unsign_malformed", "ts 8 bytes ff, max_age"): (
        "BadTimeSignature",
        "a date out of range is a bad timestamp, not an OverflowError",
    ),
    ("urlsafe_load_payload", "two dots"): ("BadPayload", STRICT),
    ("urlsafe_load_payload", "padding present"): ("BadPayload", STRICT),
}
#: Words that Python versions and zlib put differently.
ORIGINAL_ERRORS_DIFFER = {
    "dot only": "zlib's own words",
    "zlib truncated": "zlib's own words",
    "deep nesting": "Python's own words",
    "5000 digit int": "Python's own words",
}


class Frozen:
    now = NOW


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    frozen = Frozen()
    monkeypatch.setattr(time, "time", lambda: frozen.now)
    return frozen


def cases(table, name="case"):
    rows = DATA[table]
    return [pytest.param(row, id=f"{position}-{row.get(name, '')}") for position, row in enumerate(rows)]


@pytest.fixture(params=["library", "python"])
def road(request, monkeypatch):
    """The library's signer, and the road for algorithms that it has not."""
    if request.param == "python":
        monkeypatch.setattr(signing.Signer, "_native", lambda self: None)
    return request.param


def expect(row, call, table):
    """Checks an answer or an exception against a row."""
    overruled = OVERRULED.get((table, row.get("case")))
    if overruled is not None:
        with pytest.raises(getattr(signing, overruled[0])):
            call()
        return
    if "ok" in row:
        assert call() == bytes.fromhex(row["ok"]["hex"])
        return
    with pytest.raises(getattr(signing, row["error"])) as caught:
        call()
    assert type(caught.value).__name__ == row["error"]
    assert str(caught.value) == row["message"]
    payload = row.get("payload")
    assert caught.value.payload == (None if payload is None else bytes.fromhex(payload["hex"]))
    if "date_signed" in row:
        assert caught.value.date_signed.isoformat() == row["date_signed"]
    elif isinstance(caught.value, signing.BadTimeSignature):
        assert caught.value.date_signed is None


# ---- Bytes ----


@pytest.mark.parametrize("row", DATA["base64_encode"])
def test_base64_encode(row):
    assert signing.base64_encode(bytes.fromhex(row["in_hex"])) == row["out"].encode()


@pytest.mark.parametrize("row", DATA["base64_decode_str_input"] + DATA["base64_decode_bytes_input"])
def test_base64_decode_is_as_lenient_as_theirs(row):
    text = row["in"] if "in" in row else bytes.fromhex(row["in_hex"])
    if "error" in row:
        with pytest.raises(signing.BadData, match="Invalid base64-encoded data"):
            signing.base64_decode(text)
    else:
        assert signing.base64_decode(text) == bytes.fromhex(row["out_hex"])


@pytest.mark.parametrize("row", DATA["int_to_bytes"])
def test_int_to_bytes(row):
    if "error" in row:
        with pytest.raises(Exception, match=r"int too large|argument out of range|format requires"):
            signing.int_to_bytes(int(row["n"]))
    else:
        data = signing.int_to_bytes(int(row["n"]))
        assert (data.hex(), signing.base64_encode(data).decode()) == (
            row["hex"],
            row["b64"],
        )


@pytest.mark.parametrize("row", DATA["bytes_to_int"])
def test_bytes_to_int(row):
    if "error" in row:
        with pytest.raises(Exception, match="requires a buffer of 8 bytes"):
            signing.bytes_to_int(bytes.fromhex(row["hex"]))
    else:
        assert signing.bytes_to_int(bytes.fromhex(row["hex"])) == int(row["n"])


# ---- Signers ----


def signer_of(row, cls=signing.Signer):
    key = bytes.fromhex(row["key_hex"]) if "key_hex" in row else row["key"]
    salt = bytes.fromhex(row["salt_hex"]) if "salt_hex" in row else row["salt"]
    return cls(
        key,
        salt=salt,
        key_derivation=row["derivation"],
        digest_method=DIGESTS[row["digest"]],
    )


@pytest.mark.parametrize("row", DATA["derive_key"])
def test_derived_keys(row):
    assert signer_of(row).derive_key().hex() == row["derived_hex"]


@pytest.mark.parametrize("row", DATA["signer"])
def test_signer(row, road):
    signer, value = signer_of(row), bytes.fromhex(row["value_hex"])
    signed = bytes.fromhex(row["signed_hex"]) if "signed_hex" in row else row["signed"].encode()
    assert signer.sign(value) == signed
    assert signer.unsign(signed) == value
    assert (signer._native() is not None) == (road == "library")


@pytest.mark.parametrize("row", DATA["signer_custom_sep"])
def test_separators(row, road):
    if "error" in row:
        with pytest.raises(ValueError) as caught:
            signing.Signer("secret-key", sep=row["sep"])
        assert str(caught.value) == row["message"]
        return
    signer = signing.Signer("secret-key", sep=row["sep"])
    signed = bytes.fromhex(row["signed_hex"] if "signed_hex" in row else row["ok"]["hex"])
    assert signer.sign("v") == signed
    assert signer.unsign(signed) == b"v"


def test_the_none_algorithm():
    assert signing.Signer("k", algorithm=signing.NoneAlgorithm()).sign("v") == DATA["signer_none_algorithm"].encode()


@pytest.mark.parametrize("row", cases("unsign"))
def test_unsign(row, road):
    expect(row, lambda: signing.Signer("secret-key").unsign(row["signed"]), "unsign")


@pytest.mark.parametrize("row", cases("unsign_bytes"))
def test_unsign_bytes(row, road):
    expect(
        row,
        lambda: signing.Signer("secret-key").unsign(bytes.fromhex(row["signed_hex"])),
        "unsign_bytes",
    )


@pytest.mark.parametrize("row", DATA["rotation"])
def test_rotation(row, road):
    signer = signing.Signer(row["keys_oldest_first"])
    if "error" in row:
        with pytest.raises(IndexError):
            signer.sign("v")
        return
    assert signer.sign("v") == row["signed"].encode()
    assert {key: signer.validate(signing.Signer(key).sign("v")) for key in row["accepts"]} == row["accepts"]


@pytest.mark.parametrize("row", DATA["timestamp_signer"])
def test_timestamp_signer(row, road, clock):
    clock.now = int(row["time"])
    signer = signer_of(row, signing.TimestampSigner)
    assert signer.sign(row["value"]) == row["signed"].encode()
    assert signer.unsign(row["signed"], max_age=0) == row["value"].encode()


@pytest.mark.parametrize("row", DATA["timestamp_signer_float_time"])
def test_timestamps_are_cut_to_seconds(row, clock):
    clock.now = row["time"]
    assert signing.TimestampSigner("secret-key").sign("value") == row["signed"].encode()


@pytest.mark.parametrize("row", cases("timestamp_unsign", "now"))
def test_ages(row, road, clock):
    clock.now = row["now"]
    signer = signing.TimestampSigner("secret-key")
    expect(
        row,
        lambda: signer.unsign(row["signed"], max_age=row["max_age"]),
        "timestamp_unsign",
    )


@pytest.mark.parametrize("row", cases("timestamp_unsign_malformed"))
def test_malformed_timestamps(row, road):
    signer, signed = (
        signing.TimestampSigner("secret-key"),
        bytes.fromhex(row["signed_hex"]),
    )
    if row.get("error") == "OverflowError":
        row = {**row, "case": f"{row['case']}, max_age"}
    expect(
        row,
        lambda: signer.unsign(signed, max_age=row["max_age"]),
        "timestamp_unsign_malformed",
    )


# ---- Serializers ----


def same(read, made):
    return read == made or (isinstance(made, float) and math.isnan(made) and math.isnan(read))


@pytest.mark.parametrize("row", DATA["serializer"])
def test_serializer(row, road):
    serializer = signing.Serializer("secret-key")
    assert serializer.dumps(row["obj"]) == row["dumps"]
    assert same(serializer.loads(row["dumps"]), row["obj"])


@pytest.mark.parametrize("row", DATA["serializer_salts"])
def test_salts(row):
    assert signing.Serializer(row["key"], salt=row["salt"]).dumps(row["obj"]) == row["dumps"]


@pytest.mark.parametrize("row", DATA["urlsafe"])
def test_url_safe_serializers(row, road):
    plain, timed = (
        signing.URLSafeSerializer("secret-key"),
        signing.URLSafeTimedSerializer("secret-key"),
    )
    assert (plain.dumps(row["obj"]), timed.dumps(row["obj"])) == (
        row["dumps"],
        row["timed_dumps"],
    )
    assert same(plain.loads(row["dumps"]), row["obj"])
    assert same(timed.loads(row["timed_dumps"], max_age=0), row["obj"])


@pytest.mark.parametrize("row", DATA["compression"])
def test_compression(row):
    serializer = signing.URLSafeSerializer("k")
    made = serializer.loads(row["dumps"])
    assert serializer.dumps(made) == row["dumps"]
    assert row["dumps"].startswith(".") == row["compressed"]


def deep(case):
    payload = {
        "deep nesting": b"[" * 100_000 + b"]" * 100_000,
        "5000 digit int": b"1" * 5000,
    }[case]
    return signing.Signer("secret-key", salt="itsdangerous").sign(signing.base64_encode(payload))


@pytest.mark.parametrize("row", cases("urlsafe_load_payload"))
def test_payloads(row):
    signed = deep(row["case"]) if row["signed_hex"] is None else bytes.fromhex(row["signed_hex"])
    serializer = signing.URLSafeSerializer("secret-key")
    if ("urlsafe_load_payload", row["case"]) in OVERRULED:
        with pytest.raises(signing.BadPayload, match="Could not base64 decode"):
            serializer.loads(signed)
    elif "ok" in row:
        assert repr(serializer.loads(signed)) == row["ok"]
    else:
        with pytest.raises(signing.BadPayload) as caught:
            serializer.loads(signed)
        assert str(caught.value) == row["message"]
        name, _, words = row["original_error"].partition(": ")
        assert type(caught.value.original_error).__name__ == name
        if row["case"] not in ORIGINAL_ERRORS_DIFFER:
            assert str(caught.value.original_error).startswith(words[:25])


@pytest.mark.parametrize("row", DATA["timed_serializer_loads"])
def test_timed_loads(row, clock):
    clock.now = row.get("now", NOW)
    serializer = signing.URLSafeTimedSerializer("secret-key")
    if "return_timestamp" in row:
        loaded, date = serializer.loads(row["token"], return_timestamp=True)
        assert [loaded, date.isoformat()] == row["return_timestamp"]["ok"]
    elif "ok" in row:
        assert serializer.loads(row["token"], max_age=row["max_age"]) == row["ok"]
    else:
        expect(
            row,
            lambda: serializer.loads(row["token"], max_age=row.get("max_age")),
            "timed_serializer_loads",
        )


@pytest.mark.parametrize("row", DATA["timed_rotation"])
def test_timed_rotation(row):
    serializer = signing.URLSafeTimedSerializer(
        row["keys_oldest_first"],
        salt="cookie-session",
        signer_kwargs={"key_derivation": "hmac"},
    )
    assert serializer.dumps({"a": 1}) == row["dumps"]


def test_fallback_signers():
    token = DATA["fallback_signers"]["sha512_token"]
    assert signing.Serializer("k", fallback_signers=[{"digest_method": hashlib.sha512}]).loads(token) == {"a": 1}
    with pytest.raises(signing.BadSignature):
        signing.Serializer("k").loads(token)


def test_loads_unsafe():
    serializer = signing.URLSafeSerializer("secret-key")
    good = serializer.dumps({"a": 1})
    bad_payload = serializer.make_signer().sign(b"e2E")
    answers = [serializer.loads_unsafe(signed) for signed in (good[:-1], good, bad_payload)]
    assert [str(answer) for answer in answers] == DATA["loads_unsafe"]


@pytest.mark.parametrize("name", DATA["exception_hierarchy"])
def test_exception_hierarchy(name):
    bases = [base.__name__ for base in getattr(signing, name).__mro__[1:]]
    assert [base for base in bases if base not in ("BaseException", "object")] == DATA["exception_hierarchy"][name]


# ---- Before 1.0 ----


@pytest.mark.parametrize("row", OLD["rows"])
def test_signatures_of_before_1_0_are_good_and_their_time_is_40_years_ago(row):
    if "value" in row:
        signer = signing.TimestampSigner(row["key"])
        value, date = signer.unsign(row["signed"], return_timestamp=True)
        assert value == row["value"].encode()
        assert date.timestamp() == row["time"] - OLD["epoch_offset"]
    else:
        signer = signing.URLSafeTimedSerializer(
            row["key"],
            salt=row["salt"],
            signer_kwargs={"key_derivation": row["derivation"]},
        )
        assert signer.loads(row["token"]) == row["obj"]
        with pytest.raises(signing.SignatureExpired):
            signer.loads(row["token"], max_age=31 * 86400)
