// SPDX-License-Identifier: Apache-2.0
#if MySQL
  import Backends
  import Foundation
  import Stores
  import Support
  import Testing

  /// A server that is not well: each gets its status in time, and the next call after recovery works.
  @Suite struct MySQLTroubleTests {
    private let key: Text = "session:a"
    private let record = [UInt8](repeating: 1, count: 100)

    private func soon() -> Call { Call(now: epoch, deadline: .after(milliseconds: 200)) }

    private func fake(_ port: UInt16) -> MySQLStore {
      MySQLStore(MySQLOptions(.host(name: "127.0.0.1", port: port), user: "u", database: "d"))
    }

    @Test func stoppedAndBack() throws {
      let server = try MySQLServer()
      let store = MySQLStore(server.options())
      #expect(try store.create(key, record, timeToLive: 10, at()).isCreated)
      server.stop()
      #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == .unavailable)
      #expect(status { () throws(Failure) in _ = try store.create(key, record, timeToLive: 9, at()) } == .unavailable)
      #expect(status { () throws(Failure) in try store.ping(at()) } == .unavailable)
      // With an empty database.
      try server.start()
      #expect(try store.load(key, at()) == nil)
      #expect(try store.create(key, record, timeToLive: 10, at()).isCreated)
    }

    @Test func hangingAndBack() throws {
      let server = try MySQLServer()
      let store = MySQLStore(server.options())
      let idle = MySQLStore(server.options())
      #expect(try store.create(key, [0], timeToLive: 100, at()).isCreated)
      // So that the statement is prepared: it is not sent to a server that does not answer to that.
      #expect(try store.replace(key, record, timeToLive: 100, token: .bytes([0]), at()).isReplaced)
      server.pause()
      let start = Date()
      guard case .unknown = try store.replace(key, [7], timeToLive: 50, token: .bytes(record), soon()) else {
        Issue.record("it was answered")
        return
      }
      // These come no further than the greeting.
      #expect(status { () throws(Failure) in _ = try store.load(key, soon()) } == .timeout)
      #expect(status { () throws(Failure) in _ = try idle.touch(key, timeToLive: 50, soon()) } == .timeout)
      #expect(status { () throws(Failure) in _ = try idle.create(key, [1], timeToLive: 50, soon()) } == .timeout)
      #expect(Date().timeIntervalSince(start) < 10)
      server.resume()
      // What went out is done some time, or not at all.
      let end = Date() + 10
      while try store.record(key) != [7], Date() < end { usleep(10_000) }
      #expect(try store.record(key) == [7])
    }

    /// The lock is waited for until the time of the call is over, not until the server gives up (50 s).
    @Test func aLockedRow() throws {
      let server = try MySQLServer.shared.get()
      let options = server.options()
      let store = MySQLStore(options)
      #expect(try store.create(key, record, timeToLive: 100, at()).isCreated)
      let locked = try server.begin("SELECT * FROM TABLE_NAME FOR UPDATE", table: options.table)
      let start = Date()
      guard case .unknown = try store.replace(key, [7], timeToLive: 50, token: .bytes(record), soon()) else {
        Issue.record("it was answered")
        return
      }
      let time = Date().timeIntervalSince(start)
      #expect(0.19...10 ~= time)
      // Reads do not wait.
      #expect(try store.record(key) != nil)
      locked.end()
    }

    @Test func refusing() throws {
      let store = fake(try FakeServer.freePort())
      #expect(status { () throws(Failure) in try store.ping(at()) } == .unavailable)
      let folder = try TemporaryFolder()
      let local = MySQLStore(MySQLOptions(.local(folder.path("none.sock")), user: "u", database: "d"))
      #expect(status { () throws(Failure) in try local.ping(at()) } == .unavailable)
      let nowhere = MySQLStore(MySQLOptions(.host(name: "no-such-host.invalid", port: 3306), user: "u", database: "d"))
      #expect(status { () throws(Failure) in try nowhere.ping(at()) } == .unavailable)
    }

    @Test func lostInTheMiddle() throws {
      let server = try MySQLServer.shared.get()
      let proxy = try CuttingProxy(server.port)
      defer { proxy.stop() }
      var options = server.options()
      options.address = .host(name: "127.0.0.1", port: proxy.port)
      let store = MySQLStore(options)
      #expect(try store.create(key, record, timeToLive: 100, at()).isCreated)
      #expect(try store.record(key) == record)
      let before = proxy.connections
      proxy.cut(.before)
      #expect(try store.record(key) == record)
      #expect(proxy.connections == before + 1)
      proxy.cut(.after)
      #expect(try store.touch(key, timeToLive: 100, at()))
      #expect(proxy.connections == before + 2)
      // A statement is prepared first, which changes nothing.
      #expect(try store.replace(key, [6], timeToLive: 9, token: .bytes(record), at()).isReplaced)
      proxy.cut(.after)
      guard case .unknown = try store.replace(key, [7], timeToLive: 9, token: .bytes([6]), at()) else {
        Issue.record("it was answered")
        return
      }
      #expect(try store.record(key) == [7])
      #expect(try store.remove(key, token: .bytes([1]), at()) == .changed)
      proxy.cut(.before)
      #expect(try store.remove(key, token: .bytes([7]), at()) == .unknown)
      #expect(try store.record(key) == [7])
      proxy.cut(.after)
      try store.remove(key, at())
      #expect(try store.load(key, at()) == nil)
    }

    private static let greeting: [UInt8] = {
      var payload: [UInt8] = [10] + Array("10.11.0-MariaDB".utf8) + [0]
      payload += [1, 0, 0, 0] + Array("abcdefgh".utf8) + [0, 0xFF, 0xF7, 45, 2, 0, 0x1F, 0x80, 21]
      payload += [UInt8](repeating: 0, count: 10) + Array("ijklmnopqrst".utf8) + [0]
      return packet(payload + Array("mysql_native_password".utf8) + [0], 0)
    }()

    private static func packet(_ payload: [UInt8], _ number: UInt8) -> [UInt8] {
      [UInt8(payload.count & 0xFF), UInt8(payload.count >> 8), 0, number] + payload
    }

    private static let fine = packet([0, 0, 0, 2, 0, 0, 0], 2)

    private static func error(_ number: Int, _ text: String, _ place: UInt8) -> [UInt8] {
      packet([0xFF, UInt8(number & 0xFF), UInt8(number >> 8)] + Array("#HY000\(text)".utf8), place)
    }

    private static let noGreetings: [[UInt8]] = [
      Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), Array("SSH-2.0-OpenSSH\r\n".utf8), [0, 0, 0, 0], [1, 0, 0, 0, 0],
      [4, 0, 0, 0, 0xFF, 0x10, 4, 0x78], [0xFF, 0xFF, 0xFF, 0], [3, 0, 0, 0, 10, 0x35, 0],
      [10, 0, 0, 0, 10] + Array("5.5.5-abc".utf8), [1, 0, 0, 7, 10],
      packet([10] + [UInt8](repeating: 0x41, count: 300), 0),
    ]

    @Test(arguments: noGreetings)
    func garbage(_ greeting: [UInt8]) throws {
      let server = try FakeServer(greeting: greeting)
      defer { server.stop() }
      let found = status { () throws(Failure) in _ = try fake(server.port).load(key, soon()) }
      // What could go on is waited for, until the server hangs up. A greeting that ends early names no way to log in.
      #expect(found == .backend || found == .unavailable || found == .timeout || found == .auth)
    }

    @Test(arguments: [
      [0xFB] + Array("/etc/hostname".utf8), [], [0], [0xFE], [1], [0xFF], [0xFC, 0xFF, 0xFF],
      [0xFD, 0xFF, 0xFF, 0xFF], [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [5, 5, 5, 5],
    ])
    func garbageBehindTheLogIn(_ answer: [UInt8]) throws {
      let answers = [MySQLTroubleTests.fine, MySQLTroubleTests.packet(answer, 1), MySQLTroubleTests.packet(answer, 2)]
      let server = try FakeServer(answers, greeting: MySQLTroubleTests.greeting)
      defer { server.stop() }
      let found = status { () throws(Failure) in _ = try fake(server.port).load(key, soon()) }
      #expect([.backend, .unavailable, .timeout, .config].contains(found), "\(String(describing: found))")
      // No file of ours was sent, whatever it asked for.
      let name = try String(contentsOfFile: "/etc/hostname", encoding: .utf8)
      #expect(name.isEmpty || !String(decoding: server.received, as: UTF8.self).contains(name))
    }

    @Test(arguments: [
      (1040, "Too many connections", Status.unavailable), (1045, "Access denied for user 'hunter2'", .auth),
      (1049, "Unknown database 'hunter2'", .config), (1129, "Host is blocked", .unavailable),
      (1130, "Host is not allowed", .auth), (1053, "Server shutdown in progress", .unavailable),
      (1226, "User has exceeded", .unavailable), (1290, "running with the --read-only option", .unavailable),
      (1021, "Disk full", .backend), (1114, "The table is full", .backend), (9999, "What", .backend),
      (1927, "Connection was killed", .unavailable), (1047, "WSREP has not yet prepared node", .unavailable),
      (1205, "Lock wait timeout exceeded", .timeout), (1153, "Got a packet bigger", .tooLarge),
    ])
    func theErrorsOfAServer(_ number: Int, _ text: String, _ expected: Status) throws {
      for answers in [
        [MySQLTroubleTests.error(number, text, 2)],
        [MySQLTroubleTests.fine, MySQLTroubleTests.error(number, text, 1)],
      ] {
        let server = try FakeServer(answers, greeting: MySQLTroubleTests.greeting)
        defer { server.stop() }
        do throws(Failure) {
          _ = try fake(server.port).create(key, record, timeToLive: 9, at())
          Issue.record("it was created")
        } catch {
          #expect(error.status == expected)
          #expect(!error.message.contains("hunter2"))
        }
      }
    }

    @Test func noServerToLogInto() throws {
      let server = try MySQLServer.shared.get()
      var options = server.options()
      options.password = MySQLServer.secret("wrong")
      let wrong = MySQLStore(options)
      #expect(status { () throws(Failure) in try wrong.ping(at()) } == .auth)
      options = server.options()
      options.database = "none"
      let none = MySQLStore(options)
      #expect(status { () throws(Failure) in try none.ping(at()) } == .config)
      options = server.options()
      options.user = "nobody"
      let nobody = MySQLStore(options)
      #expect(status { () throws(Failure) in try nobody.ping(at()) } == .auth)
      options = server.options()
      options.tls = MySQLTLS()
      let plain = MySQLStore(options)
      #expect(status { () throws(Failure) in try plain.ping(at()) } == .unavailable)
    }

    @Test func tls() throws {
      let folder = try TemporaryFolder()
      for name in ["server", "other"] {
        try folder.run(
          "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=\(name)", "-addext",
          "subjectAltName=IP:127.0.0.1", "-keyout", "\(name).key", "-out", "\(name).pem")
      }
      let server = try MySQLServer([
        "--ssl-cert=\(folder.path("server.pem").string)", "--ssl-key=\(folder.path("server.key").string)",
        "--require-secure-transport",
      ])
      var options = server.options()
      let plain = MySQLStore(options)
      #expect(status { () throws(Failure) in try plain.ping(at()) } != nil)
      var tls = MySQLTLS()
      options.tls = tls
      #expect(try MySQLStore(options).create(key, record, timeToLive: 100, at()).isCreated)
      tls.verifies = true
      tls.authority = folder.path("server.pem")
      options.tls = tls
      let checked = MySQLStore(options)
      #expect(try checked.record(key) == record)
      let connections = try server.connections
      for _ in 0..<5 { #expect(try checked.record(key) == record) }
      // No more than the one that asks.
      #expect(try server.connections == connections + 1)
      tls.authority = folder.path("other.pem")
      options.tls = tls
      let wrong = MySQLStore(options)
      #expect(status { () throws(Failure) in try wrong.ping(at()) } == .unavailable)
      tls.authority = folder.path("none.pem")
      options.tls = tls
      let missing = MySQLStore(options)
      #expect(status { () throws(Failure) in try missing.ping(at()) } == .unavailable)
    }

    @Test func aReplica() throws {
      let server = try MySQLServer()
      try server.sql("CREATE USER w@'%' IDENTIFIED BY 'w'; GRANT ALL ON devops.* TO w@'%'")
      var options = server.options()
      (options.user, options.password) = ("w", MySQLServer.secret("w"))
      let store = MySQLStore(options)
      #expect(try store.create(key, record, timeToLive: 100, at()).isCreated)
      try server.sql("SET GLOBAL read_only = 1")
      #expect(
        status { () throws(Failure) in _ = try store.replace(key, [7], timeToLive: 9, token: .bytes(record), at()) }
          == .unavailable)
      try server.sql("SET GLOBAL read_only = 0")
      #expect(try store.replace(key, [7], timeToLive: 9, token: .bytes(record), at()).isReplaced)
    }

    @Test func killedConnections() throws {
      let server = try MySQLServer()
      let store = MySQLStore(server.options())
      #expect(try store.create(key, record, timeToLive: 100, at()).isCreated)
      try server.sql("KILL USER root@'127.0.0.1'")
      #expect(try store.replace(key, [7], timeToLive: 100, token: .bytes(record), at()).isReplaced)
      try server.sql("KILL USER root@'127.0.0.1'")
      #expect(try store.record(key) == [7])
    }

    @Test func largerThanAPacket() throws {
      let server = try MySQLServer(["--max-allowed-packet=256K"])
      let store = MySQLStore(server.options())
      let large = [UInt8](repeating: 2, count: 200_000)
      #expect(status { () throws(Failure) in _ = try store.create(key, large, timeToLive: 9, at()) } == .tooLarge)
      let half = [UInt8](repeating: 2, count: 120_000)
      #expect(try store.create(key, half, timeToLive: 9, at()).isCreated)
      #expect(
        status { () throws(Failure) in _ = try store.replace(key, large, timeToLive: 9, token: .bytes(half), at()) }
          == .tooLarge)
      #expect(try store.replace(key, half.reversed() + [3], timeToLive: 9, token: .bytes(half), at()).isReplaced)
    }
  }
#endif
