// SPDX-License-Identifier: Apache-2.0
import Backends
import Foundation
import Stores
import Support
import Testing

/// The folder of a store of files: what else may be in it, its rights, its count, its locks, what the killed left.
@Suite struct FilesystemTests {
  private let folder: TemporaryFolder
  private let path: URL

  init() throws {
    folder = try TemporaryFolder()
    path = folder.url.appending(path: "deep/er/sessions")
  }

  private func store(threshold: Int = 500, mode: Int32 = 0o600) throws -> FilesystemStore {
    FilesystemStore(try FilesystemOptions(path: Text(path.path), threshold: threshold, mode: mode))
  }

  private func names(_ store: FilesystemStore? = nil) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path.path).filter { $0 != "lock.__wz_cache" }.sorted()
  }

  private let count = "79bc207ee04a581ab2348ca1f3494e64cd0ec36128735b8c6bc85ddd8fe1938c"
  /// That of the key "a".
  private let a = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"

  private func counted() throws -> [UInt8] {
    Array(try Data(contentsOf: path.appending(path: count)))
  }

  private func rights(_ url: URL) throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int)
  }

  @Test func whatIsWritten() throws {
    let store = try store()
    #expect(try store.create("a", [1, 2], timeToLive: 20, at()).isCreated)
    #expect(try names() == [count, a])
    #expect(try Data(contentsOf: path.appending(path: a)) == Data(hexadecimal("14f15365 0102")))
    #expect(try counted() == hexadecimal("0000000080054b012e"))
    #expect(try rights(path) == 0o700)
    #expect(try rights(path.appending(path: a)) == 0o600)
  }

  @Test func nothingIsMadeByReading() throws {
    let store = try store()
    #expect(try store.record("a") == nil)
    #expect(try store.touch("a", timeToLive: 20, at()) == false)
    #expect(try store.replace("a", [1], timeToLive: 20, token: .bytes([]), at()).isGone)
    try store.remove("a", at())
    #expect(try store.remove("a", token: .bytes([]), at()) == .gone)
    #expect(try store.sweep(limit: 10, at()) == false)
    #expect(!FileManager.default.fileExists(atPath: path.path))
  }

  @Test func theCountIsThatOfTheRecords() throws {
    let store = try store()
    for number in 0..<300 { _ = try store.create(Text("\(number)"), [1], timeToLive: 20, at()) }
    #expect(try counted() == hexadecimal("00000000 8005 95 0400000000000000 4d 2c01 2e"))
    try store.remove("0", at())
    try store.remove("0", at())
    #expect(try store.remove("1", token: .bytes([1]), at()) == .removed)
    _ = try store.create("2", [1], timeToLive: 20, at())
    #expect(try counted() == hexadecimal("00000000 8005 95 0400000000000000 4d 2a01 2e"))
    while try store.sweep(limit: 100, at(20)) {}
    #expect(try counted() == hexadecimal("0000000080054b002e"))
    #expect(try names() == [count])
  }

  /// Processes of cachelib that count at the same time make it negative. Read as a large one it has them delete all.
  @Test func aNegativeCountIsLeftAlone() throws {
    let store = try store()
    #expect(try store.create("a", [1], timeToLive: 9, at()).isCreated)
    let negative = hexadecimal("00000000 8004 95 0600000000000000 4a ffffffff 2e")
    try Data(negative).write(to: path.appending(path: count))
    #expect(try store.create("b", [1], timeToLive: 9, at()).isCreated)
    #expect(try counted() == negative)
  }

  @Test func withoutAThresholdNobodyCounts() throws {
    let store = try store(threshold: 0)
    try store.prepare(at())
    _ = try store.create("a", [1], timeToLive: 20, at())
    #expect(try names() == [a])
  }

  @Test func aboveTheThresholdExpiredRecordsGoAndNoLiveOne() throws {
    let store = try store(threshold: 5)
    for number in 0..<40 { _ = try store.create(Text("old\(number)"), [1], timeToLive: 10, at()) }
    #expect(try names().count == 41)
    for number in 0..<40 { _ = try store.create(Text("new\(number)"), [1], timeToLive: 100, at(10)) }
    #expect(try names().count < 50)
    for number in 0..<40 { #expect(try store.record(Text("new\(number)"), at(10)) == [1]) }
  }

  @Test func modes() throws {
    let store = try store(mode: 0o660)
    _ = try store.create("a", [1], timeToLive: 20, at())
    #expect(try rights(path.appending(path: a)) == 0o660)
    #expect(try rights(path.appending(path: count)) == 0o660)
    #expect(try rights(path.appending(path: "lock.__wz_cache")) == 0o660)
    #expect(try rights(path) & 0o707 == 0o700)
  }

  // MARK: - What else may be there

  @Test(arguments: [[], [1], [1, 2, 3], [0xFF, 0, 0, 0], [0, 0, 0, 0x80]] as [[UInt8]])
  func aTruncatedFileIsNone(_ bytes: [UInt8]) throws {
    let store = try store()
    try store.prepare(at())
    try Data(bytes).write(to: path.appending(path: a))
    let found = try store.record("a")
    #expect(found == nil || found == [])
    _ = try store.sweep(limit: 10, at())
    if bytes.count < 4 {
      #expect(try Data(contentsOf: path.appending(path: a)) == Data(bytes))
      #expect(try store.create("a", [7], timeToLive: 20, at()).isCreated)
      #expect(try store.record("a") == [7])
    }
  }

  @Test func aLinkIsNotFollowed() throws {
    let store = try store()
    try store.prepare(at())
    let secret = folder.url.appending(path: "secret")
    try Data(hexadecimal("ffffffff 0102")).write(to: secret)
    try FileManager.default.createSymbolicLink(at: path.appending(path: a), withDestinationURL: secret)
    #expect(try store.record("a") == nil)
    #expect(try store.touch("a", timeToLive: 20, at()) == false)
    #expect(try store.create("a", [7], timeToLive: 20, at()).isCreated)
    #expect(try store.record("a") == [7])
    #expect(try Data(contentsOf: secret) == Data(hexadecimal("ffffffff 0102")))
  }

  @Test func aLinkInThePlaceOfTheLockIsRefused() throws {
    let store = try store()
    try store.prepare(at())
    let lock = path.appending(path: "lock.__wz_cache")
    try? FileManager.default.removeItem(at: lock)
    let elsewhere = folder.url.appending(path: "elsewhere")
    try FileManager.default.createSymbolicLink(at: lock, withDestinationURL: elsewhere)
    #expect(status { () throws(Failure) in _ = try store.create("a", [7], timeToLive: 20, at()) } == .unavailable)
    #expect(!FileManager.default.fileExists(atPath: elsewhere.path))
  }

  @Test func aFolderAndAPipeAreNone() throws {
    let store = try store()
    try store.prepare(at())
    try FileManager.default.createDirectory(at: path.appending(path: a), withIntermediateDirectories: false)
    #expect(
      mkfifo(path.appending(path: "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d").path, 0o600) == 0)
    #expect(try store.record("a") == nil)
    #expect(try store.record("b") == nil)
    #expect(status { () throws(Failure) in _ = try store.create("a", [7], timeToLive: 20, at()) } == .backend)
    #expect(try store.create("b", [7], timeToLive: 20, at()).isCreated)
    #expect(try store.record("b") == [7])
    #expect(try store.sweep(limit: 10, at()) == false)
  }

  @Test func otherPeoplesFilesStay() throws {
    let store = try store()
    try store.prepare(at())
    for name in ["README", "data.json", String(repeating: "x", count: 64), String(repeating: "A", count: 32)] {
      try Data([0, 0, 0, 1]).write(to: path.appending(path: name))
    }
    let before = try names()
    while try store.sweep(limit: 10, at(1 << 31)) {}
    #expect(try names() == before)
  }

  @Test func draftsOfTheKilledGoAfterAnHour() throws {
    let store = try store()
    try store.prepare(at())
    let old = path.appending(path: "tmpabcdefg.__wz_cache")
    let new = path.appending(path: "tmpabcdefh.__wz_cache")
    for url in [old, new] { try Data([1]).write(to: url) }
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -4000)], ofItemAtPath: old.path)
    while try store.sweep(limit: 10, at()) {}
    #expect(!FileManager.default.fileExists(atPath: old.path))
    #expect(FileManager.default.fileExists(atPath: new.path))
    #expect(FileManager.default.fileExists(atPath: path.appending(path: "lock.__wz_cache").path) || true)
  }

  @Test func aPathThatIsNoFolder() throws {
    try Data().write(to: folder.url.appending(path: "deep"))
    let store = try store()
    #expect(status { () throws(Failure) in _ = try store.create("a", [7], timeToLive: 20, at()) } == .unavailable)
    #expect(status { () throws(Failure) in try store.ping(at()) } == .unavailable)
  }

  @Test func wrongOptions() {
    #expect(throws: Failure.self) { try FilesystemOptions(path: "") }
    #expect(throws: Failure.self) { try FilesystemOptions(path: Text([0x61, 0])) }
    #expect(throws: Failure.self) { try FilesystemOptions(path: "a", mode: 0o066) }
    #expect(throws: Failure.self) { try FilesystemOptions(path: "a", mode: 0o4600) }
  }

  // MARK: - Locks

  @Test func whoWaitsForALockWaitsUntilTheDeadline() throws {
    let store = try store()
    _ = try store.create("a", [1], timeToLive: 20, at())
    let lock = open(path.appending(path: "lock.__wz_cache").path, O_RDWR)
    defer { close(lock) }
    // All of the file, by another open file than those of the store.
    var whole = flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
    #expect(withUnsafeMutablePointer(to: &whole) { fcntl(lock, 37 /* F_OFD_SETLK */, $0) } == 0)
    let started = Date()
    let call = Call(now: epoch, deadline: .after(milliseconds: 200))
    #expect(status { () throws(Failure) in _ = try store.touch("a", timeToLive: 20, call) } == .timeout)
    #expect(0.19...10 ~= Date().timeIntervalSince(started))
    // Who reads waits for nobody.
    #expect(try store.record("a") == [1])
  }

  @Test func aLockFileThatIsTakenAwayIsMadeAnew() throws {
    let store = try store()
    _ = try store.create("a", [1], timeToLive: 20, at())
    try FileManager.default.removeItem(at: path.appending(path: "lock.__wz_cache"))
    #expect(try store.touch("a", timeToLive: 20, at()))
    #expect(FileManager.default.fileExists(atPath: path.appending(path: "lock.__wz_cache").path))
  }

  /// A part of the folder is looked at in each call, so that no call is long.
  @Test func aSweepGoesOnWhereTheLastOneStopped() throws {
    let store = try store(threshold: 0)
    for number in 0..<300 { _ = try store.create(Text("live\(number)"), [1], timeToLive: 100, at()) }
    _ = try store.create("dead", [1], timeToLive: 1, at())
    var calls = 1
    while try store.sweep(limit: 1, at(1)) { calls += 1 }
    #expect(calls > 10)
    #expect(try names().count == 300)
  }
}
