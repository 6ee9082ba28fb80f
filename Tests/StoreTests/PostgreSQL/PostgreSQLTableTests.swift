// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import Backends
  import Foundation
  import Stores
  import Support
  import Testing

  /// The tables that are met: Flask-Session's, those made by hand, and ours.
  @Suite struct PostgreSQLTableTests {
    private let key: Text = "session:a"
    private let server: PostgreSQLServer
    private let table = PostgreSQLServer.freeTable()

    init() throws { server = try PostgreSQLServer.shared.get() }

    private func store(
      _ table: String? = nil, schema: String? = nil, user: String = "jack", sequence: Text? = nil
    ) throws -> PostgreSQLStore {
      var options = try server.options(table: table ?? self.table, schema: schema, user: user)
      options.sequence = sequence
      return PostgreSQLStore(options)
    }

    private func rows() throws -> [String] {
      try server.sql("SELECT id, session_id, encode(data, 'hex'), expiry FROM \(table) ORDER BY id").split(
        separator: "\n"
      ).map { String($0) }
    }

    /// As SQLAlchemy makes it; times are UTC, and the time zone of the server is not.
    @Test func flaskSessionsOwn() throws {
      try server.sql(
        """
        CREATE TABLE \(table) (id SERIAL NOT NULL, session_id VARCHAR(255), data BYTEA,
        expiry TIMESTAMP WITHOUT TIME ZONE, PRIMARY KEY (id), UNIQUE (session_id))
        """)
      let store = try store()
      #expect(try store.create(key, [1], timeToLive: 20, at()).isCreated)
      #expect(try rows() == ["1|session:a|01|2023-11-14 22:13:40"])
      #expect(try store.replace(key, [2], timeToLive: 20, token: .bytes([1]), at(1)).isReplaced)
      #expect(try store.touch(key, timeToLive: 30, at(2)))
      #expect(try rows() == ["1|session:a|02|2023-11-14 22:13:52"])
      try server.sql("UPDATE \(table) SET expiry = '2023-11-14 22:13:20.5'")
      #expect(try store.load(key, at()) != nil)
      #expect(try store.load(key, at(1)) == nil)
      try store.prepare(at())
      #expect(try server.sql("SELECT count(*) FROM pg_indexes WHERE tablename = '\(table)'") == "3")
      try store.prepare(at())
      #expect(try server.sql("SELECT count(*) FROM pg_indexes WHERE tablename = '\(table)'") == "3")
    }

    @Test func aColumnWithATimeZone() throws {
      try server.sql(
        "CREATE TABLE \(table) (id SERIAL PRIMARY KEY, session_id TEXT UNIQUE, data BYTEA, expiry TIMESTAMPTZ)")
      let store = try store()
      #expect(try store.create(key, [1], timeToLive: 20, at()).isCreated)
      #expect(try server.sql("SELECT extract(epoch FROM expiry)::int FROM \(table)") == "1700000020")
      #expect(try store.load(key, at(19)) != nil)
      #expect(try store.load(key, at(20)) == nil)
    }

    /// The DDL of a tutorial, with which each save of Flask-Session fails.
    @Test func noDefaultForTheIDAndSeveralRowsForOneSession() throws {
      try server.sql(
        "CREATE TABLE public.\(table) (id integer PRIMARY KEY NOT NULL, session_id varchar(255), data bytea, "
          + "expiry timestamp)")
      let store = try store(schema: "public")
      for number in UInt8(1)...3 {
        #expect(try store.create(Text("k\(number)"), [number], timeToLive: 10, at()).isCreated)
      }
      #expect(
        try rows() == [
          "1|k1|01|2023-11-14 22:13:30", "2|k2|02|2023-11-14 22:13:30", "3|k3|03|2023-11-14 22:13:30",
        ])
      try server.sql(
        """
        INSERT INTO \(table) VALUES (10, 'k1', '\\x0a', '2023-11-14 22:14:00'), (11, 'k1', '\\x0b', '2023-11-14 22:13:50')
        """)
      #expect(try store.record("k1") == [10])
      #expect(try store.create("k1", [9], timeToLive: 10, at()).exists)
      #expect(try store.replace("k1", [9], timeToLive: 10, token: .bytes([1]), at()).isChanged)
      #expect(try store.touch("k1", timeToLive: 60, at()))
      #expect(try store.refresh("k1", timeToLive: 60, at())?.record == [10])
      #expect(try store.record("k1", at(59)) == [10])
      #expect(try store.remove("k1", token: .bytes([11]), at()) == .changed)
      #expect(try store.replace("k1", [9], timeToLive: 10, token: .bytes([10]), at()).isReplaced)
      #expect(try rows().filter { $0.contains("|k1|09|2023-11-14 22:13:30") }.count == 3)
      #expect(try store.remove("k1", token: .bytes([9]), at()) == .removed)
      #expect(try rows().count == 2)
      try store.prepare(at())
      #expect(try server.sql("SELECT count(*) FROM pg_indexes WHERE tablename = '\(table)'") == "3")
    }

    /// Many first saves of the same sessions at once.
    @Test func noDuplicatesWithoutAUniqueIndex() async throws {
      try server.sql(
        "CREATE TABLE \(table) (id integer PRIMARY KEY NOT NULL, session_id varchar(255), data bytea, expiry timestamp)"
      )
      let store = try store()
      try await withThrowingTaskGroup(of: Int.self) { group in
        for worker in UInt8(0)..<8 {
          group.addTask {
            var created = 0
            for number in 0..<40 {
              if try store.create(Text("k\(number)"), [worker], timeToLive: 10, at()).isCreated { created += 1 }
            }
            return created
          }
        }
        var created = 0
        for try await count in group { created += count }
        #expect(created == 40)
      }
      #expect(
        try server.sql("SELECT count(*), count(DISTINCT session_id), count(DISTINCT id) FROM \(table)") == "40|40|40")
    }

    /// Rows as a bug of Flask-Session left them.
    @Test(arguments: ["", " UNIQUE"])
    func whatIsNULLIsNotThere(_ unique: String) throws {
      try server.sql(
        "CREATE TABLE \(table) (id SERIAL PRIMARY KEY, session_id VARCHAR(255)\(unique), data BYTEA, expiry TIMESTAMP)")
      let data = "80049524000000000000007D948C085F666C6173686573945D948C076D657373616765948C0362796594869461732E"
      func insert() throws {
        try server.sql(
          """
          INSERT INTO \(table) (session_id, data, expiry) VALUES ('a', decode('\(data)', 'hex'), NULL),
          ('b', NULL, '2030-01-01'), ('c', NULL, NULL), (NULL, NULL, NULL), ('d', '\\x04', '2030-01-01')
          """)
      }
      try insert()
      let store = try store()
      for key in ["a", "b", "c"] as [Text] {
        #expect(try store.load(key, at()) == nil)
        #expect(try !store.touch(key, timeToLive: 10, at()))
        #expect(try store.replace(key, [1], timeToLive: 10, token: .bytes([]), at()).isGone)
        #expect(try store.create(key, [1], timeToLive: 10, at()).isCreated)
        #expect(try store.record(key) == [1])
      }
      try server.sql("TRUNCATE \(table)")
      try insert()
      #expect(try !store.sweep(limit: 10, at()))
      #expect(try rows().map { $0.split(separator: "|")[1] } == ["b", "d"])
      #expect(try !store.sweep(limit: 10, at(1_000_000_000)))
      #expect(try rows().isEmpty)
    }

    @Test(arguments: [
      "表名", "a\"b", "a'b", "select", "Mixed Case", "a.b", "x; DROP TABLE y", "%s $1", String(repeating: "é", count: 31),
    ])
    func anyName(_ name: String) throws {
      let schema = "schema \" \(table)"
      try server.sql("CREATE SCHEMA \"schema \"\" \(table)\"")
      for schema in [schema, nil] {
        let name = schema == nil ? String((name + table).prefix(31)) : name
        let store = try store(name, schema: schema)
        #expect(try store.create(key, [1], timeToLive: 10, at()).isCreated)
        #expect(try self.store(name, schema: schema).record(key) == [1])
        try store.prepare(at())
        #expect(try !store.sweep(limit: 10, at()))
        try store.remove(key, at())
      }
      #expect(
        try server.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'schema \" \(table)'") == "1")
    }

    @Test func namesThatTheServerWouldCut() throws {
      #expect(throws: Failure.self) { try store(String(repeating: "a", count: 64)) }
      #expect(throws: Failure.self) { try store("") }
      #expect(throws: Failure.self) { try store("a", schema: "") }
    }

    @Test func aSequenceGivesTheIDs() throws {
      let sequence = "seq \(table)"
      let made = try store(sequence: Text(sequence))
      #expect(try made.create(key, [1], timeToLive: 10, at()).isCreated)
      #expect(try server.sql("SELECT nextval('\"\(sequence)\"')") == "2")
      try server.sql("ALTER TABLE \(table) ALTER id DROP DEFAULT")
      let store = try store(sequence: Text(sequence))
      #expect(try store.create("b", [1], timeToLive: 10, at()).isCreated)
      try server.sql("ALTER TABLE \(table) DROP CONSTRAINT \(table)_session_id_key")
      let other = try self.store(sequence: Text(sequence))
      #expect(try other.create("c", [1], timeToLive: 10, at()).isCreated)
      #expect(try server.sql("SELECT string_agg(id::text, ',' ORDER BY id) FROM \(table)") == "1,3,4")
    }

    /// A column that takes some ids for equal finds none but the one that was asked for.
    @Test func collations() throws {
      try server.sql(
        """
        CREATE COLLATION "c\(table)" (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
        CREATE TABLE \(table) (id SERIAL PRIMARY KEY, session_id VARCHAR(255) COLLATE "c\(table)" UNIQUE, data BYTEA,
        expiry TIMESTAMP)
        """)
      let store = try store()
      #expect(try store.create("abc", [1], timeToLive: 10, at()).isCreated)
      for key in ["ABC", "äbc"] as [Text] {
        #expect(try store.load(key, at()) == nil)
        #expect(try !store.touch(key, timeToLive: 10, at()))
        #expect(try store.create(key, [2], timeToLive: 10, at()).exists)
        try store.remove(key, at())
      }
      #expect(try store.record("abc") == [1])
    }

    @Test func withoutTheRights() throws {
      let user = "u\(table)"
      try server.sql("CREATE ROLE \(user) LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
      let store = try store(user: user)
      let missing = failure { () throws(Failure) in try store.prepare(at()) }
      #expect(missing?.status == .config)
      #expect(
        missing?.message.hasSuffix(
          "run: CREATE TABLE \"\(table)\" (id BIGSERIAL PRIMARY KEY, session_id VARCHAR(255) UNIQUE, data BYTEA, expiry "
            + "TIMESTAMP); CREATE INDEX ON \"\(table)\" (expiry)") == true)
      #expect((missing?.message.utf8.count ?? 0) <= 247)
      let statement = try #require(missing?.message.components(separatedBy: "run: ").last)
      try server.sql(statement)
      #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == .auth)
      try server.sql(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON \(table) TO \(user); GRANT USAGE ON \(table)_id_seq TO \(user)")
      #expect(try store.create(key, [1], timeToLive: 10, at()).isCreated)
      #expect(try store.record(key) == [1])
      try store.prepare(at())
      try server.sql("DROP INDEX \(table)_expiry_idx")
      #expect(
        failure { () throws(Failure) in try store.prepare(at()) }?.message.hasSuffix(
          "CREATE INDEX ON \"\(table)\" (expiry)") == true)
      let elsewhere = try self.store(schema: "no such schema")
      #expect(status { () throws(Failure) in try elsewhere.prepare(at()) } == .config)
    }

    @Test func aTableThatIsDroppedIsMadeAgain() throws {
      let store = try store()
      #expect(try store.create(key, [1], timeToLive: 10, at()).isCreated)
      try server.sql("DROP TABLE \(table)")
      #expect(try store.create(key, [2], timeToLive: 10, at()).isCreated)
      #expect(try store.record(key) == [2])
    }

    @Test func anotherTableOfTheName() throws {
      try server.sql(
        "CREATE TABLE \(table) (id SERIAL PRIMARY KEY, session_id VARCHAR(4) UNIQUE, data BYTEA, expiry TIMESTAMP)")
      let store = try store()
      #expect(status { () throws(Failure) in _ = try store.create(key, [1], timeToLive: 9, at()) } == .config)
      #expect(try store.create("abcd", [1], timeToLive: 10, at()).isCreated)
      let other = PostgreSQLServer.freeTable()
      try server.sql("CREATE TABLE \(other) (a INT)")
      let wrong = try self.store(other)
      #expect(status { () throws(Failure) in _ = try wrong.load(key, at()) } == .config)
    }

    /// Each would lose every session, or fail with what says nothing; the message's statement keeps what is there.
    @Test(arguments: [
      ("data", "text", "text"), ("data", "varchar(500)", "character varying(500)"), ("data", "jsonb", "jsonb"),
      ("expiry", "date", "date"), ("expiry", "bigint", "bigint"), ("expiry", "text", "text"),
      ("session_id", "uuid", "uuid"), ("data", nil, ""), ("expiry", nil, ""), ("session_id", nil, ""),
    ])
    func aColumnOfAnotherType(_ column: String, _ type: String?, _ name: String) throws {
      let columns = [("session_id", "varchar(255)"), ("data", "bytea"), ("expiry", "timestamp")].compactMap {
        $0.0 == column ? type.map { "\(column) \($0)" } : "\($0.0) \($0.1)"
      }
      try server.sql("CREATE TABLE \(table) (id SERIAL PRIMARY KEY, \(columns.joined(separator: ", ")))")
      let store = try store()
      let ping = failure { () throws(Failure) in try store.ping(at()) }
      let found = [
        ping, failure { () throws(Failure) in try store.prepare(at()) },
        failure { () throws(Failure) in _ = try store.load(key, at()) },
        failure { () throws(Failure) in _ = try store.create(key, [1], timeToLive: 9, at()) },
      ]
      let said = type == nil ? "no column \(column):" : "column \(column) is of type \(name),"
      for wrong in found {
        #expect(wrong?.status == .config)
        #expect(wrong?.message.contains(said) == true)
        #expect((wrong?.message.utf8.count ?? 0) <= 247)
      }
      let statement = try #require(ping?.message.components(separatedBy: "run: ").last)
      try server.sql(statement)
      #expect(try store.create(key, [1], timeToLive: 9, at()).isCreated)
      #expect(try store.record(key) == [1])
    }

    @Test func whatWasThereIsKeptByTheStatement() throws {
      try server.sql(
        "CREATE TABLE \(table) (id SERIAL PRIMARY KEY, session_id text UNIQUE, data text, expiry bigint);"
          + "INSERT INTO \(table) (session_id, data, expiry) VALUES ('session:a', '\\x82aa', 1700000020)")
      let store = try store()
      for _ in 0..<2 {
        let wrong = failure { () throws(Failure) in try store.ping(at()) }
        let statement = try #require(wrong?.message.components(separatedBy: "run: ").last)
        try server.sql(statement)
      }
      #expect(try store.record(key, at(19)) == [0x82, 0xAA])
      #expect(try store.load(key, at(20)) == nil)
    }

    @Test func domains() throws {
      for (kind, type) in [("a", "varchar(255)"), ("b", "bytea"), ("c", "timestamptz")] {
        try server.sql("CREATE DOMAIN \(table)\(kind)0 AS \(type); CREATE DOMAIN \(table)\(kind) AS \(table)\(kind)0")
      }
      try server.sql(
        "CREATE TABLE \(table) (id SERIAL PRIMARY KEY, session_id \(table)a UNIQUE, data \(table)b, expiry \(table)c)")
      let store = try store()
      #expect(try store.create(key, [1], timeToLive: 20, at()).isCreated)
      #expect(try store.record(key) == [1])
      #expect(try store.load(key, at(20)) == nil)
    }

    /// By connections that have seen the table as it was.
    @Test(arguments: [
      ("ALTER data TYPE text USING data::text", "data is of type text"), ("DROP data", "no column data"),
      ("ALTER data TYPE jsonb USING '1'::jsonb", "data is of type jsonb"),
      ("ALTER expiry TYPE bigint USING 1900000000", "expiry is of type bigint"),
    ])
    func aColumnThatIsAltered(_ change: String, _ said: String) throws {
      let store = try store()
      #expect(try store.create(key, [1], timeToLive: 20, at()).isCreated)
      try server.sql("ALTER TABLE \(table) \(change)")
      for _ in 0..<2 {
        let wrong = failure { () throws(Failure) in _ = try store.load(key, at()) }
        #expect(wrong?.status == .config)
        #expect(wrong?.message.contains(said) == true)
      }
    }

    @Test func aConstraintThatIsDropped() throws {
      let store = try store()
      #expect(try store.create(key, [1], timeToLive: 20, at()).isCreated)
      try server.sql(
        "ALTER TABLE \(table) DROP CONSTRAINT \(table)_session_id_key; ALTER TABLE \(table) ALTER id DROP DEFAULT")
      #expect(try store.create("b", [2], timeToLive: 20, at()).isCreated)
      #expect(try store.create("b", [3], timeToLive: 20, at()).exists)
      #expect(try server.sql("SELECT string_agg(id::text, ',' ORDER BY id) FROM \(table)") == "1,2")
      // In the transaction that such a table needs.
      try server.sql("ALTER TABLE \(table) DROP data")
      #expect(status { () throws(Failure) in _ = try store.create("c", [3], timeToLive: 20, at()) } == .config)
    }

    @Test func aColumnThatTakesNoNULL() throws {
      let store = try store()
      try store.prepare(at())
      try server.sql("ALTER TABLE \(table) ADD tenant INT NOT NULL")
      let wrong = failure { () throws(Failure) in _ = try store.create(key, [1], timeToLive: 20, at()) }
      #expect(wrong?.status == .config)
      #expect(wrong?.message.contains("column tenant of the session table") == true)
      #expect((wrong?.message.utf8.count ?? 0) <= 247)
      try server.sql("ALTER TABLE \(table) ALTER tenant DROP NOT NULL, ADD CONSTRAINT small CHECK (length(data) < 2)")
      #expect(try store.create(key, [1], timeToLive: 20, at()).isCreated)
      let large = failure { () throws(Failure) in _ = try store.create("b", [1, 2], timeToLive: 20, at()) }
      #expect(large?.message.contains("small") == true)
    }

    /// By the index, and past the rows that somebody has locked.
    @Test func sweeping() throws {
      let store = try store()
      try store.prepare(at())
      try server.sql(
        """
        INSERT INTO \(table) (session_id, data, expiry) SELECT 'k' || i, '\\x01', timestamp '2020-01-01' + i * interval '1s'
        FROM generate_series(1, 5000) i
        """)
      let lock = Thread { [server, table] in
        _ = try? server.sql(
          "BEGIN; SELECT id FROM \(table) ORDER BY id LIMIT 3 FOR UPDATE; SELECT pg_sleep(60); COMMIT")
      }
      lock.start()
      let locks = "FROM pg_locks WHERE relation = '\(table)'::regclass AND mode = 'RowShareLock'"
      let end = Date() + 30
      while try server.sql("SELECT count(*) \(locks)") == "0", Date() < end { usleep(20_000) }
      var sweeps = 1
      while try store.sweep(limit: 1_000_000, at()) { sweeps += 1 }
      #expect(sweeps == 10)
      // It did not wait for the locks, which are still held.
      #expect(try server.sql("SELECT count(*) FROM \(table)") == "3")
      #expect(try server.sql("SELECT count(pg_terminate_backend(pid)) \(locks)") == "1")
    }

    private func failure(_ body: () throws(Failure) -> Void) -> Failure? {
      do throws(Failure) {
        try body()
        return nil
      } catch {
        return error
      }
    }
  }
#endif
