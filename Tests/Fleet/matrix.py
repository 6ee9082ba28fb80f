# SPDX-License-Identifier: Apache-2.0
"""Real Flask-Session, each version with its own Flask, beside ours on every store, in both directions: prints a table.

A cell is eight walks or more: each of two browsers begins on the one side and goes on at the other, with signed and
with plain ids, with sessions that are permanent and that are not, and in each format that the version writes. At last
ours gives each visitor a new id by time, and what then leads on from the old one is no session to theirs, and no error.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import environments
from fleet import OURS, THEIRS, Browser, Server, Settings, Side, Store, stores

VALUES = {
    "user": "jack",
    "list": ["a"],
    "n": [1, -(2**63), 2**64 - 1, 2.5, None, True, "é\U0001f600"],
    "cart": {"items": {"a": 1}, "empty": {}, "": []},
    "long": "x" * 5000,
}


@dataclass
class Cell:
    """One store, as one version writes it, signed or not, permanent or not."""

    version: str
    store: Store
    signed: bool
    permanent: bool
    format: str
    number: int
    failure: str = ""

    @property
    def settings(self) -> Settings:
        return {
            "SECRET_KEY": "a key of more than 16 bytes",
            "SESSION_KEY_PREFIX": f"{self.number}:",
            "SESSION_USE_SIGNER": self.signed,
            "SESSION_PERMANENT": self.permanent,
            "SESSION_SERIALIZATION_FORMAT": self.format,
            **self.store.settings(self.number),
        }

    @property
    def renewing_settings(self) -> Settings:
        """For ours alone: a new id after two seconds, to which the old one leads."""
        return {**self.settings, "SESSION_RENEW_AFTER": 2, "SESSION_RENEW_GRACE": 600}

    @property
    def is_lost(self) -> bool:
        """Their own sessions do not live from one request to the next: there is nothing to share."""
        return self.store.loses_browser_sessions and not self.permanent and self.version <= "0.6"

    def __str__(self) -> str:
        signed, permanent = "signed" if self.signed else "plain", "permanent" if self.permanent else "browser"
        return f"{self.version}, {self.store.name}, {self.format}, {signed}, {permanent}"


def cells(all_stores: list[Store]) -> list[Cell]:
    made: list[Cell] = []
    for version, store in itertools.product(environments.VERSIONS, all_stores):
        if version < store.since:
            continue
        formats = [store.pickle]
        if version >= "0.7":
            formats = ["msgpack", "json"]
        elif version == "0.6" and store.pickle == "pickle0":
            formats = ["pickle4"]
        if store.pickle == "pickle5":
            formats = ["pickle5"]
        for format, signed, permanent in itertools.product(formats, [False, True], [True, False]):
            made.append(Cell(version, store, signed, permanent, format, len(made)))
    return made


def equal(found: object, expected: object, what: str) -> None:
    assert found == expected, f"{what}: {found!r:.300} instead of {expected!r:.300}"


def walk(one: Side, other: Side, format: str) -> None:
    """A visitor of one side goes on at the other, and back."""
    browser = Browser()
    values = dict(VALUES)
    equal(browser.values(one, "/set", VALUES), values, "the first visit")
    equal(browser.values(other), values, "read by the other")
    values["list"] = ["a", "b"]
    equal(browser.values(other, "/append/list/b"), values, "changed by the other")
    values["list"] = ["a", "b", "c"]
    equal(browser.values(one, "/append/list/c"), values, "changed back")
    del values["user"]
    equal(browser.values(other, "/pop/user"), values, "removed by the other")
    equal(browser.values(one), values, "read again")
    equal(len(browser.sids), 1, "the number of ids")
    rich = browser.send(one, "/rich/set")
    shown = browser.send(other, "/rich")
    if format.startswith("pickle"):
        equal(shown, rich, "values of other types")
    else:
        equal(shown[2], "[['note', 'hello']]", "flash messages")
    old = browser.cookie
    equal(browser.values(other, "/clear"), {}, "cleared by the other")
    browser.cookie = old
    equal(browser.values(one), {}, "the old cookie")


def check(cell: Cell, theirs: Side, ours: Side) -> None:
    """Notes what fails first."""
    for one, other, name in [(theirs, ours, "theirs first"), (ours, theirs, "ours first")]:
        try:
            walk(one, other, cell.format)
        except AssertionError as failure:
            cell.failure = f"{name}, {failure}"
            return


@dataclass
class Renewed:
    """A visitor with an id that is to be renewed, and the cookie before that."""

    cell: Cell
    theirs: Side
    ours: Side
    browser: Browser = field(default_factory=Browser)
    old: str | None = None

    def begin(self) -> None:
        equal(self.browser.values(self.ours, "/set", {"user": "jack"}).get("user"), "jack", "before the renewal")
        self.old = self.browser.cookie

    def renew(self) -> None:
        equal(self.browser.values(self.ours).get("user"), "jack", "renewed")
        assert self.browser.cookie != self.old, "no new id"
        equal(Browser(self.old).values(self.ours).get("user"), "jack", "led on by the old id")
        equal(Browser(self.old).values(self.theirs), {}, "the old id read by theirs")
        equal(self.browser.values(self.theirs).get("user"), "jack", "the new id read by theirs")
        equal(self.browser.values(self.ours).get("user"), "jack", "the new id after all")


def check_renewals(all_renewed: list[Renewed]) -> None:
    """Waits once for all of them."""
    for step in (Renewed.begin, Renewed.renew):
        for renewed in all_renewed:
            try:
                if not renewed.cell.failure:
                    step(renewed)
            except AssertionError as failure:
                renewed.cell.failure = f"a new id, {failure}"
        if step is Renewed.begin:
            time.sleep(2.1)


def run(version: str, some: list[Cell], folder: Path) -> None:
    settings, renewing = [cell.settings for cell in some], [cell.renewing_settings for cell in some]
    with (
        Server(THEIRS, environments.python(version), settings, folder / f"{version}.log") as theirs,
        Server(OURS, sys.executable, settings + renewing, folder / f"{version}-{OURS}.log") as ours,
    ):
        all_renewed = []
        for number, cell in enumerate(some):
            check(cell, Side(theirs, number), Side(ours, number))
            all_renewed.append(Renewed(cell, Side(theirs, number), Side(ours, len(some) + number)))
        check_renewals(all_renewed)


def table(all_cells: list[Cell], names: list[str]) -> Iterator[str]:
    yield "| Flask-Session | " + " | ".join(names) + " |"
    yield "| --- |" + " --- |" * len(names)
    for version in environments.VERSIONS:
        row = []
        for name in names:
            some = [cell for cell in all_cells if cell.version == version and cell.store.name == name]
            failed = sum(bool(cell.failure) for cell in some)
            lost = sum(cell.is_lost for cell in all_cells if cell.version == version and cell.store.name == name)
            passed = f"{failed} of {len(some)} failed" if failed else f"{len(some) - lost} of {len(some)}"
            row.append(passed if some else "not there")
        yield f"| {version} | " + " | ".join(row) + " |"


def main() -> int:
    environments.make_all()
    with tempfile.TemporaryDirectory() as name, stores(Path(name)) as all_stores:
        all_cells = cells(all_stores)
        for version in environments.VERSIONS:
            run(version, [cell for cell in all_cells if cell.version == version and not cell.is_lost], Path(name))
    for line in table(all_cells, [store.name for store in all_stores]):
        print(line)
    print(
        "\nOf how many cells: formats that the version writes, signed and plain, permanent and not."
        "\nLess than all: up to 0.6 a session that is not permanent has no expiry in a database and is lost, or an"
        "\nerror for ever, at its next request to Flask-Session itself. Not there: the version has no such store."
        "\nDynamoDB, which 0.8 has, is no store of this library."
    )
    failures = [cell for cell in all_cells if cell.failure]
    for cell in failures:
        print(f"FAILED {cell}: {cell.failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
