# SPDX-License-Identifier: Apache-2.0
"""Addresses from the objects that Flask-Session takes: they are asked where their database is, and for nothing else."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from ._errors import ConfigError, Status
from ._memcached import memcached_address
from ._settings import MIGRATE, OF_FORMER, OF_STORE, store_of, type_of

_MEMCACHED = "SESSION_MEMCACHED"
_MONGODB = "SESSION_MONGODB"
_CACHE = "SESSION_CACHELIB"
_REDIS = "SESSION_REDIS"
_OBJECT = "SESSION_SQLALCHEMY"
_BIND_KEY = "SESSION_SQLALCHEMY_BIND_KEY"
_ADDRESS = "SESSION_SQLALCHEMY_DATABASE_URI"
_FLASKS_ADDRESS = "SQLALCHEMY_DATABASE_URI"


def with_addresses(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with an address in the place of each such object, those of a store that sessions move from too."""
    former_type = settings.get(MIGRATE + "FROM")
    if former_type is None:
        return _with_addresses(settings)
    given = {name: value for name, value in settings.items() if value is not None}
    overrides = {OF_FORMER[name]: value for name, value in given.items() if name in OF_FORMER}
    given = {name: value for name, value in given.items() if name not in OF_FORMER}
    former = _with_addresses({**given, **overrides, "SESSION_TYPE": former_type})
    of_type = OF_STORE.get(store_of(settings.get), frozenset())
    alone = OF_STORE.get(type_of(former_type), frozenset()) - of_type
    named = _with_addresses({name: value for name, value in given.items() if name not in alone})
    if former.get(_ADDRESS) is None and former.get(_FLASKS_ADDRESS) is not None and _FLASKS_ADDRESS in alone:
        former[_ADDRESS] = former[_FLASKS_ADDRESS]
    for name, own in OF_FORMER.items():
        if own in former and former[own] != named.get(own):
            named[name] = former[own]
    return named


def _with_addresses(settings: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: value for name, value in settings.items() if value is not None}
    store = store_of(named.get)
    client = named.get(_OBJECT)
    if client is not None and not isinstance(client, (str, bytes)):
        if store != "sqlalchemy":
            raise ConfigError(
                f'{_OBJECT} is for SESSION_TYPE "sqlalchemy" alone: set SESSION_TYPE to that, or leave {_OBJECT} out.'
            )
        if _ADDRESS in named:
            raise ConfigError(f"{_OBJECT} and {_ADDRESS} are both set; leave one of them out.")
        del named[_OBJECT]
        named.pop(_FLASKS_ADDRESS, None)  # that of the application's default database, which may be another one
        named[_ADDRESS] = _text(_engine(client, named.pop(_BIND_KEY, None)))
    for name in (_ADDRESS, _FLASKS_ADDRESS):
        if name in named:
            named[name] = address(named[name])
    memcached = named.get(_MEMCACHED)
    if memcached is not None and not isinstance(memcached, (str, bytes)):
        named[_MEMCACHED] = memcached_address(memcached)
    mongodb = named.get(_MONGODB)
    if mongodb is not None and not isinstance(mongodb, (str, bytes)):
        named[_MONGODB] = _mongodb_address(mongodb)
    cache = named.get(_CACHE)
    if cache is not None and store == "cachelib" and not isinstance(cache, (str, bytes)):
        del named[_CACHE]
        named.update(_files(cache))
    redis = named.get(_REDIS)
    if redis is not None and not isinstance(redis, (str, bytes)):
        named[_REDIS] = _redis_address(redis)
    return named


def address(value: Any) -> Any:
    """A URL object of SQLAlchemy as text; anything else as it is."""
    render = getattr(value, "render_as_string", None)
    return str(render(hide_password=False)) if callable(render) else value


#: What a URL says of TLS and its client may have, in the spelling of both.
_TLS = (
    "tlsInsecure",
    "tlsAllowInvalidCertificates",
    "tlsAllowInvalidHostnames",
    "tlsCAFile",
    "tlsCertificateKeyFile",
    "tlsCertificateKeyFilePassword",
)


def _mongodb_address(client: Any) -> str:
    """The address of a pymongo.MongoClient, from the options that it was made with. It need not be connected."""
    topology: Any = getattr(client, "_topology_settings", None)
    seeds = getattr(topology, "seeds", None)
    pool: Any = getattr(getattr(client, "options", None), "pool_options", None)
    given = getattr(getattr(client, "options", None), "_options", None)
    # A database or a collection has an attribute of any name: another collection.
    if not isinstance(seeds, (set, frozenset)) or not isinstance(given, Mapping) or not hasattr(pool, "_credentials"):
        raise ConfigError(
            f"{_MONGODB} is of type {type(client).__name__}; expected a MongoClient of pymongo 4 or an address, "
            f"mongodb://host:27017/."
        )
    given = {name.lower(): value for name, value in given.items()}
    for known, name in (
        (getattr(topology, "fqdn", None), "an address mongodb+srv://"),
        (given.get("loadbalanced"), "loadBalanced"),
        (given.get("auto_encryption_opts"), "auto_encryption_opts"),
        (given.get("tlscrlfile"), "tlsCRLFile"),
    ):
        if known:
            raise ConfigError(
                f"{_MONGODB} is a client with {name}, which this release does not have.", Status.UNSUPPORTED
            )
    login, query = _mongodb_login(pool._credentials)
    if getattr(topology, "replica_set_name", None):
        query["replicaSet"] = topology.replica_set_name
    if given.get("directconnection") is not None:
        query["directConnection"] = str(given["directconnection"]).lower()
    if pool._ssl_context is not None:
        query.update(_mongodb_tls(given))
    hosts = ",".join(_mongodb_host(*seed) for seed in sorted(seeds, key=str))
    return f"mongodb://{login}{hosts}/" + (f"?{urlencode(query)}" if query else "")


def _mongodb_login(credentials: Any) -> tuple[str, dict[str, str]]:
    """What stands before the @, and the parameters that belong to it."""
    if credentials is None:
        return "", {}
    query = {"authSource": credentials.source}
    if credentials.mechanism != "DEFAULT":
        query["authMechanism"] = credentials.mechanism
    user = quote(credentials.username or "", safe="")
    password = "" if credentials.password is None else f":{quote(credentials.password, safe='')}"
    return f"{user}{password}@", query


def _mongodb_tls(given: Mapping[str, Any]) -> dict[str, str]:
    # The first one stands for the two behind it, which pymongo has set then.
    names = [name for name in _TLS if given.get(name.lower()) is not None]
    if "tlsInsecure" in names and given["tlsinsecure"]:
        names = [name for name in names if "AllowInvalid" not in name]
    values = {name: given[name.lower()] for name in names}
    return {"tls": "true"} | {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()
    }


def _mongodb_host(host: str, port: int | None) -> str:
    if port is None or host.startswith("/"):
        return quote(host, safe="")
    return f"[{quote(host, safe=':')}]:{port}" if ":" in host else f"{quote(host, safe='')}:{port}"


def _files(cache: Any) -> dict[str, Any]:
    """The folder of a FileSystemCache of cachelib, and how it keeps files."""
    folder, threshold, mode = (getattr(cache, name, None) for name in ("_path", "_threshold", "_mode"))
    kind = type(cache).__name__
    if not isinstance(folder, (str, os.PathLike)) or not isinstance(threshold, int) or not isinstance(mode, int):
        raise ConfigError(f"{_CACHE} is of type {kind}; expected a FileSystemCache of cachelib.", Status.UNSUPPORTED)
    if _digest_name(getattr(cache, "_hash_method", hashlib.md5)) not in ("md5", "sha256"):
        raise ConfigError(
            f"{_CACHE} names its files by a digest of its own; expected hashlib.sha256 or hashlib.md5.",
            Status.UNSUPPORTED,
        )
    return {"SESSION_FILE_DIR": folder, "SESSION_FILE_THRESHOLD": threshold, "SESSION_FILE_MODE": mode}


def _digest_name(hashing: Any) -> str | None:
    """The name of what names files: in some releases of cachelib a function around hashlib.md5."""
    try:
        name = hashing(b"").name
    except Exception:
        return None
    return name if isinstance(name, str) else None


def _redis_address(client: Any) -> str:
    """The address of a redis.Redis, from what its pool makes connections with."""
    pool = getattr(client, "connection_pool", None)
    how = getattr(pool, "connection_kwargs", None)
    kinds = [
        type(client).__name__,
        type(pool).__name__,
        getattr(getattr(pool, "connection_class", None), "__name__", ""),
    ]
    for word, name in (("Cluster", "Cluster"), ("Sentinel", "Sentinel"), ("SSL", "TLS")):
        if any(word in kind for kind in kinds):
            raise ConfigError(
                f"{_REDIS} is a client with {name}, which this release does not have.", Status.UNSUPPORTED
            )
    if not isinstance(how, Mapping):
        raise ConfigError(f"{_REDIS} is of type {kinds[0]}; expected a redis.Redis or an address, redis://host:6379/0.")
    if how.get("credential_provider") is not None:
        raise ConfigError(
            f"{_REDIS} has a credential_provider; give it username and password instead.", Status.UNSUPPORTED
        )
    user, password = (quote(how.get(name) or "", safe="") for name in ("username", "password"))
    login = f"{user}:{password}@" if password else f"{user}@" if user else ""
    database = how.get("db") or 0
    if how.get("path"):
        return f"redis+unix://{login}{quote(how['path'])}?db={database}"
    host = str(how.get("host", "localhost"))
    host = f"[{quote(host, safe=':')}]" if ":" in host else quote(host, safe="")
    return f"redis://{login}{host}:{how.get('port', 6379)}/{database}"


def _engine(client: Any, bind_key: str | None) -> Any:
    """The engine of a flask_sqlalchemy.SQLAlchemy; an engine is its own."""
    engines: Any
    try:
        engines = getattr(client, "engines", None)
    except RuntimeError:
        raise ConfigError(
            f"{_OBJECT} was asked for its engine outside of its application: call its init_app(app), and open "
            f"sessions within app.app_context()."
        ) from None
    if engines is None and bind_key is None:
        return client
    try:
        return engines[bind_key]  # pyright: ignore[reportOptionalSubscript]
    except (TypeError, LookupError):
        raise ConfigError(
            f"{_BIND_KEY} names no database of {_OBJECT}; expected one of SQLALCHEMY_BINDS, or none for the default."
        ) from None


def _text(engine: Any) -> str:
    found = address(getattr(engine, "url", None))
    if not isinstance(found, str):
        raise ConfigError(
            f"{_OBJECT} is of type {type(engine).__name__}; expected a SQLAlchemy object of Flask-SQLAlchemy or an "
            f"engine. Or leave it out, and set {_ADDRESS} to the URL of the database."
        )
    if not found.startswith("sqlite"):
        _refuse_arguments(engine)
    return found


def _refuse_arguments(engine: Any) -> None:
    """A ConfigError where an engine connects with more than its address says, which may be a demand for TLS."""
    # create_engine keeps connect_args nowhere but in the function with which its pool connects.
    creator = getattr(getattr(engine, "pool", None), "_creator", None)
    names = getattr(getattr(creator, "__code__", None), "co_freevars", [])
    cells = getattr(creator, "__closure__", None) or []
    given = {name: cell.cell_contents for name, cell in zip(names, cells, strict=True)}.get("cparams")
    if not isinstance(given, Mapping):
        raise ConfigError(
            f"{_OBJECT} is an engine with a creator or a pool of its own, which is not asked for connections: leave it "
            f"out, and set {_ADDRESS} to the URL of the database, with all that it needs."
        )
    of_the_address = engine.dialect.create_connect_args(engine.url)[1]
    differing = sorted(
        str(name) for name, value in given.items() if name not in of_the_address or of_the_address[name] != value
    )
    if differing:
        raise ConfigError(
            f"{_OBJECT} is an engine with connect_args ({', '.join(differing)}), which are not followed: write them "
            f"into the address, as in ?name=value, or leave it out and set {_ADDRESS}."
        )
