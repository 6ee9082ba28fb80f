# SPDX-License-Identifier: Apache-2.0
"""Client objects of Python in the places where addresses stand."""

import pytest

import swiftsession
from swiftsession._clients import with_addresses

redis = pytest.importorskip("redis")


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (lambda: redis.Redis(host="10.1.210.33", port="6379", password="123123"), "redis://:123123@10.1.210.33:6379/0"),
        (lambda: redis.Redis("::1", 7, 3, username="u@", password="p:/?%"), "redis://u%40:p%3A%2F%3F%25@[::1]:7/3"),
        (lambda: redis.Redis(unix_socket_path="/run/a b.sock", db=2), "redis+unix:///run/a%20b.sock?db=2"),
        (lambda: redis.Redis(decode_responses=True), "redis://localhost:6379/0"),
        (lambda: redis.Redis.from_url("redis://:p@h:1/4"), "redis://:p@h:1/4"),
        (lambda: redis.Redis(password=b"\xc3\xa9"), "redis://:%C3%A9@localhost:6379/0"),
        (lambda: "redis://as-it-is", "redis://as-it-is"),
    ],
)
def test_a_redis_client_is_asked_for_its_address(client, address):
    settings = with_addresses({"SESSION_TYPE": "redis", "SESSION_REDIS": client()})
    assert settings["SESSION_REDIS"] == address
    swiftsession.SessionManager(**settings)


@pytest.mark.parametrize(
    "client",
    [
        lambda: redis.Redis(ssl=True),
        lambda: redis.Sentinel([("h", 1)]).master_for("m"),
        lambda: redis.RedisCluster.__new__(redis.RedisCluster),
        lambda: redis.Redis(credential_provider=redis.UsernamePasswordCredentialProvider("u", "p")),
    ],
)
def test_a_client_of_another_kind_is_refused(client):
    with pytest.raises(swiftsession.ConfigError, match="SESSION_REDIS") as caught:
        swiftsession.SessionManager(SESSION_TYPE="redis", SESSION_REDIS=client())
    assert caught.value.status == -3  # UNSUPPORTED


def test_what_is_no_client_is_refused():
    with pytest.raises(swiftsession.ConfigError, match="SESSION_REDIS is of type object"):
        swiftsession.SessionManager(SESSION_TYPE="redis", SESSION_REDIS=object())
