// SPDX-License-Identifier: Apache-2.0
#if SQLite
  import Backends
  import Foundation
  import Stores
  import Support
  import Testing

  /// The rows and the tables of Flask-Session.
  @Suite struct FlaskTableTests {
    private let folder: TemporaryFolder
    private let path: Text
    private let key: Text = "session:stho7ZYbrkJ-pZS22_q3rup5D0GqANe7jRUzSeM8brc"

    init() throws {
      folder = try TemporaryFolder()
      path = folder.path("sessions.db")
    }

    private func store() throws -> SQLiteStore { SQLiteStore(try SQLiteOptions(path: path)) }

    private func bytes(_ hex: String) -> [UInt8] {
      stride(from: 0, to: hex.count, by: 2).map { place in
        UInt8(hex.dropFirst(place).prefix(2), radix: 16) ?? 0
      }
    }

    /// Each row of every scenario of Flask-Session 0.8, made with our operations.
    @Test func theRowsOfTheVectors() throws {
      struct Vectors: Decodable {
        struct Scenario: Decodable { let scenario: String, steps: [Step] }
        struct Step: Decodable { let store: [[String]] }
        let scenarios: [Scenario]
      }
      let file = URL(filePath: #filePath).appending(path: "../../../Vectors/fs080_sqlite.json").standardized
      let vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
      var compared = 0
      for scenario in vectors.scenarios {
        let path = folder.path("\(scenario.scenario).db")
        let store = SQLiteStore(try SQLiteOptions(path: path))
        try store.prepare(at())
        let raw = try RawDatabase(path)
        var before: [String: [UInt8]] = [:]
        for step in scenario.steps {
          var after: [String: [UInt8]] = [:]
          for row in step.store { after[row[1]] = bytes(row[2]) }
          for key in before.keys where after[key] == nil { try store.remove(Text(key), at()) }
          for row in step.store {
            let key = Text(row[1])
            let record = bytes(row[2])
            let expiry = try #require(try RawDatabase(path)("SELECT strftime('%s', '\(row[3])')").first)
            let timeToLive = try #require(Int64(expiry)) - epoch
            if let old = before[row[1]], old == record {
              #expect(try store.touch(key, timeToLive: timeToLive, at()))
            } else if let old = before[row[1]] {
              #expect(try store.replace(key, record, timeToLive: timeToLive, token: .bytes(old), at()).isReplaced)
            } else {
              #expect(try store.create(key, record, timeToLive: timeToLive, at()).isCreated)
            }
          }
          before = after
          #expect(try raw.rows() == step.store.map { $0.joined(separator: " ") }, "\(scenario.scenario)")
          compared += step.store.count
        }
      }
      #expect(compared > 20)
    }

    @Test func theTableIsTheirs() throws {
      try store().prepare(at())
      let raw = try RawDatabase(path)
      #expect(
        try raw("SELECT sql FROM sqlite_master WHERE name = 'sessions'") == [
          "CREATE TABLE \"sessions\" (\n\tid INTEGER NOT NULL, \n\tsession_id VARCHAR(255), \n\tdata BLOB, "
            + "\n\texpiry DATETIME, \n\tPRIMARY KEY (id), \n\tUNIQUE (session_id)\n)"
        ])
      #expect(
        try raw("SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY name") == [
          "sqlite_autoindex_sessions_1", "swiftsession_sessions_expiry",
        ])
      #expect(try raw("PRAGMA journal_mode") == ["wal"])
      #expect(try raw("SELECT typeof(session_id) || typeof(data) || typeof(expiry) FROM sessions").isEmpty)
      #expect(try store().create(key, [0x82], timeToLive: 20, at()).isCreated)
      #expect(try raw("SELECT typeof(session_id) || typeof(data) || typeof(expiry) FROM sessions") == ["textblobtext"])
      #expect(try raw.rows() == ["1 \(key.string) 82 2023-11-14 22:13:40.000000"])
    }

    @Test func rowsOfFlaskSessionAreRead() throws {
      try store().prepare(at())
      let raw = try RawDatabase(path)
      try raw(
        "INSERT INTO sessions (session_id, data, expiry) VALUES ('session:a', X'82AA', '2023-11-14 22:13:40.056021')")
      let store = try store()
      #expect(try store.record("session:a", at(20)) == [0x82, 0xAA])
      #expect(try store.record("session:a", at(21)) == nil)
      #expect(try store.replace("session:a", [1], timeToLive: 5, token: .bytes([0x82, 0xAA]), at(20)).isReplaced)
      #expect(try raw.rows() == ["1 session:a 01 2023-11-14 22:13:45.000000"])
    }

    /// Flask-Session 0.5 writes them after `session.clear()`.
    @Test func whatIsNULLIsNotThere() throws {
      try store().prepare(at())
      let raw = try RawDatabase(path)
      try raw("INSERT INTO sessions (session_id, data, expiry) VALUES ('a', X'82', NULL)")
      try raw("INSERT INTO sessions (session_id, data, expiry) VALUES ('b', NULL, '2099-01-01 00:00:00.000000')")
      try raw("INSERT INTO sessions (session_id, data, expiry) VALUES ('c', NULL, NULL)")
      let store = try store()
      for key in ["a", "b", "c"] as [Text] {
        #expect(try store.load(key, at()) == nil)
        #expect(try store.touch(key, timeToLive: 10, at()) == false)
        #expect(try store.replace(key, [1], timeToLive: 10, token: .bytes([0x82]), at()).isGone)
        #expect(try store.remove(key, token: .bytes([0x82]), at()) == .gone)
      }
      #expect(try store.create("a", [1], timeToLive: 10, at()).isCreated)
      #expect(try store.create("b", [2], timeToLive: 10, at()).isCreated)
      #expect(try store.sweep(limit: 10, at()) == false)
      #expect(try raw("SELECT session_id || hex(data) FROM sessions ORDER BY 1") == ["a01", "b02"])
    }

    @Test func textInTheDataColumnIsARecordToo() throws {
      try store().prepare(at())
      try RawDatabase(path)(
        "INSERT INTO sessions (session_id, data, expiry) VALUES ('a', 'text', '2099-01-01 00:00:00.000000')")
      let store = try store()
      #expect(try store.record("a") == [UInt8]("text"))
      #expect(try store.replace("a", [1], timeToLive: 10, token: .bytes([UInt8]("text")), at()).isReplaced)
    }

    /// No UNIQUE and no index, so an id can have several rows.
    @Test func theTableOfHandMadeDDL() throws {
      let raw = try RawDatabase(path)
      try raw(
        "CREATE TABLE sessions (id integer PRIMARY KEY NOT NULL, session_id varchar(255), data bytea, expiry timestamp)"
      )
      let store = try store()
      #expect(try store.create("a", [9], timeToLive: 10, at()).isCreated)
      #expect(
        try raw("SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY name") == [
          "swiftsession_sessions_expiry", "swiftsession_sessions_session_id",
        ])
      try raw("DELETE FROM sessions")
      try raw("INSERT INTO sessions (session_id, data, expiry) VALUES ('a', X'01', '2023-11-14 22:13:30.000000')")
      try raw("INSERT INTO sessions (session_id, data, expiry) VALUES ('a', X'03', '2023-11-14 22:13:50.000000')")
      try raw("INSERT INTO sessions (session_id, data, expiry) VALUES ('a', X'02', '2023-11-14 22:13:40.000000')")
      #expect(try store.record("a") == [3])
      #expect(try store.create("a", [4], timeToLive: 10, at()).exists)
      #expect(try store.replace("a", [4], timeToLive: 10, token: .bytes([1]), at()).isChanged)
      #expect(try store.touch("a", timeToLive: 60, at()))
      #expect(
        try raw.rows() == [
          "1 a 01 2023-11-14 22:13:30.000000", "2 a 03 2023-11-14 22:14:20.000000", "3 a 02 2023-11-14 22:13:40.000000",
        ])
      #expect(try store.replace("a", [4], timeToLive: 10, token: .bytes([3]), at()).isReplaced)
      #expect(try raw("SELECT DISTINCT hex(data) || expiry FROM sessions") == ["042023-11-14 22:13:30.000000"])
      #expect(try store.remove("a", token: .bytes([4]), at()) == .removed)
      #expect(try raw.rows().isEmpty)
    }

    @Test(arguments: ["表名", "a\"b", "it's", "a b", "select", "x; DROP TABLE y"])
    func anyTableName(_ name: String) throws {
      let store = SQLiteStore(try SQLiteOptions(path: path, table: Text(name)))
      #expect(try store.create("a", [1], timeToLive: 10, at()).isCreated)
      #expect(try store.record("a") == [1])
      try store.prepare(at())
      let quoted = name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      #expect(try RawDatabase(path)("SELECT hex(data) FROM \"\(quoted)\"") == ["01"])
      #expect(try RawDatabase(path)("SELECT count(*) FROM sqlite_master WHERE type = 'table'") == ["1"])
    }
  }
#endif
