# SPDX-License-Identifier: Apache-2.0
"""Addresses from the objects that Flask-Session takes: they are asked where their database is, and for nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._errors import ConfigError

_OBJECT = "SESSION_SQLALCHEMY"
_BIND_KEY = "SESSION_SQLALCHEMY_BIND_KEY"
_ADDRESS = "SESSION_SQLALCHEMY_DATABASE_URI"
_FLASKS_ADDRESS = "SQLALCHEMY_DATABASE_URI"


def with_addresses(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with an address in the place of each such object."""
    named = {name: value for name, value in settings.items() if value is not None}
    client = named.get(_OBJECT)
    if client is not None and not isinstance(client, (str, bytes)):
        if _ADDRESS in named:
            raise ConfigError(f"{_OBJECT} and {_ADDRESS} are both set; leave one of them out.")
        del named[_OBJECT]
        named.pop(_FLASKS_ADDRESS, None)  # that of the application's default database, which may be another one
        named[_ADDRESS] = _text(_engine(client, named.pop(_BIND_KEY, None)))
    for name in (_ADDRESS, _FLASKS_ADDRESS):
        if hasattr(named.get(name), "render_as_string"):
            named[name] = named[name].render_as_string(hide_password=False)
    return named


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
        return engines[bind_key]
    except (TypeError, LookupError):
        raise ConfigError(f"{_BIND_KEY} names no database of {_OBJECT}.") from None


def _text(engine: Any) -> str:
    render = getattr(getattr(engine, "url", None), "render_as_string", None)
    if not callable(render):
        raise ConfigError(
            f"{_OBJECT} is a {type(engine).__name__}; expected a SQLAlchemy object of Flask-SQLAlchemy or an engine."
        )
    return str(render(hide_password=False))
