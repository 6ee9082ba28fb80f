# SPDX-License-Identifier: Apache-2.0
"""Sessions outside of any framework: a manager opens them from a Cookie header and a session makes header lines."""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable, Iterator, MutableMapping
from ctypes import byref, c_int32, c_int64, c_size_t, c_void_p
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, TypeVar

from ._errors import Error, Status
from ._events import Listener
from ._library import MigrationRecord, borrowed, check, error_pointer, lent, library
from ._manager import Manager, WallClock
from ._turns import TakesTurns, one_at_a_time
from ._users import UserSession, ended_text, user_name, user_sessions
from ._values import COOKIE, PICKLED, STORED

__all__ = ["Migration", "Origin", "Session", "SessionManager", "UserSession"]

_logger = logging.getLogger("swiftsession")

Result = TypeVar("Result")

_FORM_SECRET = "csrf_token"
_FLASHES = "_flashes"

_SCALARS = frozenset((str, int, float, bool, bytes, type(None)))


class Origin(enum.IntEnum):
    """Where the contents of a session come from, or why it is new."""

    COOKIE = 1
    NEW = 2
    EXPIRED = 3
    TAMPERED = 4
    MALFORMED = 5
    NULL = 6
    NOT_FOUND = 7


def header_bytes(header: str | bytes | None) -> bytes:
    """A Cookie header as it came over the wire; WSGI hands each byte on as one character."""
    if header is None:
        return b""
    return header if isinstance(header, bytes) else header.encode("latin-1", "replace")


@dataclass
class Migration:
    """How far moving sessions in bulk has come."""

    #: Records that are in the new store now, those of users among them.
    moved: int = 0
    #: Ended before their turn, or in the new store already.
    skipped: int = 0
    #: Nobody can read them; they stay where they are.
    unreadable: int = 0
    #: Whether there may be more.
    more: bool = True
    _record: MigrationRecord = field(default_factory=MigrationRecord, repr=False, compare=False)

    def _read(self) -> None:
        record = self._record
        self.moved, self.skipped, self.unreadable = record.moved, record.skipped, record.unreadable


class SessionManager:
    """Opens the sessions of one application. Made once; any thread may use it.

    Settings have the names of Flask and Flask-Session; one that is None is not set. `clock` answers with the seconds
    since 1970 in the place of the system's clock. `on_event` is called with each `Event`, within the call that caused
    it: it is to be short, and must not use the manager or its sessions. What it raises is logged.
    """

    #: What the sessions are made of.
    session_class: type[Session]

    def __init__(self, *, clock: WallClock | None = None, on_event: Listener | None = None, **settings: Any) -> None:
        self._manager = Manager(settings, clock, on_event)

    def open(self, cookie_header: str | bytes | None) -> Session:
        """The session that a request's Cookie header names. A cookie that opens nothing gives a new, empty session."""
        return self._open(library.open, header_bytes(cookie_header))

    def open_value(self, value: str | bytes) -> Session:
        """The session of one cookie's value; an Error with a status says why there is none."""
        return self._open(library.open_value, header_bytes(value))

    def _open(self, function: Any, data: bytes) -> Session:
        handle = c_void_p()
        self._manager.call(function, self._manager.handle, data, len(data), byref(handle))
        return self.session_class(self._manager, handle.value)

    # ---- The sessions of a user ----

    def end_user(self, user: str) -> None:
        """Ends all sessions of a user, however many there are, by one write that the next request of each sees."""
        name = user_name(user)
        self._tend(library.manager_end_user, name, len(name))

    def user_sessions(self, user: str, session: Session | None = None) -> list[UserSession]:
        """The newest 256 sessions of a user, the oldest of them first; `session` is the one that is current."""
        name = user_name(user)
        if session is None:
            return self._listed(name, None)
        return session._lend_handle(lambda handle: self._listed(name, handle))

    def end_session(self, user: str, reference: str) -> bool:
        """Ends one session of a user. False: this user has none of this reference."""
        name, reference_text = user_name(user), ended_text(reference, "reference")
        try:
            self._tend(library.manager_end_session, name, len(name), reference_text)
        except Error as problem:
            if problem.status == Status.NOT_FOUND:
                return False
            raise
        return True

    def _listed(self, name: bytes, session: int | None) -> list[UserSession]:
        listed, size = c_void_p(), c_size_t()
        self._tend(library.manager_user_sessions, session, name, len(name), byref(listed), byref(size))
        try:
            return user_sessions(borrowed(listed, size))
        finally:
            library.free(listed)

    def reload(self) -> None:
        """Reads the files of keys again, while requests run too. Where one is wrong, all keys stay what they are."""
        self._manager.reload()

    # ---- Figures ----

    def metrics(self) -> str:
        """What this manager has counted in this process, as text for Prometheus: answer with
        `Content-Type: text/plain; version=0.0.4`."""
        text, size = c_void_p(), c_size_t()
        self._tend(library.manager_metrics, byref(text), byref(size))
        try:
            return borrowed(text, size).decode()
        finally:
            library.free(text)

    # ---- Upkeep of the store; a session in a cookie has none ----

    def prepare(self) -> None:
        """Makes the tables and indexes that are missing; without it the first use does."""
        self._tend(library.manager_prepare)

    def ping(self) -> None:
        """Raises where the store cannot be reached and used."""
        self._tend(library.manager_ping)

    def sweep(self, limit: int = 1000) -> bool:
        """Removes at most `limit` expired records; True when there may be more."""
        more = c_int32()
        self._tend(library.manager_sweep, min(limit, 2**63 - 1), byref(more))
        return bool(more.value)

    # ---- Moving sessions from the store that SESSION_MIGRATE_FROM names; each also moves when its cookie comes ----

    def migrate(self, progress: Migration | None = None, limit: int = 100) -> Migration:
        """Moves about `limit` sessions beside the requests that run, 1,000 at most, and says how far that has come.

        Give it what the last call answered, until that has no `more`. One that is given is changed, also where the call
        raises: the next one goes on from there.
        """
        progress = Migration() if progress is None else progress
        more = c_int32()
        try:
            self._tend(library.migrate, min(limit, 2**63 - 1), byref(progress._record), byref(more))
            progress.more = bool(more.value)
        finally:
            progress._read()
        return progress

    def _tend(self, function: Any, *arguments: Any) -> None:
        self._manager.call(function, self._manager.handle, *arguments)


class Session(TakesTurns, MutableMapping[str, Any]):
    """A session: a mapping from text to values. Threads that share one take turns, call by call.

    Values that hold others may be changed in place; save() sees it. Closing a session saves nothing.

    A session in a store is loaded at its first use; one whose record cannot be read is then a new one. What a record
    cannot hold comes back as something else at the next request: a set as a list, a Decimal or a date as text, and
    but where records are pickles a tuple as a list, a UUID or a time without a zone as text.
    """

    def __init__(self, manager: Manager, handle: int | None) -> None:
        super().__init__()
        self._free = library.session_free
        self._opened = handle
        self._manager = manager
        self._codec = COOKIE if manager.is_flasks else PICKLED if manager.is_pickling else STORED
        self._cached: dict[str, Any] | None = None
        # What the library has for each value that the caller may change in place, as tagged JSON.
        self._lent: dict[str, bytes] = {}
        # What the library had before a save(), until somebody asks whether it still has that.
        self._unmerged: bytes | None = None
        self._is_refused = False

    # ---- Reading ----

    @one_at_a_time
    def __getitem__(self, key: str) -> Any:
        value = self._values[key]
        if type(value) not in _SCALARS and key not in self._lent:
            self._lent[key] = self._codec.encode(value)
        return value

    @one_at_a_time
    def __contains__(self, key: object) -> bool:
        return key in self._values

    @one_at_a_time
    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    @one_at_a_time
    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"  # the values are no business of a log

    # ---- Writing ----

    @one_at_a_time
    def __setitem__(self, key: str, value: Any) -> None:
        data, values, name = self._codec.encode(value), self._values, _name(key)
        if name is None:
            self._rewrite({**values, key: value})
        else:
            self._write(library.set_json, name, data)
        values[key] = value
        self._lend(key, data)

    @one_at_a_time
    def __delitem__(self, key: str) -> None:
        values = self._values
        if key not in values:
            raise KeyError(key)
        name = _name(key)
        if name is None:
            self._rewrite({other: value for other, value in values.items() if other != key})
        else:
            check(library.remove(self._handle, name, error_pointer()))
        del values[key]
        self._lent.pop(key, None)

    @one_at_a_time
    def setdefault(self, key: str, default: Any = None) -> Any:
        """The value of a key; one that is not there is set, unless another request does so first."""
        values, name = self._values, _name(key)
        if key not in values and name is None:
            self[key] = default
        elif key not in values:
            data, was_set = self._codec.encode(default), c_int32()
            self._write(library.set_if_absent, name, data, byref(was_set))
            values[key] = default
            self._lend(key, data)
        return self[key]

    @one_at_a_time
    def clear(self) -> None:
        """Removes every value; in a store "_permanent" stays, as Flask-Session has it."""
        self._load_stored()
        check(library.clear(self._handle, error_pointer()))
        self._forget()

    @one_at_a_time
    def add(self, key: str, amount: int) -> int:
        """Adds to a whole number, which is 0 if it is not there, and answers with the sum."""
        if not isinstance(amount, int):
            raise TypeError(f"add() adds whole numbers; the amount is of type {type(amount).__name__}.")
        if not -(2**63) <= amount < 2**63:
            raise Error("The amount to add does not fit into 64 bits.", Status.TOO_LARGE)
        values, total = self._values, c_int64()
        check(library.add(self._handle, _plain_name(key), amount, byref(total), error_pointer()))
        values[key] = total.value
        self._lent.pop(key, None)
        return total.value

    @one_at_a_time
    def append(self, key: str, item: Any) -> None:
        """Appends one item to a list, which is empty if it is not there."""
        data, values, name = self._codec.encode(item), self._values, _plain_name(key)
        self._flush(key)
        self._write(library.append, name, data)
        values.setdefault(key, []).append(item)
        self._lent[key] = self._codec.encode(values[key])

    @one_at_a_time
    def remove_item(self, key: str, item: Any) -> bool:
        """Removes the first item of a list that equals this one. False: there is none.

        Merged with the changes of other requests, it removes the first such item of what is there then.
        """
        values, name, was_removed = self._values, _plain_name(key), c_int32()
        items = values.get(key)
        place = None
        if isinstance(items, list):
            if item not in items:
                return False
            place = items.index(item)
            item = items[place]  # of what is equal in Python, 1 and 1.0 for one, the one that is there
        self._flush(key)
        self._write(library.remove_item, name, self._codec.encode(item), byref(was_removed))
        if was_removed.value and isinstance(items, list) and place is not None:
            del items[place]
            self._lent[key] = self._codec.encode(items)
        return bool(was_removed.value)

    @property
    @one_at_a_time
    def permanent(self) -> bool:
        """Whether the cookie outlives the browser, for PERMANENT_SESSION_LIFETIME; the key "_permanent"."""
        return bool(self._values.get("_permanent", False))

    @permanent.setter
    @one_at_a_time
    def permanent(self, value: bool) -> None:
        values = self._values
        check(library.set_permanent(self._handle, bool(value), error_pointer()))
        values["_permanent"] = bool(value)

    pop = one_at_a_time(MutableMapping.pop)
    popitem = one_at_a_time(MutableMapping.popitem)

    # ---- What the session is ----

    @property
    @one_at_a_time
    def is_new(self) -> bool:
        """Whether the session did not exist before this request; where there is a store, it is loaded to know it."""
        self._load_stored()
        return bool(library.is_new(self._handle))

    @property
    @one_at_a_time
    def id(self) -> str | None:
        """The id in a store, None for a session that lives in its cookie. Never log it."""
        self._load_stored()
        found: bytes | None = library.id(self._handle)
        return None if found is None else found.decode("ascii")

    @property
    @one_at_a_time
    def origin(self) -> Origin:
        """Where the contents come from, or why the session is new; in a store that is known once it is loaded."""
        found = Origin(library.origin(self._handle))
        return Origin.MALFORMED if self._is_refused else found

    @property
    @one_at_a_time
    def modified(self) -> bool:
        """Whether anything was written, in place too. Set it to have the session saved in any case."""
        self._flush_all()
        return bool(library.modified(self._handle))

    @modified.setter
    @one_at_a_time
    def modified(self, value: bool) -> None:
        self._load_stored()  # what is not loaded is not saved
        check(library.set_modified(self._handle, bool(value), error_pointer()))

    @property
    @one_at_a_time
    def accessed(self) -> bool:
        """Whether anything was read or written: the response then depends on the cookie."""
        return bool(library.accessed(self._handle))

    @accessed.setter
    @one_at_a_time
    def accessed(self, value: bool) -> None:
        check(library.set_accessed(self._handle, bool(value), error_pointer()))

    # ---- The request ----

    @one_at_a_time
    def load(self) -> None:
        """Fetches the contents now; without it the first read does."""
        self._manager.call(library.load, self._handle)

    @one_at_a_time
    def peek(self) -> None:
        """This request does not extend the session's time, unless it changes something: for polling and the like."""
        check(library.peek(self._handle, error_pointer()))

    @one_at_a_time
    def login(self, user: str, label: str | None = None) -> None:
        """Logs a user in: a new id at save(), and from then on the session is one of this user's.

        Needs a store, or SESSION_REVOCATION for a session that lives in its cookie, of which older cookies then end.

        `label` is what to call it in a list, such as the browser's name. Where SESSION_USER_LIMIT refuses one more,
        save() raises Conflict.
        """
        name = user_name(user)
        known_as = None if label is None else ended_text(label, "label")
        values = self._values
        self._manager.call(library.login, self._handle, name, len(name), known_as)
        values.pop(_FORM_SECRET, None)

    @one_at_a_time
    def logout(self) -> None:
        """Ends the session for good at save(), and drops it from its user's list."""
        self._manager.call(library.logout, self._handle)
        self._is_refused = False
        self._forget()

    @property
    @one_at_a_time
    def user(self) -> str | None:
        """Who logged in with login(); None where nobody did."""
        name, size = c_void_p(), c_size_t()
        try:
            self._manager.call(library.user, self._handle, byref(name), byref(size))
        except Error as problem:
            if problem.status == Status.NOT_FOUND:
                return None
            raise
        return borrowed(name, size).decode()

    @one_at_a_time
    def end_others(self) -> None:
        """At save() all sessions of the user but this one end. NOT_FOUND where nobody has logged in."""
        self._manager.call(library.end_others, self._handle)

    @one_at_a_time
    def csrf_token(self) -> str:
        """The token for the forms of this session, as Flask-WTF makes it; the same one until the session is changed."""
        values, token, size = self._values, c_void_p(), c_size_t()
        self._manager.call(library.csrf_token, self._handle, byref(token), byref(size))
        made = borrowed(token, size).decode("ascii")
        if _FORM_SECRET not in values:
            values[_FORM_SECRET] = self._decoded()[_FORM_SECRET]
        return made

    @one_at_a_time
    def csrf_check(self, token: str | bytes | None, max_age: int | None = 3600) -> None:
        """Raises an Error where a request does not bring a token of this session that is at most `max_age` seconds old.

        Its status is NOT_FOUND where this session has given none, TAMPERED, EXPIRED or MALFORMED. None is any age.
        """
        _ = self._values  # a record that cannot be read gives way to a new session
        given = token.encode("utf-8", "replace") if isinstance(token, str) else token or b""
        age = -1 if max_age is None else max(0, min(int(max_age), 2**62))
        self._manager.call(library.csrf_check, self._handle, given, len(given), age)

    @one_at_a_time
    def flash(self, message: Any, category: str = "message") -> None:
        """Leaves a message for the next page, as flask.flash() does."""
        self.append(_FLASHES, (category, message))

    @one_at_a_time
    def flashed(self) -> list[tuple[str, Any]]:
        """Takes the messages out: pairs of a category and a message, the oldest first."""
        taken = self._take_flashes()
        return [(item[0], item[1]) for item in taken if isinstance(item, (list, tuple)) and len(item) == 2]

    @one_at_a_time
    def renew(self) -> None:
        """Marks the session for a new id, at login or any other change of rights."""
        self._load_stored()
        check(library.renew(self._handle, error_pointer()))

    @one_at_a_time
    def destroy(self) -> None:
        """Empties the session and marks it as ended, at logout."""
        check(library.destroy(self._handle, error_pointer()))
        self._is_refused = False
        self._forget()

    @one_at_a_time
    def save(self) -> list[tuple[str, str]]:
        """Stores what has to be stored and answers with the header lines to append to the response.

        Values that were taken out before stay those of the session, and may be changed for another save(). Not so where
        this one merged what other requests wrote meanwhile: take them out again then.
        """
        self._flush_all()
        # Without a change there is nothing to merge.
        may_merge = not self._manager.is_client_side and library.modified(self._handle)
        before = self._told() if may_merge and self._lent else None
        self._manager.call(library.save, self._handle)
        if before is not None:
            self._unmerged = before
        elif may_merge:
            self._forget()
        return self._header_lines()

    @property
    @one_at_a_time
    def headers(self) -> list[tuple[str, str]]:
        """The header lines of the last save(), each byte as one character, as WSGI takes them."""
        return self._header_lines()

    def _header_lines(self) -> list[tuple[str, str]]:
        handle = self._handle
        return [
            (
                library.header_name(handle, index).decode("latin-1"),
                library.header_value(handle, index).decode("latin-1"),
            )
            for index in range(library.header_count(handle))
        ]

    @one_at_a_time
    def close(self) -> None:
        """Gives the session's memory back; it cannot be used afterwards."""
        handle, self._opened = self._opened, None
        self._forget()
        self._free(handle)

    def __enter__(self) -> Session:
        _ = self._handle  # a closed one says so here
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if self._is_free():
            self._free(self._opened)

    def __reduce__(self) -> str:
        raise TypeError("A session cannot be copied or pickled; dict(session) can.")

    # ---- The library's copy ----

    def _append_flashes(self, flashes: Any) -> bool:
        """Appends what is new in a list of messages that is otherwise as it was. False: it is another one."""
        known, shown = self._values.get(_FLASHES), self._lent.get(_FLASHES)
        before = [] if known is None else known if shown is None else self._codec.decode(shown)
        if not isinstance(before, list) or not isinstance(flashes, list) or flashes[: len(before)] != before:
            return False
        new = list(map(self._codec.encode, flashes[len(before) :]))
        for data in new:
            self._write(library.append, _FLASHES.encode(), data)
        if new:
            self._values[_FLASHES] = flashes
            self._lent[_FLASHES] = self._codec.encode(flashes)
        return bool(new)

    def _take_flashes(self) -> list[Any]:
        """What another request leaves meanwhile stays for the next page."""
        values = self._values
        if _FLASHES not in values:
            return []
        self._flush(_FLASHES)
        check(library.flashed(self._handle, byref(c_size_t()), error_pointer()))
        self._lent.pop(_FLASHES, None)
        taken: list[Any] = values.pop(_FLASHES)
        return taken

    @one_at_a_time
    def _lend_handle(self, use: Callable[[int], Result]) -> Result:
        return use(self._handle)

    @property
    def _handle(self) -> int:
        if self._opened is None:
            raise Error("The session is closed.", Status.ARGUMENT)
        return self._opened

    def _forget(self) -> None:
        self._cached = self._unmerged = None
        self._lent.clear()

    def _load_stored(self) -> None:
        if self._manager.has_store:
            self._manager.call(library.load, self._handle)

    @property
    def _values(self) -> dict[str, Any]:
        if self._unmerged is not None:
            self._forget_if_merged()
        if self._cached is None:
            self._cached = self._read()
            check(library.set_accessed(self._handle, 1, error_pointer()))
        return self._cached

    def _forget_if_merged(self) -> None:
        if self._told() != self._unmerged:
            self._forget()
        self._unmerged = None

    def _told(self) -> bytes | None:
        """What the library has, to be compared; this is no reading. None for what it cannot tell."""
        accessed = library.accessed(self._handle)
        try:
            return self._native_payload()
        except Error:
            return None
        finally:
            if not accessed:
                check(library.set_accessed(self._handle, 0, error_pointer()))

    def _read(self) -> dict[str, Any]:
        try:
            return self._decoded()
        except Error as problem:
            # Some of what others' records hold cannot be told in JSON, bytes as keys for one.
            if self._manager.is_client_side or problem.status not in (Status.WRONG_TYPE, Status.MALFORMED):
                raise
            _logger.warning("The record of a session cannot be read and counts as none: %s", problem)
        self._start_anew()
        return self._decoded()

    def _decoded(self) -> dict[str, Any]:
        payload = self.payload()
        try:
            read = self._codec.decode(payload)
        except (ValueError, TypeError, LookupError, RecursionError):
            raise Error("The session holds a value that Python cannot read.", Status.MALFORMED) from None
        if not isinstance(read, dict):
            raise Error("The session is no map of values.", Status.MALFORMED)
        return read

    def _start_anew(self) -> None:
        """Takes a new session in the place of this one, whose record stays as it is."""
        handle = c_void_p()
        self._manager.call(library.open, self._manager.handle, b"", 0, byref(handle))
        self._free(self._handle)
        self._opened = handle.value
        self._is_refused = True

    @one_at_a_time
    def payload(self) -> bytes:
        """The whole session as tagged JSON: Flask's own in a cookie, with times in full in a store."""
        self._load_stored()
        return self._native_payload()

    def _native_payload(self) -> bytes:
        return lent(library.payload, self._handle, self._codec.name)

    @one_at_a_time
    def set_payload(self, payload: bytes) -> None:
        """Replaces all values by those of tagged JSON; in a cookie these bytes are what is signed."""
        self._load_stored()
        check(library.set_payload(self._handle, self._codec.name, payload, len(payload), error_pointer()))
        self._forget()

    def _write(self, function: Any, name: bytes | None, data: bytes, *results: Any) -> None:
        check(function(self._handle, name, data, len(data), *results, error_pointer()))

    def _rewrite(self, values: dict[str, Any]) -> None:
        """Gives the library all values in one piece: the way for a key without a name."""
        data = self._codec.encode(values)
        check(library.set_payload(self._handle, self._codec.name, data, len(data), error_pointer()))

    def _lend(self, key: str, data: bytes) -> None:
        """Notes what the library has for a value that the caller holds too."""
        if type(self._values[key]) in _SCALARS:
            self._lent.pop(key, None)
        else:
            self._lent[key] = data

    def _flush(self, key: str) -> None:
        """Tells the library of a value that was changed in place."""
        before = self._lent.get(key)
        if before is not None:
            after = self._codec.encode(self._values[key])
            if after != before:
                name = _name(key)
                if name is None:
                    self._rewrite(self._values)
                else:
                    self._write(library.update_json, name, after)
                self._lent[key] = after

    def _flush_all(self) -> None:
        if self._unmerged is not None:
            self._forget_if_merged()
        for key in list(self._lent):
            self._flush(key)


SessionManager.session_class = Session


def _name(key: str) -> bytes | None:
    """A key as calls of the library take it; None for one that only a whole payload can hold."""
    if not isinstance(key, str):
        raise TypeError(f"The keys of a session are text, not {type(key).__name__}.")
    try:
        name = key.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return None
    return None if b"\0" in name else name


def _plain_name(key: str) -> bytes:
    name = _name(key)
    if name is None:
        raise ValueError(
            "add(), append() and remove_item() take no key with a zero character or a lone surrogate; "
            "session[key] = ... does."
        )
    return name
