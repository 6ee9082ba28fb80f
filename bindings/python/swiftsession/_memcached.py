# SPDX-License-Identifier: Apache-2.0
"""The servers of the memcached clients that Flask-Session takes: python-memcached's, pymemcache's and pylibmc's."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ._errors import ConfigError, Status

_NAME = "SESSION_MEMCACHED"
#: pylibmc's `hash` and `distribution`, and what we call the two.
_PLACEMENTS = {
    ("default", "modula"): "libmemcached",
    ("crc", "modula"): "python-memcached",
    ("default", "consistent ketama"): "ketama",
}


def memcached_address(client: Any) -> str:
    """The address of a client's servers, and how it spreads keys over them."""
    kind = type(client).__name__
    if kind == "RetryingClient":
        client = vars(client)["_client"]  # asked for anything, it answers with a function
    if hasattr(client, "buckets") and hasattr(client, "servers"):
        return _url([_host(server) for server in client.servers for _ in range(server.weight)])
    if hasattr(client, "behaviors") and hasattr(client, "addresses"):
        return _pylibmc(client)
    if hasattr(client, "clients") or hasattr(client, "server"):
        return _pymemcache(client)
    raise ConfigError(
        f"{_NAME} is of type {kind}; expected a client of python-memcached, pymemcache or pylibmc, or an address, "
        f"memcached://host:11211."
    )


def _url(servers: list[str], **parameters: str) -> str:
    if not servers:
        raise ConfigError(f"{_NAME} is a client without servers.")
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"memcached://{','.join(servers)}" + (f"?{query}" if query else "")


def _server(host: str, port: int) -> str:
    return f"[{quote(host, safe=':')}]:{port}" if ":" in host else f"{quote(host, safe='')}:{port}"


def _host(server: Any) -> str:
    """One of python-memcached: a pair, or the path of a socket."""
    address = server.address
    return quote(address, safe="") if isinstance(address, str) else _server(str(address[0]), address[1])


def _pymemcache(client: Any) -> str:
    members = [client] if hasattr(client, "server") else list(client.clients.values())
    if len(members) > 1:
        raise _unsupported("spreads keys over its servers by a hash that is not in this release; give it one server")
    if getattr(client, "key_prefix", b""):
        raise _unsupported("has a key_prefix; give it in SESSION_KEY_PREFIX instead")
    if getattr(client, "tls_context", None) is not None:
        raise _unsupported("has TLS, which this release does not speak to memcached")
    server = members[0].server if members else None
    if isinstance(server, str):
        return _url([quote(server, safe="")])
    return _url([_server(str(server[0]), server[1])] if server else [])


def _pylibmc(client: Any) -> str:
    servers = [_spec(spec) for spec in client.addresses]
    protocol = {"protocol": "binary"} if client.binary else {}
    if len(servers) == 1:
        return _url(servers, **protocol)
    behaviors = client.behaviors
    placement = _PLACEMENTS.get((behaviors["hash"], behaviors["distribution"]))
    if placement is None or behaviors.get("num_replicas"):
        raise _unsupported(
            "spreads keys over its servers in a way that is not in this release; leave out its behaviors"
        )
    return _url(servers, **protocol, placement=placement)


def _spec(spec: Any) -> str:
    """One of pylibmc: `host`, `host:port`, `[address]:port` or a path."""
    if not isinstance(spec, str) or spec.startswith("udp:"):
        raise _unsupported("has a server by UDP or with a weight")
    if spec.startswith("/"):
        return quote(spec, safe="")
    if spec.startswith("["):
        host, _, port = spec[1:].partition("]")
        port = port[1:]
    else:
        host, _, port = spec.partition(":")
    if ":" in port:
        raise _unsupported("has a server by UDP or with a weight")
    return _server(host, int(port or 11211))


def _unsupported(what: str) -> ConfigError:
    return ConfigError(f"{_NAME} is a client that {what}.", Status.UNSUPPORTED)
