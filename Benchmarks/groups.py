# SPDX-License-Identifier: Apache-2.0
"""The groups: what is measured, by which programs, and what is compared with what."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from measuring import OUT, Case

SIZES = (56, 612, 3069)


def c(name: str, *arguments: object) -> list[str]:
    """A program in C, which Benchmarks/run built."""
    return [str(OUT / name), *map(str, arguments)]


def python(name: str, *arguments: object) -> list[str]:
    return [sys.executable, f"Benchmarks/{name}.py", *map(str, arguments)]


@dataclass(frozen=True)
class Group:
    name: str
    title: str
    #: Who takes part, and how.
    text: str
    cases: Sequence[Case]
    #: Whom the others are compared with, in the same case; "first" is the same contestant in the panel's first case.
    baseline: str = "plain C"
    #: "wall", or "processor" for what waits for nobody: other work on the machine then counts less. "value": no time.
    clock: str = "wall"
    unit: str = "ns"
    #: "dots" for one point a case, "lines" where the series are numbers.
    plot: str = "dots"
    #: Whether all cases of a panel take turns with each other.
    together: bool = False


def cookies() -> Group:
    cases = []
    for kind, actions, program in (("signed", ("sign", "verify"), "signing"), ("sealed", ("seal", "open"), "sealing")):
        for compression in ("plain", "compressed"):
            for action in actions:
                for size in SIZES:
                    arguments = (action, size, compression)
                    programs = [c(program, *arguments), python("cookies", *arguments)]
                    if compression == "plain":
                        programs.append([str(OUT / "gorilla"), *map(str, arguments)])
                    if kind == "signed":
                        programs.append(["ruby", "Benchmarks/peers/rack.rb", *map(str, arguments)])
                    if kind == "signed" and compression == "plain":
                        programs.append(["node", "Benchmarks/peers/node.js", *map(str, arguments)])
                    panel = action if compression == "plain" else f"{action}, compressed"
                    cases.append(Case(panel, f"{size} bytes", programs))
    return Group(
        "cookies",
        "Cookies",
        """\
A session as the value of a cookie, and back: signed with HMAC-SHA1 and the time, as Flask does, or sealed
([formats](../formats.md)); the payload is JSON. `libswiftsession` is `swiftsession_signer_sign` and `_unsign` on bytes
that are there, and so is plain C: HMAC from saved SHA states, scalar base64, zlib streams that are kept. All others are
given a dictionary and give one back, so that their figures hold JSON too. Flask and itsdangerous always try to compress
and stand in both; Django compresses where it is told to; Starlette, gorilla/securecookie (its JSON encoder; sealed is
with a block key) and cookie-signature (with cookie-session's base64 of JSON) never do; Rack has its JSON or ZipJSON
coder.
In nanoseconds of processor time.
""",
        cases,
        clock="processor",
    )


#: In the order of the tables; the server is one of Tests/servers.py.
STORES = ("cookie", "memory", "filesystem", "sqlite", "redis", "memcached", "postgresql", "mysql", "mongodb")
SERVED = {"cookie": "", "memory": "", "filesystem": "folder", "sqlite": "folder"}


def requests() -> Group:
    cases = []
    for store in STORES:
        for threads in (1, 8):
            for action in ("write", "read", "untouched"):
                for size in SIZES if store == "cookie" and threads == 1 else (612,):
                    arguments = (action, size, threads)
                    programs = (
                        [c("local", store, *arguments)] if store in ("cookie", "memory") else [c(store, *arguments)]
                    )
                    if store == "memory":
                        programs.append(c("local", "sealed", *arguments))
                    else:
                        programs.append(python("flask_requests", store, *arguments))
                    panel = store if threads == 1 else f"{store}, {threads} threads"
                    series = f"{action}, {size} bytes" if store == "cookie" else action
                    clock = "processor" if store in ("cookie", "memory") and threads == 1 else ""
                    cases.append(Case(panel, series, programs, SERVED.get(store, store), clock))
    return Group(
        "requests",
        "Requests",
        """\
What a request does with its session, of 612 bytes as JSON where nothing else is said: `write` opens it by the Cookie
header, reads a value, sets one and saves; `read` does not set one; `untouched` only opens and saves. Each thread has a
session of its own. `libswiftsession` is the C API with all that a request needs, `store calls` is
`swiftsession_store_load` and `_replace` alone, and plain C does the same operations on the same client library, a load
and a compare-and-set, a load and a touch, a touch that says whether the session is there, on one connection for each
thread; it knows no cookies, no header lines and no values. Flask is `open_session` and `save_session`, of ours and of
theirs: Flask's own in its cookie, Flask-Session 0.8 with the fastest client that it takes (redis-py with hiredis,
psycopg2, mysqlclient, SQLite with a write-ahead log and synchronous=NORMAL). With 8 threads a figure is the time of all
divided by the requests of all. Server and contestants share the machine. By the clock; in processor time for sessions
in their cookie and in memory on one thread, which wait for nobody.
""",
        cases,
    )


def cas() -> Group:
    cases = [
        Case(store, f"{size} bytes", [c(store, "cas", size, 1)], SERVED.get(store, store))
        for store in STORES[2:]
        for size in (*SIZES, 16384, 65536)
    ]
    return Group(
        "cas",
        "Compare-and-set",
        """\
A save with compare-and-set, nobody disturbing, against a plain write of the same bytes. memcached compares a number
that comes with a load: there all three load first.
""",
        cases,
        baseline="plain C, plain write",
    )


def growth(most: int) -> Group:
    cases = []
    for size in (0, 1024, 4096, 16384, 65536):
        programs = [(store, c("local", store, "write", size, 1)) for store in ("cookie", "memory")]
        programs.append(("redis", c("redis", "write", size, 1)))
        # A cookie has an end.
        cases.append(Case("bytes of the session, write", f"{size:,}", programs[size > 16384 :], "redis"))
    for keys in (1, 10, 100, 1000):
        programs = [(store, c("local", store, "write", f"keys-{keys}", 1)) for store in ("cookie", "memory")]
        programs.append(("redis", c("redis", "write", f"keys-{keys}", 1)))
        cases.append(Case("keys of the session, write", f"{keys:,}", programs, "redis"))
    for threads in (1, 2, 4, 8, 16):
        programs = [(store, c("local", store, "write", 612, threads)) for store in ("cookie", "memory")]
        programs.append(("redis", c("redis", "write", 612, threads)))
        cases.append(Case("threads, write", str(threads), programs, "redis"))
    for keys in (0, 1, 4, 16):
        programs = [
            (f"{form}, {which}", c("fallbacks", keys, form, which))
            for form in ("signed", "sealed")
            for which in ("newest", "oldest", "forged")
        ]
        cases.append(Case("fallback keys, open", str(keys), programs, clock="processor"))
    for store in STORES[1:]:
        for count in (10**power for power in range(3, 9)):
            if count <= most:
                programs = [(store, python("stored", store, count))]
                cases.append(Case(f"sessions in {store}", f"{count:,}", programs, SERVED.get(store, store)))
    return Group(
        "growth",
        "Growth",
        """\
What a request costs as things grow; `write` is that of [requests](requests.md), of 612 bytes. A session of 0 bytes has
one key. Fallback keys: a cookie is opened that the newest key made, the oldest, or none of them. Sessions in a store: a
load and a compare-and-set of another record each time, of 128 bytes, by `swiftsession_store_load` and `_replace`; each
number of sessions has a table, a collection, a folder or a server of its own, and all take turns.
""",
        cases,
        baseline="first",
        plot="lines",
        together=True,
    )


def start() -> Group:
    names = {"ours": "libswiftsession", "first": "libswiftsession, and a first request", "plain": "libcrypto and libz"}
    arguments = [part for name, title in names.items() for part in (title, OUT / f"start-{name}")]
    return Group(
        "start",
        "Start",
        """\
Whole starts of a program that does nothing and is linked with libswiftsession, of one that also answers a first request
with a session in its cookie, and of one that is linked with libcrypto and libz alone.
""",
        [Case("start of a program", "", [c("starting", *arguments)])],
        baseline="libcrypto and libz",
    )


def footprint() -> Group:
    cases = [
        Case("the library, stripped", "", [python("footprint", "size")]),
        Case("private dirty memory when loaded, beyond libcrypto and libz", "", [python("footprint", "loaded")]),
    ]
    cases += [
        Case("an open session in memory", f"{size} bytes", [python("footprint", "session", size)]) for size in SIZES
    ]
    cases += [Case("a manager", store, [python("footprint", "manager", store)]) for store in ("cookie", "memory")]
    return Group(
        "footprint",
        "Footprint",
        """\
The file; what a process that is linked with it has written to before it does anything, beyond one that is linked with
libcrypto and libz; and what `malloc` has given away for each of 199 open sessions that were read, of so many bytes as
JSON, and for each of 199 managers.
""",
        cases,
        baseline="",
        clock="value",
        unit="bytes",
    )


def groups(most: int) -> dict[str, Group]:
    return {group.name: group for group in (cookies(), requests(), cas(), growth(most), start(), footprint())}
