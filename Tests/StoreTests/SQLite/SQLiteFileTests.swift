// SPDX-License-Identifier: Apache-2.0
#if SQLite
  import Backends
  import Foundation
  import Stores
  import Support
  import Testing

  /// The file: who may read it, what is in its way, and what happens when it goes.
  @Suite struct SQLiteFileTests {
    private let folder: TemporaryFolder
    private let path: Text

    init() throws {
      folder = try TemporaryFolder()
      path = folder.path("sessions.db")
    }

    private func store(_ path: Text) throws(Failure) -> SQLiteStore { SQLiteStore(try SQLiteOptions(path: path)) }

    private func failure(_ body: () throws(Failure) -> Void) -> Failure? {
      do throws(Failure) {
        try body()
        return nil
      } catch {
        return error
      }
    }

    @Test(arguments: ["", ":memory:", "a\0b"])
    func pathsThatAreNoFile(_ path: String) {
      #expect(failure { () throws(Failure) in _ = try SQLiteOptions(path: Text(path)) }?.status == .config)
    }

    @Test(arguments: ["", "a\0b"])
    func tablesWithoutAName(_ table: String) {
      #expect(
        failure { () throws(Failure) in _ = try SQLiteOptions(path: "/x", table: Text(table)) }?.status == .config)
    }

    @Test func aRelativePathIsMadeAbsolute() throws {
      let directory = FileManager.default.currentDirectoryPath
      #expect(try SQLiteOptions(path: "a.db").path == Text(directory + "/a.db"))
      #expect(try SQLiteOptions(path: "file:a.db?mode=memory").path == Text(directory + "/file:a.db?mode=memory"))
      #expect(try SQLiteOptions(path: "/a.db").path == "/a.db")
    }

    @Test func onlyTheOwnerReadsANewFile() throws {
      let before = umask(0)
      defer { _ = umask(before) }
      let store = try store(path)
      #expect(try store.create("a", [1], timeToLive: 10, at()).isCreated)
      for name in ["sessions.db", "sessions.db-wal", "sessions.db-shm"] {
        let rights = try FileManager.default.attributesOfItem(atPath: folder.path(name).string)[.posixPermissions]
        #expect(rights as? Int == 0o600, "\(name)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 3)
    }

    @Test func aFolderThatIsNotThere() throws {
      let failure = failure { () throws(Failure) in try store(folder.path("none/sessions.db")).ping(at()) }
      #expect(failure?.status == .unavailable)
      #expect(failure?.message.contains("No such file or directory") == true)
    }

    @Test func aFolderInItsPlace() throws {
      let path = folder.path(".")
      #expect(failure { () throws(Failure) in try store(path).ping(at()) }?.status == .unavailable)
    }

    @Test func aFileThatIsNoDatabase() throws {
      try Data(repeating: 0x61, count: 5000).write(to: folder.url.appending(path: "sessions.db"))
      let failure = failure { () throws(Failure) in _ = try store(path).load("a", at()) }
      #expect(failure?.status == .backend)
      #expect(failure?.native == 26)
      #expect(try Data(contentsOf: folder.url.appending(path: "sessions.db")).count == 5000)
    }

    @Test func aTableThatIsNotOurs() throws {
      try RawDatabase(path)("CREATE TABLE sessions (x)")
      #expect(failure { () throws(Failure) in _ = try store(path).load("a", at()) }?.status == .backend)
    }

    @Test func aLockedDatabaseIsWaitedForUntilTheDeadline() throws {
      let store = try store(path)
      #expect(try store.create("a", [1], timeToLive: 10, at()).isCreated)
      let raw = try RawDatabase(path)
      try raw("BEGIN IMMEDIATE")
      let start = Date()
      let call = Call(now: epoch, deadline: .after(milliseconds: 150))
      let failure = failure { () throws(Failure) in
        _ = try store.replace("a", [2], timeToLive: 10, token: .bytes([1]), call)
      }
      let elapsed = Date().timeIntervalSince(start)
      #expect(failure?.status == .timeout)
      #expect(elapsed > 0.14 && elapsed < 10)
      // Readers are not held up, and the connection serves again.
      #expect(try store.record("a") == [1])
      try raw("COMMIT")
      #expect(try store.replace("a", [2], timeToLive: 10, token: .bytes([1]), at()).isReplaced)
    }

    @Test func aPassedDeadlineEndsALongStatement() throws {
      let store = try store(path)
      try store.prepare(at())
      let raw = try RawDatabase(path)
      try raw(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO sessions"
          + " (session_id, data, expiry) SELECT 'k' || i, X'01', '2020-01-01 00:00:00.000000' FROM n")
      let late = Call(now: epoch, deadline: .after(milliseconds: 0))
      #expect(failure { () throws(Failure) in _ = try store.sweep(limit: 20_000, late) }?.status == .timeout)
      #expect(try raw("SELECT count(*) FROM sessions") == ["20000"])
      #expect(try store.sweep(limit: 15_000, at()))
      #expect(try store.sweep(limit: 15_000, at()) == false)
    }

    @Test func aFileThatGoesAndComesBack() throws {
      let options = try SQLiteOptions(path: path, fileCheckInterval: 0)
      let store = SQLiteStore(options)
      let other = SQLiteStore(options)
      #expect(try store.create("a", [1], timeToLive: 10, at()).isCreated)
      #expect(try other.record("a") == [1])
      for name in ["sessions.db", "sessions.db-wal", "sessions.db-shm"] {
        try FileManager.default.removeItem(atPath: folder.path(name).string)
      }
      #expect(try store.record("a") == nil)
      #expect(try store.create("b", [2], timeToLive: 10, at()).isCreated)
      // The other one still had the old file open; letting go of it must not touch the new one's log.
      #expect(try other.record("b") == [2])
      #expect(try other.create("c", [3], timeToLive: 10, at()).isCreated)
      #expect(try store.record("c") == [3])
      #expect(try RawDatabase(path)("PRAGMA integrity_check") == ["ok"])
    }

    @Test func aTableThatIsDroppedIsMadeAgain() throws {
      let store = try store(path)
      #expect(try store.create("a", [1], timeToLive: 10, at()).isCreated)
      try RawDatabase(path)("DROP TABLE sessions")
      _ = failure { () throws(Failure) in _ = try store.load("a", at()) }
      #expect(try store.load("a", at()) == nil)
      #expect(try store.create("a", [1], timeToLive: 10, at()).isCreated)
    }

    /// An application that keeps a rollback journal and has the file open.
    @Test func aReaderIsInTheWay() throws {
      let raw = try RawDatabase(path)
      try raw("CREATE TABLE other (x)")
      try raw("INSERT INTO other VALUES (1)")
      try raw("BEGIN")
      try raw("SELECT x FROM other")
      let call = Call(now: epoch, deadline: .after(milliseconds: 100))
      #expect(
        failure { () throws(Failure) in _ = try store(path).create("a", [1], timeToLive: 10, call) }?.status == .timeout
      )
      try raw("COMMIT")
      #expect(try store(path).create("a", [1], timeToLive: 10, at()).isCreated)
    }
  }
#endif
