# SPDX-License-Identifier: Apache-2.0
"""Sessions for Flask: `Session(app)` puts ours in the place of Flask's own."""

from __future__ import annotations

import json
import logging
import random
import threading
import time
import warnings
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from flask import current_app
from flask.json.provider import DefaultJSONProvider
from flask.json.tag import (
    PassDict,
    PassList,
    TagBytes,
    TagDateTime,
    TagDict,
    TaggedJSONSerializer,
    TagMarkup,
    TagTuple,
    TagUUID,
)
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionInterface, SessionMixin

from . import session as sessions
from ._clients import address
from ._errors import ConfigError, Error, SessionGone
from ._events import Listener
from ._plain import encoder, has_tags, is_plain
from ._settings import asked_for, kind_of, meant, store_of, type_of
from ._turns import one_at_a_time
from .signing import native_digest, want_bytes

if TYPE_CHECKING:
    from flask import Flask, Request, Response

__all__ = ["CookieSessionInterface", "RevocableSession", "ServerSideSession", "Session", "StoreSessionInterface"]

_logger = logging.getLogger("swiftsession")

# What has ways of its own into `_settings`, in its order there.
_KEYS = ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "SECRET_KEY_FALLBACKS_FILES")
_METHODS = (
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_DOMAIN",
    "SESSION_COOKIE_PATH",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_PARTITIONED",
)

_METHOD_NAMES = tuple(
    f"get_cookie_{what}" for what in ("name", "domain", "path", "httponly", "secure", "samesite", "partitioned")
)

# What may be set on a JSON provider without its ways changing.
_ATTRIBUTES = frozenset(("_app", "compact", "default", "ensure_ascii", "mimetype", "sort_keys"))

# What Flask tags with, in its order.
_TAGS = [TagDict, PassDict, TagTuple, PassList, TagBytes, TagMarkup, TagUUID, TagDateTime]

# SESSION_TYPE, what `store_of` says, SESSION_MIGRATE_FROM, then the values of `_KEYS`, `_METHODS` and `_others`.
_Settings = tuple[Any, ...]


#: Any of these is a key in the place of SECRET_KEY.
_FILES_OF_KEYS = ("SECRET_KEY_FILE", "SESSION_KEYS_FILE", "SESSION_KEYS_CREDENTIAL")


class Session:
    """The extension. With an application it sets it up at once; without one, call init_app().

    `on_event` is called with each `swiftsession.Event`, as by a `SessionManager`.
    """

    def __init__(self, app: Flask | None = None, *, on_event: Listener | None = None) -> None:
        self._on_event = on_event
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Gives the application its session interface; app.config is read at its first request."""
        interface = app.session_interface = StoreSessionInterface(on_event=self._on_event)

        @app.cli.command("session_cleanup")
        def session_cleanup() -> None:
            """Remove expired sessions from their store."""
            manager = interface.manager(app)
            while manager.sweep():
                pass


class CookieSessionInterface(SecureCookieSessionInterface):
    """Flask's own sessions, in their signed cookie, without Flask's code. For SESSION_TYPE "cookie".

    `get_signing_serializer` makes and reads such cookies in Python, for tests and tools.
    """

    def __init__(self, *, on_event: Listener | None = None) -> None:
        # Of our own, so that it has a hash: managers are kept by it.
        self._on_event = None if on_event is None else lambda event: on_event(event)
        if type(self).serializer is SecureCookieSessionInterface.serializer:
            #: Reads and writes the values. Applications may register tags with it.
            self.serializer = TaggedJSONSerializer()
        self._last: tuple[_Settings, sessions.SessionManager] | None = None
        self._known: _Known | None = None
        self._checked: tuple[Any, ...] | None = None
        self._tagging: tuple[Any, ...] | None = None

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if not app.secret_key and not any(map(app.config.get, _FILES_OF_KEYS)):
            return None
        settings = self._settings(app)
        opened = self._manager(app, settings).open(request.environ.get("HTTP_COOKIE"))
        session = self.session_class(self._read(opened))
        session._swiftsession = _Opened(opened, settings)  # type: ignore[attr-defined]
        return session

    def save_session(self, app: Flask, session: SessionMixin | None, response: Response) -> None:
        if session is None:  # open_session() raised, and Flask answers with that
            return
        sets = self.should_set_cookie(app, session) if session else session.modified
        if session.accessed or sets:
            self._depends_on_the_cookie(app, response)
        if not sets:
            if session and type(self).should_set_cookie is SessionInterface.should_set_cookie:
                self._make_anew(app, session, response)
            return
        own_end = session and type(self).get_expiration_time is not SessionInterface.get_expiration_time
        for name, value in self._saved(app, session):
            if name == "Set-Cookie" and own_end:
                self._set_cookie(app, session, response, value)
            elif name == "Set-Cookie":
                response.headers.add(name, value)

    def _make_anew(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Of a session that nobody changed, the cookie is sent again where it is of an older key or form."""
        known: _Opened | None = getattr(session, "_swiftsession", None)
        if known is None or known.settings != self._settings(app):
            return
        for name, value in known.session.save():
            if name == "Set-Cookie":
                self._depends_on_the_cookie(app, response)
                response.headers.add(name, value)

    def _depends_on_the_cookie(self, app: Flask, response: Response) -> None:
        if "Vary" in response.headers:
            response.vary.add("Cookie")
        else:
            response.headers.add("Vary", "Cookie")
        control = app.config.get("SESSION_CACHE_CONTROL")
        if control:
            response.headers.add("Cache-Control", control)

    def _read(self, opened: sessions.Session) -> dict[str, Any]:
        payload = opened.payload()
        if payload == b"{}":
            return {}
        try:
            return dict(self._loads(payload.decode("ascii")))
        except Exception:
            # Signed with the key, and yet no session: a new one, not an error for ever.
            return {}

    def _saved(self, app: Flask, session: SessionMixin) -> list[tuple[str, str]]:
        settings = self._settings(app)
        known: _Opened | None = getattr(session, "_swiftsession", None)
        if known is not None and known.settings == settings:
            opened = known.session
        else:  # another object than open_session() made, or settings that changed on the way
            opened = self._manager(app, settings).open(None)
        if session:
            opened.set_payload(self._dumps(dict(session)).encode())
        else:
            opened.clear()
        return opened.save()

    def _loads(self, text: str) -> Any:
        if self._tags_as_flask() is None or has_tags(text):
            return self.serializer.loads(text)
        return json.loads(text)

    def _dumps(self, values: dict[str, Any]) -> str:
        provider = self._tags_as_flask()
        if provider is None or not is_plain(values):
            return self.serializer.dumps(values)
        text: str = encoder(provider.sort_keys, provider.ensure_ascii)(values)
        return text

    def _tags_as_flask(self) -> Any:
        """The application's way to JSON; None unless that and the serializer are Flask's own, without further tags."""
        serializer = self.serializer
        if type(serializer) is not TaggedJSONSerializer:
            return None
        try:
            provider: Any = current_app.json
        except RuntimeError:  # outside of an application
            return None
        # Neither forgets what it was given.
        seen = provider, len(vars(provider)), serializer, len(serializer.order)
        if seen != self._tagging:
            if type(provider) is not DefaultJSONProvider or not vars(provider).keys() <= _ATTRIBUTES:
                return None
            if list(map(type, serializer.order)) != _TAGS:
                return None
            self._tagging = seen
        return provider

    def _set_cookie(self, app: Flask, session: SessionMixin, response: Response, line: str) -> None:
        """For interfaces that say themselves when a cookie ends."""
        name, _, value = line.partition(";")[0].partition("=")
        if not value:  # a piece that is not needed any more
            response.headers.add("Set-Cookie", line)
            return
        response.set_cookie(
            name,
            value,
            expires=self.get_expiration_time(app, session),
            httponly=self.get_cookie_httponly(app),
            domain=self.get_cookie_domain(app),
            path=self.get_cookie_path(app),
            secure=self.get_cookie_secure(app),
            samesite=self.get_cookie_samesite(app),
            **({"partitioned": True} if self._partitioned(app) else {}),
        )

    def _partitioned(self, app: Flask) -> bool:
        asked = getattr(self, "get_cookie_partitioned", None)  # Flask has it from 3.1 on
        return bool(asked(app) if asked else app.config.get("SESSION_COOKIE_PARTITIONED"))

    def _settings(self, app: Flask) -> _Settings:
        """The settings as they are now; a method that a subclass overrides may answer by request."""
        known, config = self._known, app.config
        if (
            known is not None
            and known.config is config
            and known.size == len(config)
            and tuple(map(config.get, known.names)) == known.values
        ):
            return known.settings
        settings = self._asked(app)
        self._known = _Known.of(config, settings) if _asks_as_flask(self) else None
        return settings

    def _asked(self, app: Flask) -> _Settings:
        read = app.config.get
        kind = type_of(read("SESSION_TYPE"))
        store = store_of(read)
        former = type_of(read("SESSION_MIGRATE_FROM"))
        return (
            kind,
            store,
            former,
            _key(app.secret_key) or None,
            _keys(read("SECRET_KEY_FALLBACKS")),
            _keys(read("SECRET_KEY_FALLBACKS_FILES")),
            self.get_cookie_name(app),
            self.get_cookie_domain(app),
            self.get_cookie_path(app),
            self.get_cookie_httponly(app),
            self.get_cookie_secure(app),
            self.get_cookie_samesite(app),
            self._partitioned(app),
            *map(read, _others(store, former)),
        )

    def _manager(self, app: Flask, settings: _Settings) -> sessions.SessionManager:
        self._check_signing()
        last = self._last
        if last is not None and last[0] == settings:
            return last[1]
        _warn_of_names(app)
        try:
            manager = _cached_manager(settings, self._on_event)
        except TypeError:
            manager = _manager(
                settings, self._on_event
            )  # a value without a hash, which no setting has: this says which
        self._last = settings, manager
        return manager

    def _check_signing(self) -> None:
        """The library signs in Flask's way alone, and so does everyone who shares the sessions."""
        given = self.salt, self.digest_method, self.key_derivation, type(self).get_signing_serializer
        if given == self._checked:
            return
        flasks = SecureCookieSessionInterface
        for name, same in (
            ("salt", want_bytes(self.salt) == want_bytes(flasks.salt)),
            ("digest_method", native_digest(self.digest_method) == "sha1"),
            ("key_derivation", self.key_derivation == flasks.key_derivation),
            ("get_signing_serializer", type(self).get_signing_serializer is flasks.get_signing_serializer),
        ):
            if not same:
                raise ConfigError(
                    f"{type(self).__name__} has a {name} of its own, and cookies are signed in Flask's way alone, so "
                    f"that others can read them: leave it out, or derive from Flask's SecureCookieSessionInterface."
                )
        self._checked = given


class RevocableSession(sessions.Session, SessionMixin):
    """The session of a request in its cookie, where SESSION_REVOCATION can end it. Its first use asks the store."""

    @property
    def new(self) -> bool:  # type: ignore[override]
        """Whether it did not exist before this request."""
        return self.is_new

    def copy(self) -> dict[str, Any]:
        """The values as a dictionary."""
        return dict(self)


class ServerSideSession(RevocableSession):
    """The session of a request in a store, as Flask-Session has it. Nothing is fetched before it is used."""

    @property
    def sid(self) -> str:
        """The id. regenerate() changes it at the end of the request. Never log it.

        Empty for a session that is not in the store of SESSION_TYPE "auto".
        """
        return self.id or ""

    def __bool__(self) -> bool:
        """Whether there is more in it than whether it is permanent."""
        return len(self) > ("_permanent" in self)

    # flask.flash() sets the whole list, and flask.get_flashed_messages() removes it; others may do so meanwhile.

    @one_at_a_time
    def __setitem__(self, key: str, value: Any) -> None:
        if key != "_flashes" or not self._append_flashes(value):
            super().__setitem__(key, value)

    @one_at_a_time
    def pop(self, key: str, *default: Any) -> Any:
        if key == "_flashes" and isinstance(self.get(key), list):
            return self._take_flashes()
        return super().pop(key, *default)


class StoreSessionInterface(CookieSessionInterface):
    """What `Session` installs: sessions in the store that SESSION_TYPE names, Flask's own for "cookie".

    With SESSION_REVOCATION those in cookies are the library's too, with its `login` and `logout`.
    """

    def __init__(self, *, on_event: Listener | None = None) -> None:
        super().__init__(on_event=on_event)
        self._managers: WeakKeyDictionary[Flask, tuple[_Settings, sessions.SessionManager]] = WeakKeyDictionary()
        self._making = threading.Lock()

    def regenerate(self, session: Any) -> None:
        """A new id for the session at the end of the request, at login; the old one then opens nothing."""
        if _is_flasks_own(current_app):
            session.modified = True  # it is signed anew, and that is all
        elif session or session.user is not None:
            session.renew()

    def manager(self, app: Flask) -> sessions.SessionManager:
        """The application's sessions as a whole, for upkeep, users and figures: `manager(app).metrics()`."""
        with app.app_context():
            itself = current_app._get_current_object()  # type: ignore[attr-defined]  # `app` may be current_app
            return self._manager(itself, self._settings(itself))

    def open_session(self, app: Flask, request: Request) -> Any:
        if _is_flasks_own(app):
            return super().open_session(app, request)
        if type_of(app.config.get("SESSION_TYPE")) == "cookie" and not app.secret_key:
            return None  # which is an error for who writes, as in Flask
        manager = self._manager(app, self._settings(app))
        session = manager.open(request.environ.get("HTTP_COOKIE"))
        every = app.config.get("SESSION_CLEANUP_N_REQUESTS")
        if every and random.randint(0, int(every)) == 0:  # the manager has refused what is no number
            self._clean_up(manager)
        return session

    def _clean_up(self, manager: sessions.SessionManager) -> None:
        try:
            manager.sweep()
        except Error as problem:  # it is no part of the request
            _logger.warning("Expired sessions could not be removed: %s", problem)

    def save_session(self, app: Flask, session: SessionMixin | None, response: Response) -> None:
        if not isinstance(session, RevocableSession):
            return super().save_session(app, session, response)
        try:
            headers = session.save()
        except SessionGone:
            _logger.info("A session was ended elsewhere while a request ran; nothing was stored and no cookie was set.")
            if session.accessed:
                self._depends_on_the_cookie(app, response)
            return None
        for name, value in headers:
            if name == "Vary":
                response.vary.add(value)
            else:
                response.headers.add(name, value)
        return None

    def _manager(self, app: Flask, settings: _Settings) -> sessions.SessionManager:
        if _is_flasks_own(app):
            return super()._manager(app, settings)
        # Kept by application and not by its settings alone: two with a store in memory do not share it.
        made = self._managers.get(app)
        if made is None or made[0] != settings:
            with self._making:
                made = self._managers.get(app)
                if made is None or made[0] != settings:
                    made = settings, self._made(app, settings)
                    self._managers[app] = made
        return made[1]

    def _made(self, app: Flask, settings: _Settings) -> sessions.SessionManager:
        _warn_of_names(app)
        named = _named(settings)
        if named.get("SESSION_SQLALCHEMY_DATABASE_URI") is not None:
            named["SQLALCHEMY_DATABASE_URI"] = None  # it is the application's
        elif "sqlalchemy" in settings[1:3]:
            named["SQLALCHEMY_DATABASE_URI"] = _in_instance(app, address(named["SQLALCHEMY_DATABASE_URI"]))
        if settings[0] == "cookie":
            return _RevocableManager(clock=_now, on_event=self._on_event, **named)
        return _StoreManager(clock=_now, on_event=self._on_event, **named)


class _StoreManager(sessions.SessionManager):
    session_class = ServerSideSession


class _RevocableManager(sessions.SessionManager):
    session_class = RevocableSession


def _asks_as_flask(interface: CookieSessionInterface) -> bool:
    """Whether what its methods answer with is in app.config alone."""
    own, flasks = type(interface), SessionInterface
    return all(
        getattr(own, name, None) is getattr(flasks, name, None) and name not in vars(interface)
        for name in _METHOD_NAMES
    )


class _Known(NamedTuple):
    """Settings, and what they were made of: as long as that is the same, they are."""

    config: Any
    size: int
    names: tuple[str, ...]
    values: tuple[Any, ...]
    settings: _Settings

    @staticmethod
    def of(config: Any, settings: _Settings) -> _Known | None:
        """None where a value may change in place."""
        names = tuple(name for name in config if kind_of(name) is not None)
        values = tuple(map(config.get, names))
        if not _UNCHANGING.issuperset(map(type, values)):
            return None
        return _Known(config, len(config), names, values, settings)


_UNCHANGING = frozenset((str, bytes, int, float, bool, type(None), timedelta))


def _is_flasks_own(app: Flask) -> bool:
    return type_of(app.config.get("SESSION_TYPE")) == "cookie" and not app.config.get("SESSION_REVOCATION")


def _in_instance(app: Flask, url: Any) -> Any:
    """The address of a SQLite file as Flask-SQLAlchemy reads it: in the application's instance folder."""
    if not isinstance(url, str):
        return url
    scheme, colon, path = url.partition(":///")
    if not colon or not scheme.startswith("sqlite") or not path or path.startswith((":memory:", "/", "file:", "?")):
        return url
    return f"{scheme}:///{Path(app.instance_path) / path}"


def _warn_of_names(app: Flask) -> None:
    for name in app.config:
        near = meant(name)
        if near is not None:
            warnings.warn(f"{name} in app.config is no setting of sessions; is {near} meant?", stacklevel=2)


class _Opened:
    """What a session object of Flask was opened from. Copies of that object share it, pickles go without."""

    __slots__ = ("session", "settings")

    def __init__(self, session: sessions.Session, settings: _Settings) -> None:
        self.session = session
        self.settings = settings

    def __copy__(self) -> _Opened:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> _Opened:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _nothing, ()


def _nothing() -> None:
    return None


@lru_cache(maxsize=16)
def _others(store: str, former_type: str) -> tuple[str, ...]:
    """The settings of a store that are in app.config and nowhere else; the path is asked for."""
    return tuple(name for name in asked_for(store, former_type) if name not in (*_KEYS, *_METHODS, "APPLICATION_ROOT"))


def _named(settings: _Settings) -> dict[str, Any]:
    return dict(zip((*_KEYS, *_METHODS, *_others(*settings[1:3])), settings[3:]))


def _key(value: Any) -> Any:
    return bytes(value) if isinstance(value, (bytearray, memoryview)) else value


def _keys(value: Any) -> Any:
    """A list as it is now; what is false to Flask is not set."""
    if isinstance(value, (list, tuple)):
        value = tuple(map(_key, value))
    return value or None


def _manager(settings: _Settings, on_event: Listener | None) -> sessions.SessionManager:
    named = _named(settings)
    named["SESSION_PERMANENT"] = None  # new sessions of Flask's own kind are never permanent
    made = sessions.SessionManager(clock=_now, on_event=on_event, **named)
    if settings[0] != "cookie":
        raise ConfigError('CookieSessionInterface is for SESSION_TYPE "cookie"; use StoreSessionInterface.')
    if settings[1] != "cookie":
        raise ConfigError("CookieSessionInterface has Flask's own sessions; for SESSION_REVOCATION use Session(app).")
    return made


_cached_manager = lru_cache(maxsize=16)(_manager)


def _now() -> float:
    # Looked up at each call, so that tests which replace time.time are obeyed.
    return time.time()
