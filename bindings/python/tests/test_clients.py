# SPDX-License-Identifier: Apache-2.0
"""Client objects of Python in the places where addresses stand."""

import pytest

import swiftsession
from swiftsession._clients import with_addresses

memcache = pytest.importorskip("memcache")
pylibmc = pytest.importorskip("pylibmc")
pymemcache = pytest.importorskip("pymemcache")
pymongo = pytest.importorskip("pymongo")
redis = pytest.importorskip("redis")
RetryingClient = pytest.importorskip("pymemcache.client.retrying").RetryingClient


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


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (lambda: memcache.Client(["10.1.210.33:12000"]), "memcached://10.1.210.33:12000"),
        (
            lambda: memcache.Client([("a:1", 2), "unix:/run/m.sock", "inet6:[::1]:5", "b"]),
            "memcached://a:1,a:1,%2Frun%2Fm.sock,[::1]:5,b:11211",
        ),
        (lambda: pymemcache.Client(("h", 1)), "memcached://h:1"),
        (lambda: pymemcache.Client("unix:/run/m.sock"), "memcached://%2Frun%2Fm.sock"),
        (lambda: pymemcache.PooledClient("h"), "memcached://h:11211"),
        (lambda: pymemcache.HashClient(["h:1"]), "memcached://h:1"),
        (lambda: RetryingClient(pymemcache.Client("[::1]:3")), "memcached://[::1]:3"),
        (lambda: pylibmc.Client(["h"]), "memcached://h:11211"),
        (lambda: pylibmc.Client(["/run/m.sock"], binary=True), "memcached://%2Frun%2Fm.sock?protocol=binary"),
        (lambda: pylibmc.Client(["a:1", "[::1]:2"]), "memcached://a:1,[::1]:2?placement=libmemcached"),
        (
            lambda: pylibmc.Client(["a", "b"], binary=True, behaviors={"ketama": True}),
            "memcached://a:11211,b:11211?protocol=binary&placement=ketama",
        ),
        (
            lambda: pylibmc.Client(["a", "b"], behaviors={"hash": "crc"}),
            "memcached://a:11211,b:11211?placement=python-memcached",
        ),
        (lambda: "a:1,b:2", "a:1,b:2"),
    ],
)
def test_a_memcached_client_is_asked_for_its_servers(client, address):
    settings = with_addresses({"SESSION_TYPE": "memcached", "SESSION_MEMCACHED": client()})
    assert settings["SESSION_MEMCACHED"] == address


def mongodb(*arguments, **options):
    """A client that never connects."""
    return pymongo.MongoClient(*arguments, connect=False, **options)


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (lambda: mongodb("localhost", 27017), "mongodb://localhost:27017/"),
        (lambda: mongodb(), "mongodb://localhost:27017/"),
        (lambda: mongodb("mongodb://b,a:7/?replicaSet=rs"), "mongodb://a:7,b:27017/?replicaSet=rs"),
        (lambda: mongodb("h", directConnection=True), "mongodb://h:27017/?directConnection=true"),
        (lambda: mongodb("[::1]", 7), "mongodb://[::1]:7/"),
        (lambda: mongodb("mongodb://%2Frun%2Fm.sock"), "mongodb://%2Frun%2Fm.sock/"),
        (lambda: mongodb("mongodb://u%40:p%3A%2F@h/d"), "mongodb://u%40:p%3A%2F@h:27017/?authSource=d"),
        (
            lambda: mongodb("h", username="u", password="p", authMechanism="SCRAM-SHA-256"),
            "mongodb://u:p@h:27017/?authSource=admin&authMechanism=SCRAM-SHA-256",
        ),
        (lambda: mongodb("h", tls=True), "mongodb://h:27017/?tls=true"),
        (lambda: mongodb("h", tls=True, tlsInsecure=True), "mongodb://h:27017/?tls=true&tlsInsecure=true"),
        (
            lambda: mongodb(
                "h", tls=True, tlsAllowInvalidHostnames=True, tlsCAFile="/etc/ssl/certs/ca-certificates.crt"
            ),
            "mongodb://h:27017/?tls=true&tlsAllowInvalidHostnames=true"
            "&tlsCAFile=%2Fetc%2Fssl%2Fcerts%2Fca-certificates.crt",
        ),
        (lambda: mongodb("h", maxPoolSize=3, retryWrites=False, w=1), "mongodb://h:27017/"),
        (lambda: "mongodb://as-it-is/", "mongodb://as-it-is/"),
    ],
)
def test_a_mongo_client_is_asked_for_its_address(client, address):
    settings = with_addresses({"SESSION_TYPE": "mongodb", "SESSION_MONGODB": client()})
    assert settings["SESSION_MONGODB"] == address
    swiftsession.SessionManager(**settings)


@pytest.mark.parametrize(
    "client",
    [
        lambda: pymemcache.HashClient(["a", "b"]),
        lambda: pymemcache.Client("h", key_prefix="mine:"),
        lambda: pymemcache.Client("h", tls_context=object()),
        lambda: pylibmc.Client(["a", "b"], behaviors={"ketama_weighted": True}),
        lambda: pylibmc.Client(["a", "b"], behaviors={"hash": "md5"}),
        lambda: pylibmc.Client(["a", "b:1:2"]),
        lambda: pylibmc.Client(["udp:a"]),
    ],
)
def test_a_memcached_client_that_looks_elsewhere_is_refused(client):
    with pytest.raises(swiftsession.ConfigError, match="SESSION_MEMCACHED is a client that") as caught:
        swiftsession.SessionManager(SESSION_TYPE="memcached", SESSION_MEMCACHED=client())
    assert caught.value.status == -3  # UNSUPPORTED


def test_without_servers_there_is_no_memcached():
    for settings, problem in [
        ({}, "is not set"),
        ({"SESSION_MEMCACHED": None}, "is not set"),
        ({"SESSION_MEMCACHED": object()}, "is of type object; expected a client of python-memcached"),
        ({"SESSION_MEMCACHED": memcache.Client([])}, "is a client without servers"),
    ]:
        with pytest.raises(swiftsession.ConfigError, match=f"SESSION_MEMCACHED {problem}"):
            swiftsession.SessionManager(SESSION_TYPE="memcached", **settings)


@pytest.mark.parametrize(
    ("client", "status"),
    [
        (lambda: mongodb("h", loadBalanced=True), -3),
        (lambda: mongodb("h", tls=True, authMechanism="MONGODB-X509"), -3),
        (lambda: mongodb("h").db, -2),
        (object, -2),
    ],
)
def test_a_mongo_client_that_cannot_be_told_is_refused(client, status):
    with pytest.raises(swiftsession.ConfigError, match="SESSION_MONGODB") as caught:
        swiftsession.SessionManager(SESSION_TYPE="mongodb", SESSION_MONGODB=client())
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("address", "arguments", "names"),
    [
        ("postgresql+psycopg2://u:secret@h/d", {"sslmode": "require"}, "sslmode"),
        ("postgresql+psycopg2://u@h/d?sslmode=disable", {"sslmode": "secret"}, "sslmode"),
        ("mysql+pymysql://u@h/d", {"ssl": {"ca": "secret"}, "connect_timeout": 3}, "connect_timeout, ssl"),
        ("mysql+pymysql://u@h/d?ssl_ca=/a", {"ssl": {"ca": "secret"}}, "ssl"),
    ],
)
def test_the_connect_args_of_an_engine_are_not_dropped(address, arguments, names):
    engine = _engine(address, connect_args=arguments)
    with pytest.raises(swiftsession.ConfigError, match=rf"connect_args \({names}\)") as caught:
        with_addresses({"SESSION_TYPE": "sqlalchemy", "SESSION_SQLALCHEMY": engine})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "arguments"),
    [
        ("postgresql+psycopg2://u@h/d?sslmode=require", {}),
        ("postgresql+psycopg2://u@h/d?sslmode=require", {"connect_args": {"sslmode": "require"}, "pool_size": 3}),
        ("mysql+pymysql://u@h/d?charset=utf8mb4&ssl_ca=%2Fa", {}),
        ("sqlite:////tmp/x.db", {"connect_args": {"check_same_thread": False}}),
    ],
)
def test_an_engine_whose_address_says_all_is_taken(address, arguments):
    settings = with_addresses({"SESSION_TYPE": "sqlalchemy", "SESSION_SQLALCHEMY": _engine(address, **arguments)})
    assert settings["SESSION_SQLALCHEMY_DATABASE_URI"] == address


def test_an_engine_with_a_creator_is_refused():
    engine = _engine("postgresql+psycopg2://", creator=lambda: None)
    with pytest.raises(swiftsession.ConfigError, match=r"a creator .* set SESSION_SQLALCHEMY_DATABASE_URI"):
        with_addresses({"SESSION_TYPE": "sqlalchemy", "SESSION_SQLALCHEMY": engine})


def test_the_engine_options_of_flask_sqlalchemy_are_not_dropped():
    flask = pytest.importorskip("flask")
    flask_sqlalchemy = pytest.importorskip("flask_sqlalchemy")
    pytest.importorskip("psycopg2")
    app = flask.Flask("app")
    app.config["SQLALCHEMY_DATABASE_URI"] = "postgresql+psycopg2://u@h/d"
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"connect_args": {"sslmode": "require"}}
    database = flask_sqlalchemy.SQLAlchemy(app)
    with app.app_context(), pytest.raises(swiftsession.ConfigError, match="connect_args"):
        with_addresses({"SESSION_TYPE": "sqlalchemy", "SESSION_SQLALCHEMY": database})


def _engine(address, **arguments):
    sqlalchemy = pytest.importorskip("sqlalchemy")
    if not address.startswith("sqlite"):
        pytest.importorskip("psycopg2" if "psycopg2" in address else "pymysql")
    return sqlalchemy.create_engine(address, **arguments)
