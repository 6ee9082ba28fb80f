# SPDX-License-Identifier: Apache-2.0
"""No change of a cookie opens it."""

import json
import random

import pytest

import swiftsession
from swiftsession import Status

NOW = 1700000000
MANAGER = swiftsession.SessionManager(SECRET_KEY="a key of 16 bytes", SESSION_TYPE="cookie", clock=lambda: NOW)


def cookies(count):
    """Signed cookies of all sizes, some of them compressed."""
    chance, made = random.Random(11), []
    for number in range(count):
        with MANAGER.open(None) as session:
            session["n"] = number
            if number % 4 == 0:
                session["text"] = "repeated " * chance.randrange(1, 30)
            if number % 3 == 0:
                session["bytes"] = chance.randbytes(chance.randrange(40))
            made.append(session.save()[0][1].removeprefix("session=").partition(";")[0].encode())
    return made


COOKIES = cookies(200)


def refused(value):
    try:
        MANAGER.open_value(value).close()
    except swiftsession.Error as problem:
        return problem.status in (Status.TAMPERED, Status.MALFORMED)
    return False


def test_they_open_unchanged():
    assert len(set(COOKIES)) == 200
    assert not any(map(refused, COOKIES))
    assert any(cookie.startswith(b".") for cookie in COOKIES)


@pytest.mark.parametrize("tenth", range(10))
def test_every_flipped_bit_is_seen(tenth):
    for cookie in COOKIES[tenth::10]:
        flipped = bytearray(cookie)
        for bit in range(len(cookie) * 8):
            flipped[bit // 8] ^= 1 << bit % 8
            assert refused(bytes(flipped)), bit
            flipped[bit // 8] ^= 1 << bit % 8


def test_every_truncation_and_extension_is_seen():
    for cookie in COOKIES[::10]:
        assert all(refused(cookie[:size]) for size in range(len(cookie)))
        assert all(refused(cookie[size:]) for size in range(1, len(cookie)))
        assert all(refused(cookie + more) for more in (b"A", b"=", b"==", b".", b" ", b"\n", b"\0", cookie))
        assert all(refused(more + cookie) for more in (b"A", b".", b" ", b"\0"))


def test_parts_of_two_cookies_do_not_make_a_third():
    other = swiftsession.SessionManager(SECRET_KEY="a key of 16 bytes", SESSION_TYPE="cookie", clock=lambda: NOW + 1)
    with other.open(None) as session:
        session["n"] = 0
        later = session.save()[0][1].removeprefix("session=").partition(";")[0].encode()
    one, two = later.rsplit(b".", 2), COOKIES[1].rsplit(b".", 2)
    for mixed in (
        [one[0], two[1], two[2]],
        [two[0], one[1], two[2]],
        [two[0], two[1], one[2]],
        [one[0], one[1], two[2]],
        [one[0], two[1], one[2]],
        [two[0], one[1], one[2]],
        [one[1], one[0], one[2]],
    ):
        assert refused(b".".join(mixed))


def test_no_message_holds_what_was_in_the_cookie():
    for cookie in COOKIES[::50]:
        with pytest.raises(swiftsession.Error) as caught:
            MANAGER.open_value(cookie + b"x")
        assert not any(part.decode() in str(caught.value) for part in cookie.split(b".") if part)
        assert json.dumps(str(caught.value)).isascii()
