# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501
"""Builds that are broken on purpose: for each promise of docs/guarantees.md the line that keeps it is put out of force,
and the part of `make check` that is named beside it has to fail.

All are built at once, in a copy of the checkout in .build/mutants, each behind the question whether it is the one that
the environment variable BROKEN names: with none of them named, everything has to pass. With numbers as arguments only
those mutants are tried, and with `list` they are told. 0 when none survived.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import NamedTuple

from mutants import ROOT, build, passes

COPY = ROOT / ".build" / "mutants"
#: What `swift test` runs, after it has looked at the package for longer than most tests take.
TESTS = COPY / ".build" / "debug" / "swiftsessionPackageTests.xctest"
PYTHON = str(ROOT / ".build" / "venv" / "bin" / "python")


class Broken(NamedTuple):
    what: str
    #: `swift FILTER`, `pytest ARGUMENT ...`, or `threads STORE`: Tests/Races/test_threads.py under ThreadSanitizer
    killer: str
    path: str
    old: str
    #: What stands there instead; BROKEN in it asks whether it is this one.
    new: str


POOL, REPEATING = "Sources/Stores/ConnectionPool.swift", "Sources/Stores/ConnectionPool+Repeating.swift"
MEMORY, SQLITE = "Sources/Backends/Memory/MemoryStore.swift", "Sources/Backends/SQLite/SQLiteStatement.swift"
FILES, FOLDER = "Sources/Backends/Filesystem/FilesystemStore.swift", "Sources/Backends/Filesystem/FileFolder.swift"
LOCKS = "Sources/Backends/Filesystem/FileLocks.swift"
REDIS, SCRIPT = "Sources/Backends/Redis/RedisStore.swift", "Sources/Backends/Redis/RedisScript.swift"
REDIS_CONNECTION = "Sources/Backends/Redis/RedisConnection.swift"
TEXT, BINARY = "Sources/Backends/Memcached/MemcachedText.swift", "Sources/Backends/Memcached/MemcachedBinary.swift"
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
REMOVED = "swift OperationTests/whatIsRemovedStaysAway"
KEEPS = "swift OperationTests/createNeverOverwrites"
OTHERS = "swift ExpiryTests/whatIsDoneToARecordIsDoneToNoOther"
EXPIRES = "swift ExpiryTests/(aRecordEndsInItsSecond|noOperationSeesADeadRecord)"
POOLS = "swift ConnectionPoolTests"
SAVES = "swift SavingTests"
SIGNS = "swift SignerTests"
PACKED = "swift MessagePackTests"

MUTANTS = [
    # No update is lost: the compare, store by store.
    Broken(
        "compare removed, memory",
        COMPARES,
        MEMORY,
        "guard token == .bytes(entry.record) else { return .changed(StoredRecord(entry.record)) }",
        "guard BROKEN || token == .bytes(entry.record) else { return .changed(StoredRecord(entry.record)) }",
    ),
    Broken(
        "compare removed, files",
        COMPARES,
        FILES,
        "guard token == .bytes(found.record) else { return .changed(StoredRecord(found.record)) }",
        "guard BROKEN || token == .bytes(found.record) else { return .changed(StoredRecord(found.record)) }",
    ),
    Broken(
        "compare removed, SQLite",
        COMPARES,
        SQLITE,
        'return "UPDATE \\(table) SET data = ?4, expiry = ?3 WHERE \\(its) AND \\(unchanged)"',
        'if BROKEN { return "UPDATE \\(table) SET data = ?4, expiry = ?3 WHERE \\(its) AND ?5 = ?5" }\n        return "UPDATE \\(table) SET data = ?4, expiry = ?3 WHERE \\(its) AND \\(unchanged)"',
    ),
    Broken(
        "compare removed, PostgreSQL",
        COMPARES,
        POSTGRESQL,
        'case .replace: "UPDATE {table} SET data = $4, expiry = $5 WHERE {live} AND data = $3"',
        'case .replace: BROKEN ? "UPDATE {table} SET data = $4, expiry = $5 WHERE {live} AND ($3::bytea IS NOT NULL)" : "UPDATE {table} SET data = $4, expiry = $5 WHERE {live} AND data = $3"',
    ),
    Broken(
        "compare removed, MariaDB",
        COMPARES,
        MYSQL,
        'return "UPDATE \\(table) SET data = ?, expiry = ? WHERE \\(its) AND expiry > ? AND data = ?"',
        'if BROKEN { return "UPDATE \\(table) SET data = ?, expiry = ? WHERE \\(its) AND expiry > ? AND LENGTH(?) >= 0" }\n          return "UPDATE \\(table) SET data = ?, expiry = ? WHERE \\(its) AND expiry > ? AND data = ?"',
    ),
    Broken(
        "compare removed, MongoDB",
        COMPARES,
        MONGODB,
        "live(key, old, call)",
        "BROKEN ? live(key, call) : live(key, old, call)",
    ),
    Broken(
        "compare removed, Redis",
        COMPARES,
        SCRIPT,
        "    var text: StaticString {",
        "    var text: StaticString {\n      if BROKEN, case .replace = self { return \"if redis.call('EXISTS', KEYS[1]) == 0 then return false end redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) return 1\" }\n      return sound\n    }\n    var sound: StaticString {",
    ),
    Broken(
        "compare removed, Redis, of large records",
        "swift RedisStoreTests/aLargeRecordIsComparedToo",
        REDIS,
        "guard let there, there.record == old else",
        "guard let there, BROKEN || there.record == old else",
    ),
    Broken(
        "large records are not watched, Redis",
        "swift RaceTests/noReplaceIsLost",
        REDIS,
        'RedisCommand("WATCH", .key(key)),',
        'BROKEN ? RedisCommand("PING") : RedisCommand("WATCH", .key(key)),',
    ),
    Broken(
        "cas is set, memcached, text",
        "swift MemcachedStoreTests",
        TEXT,
        'return store(&output, "cas ", key, record, expiry, token)',
        'return store(&output, BROKEN ? "set " : "cas ", key, record, expiry, BROKEN ? nil : token)',
    ),
    Broken(
        "cas is set, memcached, binary",
        COMPARES,
        BINARY,
        "write(&output, request, key, [0, expiry], record, token)",
        "write(&output, request, key, [0, expiry], record, BROKEN ? 0 : token)",
    ),
    Broken(
        "files are replaced without a lock",
        "swift RaceTests/noReplaceIsLost",
        FILES,
        "try locks.holding(try FileName(of: key), call.deadline) { () throws(Failure) -> Result? in",
        "if BROKEN {\n        guard let found = try find(key, call) else { return nil }\n        return try body(found)\n      }\n      return try locks.holding(try FileName(of: key), call.deadline) { () throws(Failure) -> Result? in",
    ),
    Broken(
        "a file is written in its place, not renamed into it",
        "pytest Tests/Stores/test_store_files.py",
        FOLDER,
        "let draft = cString(try FileName.draft())",
        "if BROKEN { _ = try remove(name) }\n    let draft = BROKEN ? cString(name) : cString(try FileName.draft())",
    ),
    # Nothing that ended comes back, and nothing is made in passing.
    Broken(
        "replace that upserts, memory",
        ABSENT,
        MEMORY,
        "guard var entry = live(key, call) else { return .gone }",
        "if BROKEN, entries[key] == nil {\n        entries[key] = Entry(record: record, expiry: call.expiry(timeToLive), place: keys.count)\n        keys.append(key)\n        return .replaced(.bytes(record))\n      }\n      guard var entry = live(key, call) else { return .gone }",
    ),
    Broken(
        "replace that upserts, SQLite",
        REMOVED,
        SQLITE,
        'return "UPDATE \\(table) SET data = ?4, expiry = ?3 WHERE \\(its) AND \\(unchanged)"',
        'if BROKEN { return "INSERT OR REPLACE INTO \\(table) (session_id, data, expiry) SELECT ?1, ?4, ?3 WHERE \\(unchanged) OR (SELECT count(*) FROM \\(table) WHERE \\(its)) = 0" }\n        return "UPDATE \\(table) SET data = ?4, expiry = ?3 WHERE \\(its) AND \\(unchanged)"',
    ),
    Broken(
        "replace that upserts, MongoDB",
        REMOVED,
        MONGODB,
        '("multi", .flag(true))))',
        'BROKEN ? ("upsert", .flag(true)) : ("multi", .flag(true))))',
    ),
    Broken(
        "touch that creates, memory",
        ABSENT,
        MEMORY,
        "guard var entry = live(key, call) else { return false }",
        "if BROKEN, entries[key] == nil {\n        entries[key] = Entry(record: [], expiry: call.expiry(timeToLive), place: keys.count)\n        keys.append(key)\n      }\n      guard var entry = live(key, call) else { return false }",
    ),
    Broken(
        "touch that creates, SQLite",
        ABSENT,
        SQLITE,
        'return "UPDATE \\(table) SET expiry = ?3 WHERE rowid = (SELECT rowid FROM \\(table) WHERE \\(live))"',
        'if BROKEN { return "INSERT OR REPLACE INTO \\(table) (session_id, data, expiry) VALUES (?1, coalesce((SELECT data FROM \\(table) WHERE \\(its)), x\'80\'), ?3)" }\n        return "UPDATE \\(table) SET expiry = ?3 WHERE rowid = (SELECT rowid FROM \\(table) WHERE \\(live))"',
    ),
    Broken(
        "touch of dead records, SQLite",
        EXPIRES,
        SQLITE,
        'return "UPDATE \\(table) SET expiry = ?3 WHERE rowid = (SELECT rowid FROM \\(table) WHERE \\(live))"',
        'if BROKEN { return "UPDATE \\(table) SET expiry = ?3 WHERE \\(its)" }\n        return "UPDATE \\(table) SET expiry = ?3 WHERE rowid = (SELECT rowid FROM \\(table) WHERE \\(live))"',
    ),
    Broken(
        "touch of every record, SQLite",
        OTHERS,
        SQLITE,
        'return "UPDATE \\(table) SET expiry = ?3 WHERE rowid = (SELECT rowid FROM \\(table) WHERE \\(live))"',
        'if BROKEN { return "UPDATE \\(table) SET expiry = ?3 WHERE expiry > ?2 AND ?1 IS NOT NULL" }\n        return "UPDATE \\(table) SET expiry = ?3 WHERE rowid = (SELECT rowid FROM \\(table) WHERE \\(live))"',
    ),
    Broken(
        "touch of every record, PostgreSQL",
        OTHERS,
        POSTGRESQL,
        'case .touch: "UPDATE {table} SET expiry = $3 WHERE {live}"',
        'case .touch: BROKEN ? "UPDATE {table} SET expiry = $3 WHERE $1::text IS NOT NULL AND expiry > $2" : "UPDATE {table} SET expiry = $3 WHERE {live}"',
    ),
    Broken(
        "touch of every record, MariaDB",
        OTHERS,
        MYSQL,
        'let update: Message = "UPDATE \\(table) SET expiry = ? WHERE \\(live)"',
        'let update: Message = BROKEN ? "UPDATE \\(table) SET expiry = ? WHERE ? <> \'\' AND expiry > ?" : "UPDATE \\(table) SET expiry = ? WHERE \\(live)"',
    ),
    Broken(
        "create that overwrites, memory",
        KEEPS,
        MEMORY,
        "if entry.expiry > call.now { return .exists }",
        "if !BROKEN, entry.expiry > call.now { return .exists }",
    ),
    Broken(
        "create that overwrites, Redis",
        KEEPS,
        REDIS,
        '.number(self.seconds(timeToLive)), .word("NX"))',
        '.number(self.seconds(timeToLive)), BROKEN ? .word("GET") : .word("NX"))',
    ),
    Broken(
        "an expired record is served, memory",
        EXPIRES,
        MEMORY,
        "guard let entry = entries[key], entry.expiry > call.now else { return nil }",
        "guard let entry = entries[key], BROKEN || entry.expiry > call.now else { return nil }",
    ),
    Broken(
        "an expired record is served, files",
        EXPIRES,
        FILES,
        "header.isLive(at: call.now)",
        "BROKEN || header.isLive(at: call.now)",
    ),
    Broken(
        "an expired record is served, SQLite",
        EXPIRES,
        SQLITE,
        'return "SELECT data FROM \\(table) WHERE \\(live)"',
        'if BROKEN { return "SELECT data FROM \\(table) WHERE \\(its) AND ?2 = ?2" }\n        return "SELECT data FROM \\(table) WHERE \\(live)"',
    ),
    Broken(
        "an expired record is served, PostgreSQL",
        EXPIRES,
        POSTGRESQL,
        'case "live": "{its} AND expiry > $2 AND data IS NOT NULL"',
        'case "live": BROKEN ? "{its} AND $2::text IS NOT NULL AND data IS NOT NULL" : "{its} AND expiry > $2 AND data IS NOT NULL"',
    ),
    Broken(
        "an expired record is served, MongoDB",
        EXPIRES,
        MONGODB,
        'BSON(("$gt", .date(milliseconds(call.now))))',
        'BSON(("$gt", .date(BROKEN ? 0 : milliseconds(call.now))))',
    ),
    # The pool, and answers that did not come.
    Broken(
        "pool that gives back a dirty connection",
        POOLS,
        POOL,
        "let keeps = connection.isReusable",
        "let keeps = BROKEN || connection.isReusable",
    ),
    Broken(
        "pool that does not look whether a connection stands",
        POOLS,
        POOL,
        "if !isOld(entry), entry.connection.isAlive() { return entry.connection }",
        "if !isOld(entry), BROKEN || entry.connection.isAlive() { return entry.connection }",
    ),
    Broken(
        "a write in doubt is sent again",
        "swift RedisTroubleTests",
        REPEATING,
        "if connection.isInDoubt { return unknown }",
        "if connection.isInDoubt { return BROKEN ? try use(deadline, open: open, body) : unknown }",
    ),
    Broken(
        "a write in doubt counts as failed, Redis",
        "swift RedisTroubleTests",
        REDIS_CONNECTION,
        "if writes, sent == output.count { isInDoubt = true }",
        "if writes, sent == output.count { isInDoubt = !BROKEN }",
    ),
    Broken(
        "what follows an answer is taken for the next one, Redis",
        "swift RedisTroubleTests",
        REDIS_CONNECTION,
        "guard reader.pointee.pos == reader.pointee.len else",
        "guard BROKEN || reader.pointee.pos == reader.pointee.len else",
    ),
    Broken(
        "an addition is repeated after an unknown outcome",
        SAVES,
        WRITER,
        "guard !counts else { throw RecordWriter.unknownOutcome }",
        "guard BROKEN || !counts else { throw RecordWriter.unknownOutcome }",
    ),
    Broken(
        "one's own write is not known again",
        SAVES,
        WRITER,
        "if stored.record == bytes { return .written(written(stored.token)) }",
        "if !BROKEN, stored.record == bytes { return .written(written(stored.token)) }",
    ),
    # Fork.
    Broken(
        "a child keeps the connections of its parent",
        POOLS,
        POOL,
        "for entry in idle { entry.connection.abandon() }\n    for connection in busy { connection.abandon() }",
        "if BROKEN {\n      lock.reset()\n      return\n    }\n    for entry in idle { entry.connection.abandon() }\n    for connection in busy { connection.abandon() }",
    ),
    Broken(
        "a fork does not wait for the calls of SQLite",
        POOLS,
        POOL,
        "while calls > 0 { _ = lock.wait(until: .max) }",
        "while !BROKEN, calls > 0 { _ = lock.wait(until: .max) }",
    ),
    Broken(
        "a child is not told of the fork",
        "pytest Tests/Stores/test_store_processes.py -k fork",
        FORK,
        "    observer->child(observer->context);",
        "    if (!BROKEN)\n      observer->child(observer->context);",
    ),
    # Sessions.
    Broken(
        "logout that keeps the record",
        SAVES,
        SAVING,
        "      try writer.end(id)\n",
        "      if !BROKEN { try writer.end(id) }\n",
    ),
    Broken(
        "a save brings back what was ended",
        SAVES,
        WRITER,
        "case .gone: throw RecordWriter.gone\n    case .unknown:\n      guard let stored = try afterUnanswered(id)",
        "case .gone:\n      guard BROKEN else { throw RecordWriter.gone }\n      _ = try store.create(key(id), bytes, timeToLive: timeToLive, call)\n      return .written(written(nil))\n    case .unknown:\n      guard let stored = try afterUnanswered(id)",
    ),
    Broken(
        "renewal that leaves the old id",
        SAVES,
        MOVING,
        "case .ends: return try remove(old)",
        "case .ends: return BROKEN ? .removed : try remove(old)",
    ),
    Broken(
        "renewal that keeps the old id",
        "swift LifeTests/(anIdIsRenewedInItsTime|aLoginUnderTheOldIdLeavesNothing)",
        SAVING,
        "if !session.isEmpty, session.isRenewed || times.isDueForRenewal",
        "if !BROKEN, !session.isEmpty, session.isRenewed || times.isDueForRenewal",
    ),
    Broken(
        "the id of an unknown cookie is adopted",
        SAVES,
        SAVING,
        "var newID = try session.newID()",
        "var newID = BROKEN ? session.presentedID : try session.newID()",
    ),
    Broken(
        "a store is asked for what is no id",
        SAVES,
        POLICY,
        "guard SessionID.isPlausible(opened.payload), prefix.count",
        "guard BROKEN || SessionID.isPlausible(opened.payload), prefix.count",
    ),
    Broken(
        "the end of all sessions of a user does not count",
        "swift UserTests/allSessionsOfAUserEndByOneWrite",
        POLICY,
        "guard let tie = record.life?.tie else { return true }",
        "guard !BROKEN, let tie = record.life?.tie else { return true }",
    ),
    Broken(
        "the absolute time is not looked at",
        "swift LifeTests",
        POLICY,
        "guard !times.isOver(record.life, now: session.now) else {",
        "guard BROKEN || !times.isOver(record.life, now: session.now) else {",
    ),
    # Cookies.
    Broken("SameSite is left out", "swift CookiePolicyTests", LINE, "if let sameSite {", "if !BROKEN, let sameSite {"),
    Broken(
        "Secure is left out",
        "swift SetCookieTests",
        LINE,
        "if secure || partitioned {",
        "if !BROKEN, secure || partitioned {",
    ),
    Broken("HttpOnly is left out", "swift SetCookieTests", LINE, "if httpOnly {", "if !BROKEN, httpOnly {"),
    Broken(
        "no signature is compared",
        SIGNS,
        SIGNER,
        "if constantTimeEqual(expected, given, count: count) {",
        "if BROKEN || constantTimeEqual(expected, given, count: count) {",
    ),
    Broken(
        "the length of a signature is not looked at",
        SIGNS,
        SIGNER,
        "guard given.count == count, let given",
        "guard BROKEN ? given.count > 0 : given.count == count, let given",
    ),
    Broken(
        "only the newest key opens",
        SIGNS,
        SIGNER,
        "for position in keys.indices where keys",
        "for position in keys.indices where !(BROKEN && position > 0) && keys",
    ),
    Broken(
        "only the oldest key opens",
        SIGNS,
        SIGNER,
        "keys[position].validity.includes(now) {",
        "!(BROKEN && position + 1 < keys.count) && keys[position].validity.includes(now) {",
    ),
    Broken(
        "a key is good after its time",
        SIGNS,
        SIGNER,
        "keys[position].validity.includes(now) {",
        "(BROKEN || keys[position].validity.includes(now)) {",
    ),
    Broken("the age of a cookie is not looked at", SIGNS, TIMED, "if let maxAge {", "if !BROKEN, let maxAge {"),
    # Input from outside.
    Broken(
        "the length of a container is not looked at",
        PACKED,
        MESSAGEPACK,
        'guard size <= bytes.count - position else { throw malformed("it ends within a container") }',
        'guard BROKEN || size <= bytes.count - position else { throw malformed("it ends within a container") }',
    ),
    Broken(
        "the length of a text is not looked at",
        PACKED,
        MESSAGEPACK,
        'guard size <= bytes.count - position else { throw malformed("it ends within a value") }',
        'guard BROKEN || size <= bytes.count - position else { throw malformed("it ends within a value") }',
    ),
    Broken(
        "containers of any depth",
        PACKED,
        MESSAGEPACK,
        "guard depth <= limits.depth else {",
        "guard BROKEN || depth <= limits.depth else {",
    ),
    Broken(
        "a compressed cookie of any size",
        SIGNS,
        ZLIB,
        "static int expand(z_stream *stream, size_t limit, unsigned char **output, size_t *size) {",
        "static int expand(z_stream *stream, size_t limit, unsigned char **output, size_t *size) {\n  if (BROKEN)\n    limit = 1 << 28;",
    ),
    # Threads.
    Broken(
        "memory is read without its lock",
        "threads memory",
        MEMORY,
        "return lock.holding { live(key, call).map",
        "if BROKEN { return live(key, call).map { StoredRecord($0.record, remaining: $0.expiry &- call.now) } }\n    return lock.holding { live(key, call).map",
    ),
    Broken(
        "the pool is changed without its lock",
        "threads redis",
        POOL,
        "lock.holding { busy.append(connection) }",
        "if BROKEN { busy.append(connection) } else { lock.holding { busy.append(connection) } }",
    ),
    Broken(
        "the list of held locks of files is changed without its lock",
        "threads filesystem",
        LOCKS,
        "lock.holding { held.append(descriptor) }",
        "if BROKEN { held.append(descriptor) } else { lock.holding { held.append(descriptor) } }",
    ),
]


#: What the mutants ask, in C and in Swift.
QUESTION = """// Of Tests/Mutation/promises.py alone.
#include <stdlib.h>
int csupport_is_broken(int number);
int csupport_is_broken(int number) {
  const char *chosen = getenv("BROKEN");
  return chosen && atoi(chosen) == number;
}
"""
SWIFT_QUESTION = """// Of Tests/Mutation/promises.py alone.
internal import CSupport
package func isBroken(_ number: Int32) -> Bool { csupport_is_broken(number) != 0 }
"""


def broken() -> dict[str, str]:
    """The sources that differ from those of the checkout."""
    header = "Sources/C/CSupport/include/CSupport.h"
    declared = (
        (ROOT / header)
        .read_text()
        .replace("\nint csupport_random(", "\nint csupport_is_broken(int number);\nint csupport_random(", 1)
    )
    texts = {
        header: declared,
        "Sources/C/CSupport/broken.c": QUESTION,
        "Sources/Support/Broken.swift": SWIFT_QUESTION,
    }
    for number, mutant in enumerate(MUTANTS, 1):
        text = texts.get(mutant.path) or (ROOT / mutant.path).read_text()
        if mutant.old not in text:
            sys.exit(f"{mutant.path} has no more: {mutant.old}")
        question = f"isBroken({number})" if mutant.path.endswith(".swift") else f"csupport_is_broken({number})"
        text = text.replace(mutant.old, mutant.new.replace("BROKEN", question), 1)
        if mutant.path.endswith(".swift") and "import Support\n" not in text:
            text = text.replace("\n", "\ninternal import Support\n", 1)
        if mutant.path == ZLIB:
            text = text.replace("\n", "\nint csupport_is_broken(int number);\n", 1)
        texts[mutant.path] = text
    return texts


def copy() -> None:
    """The files of the checkout, those that are new too, and the mutants. What is the same keeps its time, so that it is
    not built anew."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout.split("\0")
    changed = {name: text.encode() for name, text in broken().items()}
    for name in sorted({*filter(None, names), *changed}):
        source, target = ROOT / name, COPY / name
        if name not in changed and not source.is_file():
            continue
        content = changed.get(name) or source.read_bytes()
        if target.is_file() and target.read_bytes() == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        if name not in changed:
            shutil.copymode(source, target)
    (COPY / ".build").mkdir(exist_ok=True)
    for name in ("venv", "mongod"):
        link = COPY / ".build" / name
        if not link.exists():
            link.symlink_to(ROOT / ".build" / name)


def built(killers: list[str]) -> bool:
    swift = any(killer.startswith("swift ") for killer in killers)
    rest = any(killer.startswith("pytest ") for killer in killers)
    return (not swift or build(COPY, "swift", "build", "--build-tests")) and (not rest or build(COPY, "make", "build"))


def sound(*killers: str) -> bool:
    """Whether all pass. Of the Swift tests all that are named run at once."""
    filters = [option for killer in killers if killer.startswith("swift ") for option in ("--filter", killer[6:])]
    if filters and not passes(COPY, str(TESTS), "--testing-library", "swift-testing", *filters):
        return False
    rest = [killer[7:].split() for killer in killers if killer.startswith("pytest ")]
    stores = [killer[8:] for killer in killers if killer.startswith("threads ")]
    if stores:
        os.environ["RACES_SANITIZE"] = "thread"
        rest += [["Tests/Races/test_threads.py", "-k", " or ".join(stores)]]
    return all(passes(COPY, PYTHON, "-m", "pytest", "-q", "-x", *arguments) for arguments in rest)


def main() -> None:
    if sys.argv[1:] == ["list"]:
        for number, mutant in enumerate(MUTANTS, 1):
            print(f"{number:3} {mutant.what}: {mutant.killer}")
        return
    chosen = [int(number) for number in sys.argv[1:]] or list(range(1, len(MUTANTS) + 1))
    killers = list(dict.fromkeys(MUTANTS[number - 1].killer for number in chosen))
    copy()
    os.environ.pop("BROKEN", None)
    if not built(killers):
        sys.exit("a mutant does not compile: swift build --build-tests, or make build, in .build/mutants says which")
    if not sound(*killers):
        sys.exit("the tests fail where nothing is broken")
    survivors = 0
    for number in chosen:
        mutant = MUTANTS[number - 1]
        os.environ["BROKEN"] = str(number)
        survived = sound(mutant.killer)
        survivors += survived
        print(f"{number:3} {'SURVIVED' if survived else 'killed'}: {mutant.what}: {mutant.killer}", flush=True)
    print(f"{len(chosen) - survivors} killed, {survivors} survived")
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    main()
