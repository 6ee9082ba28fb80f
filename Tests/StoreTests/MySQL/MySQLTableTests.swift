// SPDX-License-Identifier: Apache-2.0
#if MySQL
  import Backends
  import Foundation
  import Stores
  import Support
  import Testing

  /// Tables as others make them and fill them, and what a server's settings do to them.
  @Suite struct MySQLTableTests {
    private let key: Text = "session:a"
    private static let flaskSession =
      "id INTEGER NOT NULL AUTO_INCREMENT, session_id VARCHAR(255), data BLOB, expiry DATETIME, PRIMARY KEY (id), "
      + "UNIQUE (session_id)"
    private static let byHand =
      "id integer PRIMARY KEY NOT NULL, session_id varchar(255), data blob, expiry datetime"

    private func made(_ columns: String?, _ server: MySQLServer? = nil) throws -> (MySQLStore, Table) {
      let server = try server ?? MySQLServer.shared.get()
      let options = server.options()
      if let columns { try server.sql("CREATE TABLE TABLE_NAME (\(columns))", table: options.table) }
      return (MySQLStore(options), Table(server: server, name: options.table))
    }

    private struct Table {
      let server: MySQLServer
      let name: Text
      func callAsFunction(_ text: String) throws -> String { try server.sql(text, table: name) }
    }

    @Test func ours() throws {
      let (store, table) = try made(nil)
      try store.prepare(at())
      let text = try table("SHOW CREATE TABLE TABLE_NAME")
      for part in [
        "`session_id` varbinary(255)", "`data` mediumblob", "UNIQUE KEY `session_id`", "KEY `expiry`", "InnoDB",
      ] {
        #expect(text.contains(part), "\(text)")
      }
    }

    /// Naive UTC, whatever the time zone and the mode of the server are.
    @Test(arguments: [
      "--default-time-zone=+08:00", "--sql-mode=", "--sql-mode=ANSI,TRADITIONAL", "--sql-mode=ORACLE",
      "--init-connect=SET autocommit=0", "--transaction-isolation=READ-COMMITTED", "--log-bin",
      "--binlog-format=STATEMENT",
      "--character-set-server=latin1", "--lower-case-table-names=1",
    ])
    func aServerOfOtherSettings(_ argument: String) throws {
      let server = try MySQLServer([argument])
      try server.sql("CREATE USER w@'%' IDENTIFIED BY 'w'; GRANT ALL ON devops.* TO w@'%'")
      for columns in [nil, MySQLTableTests.flaskSession, MySQLTableTests.byHand] {
        let name = MySQLServer.newTable()
        if let columns { try server.sql("CREATE TABLE TABLE_NAME (\(columns)); COMMIT", table: name) }
        var options = server.options(table: name)
        (options.user, options.password) = ("w", MySQLServer.secret("w"))
        let store = MySQLStore(options)
        #expect(try store.create(key, [1], timeToLive: 20, at()).isCreated)
        #expect(try store.create(key, [2], timeToLive: 20, at()).exists)
        #expect(try server.sql("SELECT HEX(data), expiry FROM TABLE_NAME", table: name) == "01\t2023-11-14 22:13:40")
        #expect(try store.replace(key, [3], timeToLive: 30, token: .bytes([1]), at()).isReplaced)
        #expect(try server.sql("SELECT HEX(data), expiry FROM TABLE_NAME", table: name) == "03\t2023-11-14 22:13:50")
        #expect(try store.load(key, at(30)) == nil)
        #expect(try store.sweep(limit: 10, at(30)) == false)
        #expect(try server.sql("SELECT COUNT(*) FROM TABLE_NAME", table: name) == "0")
      }
    }

    /// The last one to end counts, and no other is left behind.
    @Test func severalRowsOfOneID() throws {
      let (store, table) = try made(MySQLTableTests.byHand)
      let rows =
        "INSERT INTO TABLE_NAME VALUES (1, 'session:a', 'old', '2023-11-14 22:13:30'),"
        + " (2, 'session:a', 'new', '2023-11-14 22:13:40'), (3, 'session:a', NULL, '2030-01-01'),"
        + " (4, 'session:a', 'x', NULL)"
      _ = try table(rows)
      #expect(try store.record(key) == [UInt8]("new"))
      #expect(try store.create(key, [1], timeToLive: 9, at()).exists)
      #expect(try store.replace(key, [1], timeToLive: 9, token: .bytes([UInt8]("old")), at()).isChanged)
      #expect(try store.touch(key, timeToLive: 30, at()))
      #expect(try store.replace(key, [1], timeToLive: 9, token: .bytes([UInt8]("new")), at()).isReplaced)
      #expect(try table("SELECT DISTINCT HEX(data), expiry FROM TABLE_NAME") == "01\t2023-11-14 22:13:29")
      #expect(try store.remove(key, token: .bytes([1]), at()) == .removed)
      #expect(try table("SELECT COUNT(*) FROM TABLE_NAME") == "0")
      _ = try table(rows)
      try store.remove(key, at())
      #expect(try table("SELECT COUNT(*) FROM TABLE_NAME") == "0")
    }

    /// Flask-Session up to 0.5 left rows without an end, and read them for ever.
    @Test(arguments: [flaskSession, byHand])
    func aRowWithoutAnEndHasEnded(_ columns: String) throws {
      let (store, table) = try made(columns)
      _ = try table(
        "INSERT INTO TABLE_NAME (id, session_id, data, expiry) VALUES (1, 'session:a', 'x', NULL),"
          + " (2, 'session:b', NULL, '2030-01-01'), (3, 'session:c', 'x', NULL)")
      #expect(try store.load(key, at()) == nil)
      #expect(try store.load("session:b", at()) == nil)
      #expect(try !store.touch(key, timeToLive: 9, at()))
      #expect(try store.replace(key, [1], timeToLive: 9, token: .bytes([UInt8]("x")), at()).isGone)
      #expect(try store.create(key, [1], timeToLive: 9, at()).isCreated)
      #expect(try store.create("session:b", [2], timeToLive: 9, at()).isCreated)
      #expect(try store.sweep(limit: 10, at()) == false)
      #expect(try table("SELECT session_id, HEX(data) FROM TABLE_NAME ORDER BY 1") == "session:a\t01\nsession:b\t02")
    }

    @Test func anIDThatAColumnTakesForAnother() throws {
      let (store, table) = try made(MySQLTableTests.flaskSession)
      #expect(try store.create("session:a", [1], timeToLive: 9, at()).isCreated)
      for other: Text in ["SESSION:A", "session:a ", "sessión:a"] {
        #expect(try store.load(other, at()) == nil)
        #expect(try !store.touch(other, timeToLive: 9, at()))
        try store.remove(other, at())
        #expect(status { () throws(Failure) in _ = try store.create(other, [2], timeToLive: 9, at()) } == .argument)
      }
      #expect(try table("SELECT session_id FROM TABLE_NAME") == "session:a")
    }

    /// Neither a server that cuts what is too long nor a column that was narrowed meanwhile loses anything.
    @Test func aColumnThatWasNarrowed() throws {
      let (other, table) = try made(MySQLTableTests.flaskSession)
      try other.ping(at())
      _ = try table("SET GLOBAL sql_mode = ''")
      let server = try MySQLServer.shared.get()
      let store = MySQLStore(server.options(table: table.name))
      #expect(try store.create(key, [1], timeToLive: 9, at()).isCreated)
      _ = try table("ALTER TABLE TABLE_NAME MODIFY data VARBINARY(100)")
      let long = [UInt8](repeating: 7, count: 300)
      let failure = status { () throws(Failure) in
        _ = try store.replace(key, long, timeToLive: 9, token: .bytes([1]), at())
      }
      #expect(failure == .tooLarge)
      #expect(try store.load(key, at())?.record == [1])
    }

    @Test func aRecordThatTheColumnWouldCut() throws {
      let (store, table) = try made(MySQLTableTests.flaskSession)
      let large = [UInt8](repeating: 7, count: 65_536)
      do throws(Failure) {
        _ = try store.create(key, large, timeToLive: 9, at())
        Issue.record("it was created")
      } catch {
        #expect(error.status == .tooLarge && error.message.contains("MODIFY data MEDIUMBLOB"))
      }
      _ = try table("ALTER TABLE TABLE_NAME MODIFY data MEDIUMBLOB")
      #expect(try store.create(key, large, timeToLive: 9, at()).isCreated)
    }

    @Test(arguments: [
      "a INTEGER", "session_id VARCHAR(255), data BLOB", "session_id INTEGER, data BLOB, expiry DATETIME",
      "session_id VARCHAR(255), data TEXT, expiry DATETIME", "session_id VARCHAR(255), data BLOB, expiry INTEGER",
      "session_id VARCHAR(255), data BLOB, expiry TIMESTAMP NULL",
    ])
    func aTableOfSomethingElse(_ columns: String) throws {
      let (store, _) = try made(columns)
      #expect(status { () throws(Failure) in try store.ping(at()) } == .config)
      #expect(status { () throws(Failure) in _ = try store.create(key, [1], timeToLive: 9, at()) } == .config)
    }

    @Test(arguments: [
      "session_id VARBINARY(255) PRIMARY KEY, data LONGBLOB, expiry DATETIME(6) NOT NULL",
      "session_id VARCHAR(255) CHARACTER SET latin1, data BLOB, expiry DATETIME",
      "SESSION_ID VARCHAR(64) COLLATE utf8mb4_bin UNIQUE, Data TINYBLOB, EXPIRY DATETIME",
    ])
    func aTableWithoutNumbers(_ columns: String) throws {
      let (store, table) = try made(columns)
      #expect(try store.create(key, [1], timeToLive: 9, at()).isCreated)
      #expect(try store.create(key, [2], timeToLive: 9, at()).exists)
      #expect(try store.replace(key, [3], timeToLive: 9, token: .bytes([1]), at()).isReplaced)
      #expect(try store.record(key) == [3])
      #expect(try store.sweep(limit: 5, at(9)) == false)
      #expect(try table("SELECT COUNT(*) FROM TABLE_NAME") == "0")
    }

    @Test func indexesAreMadeWhenAskedFor() throws {
      let (store, table) = try made(MySQLTableTests.byHand)
      #expect(try store.create(key, [1], timeToLive: 9, at()).isCreated)
      #expect(try !table("SHOW CREATE TABLE TABLE_NAME").contains("swiftsession"))
      try store.prepare(at())
      try MySQLStore(table.server.options(table: table.name)).prepare(at())
      let text = try table("SHOW CREATE TABLE TABLE_NAME")
      #expect(text.contains("KEY `swiftsession_session_id`") && text.contains("KEY `swiftsession_expiry`"), "\(text)")
    }

    @Test func aTableThatIsTakenAwayIsMadeAnew() throws {
      let (store, table) = try made(nil)
      #expect(try store.create(key, [1], timeToLive: 9, at()).isCreated)
      _ = try table("DROP TABLE TABLE_NAME")
      #expect(try store.load(key, at()) == nil)
      _ = try table("DROP TABLE TABLE_NAME")
      #expect(try store.create(key, [1], timeToLive: 9, at()).isCreated)
    }

    @Test func aUserThatMayNotMakeATable() throws {
      let server = try MySQLServer.shared.get()
      var options = server.options(table: "not_there")
      try server.sql("CREATE USER r@'%' IDENTIFIED BY 'r'; GRANT SELECT, INSERT, UPDATE, DELETE ON devops.* TO r@'%'")
      (options.user, options.password) = ("r", MySQLServer.secret("r"))
      do throws(Failure) {
        try MySQLStore(options).ping(at())
        Issue.record("it was there")
      } catch {
        #expect(error.status == .config && error.message.utf8.count <= 247, "\(error.message)")
        let statement = try #require(error.message.range(of: "CREATE TABLE")).lowerBound
        try server.sql(String(error.message[statement...]))
      }
      #expect(try MySQLStore(options).create(key, [1], timeToLive: 9, at()).isCreated)
    }

    @Test func aTableOfAnotherDatabase() throws {
      let server = try MySQLServer.shared.get()
      try server.sql("CREATE DATABASE IF NOT EXISTS `s 1`")
      var options = server.options()
      options.schema = "s 1"
      #expect(try MySQLStore(options).create(key, [1], timeToLive: 9, at()).isCreated)
    }

    /// Rows that others hold are left to the next time.
    @Test func aSweepDoesNotWait() throws {
      let (store, table) = try made(nil)
      for number in 0..<5 { #expect(try store.create(Text("k\(number)"), [1], timeToLive: 9, at()).isCreated) }
      let locked = try table.server.begin(
        "SELECT * FROM TABLE_NAME WHERE session_id = 'k2' FOR UPDATE", table: table.name)
      #expect(try store.sweep(limit: 2, at(9)) == true)
      #expect(try store.sweep(limit: 5, at(9)) == false)
      #expect(try table("SELECT session_id FROM TABLE_NAME") == "k2")
      locked.end()
      #expect(try store.sweep(limit: 5, at(9)) == false)
      #expect(try table("SELECT COUNT(*) FROM TABLE_NAME") == "0")
    }
  }
#endif
