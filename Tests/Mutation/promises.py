# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501
"""Builds that are broken on purpose: for each promise of docs/guarantees.md a line is taken out that keeps it, and the
part of `make check` that is named beside it has to fail.

Works in a copy of the checkout in .build/mutants, so that only what changed is built anew. Needs an hour or two; with
numbers as arguments only those mutants are made, and with `list` they are told. 0 when none survived.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import NamedTuple

import mutants
from mutants import ROOT

COPY = ROOT / ".build" / "mutants"
PYTHON = str(ROOT / ".build" / "venv" / "bin" / "python")


class Broken(NamedTuple):
    what: str
    #: `swift FILTER`, `C NAME` or `pytest ARGUMENT ...`
    killer: str
    path: str
    old: str
    new: str


POOL, REPEATING = "Sources/Stores/ConnectionPool.swift", "Sources/Stores/ConnectionPool+Repeating.swift"
MEMORY, SQLITE = "Sources/Backends/Memory/MemoryStore.swift", "Sources/Backends/SQLite/SQLiteStatement.swift"
FILES, FOLDER = "Sources/Backends/Filesystem/FilesystemStore.swift", "Sources/Backends/Filesystem/FileFolder.swift"
REDIS, SCRIPT = "Sources/Backends/Redis/RedisStore.swift", "Sources/Backends/Redis/RedisScript.swift"
REDIS_CONNECTION = "Sources/Backends/Redis/RedisConnection.swift"
TEXT, BINARY = "Sources/Backends/Memcached/MemcachedText.swift", "Sources/Backends/Memcached/MemcachedBinary.swift"
MEMCACHED = "Sources/Backends/Memcached/MemcachedStore.swift"
POSTGRESQL = "Sources/Backends/PostgreSQL/PostgreSQLStatement.swift"
MYSQL = "Sources/Backends/MySQL/MySQLStatement.swift"
MONGODB = "Sources/Backends/MongoDB/MongoDBCommands.swift"
POLICY, SAVING = "Sources/Sessions/ServerSidePolicy.swift", "Sources/Sessions/ServerSidePolicy+Saving.swift"
WRITER, MOVING = "Sources/Sessions/RecordWriter.swift", "Sources/Sessions/RecordWriter+Moving.swift"
SIGNER, TIMED = "Sources/Cookies/Signer.swift", "Sources/Cookies/TimedSigner.swift"
LINE = "Sources/Cookies/SetCookie.swift"
MESSAGEPACK = "Sources/Values/MessagePackReader.swift"
ZLIB, FORK = "Sources/C/CZlib/zlib.c", "Sources/C/CSupport/fork.c"

COMPARES = "swift OperationTests/replaceComparesAndSets"
ABSENT = "swift OperationTests/nothingIsThereAtFirst"
EXPIRES = "swift ExpiryTests"
SAVES = "swift SavingTests"

MUTANTS = [
    # No update is lost: the compare, store by store.
    Broken(
        "compare removed, memory",
        COMPARES,
        MEMORY,
        "guard token == .bytes(entry.record) else { return .changed(StoredRecord(entry.record)) }",
        "_ = token",
    ),
    Broken(
        "compare removed, files",
        COMPARES,
        FILES,
        "guard token == .bytes(found.record) else { return .changed(StoredRecord(found.record)) }",
        "_ = token",
    ),
    Broken(
        "compare removed, SQLite",
        COMPARES,
        SQLITE,
        'SET data = ?4, expiry = ?3 WHERE \\(its) AND \\(unchanged)"',
        'SET data = ?4, expiry = ?3 WHERE \\(its) AND ?5 = ?5"',
    ),
    Broken(
        "compare removed, PostgreSQL",
        COMPARES,
        POSTGRESQL,
        "expiry = $5 WHERE {live} AND data = $3",
        "expiry = $5 WHERE {live} AND ($3::bytea IS NOT NULL)",
    ),
    Broken(
        "compare removed, MariaDB",
        COMPARES,
        MYSQL,
        'SET data = ?, expiry = ? WHERE \\(its) AND expiry > ? AND data = ?"',
        'SET data = ?, expiry = ? WHERE \\(its) AND expiry > ? AND LENGTH(?) >= 0"',
    ),
    Broken("compare removed, MongoDB", COMPARES, MONGODB, "live(key, old, call)", "live(key, call)"),
    Broken(
        "compare removed, Redis",
        COMPARES,
        SCRIPT,
        "if there ~= ARGV[1] then return there end",
        "if not there then return there end",
    ),
    Broken(
        "compare removed, Redis, of large records",
        "swift RedisStoreTests",
        REDIS,
        "guard let there, there.record == old else",
        "guard let there else",
    ),
    Broken(
        "WATCH left out, Redis, of large records",
        "swift RedisStoreTests",
        REDIS,
        'RedisCommand("MULTI"), RedisCommand("DISCARD"), RedisCommand("WATCH", .key(key)),',
        'RedisCommand("MULTI"), RedisCommand("DISCARD"),',
    ),
    Broken(
        "cas is set, memcached, text",
        "swift MemcachedStoreTests",
        TEXT,
        'return store(&output, "cas ", key, record, expiry, token)',
        '_ = token; return store(&output, "set ", key, record, expiry, nil)',
    ),
    Broken(
        "cas is set, memcached, binary",
        "swift MemcachedStoreTests",
        BINARY,
        "write(&output, request, key, [0, expiry], record, token)",
        "_ = token; write(&output, request, key, [0, expiry], record)",
    ),
    Broken(
        "files replaced without a lock",
        "swift RaceTests",
        FILES,
        """      try locks.holding(try FileName(of: key), call.deadline) { () throws(Failure) -> Result? in
        guard let found = try find(key, call) else { return nil }
        return try holdingOld(found.name, call) { () throws(Failure) -> Result in try body(found) }
      }""",
        """      guard let found = try find(key, call) else { return nil }
      return try holdingOld(found.name, call) { () throws(Failure) -> Result in try body(found) }""",
    ),
    Broken(
        "a file is written in its place, not renamed into it",
        "pytest Tests/Stores/test_store_files.py",
        FOLDER,
        "let draft = cString(try FileName.draft())",
        "_ = try remove(name); let draft = cString(name)",
    ),
    # Nothing that ended comes back, and nothing is made in passing.
    Broken(
        "replace that upserts, memory",
        ABSENT,
        MEMORY,
        "guard var entry = live(key, call) else { return .gone }",
        "var entry = live(key, call) ?? Entry(record: [], expiry: 0, place: 0); if live(key, call) == nil { entries[key] = entry; keys.append(key); entry.record = record; return .replaced(nil) }",
    ),
    Broken(
        "replace that upserts, SQLite",
        "swift OperationTests/whatIsRemovedStaysAway",
        SQLITE,
        'return "UPDATE \\(table) SET data = ?4, expiry = ?3 WHERE \\(its) AND \\(unchanged)"',
        'return "INSERT OR REPLACE INTO \\(table) (session_id, data, expiry) SELECT ?1, ?4, ?3 WHERE \\(unchanged) OR (SELECT count(*) FROM \\(table) WHERE \\(its)) = 0"',
    ),
    Broken(
        "replace that upserts, memcached",
        ABSENT,
        BINARY,
        "case replace = 0x03",
        "case replace = 0x01",
    ),
    Broken(
        "touch that creates, memory",
        ABSENT,
        MEMORY,
        "guard var entry = live(key, call) else { return false }",
        "var entry = live(key, call) ?? Entry(record: [], expiry: 0, place: keys.count)",
    ),
    Broken(
        "touch that creates, SQLite",
        ABSENT,
        SQLITE,
        'return "UPDATE \\(table) SET expiry = ?3 WHERE rowid = (SELECT rowid FROM \\(table) WHERE \\(live))"',
        "return \"INSERT INTO \\(table) (session_id, data, expiry) VALUES (?1, x'80', ?3) ON CONFLICT (session_id) DO UPDATE SET expiry = ?3\"",
    ),
    Broken(
        "touch of dead records, SQLite",
        EXPIRES,
        SQLITE,
        'SET expiry = ?3 WHERE rowid = (SELECT rowid FROM \\(table) WHERE \\(live))"',
        'SET expiry = ?3 WHERE \\(its)"',
    ),
    Broken(
        "touch of every record, SQLite",
        "swift ExpiryTests/whatIsDoneToARecordIsDoneToNoOther",
        SQLITE,
        'SET expiry = ?3 WHERE rowid = (SELECT rowid FROM \\(table) WHERE \\(live))"',
        'SET expiry = ?3 WHERE expiry > ?2 AND ?1 IS NOT NULL"',
    ),
    Broken(
        "touch of every record, PostgreSQL",
        "swift ExpiryTests/whatIsDoneToARecordIsDoneToNoOther",
        POSTGRESQL,
        'case .touch: "UPDATE {table} SET expiry = $3 WHERE {live}"',
        'case .touch: "UPDATE {table} SET expiry = $3 WHERE $1::text IS NOT NULL AND expiry > $2"',
    ),
    Broken(
        "touch of every record, MariaDB",
        "swift ExpiryTests/whatIsDoneToARecordIsDoneToNoOther",
        MYSQL,
        'let update: Message = "UPDATE \\(table) SET expiry = ? WHERE \\(live)"',
        "let update: Message = \"UPDATE \\(table) SET expiry = ? WHERE ? <> '' AND expiry > ?\"",
    ),
    Broken(
        "create that overwrites, memory",
        "swift OperationTests/createNeverOverwrites",
        MEMORY,
        "if entry.expiry > call.now { return .exists }",
        "",
    ),
    Broken(
        "create that overwrites, Redis",
        "swift OperationTests/createNeverOverwrites",
        REDIS,
        '.word("EX"), .number(self.seconds(timeToLive)), .word("NX"))',
        '.word("EX"), .number(self.seconds(timeToLive)))',
    ),
    Broken(
        "an expired record served, memory",
        EXPIRES,
        MEMORY,
        "guard let entry = entries[key], entry.expiry > call.now else { return nil }",
        "guard let entry = entries[key] else { return nil }",
    ),
    Broken("an expired record served, files", EXPIRES, FILES, "header.isLive(at: call.now)", "header.size > 0"),
    Broken(
        "an expired record served, PostgreSQL",
        EXPIRES,
        POSTGRESQL,
        'case "live": "{its} AND expiry > $2 AND data IS NOT NULL"',
        'case "live": "{its} AND $2::text IS NOT NULL AND data IS NOT NULL"',
    ),
    Broken(
        "an expired record served, MongoDB",
        EXPIRES,
        MONGODB,
        'BSON(("$gt", .date(milliseconds(call.now))))',
        'BSON(("$gt", .date(0)))',
    ),
    # The pool, and answers that did not come.
    Broken(
        "pool that gives back a dirty connection",
        "swift ConnectionPoolTests",
        POOL,
        "let keeps = connection.isReusable",
        "let keeps = true",
    ),
    Broken(
        "pool that does not look whether a connection stands",
        "swift ConnectionPoolTests",
        POOL,
        "if !isOld(entry), entry.connection.isAlive() { return entry.connection }",
        "if !isOld(entry) { return entry.connection }",
    ),
    Broken(
        "a write in doubt is sent again",
        "swift RedisTroubleTests",
        REPEATING,
        "if connection.isInDoubt { return unknown }",
        "if connection.isInDoubt { return try use(deadline, open: open, body) }",
    ),
    Broken(
        "a write in doubt counts as failed, Redis",
        "swift RedisTroubleTests",
        REDIS_CONNECTION,
        "if writes, sent == output.count { isInDoubt = true }",
        "if writes, sent > output.count { isInDoubt = true }",
    ),
    Broken(
        "what follows an answer is taken for the next one, Redis",
        "swift RedisTroubleTests",
        REDIS_CONNECTION,
        "guard reader.pointee.pos == reader.pointee.len else { throw RedisFailure.unexpected }",
        "",
    ),
    Broken(
        "an addition repeated after an unknown outcome",
        SAVES,
        WRITER,
        "guard !counts else { throw RecordWriter.unknownOutcome }",
        "",
    ),
    Broken(
        "one's own write is not known again",
        SAVES,
        WRITER,
        "if stored.record == bytes { return .written(written(stored.token)) }",
        "",
    ),
    # Fork.
    Broken(
        "a child keeps the connections of its parent",
        "swift ConnectionPoolTests",
        POOL,
        "for entry in idle { entry.connection.abandon() }\n    for connection in busy { connection.abandon() }\n    idle.removeAll(keepingCapacity: true)",
        "",
    ),
    Broken(
        "a child is not told of the fork",
        "pytest Tests/Stores/test_store_processes.py -k fork",
        FORK,
        "    observer->child(observer->context);",
        "    (void)observer;",
    ),
    Broken(
        "a fork does not wait for SQLite's calls",
        "swift ConnectionPoolTests",
        POOL,
        "while calls > 0 { _ = lock.wait(until: .max) }",
        "",
    ),
    # Sessions.
    Broken("logout that keeps the record", SAVES, SAVING, "      try writer.end(id)\n", ""),
    Broken(
        "a save brings back what was ended",
        SAVES,
        WRITER,
        "    case .gone: throw RecordWriter.gone\n    case .unknown:\n      guard let stored = try afterUnanswered(id)",
        "    case .gone:\n      _ = try store.create(key(id), bytes, timeToLive: timeToLive, call)\n      return .written(written(nil))\n    case .unknown:\n      guard let stored = try afterUnanswered(id)",
    ),
    Broken(
        "renewal that leaves the old id",
        SAVES,
        MOVING,
        "case .ends: return try remove(old)",
        "case .ends: return .removed",
    ),
    Broken(
        "the id of an unknown cookie is adopted",
        SAVES,
        SAVING,
        "var newID = try session.newID()",
        "var newID = try session.presentedID ?? session.newID()",
    ),
    Broken(
        "a store is asked for what is no id",
        SAVES,
        POLICY,
        "guard SessionID.isPlausible(opened.payload), prefix.count",
        "guard prefix.count",
    ),
    Broken(
        "the end of all sessions of a user does not count",
        "swift UserTests",
        POLICY,
        "guard let tie = record.life?.tie else { return true }",
        "guard let tie = record.life?.tie, tie.user.isEmpty else { return true }",
    ),
    Broken(
        "the absolute time is not looked at",
        "swift LifeTests",
        POLICY,
        "guard !times.isOver(record.life, now: session.now) else {",
        "guard !times.isOver(record.life, now: 0) else {",
    ),
    # Cookies.
    Broken(
        "SameSite left out",
        "swift CookiePolicyTests",
        LINE,
        'if let sameSite { append("; SameSite=", sameSite.bytes, to: &output) }',
        "",
    ),
    Broken(
        "Secure left out",
        "swift SetCookieTests",
        LINE,
        'if secure || partitioned { append("; Secure", to: &output) }',
        "",
    ),
    Broken("HttpOnly left out", "swift SetCookieTests", LINE, 'if httpOnly { append("; HttpOnly", to: &output) }', ""),
    Broken(
        "no signature is compared",
        "C tampering",
        SIGNER,
        "if constantTimeEqual(expected, given, count: count) { return position }",
        "_ = given; return position",
    ),
    Broken(
        "the length of a signature is not looked at",
        "C tampering",
        SIGNER,
        "guard given.count == count, let given",
        "guard given.count >= count, let given",
    ),
    Broken(
        "only the newest key opens",
        "swift CookieFormTests",
        SIGNER,
        "for (position, key) in keys.enumerated() where",
        "for (position, key) in keys.prefix(1).enumerated() where",
    ),
    Broken(
        "only the oldest key opens",
        "swift CookieFormTests",
        SIGNER,
        "for (position, key) in keys.enumerated() where",
        "for (position, key) in keys.enumerated().suffix(1) where",
    ),
    Broken(
        "a key is good after its time",
        "swift CookieFormTests",
        SIGNER,
        " where key.validity.includes(now) {",
        " {",
    ),
    Broken(
        "the age of a cookie is not looked at",
        "C cookie_session",
        TIMED,
        "      try check(opened, now: now, maxAge: maxAge)\n",
        "      _ = maxAge\n",
    ),
    # Input from outside.
    Broken(
        "the length of a container is not looked at",
        "swift MessagePackTests",
        MESSAGEPACK,
        'guard size <= bytes.count - position else { throw malformed("it ends within a container") }',
        "",
    ),
    Broken(
        "the length of a text is not looked at",
        "swift MessagePackTests",
        MESSAGEPACK,
        'guard size <= bytes.count - position else { throw malformed("it ends within a value") }',
        "",
    ),
    Broken(
        "containers of any depth",
        "swift MessagePackTests",
        MESSAGEPACK,
        "guard depth <= limits.depth else {",
        "guard depth <= .max else {",
    ),
    Broken(
        "a compressed cookie of any size",
        "C tampering",
        ZLIB,
        "if (room > limit)\n        break;",
        "if (room > limit)\n        limit = room * 2;",
    ),
]


def copy() -> None:
    """The files of the checkout, those that are new too; what is the same keeps its time, so that it is not built
    anew."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout.split("\0")
    for name in filter(None, names):
        source, target = ROOT / name, COPY / name
        if not source.is_file() or (target.is_file() and target.read_bytes() == source.read_bytes()):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    (COPY / ".build").mkdir(exist_ok=True)
    for name in ("venv", "mongod"):
        link = COPY / ".build" / name
        if not link.exists():
            link.symlink_to(ROOT / ".build" / name)


def passes(*killers: str) -> bool:
    """Of the Swift tests all that are named run at once."""
    filters = [option for killer in killers if killer.startswith("swift ") for option in ("--filter", killer[6:])]
    if filters and not mutants.passes(COPY, "swift", "test", "--skip-build", *filters):
        return False
    for killer in killers:
        kind, _, which = killer.partition(" ")
        if kind == "C" and not mutants.passes(COPY, "Tests/C/run", f"Tests/C/{which}.c"):
            return False
        if kind == "pytest" and not mutants.passes(COPY, PYTHON, "-m", "pytest", "-q", "-x", *which.split()):
            return False
    return True


def builds(*killers: str) -> bool:
    swift = any(killer.startswith("swift ") for killer in killers)
    rest = any(not killer.startswith("swift ") for killer in killers)
    return not (
        (swift and not mutants.build(COPY, "swift", "build", "--build-tests"))
        or (rest and not mutants.build(COPY, "make", "build"))
    )


def outcome(mutant: Broken) -> str:
    if not builds(mutant.killer):
        return "refused"
    return "passed" if passes(mutant.killer) else "failed"


def main() -> None:
    if sys.argv[1:] == ["list"]:
        for number, mutant in enumerate(MUTANTS):
            print(f"{number:3} {mutant.what}: {mutant.killer}")
        return
    mutants.check(MUTANTS)
    chosen = [int(number) for number in sys.argv[1:]] or range(len(MUTANTS))
    copy()
    killers = list(dict.fromkeys(MUTANTS[number].killer for number in chosen))
    if not builds(*killers) or not passes(*killers):
        sys.exit("the tests fail without any change")
    sys.exit(mutants.run([(number, MUTANTS[number]) for number in chosen], COPY, outcome))


if __name__ == "__main__":
    main()
