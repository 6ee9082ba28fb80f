# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501
"""Mutation testing of what opens sealed messages, values and cookies: is each of its lines held by a test?

Makes a package of the modules that are needed in a temporary folder, and there one change after the other: conditions
turned, comparisons dropped, lengths off by one, fields left out of the authenticated data. The unit tests have to fail
with each. Needs an hour or so; with numbers as arguments only those mutants are made. 0 when none survived.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import mutants
from mutants import ROOT

C, AEAD, HKDF = "Sources/C/CCrypto/crypto.c", "Sources/Crypto/AES256GCM.swift", "Sources/Crypto/HKDF.swift"
EQUAL = "Sources/Crypto/ConstantTime.swift"
SEALER, KEY, CONTEXT = "Sources/Keys/Sealer.swift", "Sources/Keys/SealingKey.swift", "Sources/Keys/SealingContext.swift"
VALIDITY, PURPOSE = "Sources/Keys/Validity.swift", "Sources/Keys/KeyPurpose.swift"
RING = "Sources/Keys/KeyRing.swift"
VALUE, BASE64 = "Sources/Cookies/SealedValue.swift", "Sources/C/CSupport/base64.c"
PIECES = "Sources/Cookies/CookiePieces.swift"
FORM, FORMS = "Sources/Sessions/CookieForm.swift", "Sources/Sessions/CookieForms.swift"
CLIENT = "Sources/Sessions/ClientSidePolicy.swift"
RING_SETTINGS = "Sources/Keys/KeyRing+Settings.swift"
RECORD, NAME = "Sources/Records/SealedRecord.swift", "Sources/Records/SealedName.swift"
STORE, MIGRATING = "Sources/Sessions/SealingStore.swift", "Sources/Sessions/MigratingStore.swift"
LIST, USERS = "Sources/Sessions/UserSessions.swift", "Sources/Sessions/ServerSidePolicy+Users.swift"
SAVING = "Sources/Sessions/ServerSidePolicy+Saving.swift"

MUTANTS = [
    # The cipher.
    (C, "return !fine ? -1 : opened;", "return !fine ? -1 : 1;"),
    (C, "int opened = fine && EVP_DecryptFinal_ex(context, text + size, &written) == 1;", "int opened = fine;"),
    (C, "if (!opened)\n    OPENSSL_cleanse(text, size);", "if (0)\n    OPENSSL_cleanse(text, size);"),
    (C, "for (size_t i = 0; i < count && fine; i++)", "for (size_t i = 1; i < count && fine; i++)"),
    (C, "for (size_t i = 0; i < count && fine; i++)", "for (size_t i = 0; i + 1 < count && fine; i++)"),
    (C, "for (size_t i = 0; i < count && fine; i++)", "for (size_t i = 0; i < 1 && fine; i++)"),
    (C, "return CRYPTO_memcmp(left, right, size) == 0;", "return CRYPTO_memcmp(left, right, size - 1) == 0;"),
    (C, "return CRYPTO_memcmp(left, right, size) == 0;", "return 1;"),
    (AEAD, "return opened == 1", "return true"),
    (AEAD, "return opened == 1", "return opened != 1"),
    (
        AEAD,
        "part(associated.0), part(associated.1), part(associated.2)",
        "part(associated.1), part(associated.1), part(associated.2)",
    ),
    (
        AEAD,
        "part(associated.0), part(associated.1), part(associated.2)",
        "part(associated.0), part(associated.0), part(associated.2)",
    ),
    (
        AEAD,
        "part(associated.0), part(associated.1), part(associated.2)",
        "part(associated.0), part(associated.1), part(associated.1)",
    ),
    (EQUAL, "ccrypto_equal(left, right, count) == 1", "ccrypto_equal(left, right, count) != 2"),
    (EQUAL, "ccrypto_equal(left, right, count) == 1", "ccrypto_equal(left, right, count) == 0"),
    (HKDF, "(info + [1])", "(info + [0])"),
    (HKDF, "(info + [1])", "([1])"),
    (
        HKDF,
        "try secret.withBytes { secret throws(Failure) in try salt.sign(secret, into: output) }",
        "try secret.withBytes { secret throws(Failure) in try salt.sign(UnsafeBufferPointer(rebasing: secret.dropFirst()), into: output) }",
    ),
    # The keys of a message.
    (KEY, "input.pointee = 1", "input.pointee = 2"),
    (KEY, "input.pointee = 2", "input.pointee = 1"),
    (KEY, "input.pointee = 2\n", "\n"),
    (KEY, "let count = 1 + salt.count + secret.count", "let count = 1 + salt.count"),
    (KEY, "let count = 1 + salt.count + secret.count", "let count = salt.count + secret.count"),
    (KEY, "copyBytes(secret, to: input + 1 + salt.count)", "copyBytes(secret, to: input + salt.count)"),
    (KEY, "static var commitment: Int { nonce + AES256GCM.nonceCount }", "static var commitment: Int { nonce }"),
    (SEALER, "private static var commitmentCount: Int { 16 }", "private static var commitmentCount: Int { 15 }"),
    (KEY, "static var nonce: Int { AES256GCM.keyCount }", "static var nonce: Int { 0 }"),
    (KEY, "info: context))", 'info: SealingContext.framed("key id")))'),
    (KEY, 'Array("swiftsession sealed 1".utf8)', 'Array("swiftsession sealed 2".utf8)'),
    (KEY, 'SealingContext.framed("key id")', "[]"),
    (KEY, "UInt64(bytes[$1]) } == id", "UInt64(bytes[$1]) } != id"),
    (KEY, "UInt64(bytes[$1]) } == id", "UInt64(bytes[$1]) } >> 8 == id >> 8"),
    (KEY, "UInt64(bytes[$1]) } == id", "UInt64(bytes[$1]) } | 1 << 63 == id | 1 << 63"),
    # The context.
    (CONTEXT, "[purpose, application, name]", "[application, name]"),
    (CONTEXT, "[purpose, application, name]", "[purpose, name]"),
    (CONTEXT, "[purpose, application, name]", "[purpose, application]"),
    (CONTEXT, "[purpose, application, name]", "[purpose, name, application]"),
    (CONTEXT, "$0 += SealingContext.framed($1)", "$0 += $1.bytes"),
    (CONTEXT, "UInt8(count & 255)] + text.bytes", "0] + text.bytes"),
    # The message.
    (SEALER, "return isOurs && isWhole", "return isOurs || isWhole"),
    (SEALER, "return isOurs && isWhole", "return isWhole"),
    (SEALER, "return isOurs && isWhole", "return isOurs"),
    (SEALER, "guard isSound else {", "guard isSound || true else {"),
    (SEALER, "message.update(repeating: 0)", ""),
    (SEALER, "parts.start.pointee == Sealer.version,", "true,"),
    (SEALER, "keys.firstIndex(where: { $0.isNamed(parts.start + 1) })", "keys.indices.first"),
    (
        SEALER,
        "keys.firstIndex(where: { $0.isNamed(parts.start + 1) })",
        "keys.firstIndex(where: { $0.isNamed(parts.start) })",
    ),
    (SEALER, "guard key.validity.includes(now) else {", "guard key.validity.includes(now) || true else {"),
    (SEALER, "isFresh: keys.makingIndex(now) == position)", "isFresh: true)"),
    (SEALER, "isFresh: keys.makingIndex(now) == position)", "isFresh: position == 0)"),
    (SEALER, "guard message.count >= Sealer.overhead,", "guard message.count >= Sealer.overhead - 1,"),
    (SEALER, "guard message.count >= Sealer.overhead,", "guard message.count > Sealer.overhead,"),
    (
        SEALER,
        "UnsafeBufferPointer(start: start, count: Sealer.headerCount)",
        "UnsafeBufferPointer(start: start, count: Sealer.headerCount - 16)",
    ),
    (
        SEALER,
        "UnsafeBufferPointer(start: start, count: Sealer.headerCount)",
        "UnsafeBufferPointer(start: start + 1, count: Sealer.headerCount - 1)",
    ),
    (
        SEALER,
        "UnsafeBufferPointer(start: start, count: Sealer.headerCount)",
        "UnsafeBufferPointer(start: start + 9, count: Sealer.headerCount - 9)",
    ),
    (SEALER, "private static var saltCount: Int { 24 }", "private static var saltCount: Int { 23 }"),
    (
        SEALER,
        "private static var saltPosition: Int { 1 + SealingKey.idCount }",
        "private static var saltPosition: Int { SealingKey.idCount }",
    ),
    (SEALER, "where key.secret.count >= Key.leastForSealing", "where key.secret.count >= Key.leastForSealing - 1"),
    (SEALER, "where key.secret.count >= Key.leastForSealing", "where key.secret.count > Key.leastForSealing"),
    (SEALER, "ring.newestFirst(for: context.keys)", "ring.newestFirst(for: .all)"),
    (RING, ".reversed()", ".map { $0 }"),
    (RING, "$0.validity.notBefore > key.validity.notBefore", "$0.validity.notBefore < key.validity.notBefore"),
    (RING, "$0.validity.notBefore > key.validity.notBefore", "$0.validity.notBefore >= key.validity.notBefore"),
    (PURPOSE, "default: false", "default: true"),
    # Times of keys.
    (
        VALIDITY,
        "notBefore <= now && now <= notAfter\n  }\n\n  /// Whether",
        "notBefore < now && now <= notAfter\n  }\n\n  /// Whether",
    ),
    (
        VALIDITY,
        "notBefore <= now && now <= notAfter\n  }\n\n  /// Whether",
        "notBefore <= now && now < notAfter\n  }\n\n  /// Whether",
    ),
    (
        VALIDITY,
        "notBefore <= now && now <= notAfter\n  }\n\n  /// Whether",
        "notBefore <= now || now <= notAfter\n  }\n\n  /// Whether",
    ),
    (VALIDITY, "(Validity.settling) <= now && now <= notAfter", "(Validity.settling) < now && now <= notAfter"),
    (VALIDITY, "(Validity.settling) <= now && now <= notAfter", "(Validity.settling) <= now"),
    (VALIDITY, "?? firstIndex { $0.validity.includes(now) }", ""),
    (VALIDITY, "firstIndex { $0.validity.isSettled(now) } ??", ""),
    # Values. (That a marker is not the flags needs no mutant: flags that are 0x80 are refused before.)
    (VALUE, "Base64URL.decodedCount(text.count) == room.count,", ""),
    (VALUE, "try SealedValue.check(opened.issued, now: now, maxAge: maxAge)", ""),
    (VALUE, "guard text.count >= leadCount else", "guard text.count >= leadCount + 1 else"),
    (VALUE, "flags & ~(compressed | padded) == 0", "flags & 0x80 == 0"),
    (VALUE, "marker >= leadCount,", "marker > leadCount,"),
    (VALUE, "text[marker] == 0x80", "text[marker] & 0x80 != 0"),
    (VALUE, "      end = marker\n", "      end = marker + 1\n"),
    (VALUE, "!overflow, age >= -Validity.settling", "age >= -Validity.settling"),
    (VALUE, "age >= -Validity.settling", "age > -Validity.settling"),
    (VALUE, "age >= -Validity.settling", "true"),
    (VALUE, "guard age <= maxAge else", "guard age < maxAge else"),
    (VALUE, "guard age <= maxAge else", "guard age <= maxAge + 1 else"),
    (VALUE, "(bare + padding) / padding * padding", "(bare + padding - 1) / padding * padding"),
    (BASE64, "? c & 3 : b & 15;", "? c & 3 : 0;"),
    (BASE64, "? c & 3 : b & 15;", "? 0 : b & 15;"),
    (BASE64, "&& !(seen & 64);", ";"),
    # Cookies.
    (FORMS, "now < fallbackUntil else", "now <= fallbackUntil else"),
    (FORMS, "now < fallbackUntil else", "true else"),
    (
        FORMS,
        "let (first, second) = form.isSealed ? (form, fallback) : (fallback, form)",
        "let (first, second) = (fallback, form)",
    ),
    (FORMS, "opened.isFresh = opened.isFresh && form.isSealed", ""),
    (FORMS, "opened.isFresh = opened.isFresh && !form.isSealed", ""),
    (FORMS, "opened.isFresh || (leavesSigned && !form.isSealed)", "opened.isFresh && (leavesSigned || true)"),
    (FORMS, "opened.isFresh || (leavesSigned && !form.isSealed)", "opened.isFresh || leavesSigned"),
    (FORMS, "opened.isFresh || (leavesSigned && !form.isSealed)", "opened.isFresh || !form.isSealed"),
    (FORMS, "guard error.status == .tampered else { throw error }", ""),
    (FORMS, "issued >= revokedBefore else", "issued > revokedBefore else"),
    (FORMS, "issued >= revokedBefore else", "issued + 1 >= revokedBefore else"),
    (
        FORMS,
        "guard let issued = opened.issued, issued >= revokedBefore else",
        "guard (opened.issued ?? .max) >= revokedBefore else",
    ),
    (FORMS, 'kind == .session ? "session cookie" : "session id cookie"', '"session cookie"'),
    (FORMS, 'application: settings.text(.application) ?? ""', 'application: ""'),
    (FORMS, ", name: name(settings))", ', name: "")'),
    (RING_SETTINGS, "key.count < Key.leastForSealing", "key.count < 1"),
    (FORMS, "let largestValue, value.count > largestValue {", "let largestValue, value.count > largestValue + 1 {"),
    (FORMS, "return seals ? CookiePolicy", "return true ? CookiePolicy"),
    (FORMS, "if cookies.mostPieces > 1 { return cookies.largestValue }", "if cookies.mostPieces > 1 { return nil }"),
    (PIECES, "Array(joined[leadCount...])", "Array(joined[1...])"),
    (FORM, "now: now, maxAge: maxAge, limit:", "now: now, maxAge: nil, limit:"),
    (FORM, "isFresh: opened.isFresh)\n      case .timed", "isFresh: true)\n      case .timed"),
    (CLIENT, "let issued = refreshes ? now : session.issued ?? now", "let issued = now"),
    # Records.
    (RECORD, 'purpose: "session record"', 'purpose: "session cookie"'),
    (RECORD, "application: application, name: prefix", 'application: "", name: prefix'),
    (RECORD, "application: application, name: prefix", 'application: application, name: ""'),
    (RECORD, "SealingContext(.records,", "SealingContext(.cookies,"),
    (RECORD, "try body(UnsafeBufferPointer(rebasing: open[prefix...]), key)", "try body(Sealer.nothing, key)"),
    (RECORD, "try body(UnsafeBufferPointer(rebasing: open[prefix...]), key)", "try body(open, key)"),
    (
        RECORD,
        "try body(UnsafeBufferPointer(rebasing: open[prefix...]), key)",
        "try body(UnsafeBufferPointer(rebasing: open[prefix...]), Sealer.nothing)",
    ),
    (RECORD, "key = try SealedName.key(open, prefix: prefix)", "key = open"),
    (RECORD, "guard message.text.count >= expiryCount else", "guard message.text.count > expiryCount else"),
    (RECORD, "guard message.text.count >= expiryCount else", "guard message.text.count >= expiryCount - 1 else"),
    (RECORD, "isFresh: message.isFresh)", "isFresh: true)"),
    (RECORD, "Int64(56 - 8 * position)", "Int64(56 - 8 * max(position, 1))"),
    (NAME, '"swiftsession sealed name "', '"swiftsession sealed nama "'),
    (NAME, "rebasing: key[id])", "rebasing: key[id].dropLast())"),
    (NAME, "name.bytes[prefix + $0] == beginning[$0]", "name.bytes[$0] == beginning[$0]"),
    (NAME, "name.count - length >= prefix", "name.count - length > prefix"),
    (
        STORE,
        "guard opened.expiry > call.now else { return nil }",
        "guard opened.expiry >= call.now else { return nil }",
    ),
    (STORE, "guard opened.expiry > call.now else { return nil }", ""),
    (
        STORE,
        "return StoredRecord(record: [], token: stored.token)\n",
        "return StoredRecord(record: stored.record, token: stored.token)\n",
    ),
    (STORE, "    if isSealedName(key) {\n", "    if false {\n"),
    (STORE, "guard !stored.record.isEmpty else { return stored }", ""),
    (STORE, "case .changed(let newest?): return newest", "case .changed(_?): return nil"),
    (STORE, "case .gone: return nil", "case .gone: return stored"),
    (STORE, "for _ in 0..<2 {", "for _ in 0..<1 {"),
    (STORE, "if !opened.isFresh, let fresh", "if let fresh"),
    (STORE, "if !opened.isFresh, let fresh", "if false, let fresh"),
    (STORE, "      token = new\n", "      _ = new\n      token = stored.token\n"),
    (
        STORE,
        "guard case .exists = creation, try removeEnded(place, call) else",
        "guard case .exists = creation, false else",
    ),
    (STORE, ", try opened(stored, place, call) == nil else { return false }", " else { return false }"),
    (
        STORE,
        "guard let opened = try opened(stored, place, call) else { return .gone }",
        "guard let opened = try opened(stored, place, call) else { return .changed(nil) }",
    ),
    (STORE, "expiry: call.expiry(timeToLive)", "expiry: .max"),
    (STORE, "store.largestRecord.map { $0 - SealedRecord.overhead }", "store.largestRecord"),
    (STORE, "guard longest <= store.largestKey else", "guard longest < store.largestKey else"),
    (STORE, 'application: settings.text(.application) ?? ""', 'application: ""'),
    (STORE, "try KeyRing.forSealing(settings)", "try KeyRing(settings)"),
    (MIGRATING, "if SealedName.isOne(key, prefix: prefix.count) {", "if false {"),
    (SAVING, "if names.areHidden, goesOn, let user {", "if false, goesOn, let user {"),
    (SAVING, "if names.areHidden, change.unties,", "if false, change.unties,"),
    (SAVING, "session.login == nil && !change.unties", "session.login == nil"),
    (USERS, "where renewed.id != entry.id {", "where renewed.id.isEmpty {"),
    (LIST, "if names.areHidden, !names.areMixed(call.now) {", "if false {"),
    (LIST, "if let id, names.areMixed(call.now) {", "if let id, false {"),
]

PACKAGE = """// swift-tools-version: 6.2
import PackageDescription
let swift: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
]
let c: [CSetting] = [.define("_GNU_SOURCE"), .unsafeFlags(["-std=c11"])]
func clayer(_ name: String, _ imports: [Target.Dependency] = [], link: [LinkerSetting] = []) -> Target {
  .target(name: name, dependencies: imports, path: "Sources/C/\\(name)", cSettings: c, linkerSettings: link)
}
func module(_ name: String, _ imports: [Target.Dependency], path: String? = nil) -> Target {
  .target(name: name, dependencies: imports, path: path ?? "Sources/\\(name)", swiftSettings: swift)
}
let package = Package(
  name: "swiftsession",
  targets: [
    clayer("CSupport"), clayer("CCrypto", ["CSupport"], link: [.linkedLibrary("crypto")]),
    clayer("CZlib", link: [.linkedLibrary("z")]),
    module("Support", ["CSupport"]), module("Crypto", ["CCrypto", "Support"]),
    module("Values", ["CSupport", "Support"]), module("Settings", ["CSupport", "Support"]),
    module("Keys", ["Settings", "Crypto", "Support"]),
    module("Cookies", ["Settings", "Keys", "Crypto", "CZlib", "CSupport", "Support"]),
    module("Stores", ["CSupport", "Support"]), module("Records", ["Values", "Keys", "Crypto", "Support"]),
    module("Backends", ["Stores", "Support"], path: "Sources/Backends/Memory"),
    module("Sessions", ["Records", "Cookies", "Stores", "Keys", "Crypto", "Settings", "Values", "CSupport", "Support"]),
    module("StoresTesting", ["Sessions", "Stores", "Support"], path: "Tests/StoresTesting"),
    .testTarget(
      name: "Killers", dependencies: ["Crypto", "Keys", "Cookies", "Sessions", "Backends", "StoresTesting", "Settings"],
      path: "Tests/Killers", swiftSettings: [.swiftLanguageMode(.v6)]),
  ])
"""

TESTS = (
    "CryptoTests/AES256GCMTests",
    "CryptoTests/HKDFTests",
    "KeysTests/SealerTests",
    "KeysTests/KeyFileTests",
    "CookiesTests/SealedValueTests",
    "SessionsTests/CookieFormTests",
    "SessionsTests/SealedRecordTests",
    "SessionsTests/SealingStoreTests",
    "SessionsTests/SealedSessionTests",
    "SessionsTests/CookiePieceTests",
    "SupportTests/Base64URLTests",
)


def prepare(folder):
    shutil.copytree(ROOT / "Sources", folder / "Sources")
    shutil.copytree(ROOT / "Tests" / "StoresTesting", folder / "Tests" / "StoresTesting")
    shutil.copytree(ROOT / "Tests" / "Vectors", folder / "Tests" / "Vectors")
    (folder / "Tests" / "Killers").mkdir()
    for test in TESTS:
        shutil.copy(ROOT / "Tests" / f"{test}.swift", folder / "Tests" / "Killers")
    (folder / "Package.swift").write_text(PACKAGE)


class Change(NamedTuple):
    path: str
    old: str
    new: str


def outcome(folder):
    if not mutants.build(folder, "swift", "build", "--build-tests"):
        return "refused"
    return "passed" if mutants.passes(folder, "swift", "test", "--skip-build") else "failed"


def main():
    changes = [Change(*change) for change in MUTANTS]
    mutants.check(changes)
    chosen = [int(number) for number in sys.argv[1:]] or range(len(changes))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        prepare(folder)
        if outcome(folder) != "passed":
            sys.exit("the tests fail without any change")
        sys.exit(mutants.run([(number, changes[number]) for number in chosen], folder, lambda _: outcome(folder)))


if __name__ == "__main__":
    main()
