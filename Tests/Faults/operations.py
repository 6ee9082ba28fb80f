# SPDX-License-Identifier: Apache-2.0
"""What a host does, what has to be there before it, and what then holds."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from host import Answer, Host

_numbers = itertools.count(1)


def new_name(kind: str) -> str:
    return f"{kind}{next(_numbers)}"


@dataclass
class Session:
    id: str
    owner: str


def new_session(host: Host) -> Session:
    owner = new_name("owner")
    return Session(host.must("create", owner).id, owner)


def has_ended(host: Host, id: str) -> bool:
    return host.ask("load", id).status == "NOT_FOUND"


class Operation:
    """Done once for each fault, with a session or a key of its own."""

    def __init__(self, name: str, host: Host) -> None:
        self.name, self.host = name, host

    def prepare(self) -> list[object]:
        """Makes what is needed, and answers with what the host is to be told."""
        return [self.name]

    def check(self, answer: Answer) -> None:
        """Without any fault, afterwards."""


class OnSession(Operation):
    def prepare(self) -> list[object]:
        self.session = new_session(self.host)
        return [self.name, self.session.id, 7]

    def check(self, answer: Answer) -> None:
        if self.name == "load" and answer.status == "OK":
            assert (answer.owner, answer.sum) == (self.session.owner, 0)
        now = self.host.must("load", self.session.id)
        assert now.owner == self.session.owner
        value = {"add": 1, "set": 7}.get(self.name, 0)
        if answer.status == "OK":
            assert now.sum == value
        elif not answer.is_unknown and self.name == "add":
            assert now.sum == 0
        else:
            assert now.sum in (0, value)


class Create(Operation):
    def prepare(self) -> list[object]:
        self.owner = new_name("owner")
        return ["create", self.owner]

    def check(self, answer: Answer) -> None:
        if answer.status == "OK":
            assert answer.cookies == 1
            assert self.host.must("load", answer.id).owner == self.owner


class End(Operation):
    """Clear, logout, destroy."""

    def prepare(self) -> list[object]:
        self.session = new_session(self.host)
        return [self.name, self.session.id]

    def check(self, answer: Answer) -> None:
        now = self.host.ask("load", self.session.id)
        if answer.status == "OK":
            assert now.status == "NOT_FOUND"
        else:
            assert now.status == "NOT_FOUND" or now.owner == self.session.owner, now


class Renew(OnSession):
    def check(self, answer: Answer) -> None:
        if answer.status == "OK":
            assert answer.id != self.session.id
            assert self.host.must("load", answer.id).owner == self.session.owner
            assert has_ended(self.host, self.session.id)


class Login(Operation):
    def prepare(self) -> list[object]:
        self.session, self.user = new_session(self.host), new_name("user")
        return ["login", self.session.id, self.user]

    def check(self, answer: Answer) -> None:
        listed = self.host.must("user_sessions", self.user).sum
        if answer.status == "OK":
            assert listed == 1
            assert self.host.must("load", answer.id).owner == self.session.owner
            assert has_ended(self.host, self.session.id)
        assert listed in (0, 1)


class OfUser(Operation):
    """With two sessions of a user."""

    def logged_in(self) -> list[str]:
        answers = [self.host.ask("login", new_session(self.host).id, self.user) for _ in range(2)]
        return [answer.id for answer in answers if answer.status == "OK"]

    def prepare(self) -> list[object]:
        for _ in range(30):
            self.user = new_name("user")
            self.ids = self.logged_in()
            listed = self.host.must("user_sessions", self.user)
            if len(self.ids) == listed.sum == 2:
                break
            self.host.late += 1  # a login that took too long is not asked for again: who knows what its id is
        self.reference = listed.text
        if self.name == "end_others":
            return [self.name, self.ids[1]]
        return [self.name, self.user, self.reference]

    def check(self, answer: Answer) -> None:
        if answer.status == "OK":
            ended = {"end_session": [True, False], "end_user": [True, True], "end_others": [True, False]}
            assert [has_ended(self.host, id) for id in self.ids] == ended.get(self.name, [False, False])
            assert self.name != "user_sessions" or answer.sum == 2


class OnStore(Operation):
    def prepare(self) -> list[object]:
        self.key = new_name("key")
        if self.name != "store_create":
            while self.host.ask("store_create", self.key, 1).status != "OK":
                self.host.late += 1
                self.key = new_name("key")
                assert self.host.late < 1000
            self.host.must("token", self.key)
        return [self.name, self.key, 2]

    def check(self, answer: Answer) -> None:
        now = self.host.ask("store_load", self.key)
        before = None if self.name == "store_create" else 1
        after = {"store_create": 2, "store_replace": 2, "store_remove": None, "store_remove_token": None}.get(
            self.name, 1
        )
        assert now.status in ("OK", "NOT_FOUND"), now
        assert now.status == "NOT_FOUND" or now.owner == self.key
        found = now.sum if now.status == "OK" else None
        if answer.status == "OK":
            assert found == after
            assert self.name != "store_load" or (answer.owner, answer.sum) == (self.key, 1)
        elif answer.is_unknown or self.name in ("store_remove", "store_touch"):
            assert found in (before, after)
        else:
            assert found == before


OPERATIONS: dict[str, type[Operation]] = {
    **dict.fromkeys(["load", "read", "touch", "set", "add", "large"], OnSession),
    "create": Create,
    **dict.fromkeys(["clear", "logout", "destroy"], End),
    "renew": Renew,
    "login": Login,
    **dict.fromkeys(["user_sessions", "end_session", "end_others", "end_user"], OfUser),
    **dict.fromkeys(["ping", "prepare", "sweep"], Operation),
    **dict.fromkeys(
        ["store_load", "store_create", "store_replace", "store_touch", "store_remove", "store_remove_token"], OnStore
    ),
}
