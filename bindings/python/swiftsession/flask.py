# SPDX-License-Identifier: Apache-2.0
"""Sessions for Flask: `Session(app)` puts ours in the place of Flask's own."""

from __future__ import annotations

import time
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SessionInterface, SessionMixin

from . import session as sessions
from ._errors import ConfigError
from ._settings import NAMES, meant

if TYPE_CHECKING:
    from flask import Flask, Request, Response

__all__ = ["CookieSessionInterface", "Session"]

# What the methods of the interface are asked for, in their order in `_settings`.
_ASKED = (
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_DOMAIN",
    "SESSION_COOKIE_PATH",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_PARTITIONED",
)
# The key is the application's, the path is asked for, and new sessions of Flask's own kind are never permanent.
_READ = tuple(name for name in NAMES if name not in (*_ASKED, "SECRET_KEY", "APPLICATION_ROOT", "SESSION_PERMANENT"))
_TAKEN = ("SECRET_KEY", *_ASKED, *_READ)

_Settings = tuple[Any, ...]


class Session:
    """The extension. With an application it sets it up at once; without one, call init_app()."""

    def __init__(self, app: Flask | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Gives the application its session interface; app.config is read at its first request."""
        app.session_interface = CookieSessionInterface()


class CookieSessionInterface(SessionInterface):
    """Flask's own sessions, in their signed cookie, without Flask's code. For SESSION_TYPE "cookie"."""

    session_class = SecureCookieSession

    def __init__(self) -> None:
        #: Reads and writes the values. Applications may register tags with it.
        self.serializer = TaggedJSONSerializer()
        self._last: _Settings | None = None

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if not app.secret_key:
            return None
        settings = self._settings(app)
        opened = self._manager(app, settings).open(request.environ.get("HTTP_COOKIE"))
        session = self.session_class(self._read(opened))
        session._swiftsession = _Opened(opened, settings)  # type: ignore[attr-defined]
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        sets = self.should_set_cookie(app, session) if session else session.modified
        if session.accessed or sets:
            self._depends_on_the_cookie(app, response)
        if not sets:
            return
        own_end = session and type(self).get_expiration_time is not SessionInterface.get_expiration_time
        for name, value in self._saved(app, session):
            if name == "Set-Cookie" and own_end:
                self._set_cookie(app, session, response, value)
            elif name == "Set-Cookie":
                response.headers.add(name, value)

    def _depends_on_the_cookie(self, app: Flask, response: Response) -> None:
        response.vary.add("Cookie")
        control = app.config.get("SESSION_CACHE_CONTROL")
        if control:
            response.headers.add("Cache-Control", control)

    def _read(self, opened: sessions.Session) -> dict[str, Any]:
        payload = opened.payload()
        if payload == b"{}":
            return {}
        try:
            return dict(self.serializer.loads(payload.decode("ascii")))
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
            opened.set_payload(self.serializer.dumps(dict(session)).encode())
        else:
            opened.clear()
        return opened.save()

    def _set_cookie(self, app: Flask, session: SessionMixin, response: Response, line: str) -> None:
        """For interfaces that say themselves when a cookie ends."""
        value = line.partition("=")[2].partition(";")[0]
        response.set_cookie(
            self.get_cookie_name(app),
            value,
            expires=self.get_expiration_time(app, session),
            httponly=self.get_cookie_httponly(app),
            domain=self.get_cookie_domain(app),
            path=self.get_cookie_path(app),
            secure=self.get_cookie_secure(app),
            samesite=self.get_cookie_samesite(app),
            partitioned=self.get_cookie_partitioned(app),
        )

    def _settings(self, app: Flask) -> _Settings:
        """The values of `_TAKEN` as they are now; a method that a subclass overrides may answer by request."""
        read = app.config.get
        return (
            app.secret_key,
            self.get_cookie_name(app),
            self.get_cookie_domain(app),
            self.get_cookie_path(app),
            self.get_cookie_httponly(app),
            self.get_cookie_secure(app),
            self.get_cookie_samesite(app),
            self.get_cookie_partitioned(app),
            *[tuple(value) if type(value) is list else value for value in map(read, _READ)],
        )

    def _manager(self, app: Flask, settings: _Settings) -> sessions.SessionManager:
        if settings != self._last:
            self._last = settings
            for name in app.config:
                near = meant(name)
                if near is not None:
                    warnings.warn(f"{name} in app.config is no setting of sessions; is {near} meant?", stacklevel=2)
        try:
            return _manager(settings)
        except TypeError as problem:  # it has no hash
            raise ConfigError("A setting of sessions in app.config is of a type that none of them has.") from problem


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
def _manager(settings: _Settings) -> sessions.SessionManager:
    named = dict(zip(_TAKEN, settings))
    if named["SESSION_COOKIE_DOMAIN"] is False:  # how Flask before 2.3 was told not to derive one
        named["SESSION_COOKIE_DOMAIN"] = None
    return sessions.SessionManager(clock=_now, **named)


def _now() -> float:
    # Looked up at each call, so that tests which replace time.time are obeyed.
    return time.time()
