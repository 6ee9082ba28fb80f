// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import Backends
  import Foundation
  import Stores
  import Support
  import Testing

  /// A server that is not well: each gets its status in time, and the next call after recovery works.
  @Suite struct PostgreSQLTroubleTests {
    private let key: Text = "session:a"
    private typealias Wire = PostgreSQLWire

    private func soon() -> Call { Call(now: epoch, deadline: .after(milliseconds: 300)) }

    private func store(_ server: FakeServer) throws -> PostgreSQLStore {
      PostgreSQLStore(
        try PostgreSQLServer.options("postgresql://jack@127.0.0.1:\(server.port)/db?sslmode=disable"))
    }

    /// A server that lets us in and then says this.
    private func fake(_ answers: [UInt8]...) throws -> FakeServer {
      try FakeServer([Wire.welcome, Wire.table] + answers)
    }

    private func isUnknown<Answer>(_ answer: Answer) -> Bool { "\(answer)".hasSuffix("unknown") }

    @Test func stoppedAndBack() throws {
      let server = try PostgreSQLServer(["fsync=on"])
      for host in [server.tcp, nil] {
        let store = PostgreSQLStore(try server.options(table: PostgreSQLServer.freeTable(), host: host))
        #expect(try store.create(key, [1], timeToLive: 10, at()).isCreated)
        server.stop()
        #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == .unavailable)
        #expect(status { () throws(Failure) in _ = try store.create(key, [1], timeToLive: 9, at()) } == .unavailable)
        #expect(
          status { () throws(Failure) in _ = try store.replace(key, [2], timeToLive: 9, token: .bytes([1]), at()) }
            == .unavailable)
        #expect(status { () throws(Failure) in try store.ping(at()) } == .unavailable)
        try server.start()
        #expect(try store.record(key) == [1])
        server.stop()
        try server.start()
        #expect(try store.replace(key, [2], timeToLive: 10, token: .bytes([1]), at()).isReplaced)
      }
    }

    /// Those that were idle when the server ended them are noticed.
    @Test func connectionsThatTheServerEnded() throws {
      let server = try PostgreSQLServer.shared.get()
      let table = PostgreSQLServer.freeTable()
      let store = PostgreSQLStore(try server.options(table: table, host: server.tcp))
      #expect(try store.create(key, [0], timeToLive: 10, at()).isCreated)
      for number in UInt8(0)..<5 {
        try server.sql(
          "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%\"\(table)\"%' "
            + "AND pid <> pg_backend_pid()")
        // What is sent while a connection ends may be unknown; after that it is not.
        usleep(100_000)
        #expect(try store.replace(key, [number + 1], timeToLive: 10, token: .bytes([number]), at()).isReplaced)
      }
    }

    @Test func hangingAndBack() throws {
      let server = try PostgreSQLServer()
      let store = PostgreSQLStore(try server.options(table: "sessions", host: server.tcp))
      #expect(try store.create(key, [0], timeToLive: 100, at()).isCreated)
      server.pause()
      let start = Date()
      #expect(isUnknown(try store.replace(key, [7], timeToLive: 50, token: .bytes([0]), soon())))
      #expect(status { () throws(Failure) in _ = try store.load(key, soon()) } == .timeout)
      #expect(status { () throws(Failure) in try store.ping(soon()) } == .timeout)
      #expect(Date().timeIntervalSince(start) < 10)
      server.resume()
      #expect(try store.record(key) == [7])
    }

    @Test func refusing() throws {
      for url in [
        "postgresql://u@127.0.0.1:\(try FakeServer.freePort())/d", "postgresql://u@no-such-host.invalid/d",
        "postgresql://u@/d?host=/no/such/folder",
      ] {
        let store = PostgreSQLStore(try PostgreSQLServer.options(url))
        #expect(status { () throws(Failure) in try store.ping(at()) } == .unavailable)
      }
    }

    @Test func whoMayNotComeIn() throws {
      let server = try PostgreSQLServer.shared.get()
      let name = PostgreSQLServer.freeTable()
      let wrong = PostgreSQLStore(try PostgreSQLServer.options("postgresql://jack:wrong@\(server.tcp)/postgres"))
      #expect(status { () throws(Failure) in try wrong.ping(at()) } == .auth)
      let none = PostgreSQLStore(try PostgreSQLServer.options("postgresql://jack@\(server.tcp)/postgres"))
      #expect(status { () throws(Failure) in try none.ping(at()) } == .auth)
      let missing = PostgreSQLStore(try server.options(table: name, host: server.tcp, database: "nowhere"))
      #expect(status { () throws(Failure) in try missing.ping(at()) } == .config)
      try server.sql("CREATE ROLE \"c\(name)\" LOGIN CONNECTION LIMIT 0")
      let many = PostgreSQLStore(try server.options(table: name, user: "c\(name)"))
      #expect(status { () throws(Failure) in try many.ping(at()) } == .unavailable)
    }

    @Test func poolersRefusals() throws {
      let pooler = try PgBouncer.shared.get()
      let host = "127.0.0.1:\(pooler.port)"
      let wrong = PostgreSQLStore(try PostgreSQLServer.options("postgresql://jack:wrong@\(host)/postgres"))
      #expect(status { () throws(Failure) in try wrong.ping(at()) } == .auth)
      let other = PostgreSQLStore(try PostgreSQLServer.options("postgresql://jane:wrong@\(host)/postgres"))
      #expect(status { () throws(Failure) in try other.ping(at()) } == .auth)
    }

    @Test func noWrites() throws {
      let server = try PostgreSQLServer.shared.get()
      let table = PostgreSQLServer.freeTable()
      try server.sql(
        "CREATE ROLE \"r\(table)\" SUPERUSER LOGIN; ALTER ROLE \"r\(table)\" SET default_transaction_read_only = on")
      let store = PostgreSQLStore(try server.options(table: table, user: "r\(table)"))
      #expect(status { () throws(Failure) in try store.prepare(at()) } == .unavailable)
      let writer = PostgreSQLStore(try server.options(table: table))
      #expect(try writer.create(key, [1], timeToLive: 10, at()).isCreated)
      #expect(try store.record(key) == [1])
      #expect(
        status { () throws(Failure) in _ = try store.replace(key, [2], timeToLive: 9, token: .bytes([1]), at()) }
          == .unavailable)
      #expect(status { () throws(Failure) in _ = try store.touch(key, timeToLive: 9, at()) } == .unavailable)
      let picky = PostgreSQLStore(
        try server.options(table: table, user: "r\(table)", query: "target_session_attrs=read-write"))
      #expect(status { () throws(Failure) in try picky.ping(at()) } == .unavailable)
    }

    /// The first that can be written to.
    @Test func severalServers() throws {
      let server = try PostgreSQLServer.shared.get()
      let replica = try PostgreSQLServer(["default_transaction_read_only=on"])
      let silent = try FakeServer([[], []])
      defer { silent.stop() }
      let closed = try FakeServer.freePort()
      let hosts = "127.0.0.1:\(closed),127.0.0.1:\(replica.port),127.0.0.1:\(silent.port),\(server.tcp)"
      let table = PostgreSQLServer.freeTable()
      let store = PostgreSQLStore(try server.options(table: table, host: hosts))
      #expect(try store.create(key, [1], timeToLive: 10, at()).isCreated)
      #expect(try server.sql("SELECT count(*) FROM \(table)") == "1")
    }

    /// Statements that the server refuses for the sake of others are sent again.
    @Test(arguments: ["serializable", "repeatable read"])
    func stricterIsolation(_ level: String) throws {
      let server = try PostgreSQLServer.shared.get()
      let table = PostgreSQLServer.freeTable()
      try server.sql(
        "CREATE ROLE \"i\(table)\" SUPERUSER LOGIN; "
          + "ALTER ROLE \"i\(table)\" SET default_transaction_isolation = '\(level)'")
      let store = PostgreSQLStore(try server.options(table: table, user: "i\(table)"))
      #expect(try store.create(key, [0], timeToLive: 100, at()).isCreated)
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        var done = 0
        while done < 25 {
          do {
            let there = try #require(try store.load(key, at()))
            let next = [there.record[0] &+ 1]
            if try store.replace(key, next, timeToLive: 100, token: there.token, at()).isReplaced { done += 1 }
          } catch {
            Issue.record(error)
            return
          }
        }
      }
      #expect(try store.record(key) == [200])
    }

    /// It takes the statement and hangs up.
    @Test func lostInTheMiddle() throws {
      let server = try fake([])
      defer { server.stop() }
      let store = try store(server)
      #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == .unavailable)
      #expect(server.connections == 2)
      #expect(isUnknown(try store.replace(key, [1], timeToLive: 9, token: .bytes([0]), at())))
      #expect(isUnknown(try store.create(key, [1], timeToLive: 9, at())))
      #expect(try store.remove(key, token: .bytes([1]), at()) == .unknown)
      #expect(server.connections == 5)
      #expect(status { () throws(Failure) in try store.remove(key, at()) } == .unavailable)
      #expect(server.connections == 7)
    }

    /// The server's last word is an answer: nothing was done, and another connection may do it.
    @Test func endedByTheServer() throws {
      let server = try fake(Wire.error("57P01", "terminating connection", severity: "FATAL"))
      defer { server.stop() }
      let store = try store(server)
      #expect(status { () throws(Failure) in _ = try store.create(key, [1], timeToLive: 9, at()) } == .unavailable)
      #expect(server.connections == 2)
    }

    @Test(arguments: [
      ("28P01", Status.auth), ("42501", .auth), ("3D000", .config), ("3F000", .config), ("42P01", .config),
      ("22001", .config), ("25006", .unavailable), ("53300", .unavailable), ("57P01", .unavailable),
      ("57P03", .unavailable), ("53100", .backend), ("53200", .backend), ("XX000", .backend), ("42703", .backend),
      ("57014", .timeout), ("55P03", .timeout), ("40001", .timeout), ("40P01", .timeout), ("54000", .tooLarge),
    ])
    func theErrorsOfAServer(_ state: String, _ expected: Status) throws {
      let error = Wire.error(state, "sentence \"hunter2\"") + Wire.ready
      let server = try FakeServer([Wire.welcome, Wire.table] + [[UInt8]](repeating: error, count: 1000))
      defer { server.stop() }
      let store = try store(server)
      // What may be sent again is, until the time is over.
      let isRepeated = state == "40001" || state == "40P01"
      let call = isRepeated ? soon() : at()
      for write in [true, false] {
        do throws(Failure) {
          if write {
            // A write that is sent again and again is in doubt then.
            guard isUnknown(try store.create(key, [1], timeToLive: 9, call)) else {
              Issue.record("it was answered")
              continue
            }
            #expect(isRepeated)
          } else {
            _ = try store.load(key, call)
            Issue.record("it was answered")
          }
        } catch {
          #expect(error.status == expected)
          #expect(!error.message.contains("hunter2") && error.message.utf8.count <= 247)
        }
      }
    }

    @Test(arguments: [
      [UInt8]("HTTP/1.1 400 Bad Request\r\n\r\n"), [0, 0, 0, 0, 0, 0, 0, 0], [0x44, 0x7F, 0xFF, 0xFF, 0xFF],
      [0x44, 0xFF, 0xFF, 0xFF, 0xFF], [0x5A, 0, 0, 0, 4], Wire.ready, Wire.message("C", [UInt8]("SELECT 1\0")),
      Wire.message("1") + Wire.message("2") + Wire.message("G", [0, 0, 0]) + Wire.ready,
      Wire.message("1") + Wire.message("2") + Wire.message("W", [0, 0, 0]) + Wire.ready,
      Wire.message("T", [0xFF, 0xFF]), Wire.message("D", [0, 1, 0, 0, 0, 9, 1]) + Wire.ready,
      Wire.row([]) + Wire.ready, Wire.row([[1], [2], [3]]) + Wire.row([[1]]) + Wire.ready,
      Wire.message("1") + Wire.message("2") + Wire.message("n")
        + Wire.message("C", [UInt8]("DELETE 99999999999999999999\0"))
        + Wire.message("Z", [0x54]), Wire.message("A", [0, 0, 0, 1, 0x61, 0, 0x62, 0]),
      [UInt8](repeating: 0x4E, count: 999),
    ])
    func garbage(_ answer: [UInt8]) throws {
      for answers in [[answer], [Wire.welcome, answer], [Wire.welcome, Wire.table, answer]] {
        let server = try FakeServer(answers)
        defer { server.stop() }
        let store = try store(server)
        // What could go on is waited for, until the server hangs up. A row without a column is a record too large.
        let read = status { () throws(Failure) in _ = try store.load(key, soon()) }
        let statuses: [Status?] = [.backend, .unavailable, .timeout, .tooLarge]
        #expect(statuses.contains(read) || answers.count == 3, "\(String(describing: read))")
        _ = status { () throws(Failure) in _ = try store.create(key, [1], timeToLive: 9, soon()) }
        _ = status { () throws(Failure) in _ = try store.sweep(limit: 5, soon()) }
      }
    }

    @Test func moreThanARecordMayHave() throws {
      let row = Wire.row([[UInt8](repeating: 7, count: 3_000_000)]) + Wire.ready
      let server = try fake(row)
      defer { server.stop() }
      let store = try store(server)
      #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == .tooLarge)
      let real = try PostgreSQLServer.shared.get()
      let table = PostgreSQLServer.freeTable()
      let mine = PostgreSQLStore(try real.options(table: table))
      #expect(try mine.create(key, [1], timeToLive: 10, at()).isCreated)
      try real.sql("UPDATE \(table) SET data = decode(repeat('00', 1048577), 'hex')")
      #expect(status { () throws(Failure) in _ = try mine.load(key, at()) } == .tooLarge)
    }

    /// The kernel takes what fits into its buffers and no more: the statement is not whole, so nothing is unknown.
    @Test func notAllCouldBeSent() throws {
      let server = try PostgreSQLServer()
      var options = try server.options(table: "sessions")
      options.common.largestRecord = 64 << 20
      let store = PostgreSQLStore(options)
      try store.ping(at())
      server.pause()
      defer { server.resume() }
      let huge = [UInt8](repeating: 3, count: 32 << 20)
      #expect(status { () throws(Failure) in _ = try store.create(key, huge, timeToLive: 9, soon()) } == .timeout)
    }
  }
#endif
