// SPDX-License-Identifier: Apache-2.0
#if Memcached
  import Backends
  import Foundation
  import Stores
  import Support
  import Testing

  /// A server that is not well: each gets its status in time, and the next call after recovery works.
  @Suite struct MemcachedTroubleTests {
    private let key: Text = "session:a"
    private let small = [UInt8](repeating: 1, count: 100)
    private static let both: [MemcachedOptions.Dialect] = [.text, .binary]
    /// What a server is asked first, and answers.
    private static let settings: [UInt8] = [UInt8]("STAT item_size_max 1048576\r\nSTAT cas_enabled yes\r\nEND\r\n")

    private func soon() -> Call { Call(now: epoch, deadline: .after(milliseconds: 200)) }

    /// On a server that answers these one after the other, on each connection.
    private func faked(
      _ answers: [[UInt8]], _ dialect: MemcachedOptions.Dialect = .text
    ) throws -> (server: FakeServer, store: MemcachedStore) {
      let first = dialect == .text ? MemcachedTroubleTests.settings : answer(0x10)
      let server = try FakeServer([first] + answers)
      var options = MemcachedOptions([.host(name: "127.0.0.1", port: server.port)])
      options.dialect = dialect
      options.largestRecord = 1 << 20
      return (server, try MemcachedStore.open(options))
    }

    /// Of the binary protocol.
    private func answer(
      _ operation: UInt8, status: UInt8 = 0, keyCount: UInt8 = 0, extrasCount: UInt8 = 0, bodyCount: UInt32? = nil,
      magic: UInt8 = 0x81, _ body: [UInt8] = []
    ) -> [UInt8] {
      let count = bodyCount ?? UInt32(body.count)
      return [magic, operation, 0, keyCount, extrasCount, 0, 0, status]
        + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + [0, 0, 0, 0] + [0, 0, 0, 0, 0, 0, 0, 7] + body
    }

    private func isUnknown(_ answer: Replacement) -> Bool { if case .unknown = answer { true } else { false } }
    private func isUnknown(_ answer: Creation) -> Bool { if case .unknown = answer { true } else { false } }

    @Test(arguments: both, [false, true])
    func stoppedAndBack(_ dialect: MemcachedOptions.Dialect, _ local: Bool) throws {
      let server = try MemcachedServer(local: local)
      let store = try server.store(dialect)
      #expect(try store.create(key, small, timeToLive: 10, at()).isCreated)
      let token = try #require(try store.token(key))
      server.stop()
      #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == .unavailable)
      #expect(status { () throws(Failure) in _ = try store.create(key, small, timeToLive: 9, at()) } == .unavailable)
      #expect(
        status { () throws(Failure) in _ = try store.replace(key, small, timeToLive: 9, token: token, at()) }
          == .unavailable)
      #expect(status { () throws(Failure) in try store.ping(at()) } == .unavailable)
      try server.start()
      #expect(try store.load(key, at()) == nil)
      #expect(try store.create(key, small, timeToLive: 10, at()).isCreated)
    }

    @Test(arguments: both)
    func hangingAndBack(_ dialect: MemcachedOptions.Dialect) throws {
      let server = try MemcachedServer()
      let store = try server.store(dialect)
      #expect(try store.create(key, small, timeToLive: 100, at()).isCreated)
      let token = try #require(try store.token(key))
      server.pause()
      let start = Date()
      // The connection that stands takes the request; those after it are not made in time.
      #expect(isUnknown(try store.replace(key, [7], timeToLive: 50, token: token, soon())))
      #expect(status { () throws(Failure) in _ = try store.load(key, soon()) } == .timeout)
      #expect(status { () throws(Failure) in try store.ping(soon()) } == .timeout)
      #expect(status { () throws(Failure) in _ = try store.touch(key, timeToLive: 50, soon()) } == .timeout)
      #expect(status { () throws(Failure) in _ = try store.create("b", small, timeToLive: 9, soon()) } == .timeout)
      #expect(Date().timeIntervalSince(start) < 10)
      server.resume()
      #expect(try store.record(key) == [7])
      #expect(try store.load("b", at()) == nil)
    }

    @Test func refusing() throws {
      func status(_ address: SocketAddress) throws -> Status? {
        let store = try MemcachedStore.open(MemcachedOptions([address]))
        return StoreTests.status { () throws(Failure) in try store.ping(at()) }
      }
      #expect(try status(.host(name: "127.0.0.1", port: FakeServer.freePort())) == .unavailable)
      #expect(try status(.local(TemporaryFolder().path("none.sock"))) == .unavailable)
      #expect(try status(.host(name: "no-such-host.invalid", port: 11211)) == .unavailable)
    }

    /// It takes the command and hangs up.
    @Test(arguments: both)
    func lostInTheMiddle(_ dialect: MemcachedOptions.Dialect) throws {
      let (server, store) = try faked([[]], dialect)
      defer { server.stop() }
      #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == .unavailable)
      #expect(server.connections == 2)
      #expect(isUnknown(try store.replace(key, small, timeToLive: 9, token: .number(7), at())))
      #expect(isUnknown(try store.create(key, small, timeToLive: 9, at())))
      #expect(try store.remove(key, token: .number(7), at()) == .unknown)
      #expect(server.connections == 5)
      #expect(status { () throws(Failure) in try store.remove(key, at()) } == .unavailable)
      #expect(server.connections == 7)
    }

    /// An old connection that the server closed is seen before anything is sent on it.
    @Test func aConnectionThatEndedIsNotUsed() throws {
      let server = try MemcachedServer()
      let store = try server.store()
      #expect(try store.create(key, small, timeToLive: 100, at()).isCreated)
      server.stop()
      try server.start()
      // Neither unknown nor repeated: this is a fresh one.
      #expect(try store.create(key, small, timeToLive: 100, at()).isCreated)
    }

    /// All that made libmemcached's own reader end the process is among them.
    private static let garbage: [String] = [
      "HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\0", "\r\n", "VALUE\r\n", "VALUE session:a\r\n",
      "VALUE session:a 0 \r\n",
      "VALUE session:a 0 18446744073709551615 1\r\nx\r\nEND\r\n",
      "VALUE session:a 0 18446744073709551614 1\r\nx\r\nEND\r\n",
      "VALUE session:a 0 99999999999999999999 1\r\nx\r\nEND\r\n", "VALUE session:a 0 -1 1\r\nx\r\nEND\r\n",
      "VALUE session:a 0 4000000000 1\r\nx\r\nEND\r\n", "VALUE session:a x 1 1\r\nx\r\nEND\r\n",
      "VALUE session:b 0 1 1\r\nx\r\nEND\r\n", "VALUE session:a 0 1 1\r\nxx\r\nEND\r\n",
      "VALUE session:a 0 1 1\r\nx\r\nEN\r\n",
      "VALUE session:a 0 1 1\r\nx\r\nVALUE session:a 0 1 1\r\nx\r\nEND\r\n", "VALUE session:a 0 1 1 1\r\nx\r\nEND\r\n",
      "VALUE " + String(repeating: "k", count: 330) + " 0 1 1\r\nx\r\nEND\r\n", "END\r\nEND\r\n", "STORED\r\n",
      "OK\r\n",
      "VERSION\r\n", "VERSION 11111\r\n", "TOUCHED\r\n", "5\r\n", "STAT a\r\n", "EXISTS\r\n", "DELETED\r\n",
      String(repeating: "x", count: 5_000) + "\r\n", String(repeating: "x", count: 60_000),
    ]

    @Test(arguments: garbage)
    func garbageInTheTextProtocol(_ answer: String) throws {
      let (server, store) = try faked([Array(answer.utf8)])
      defer { server.stop() }
      let found = status { () throws(Failure) in _ = try store.load(key, soon()) }
      // What could go on is waited for, until the server hangs up.
      let expected: [Status?] = [.backend, .unavailable, .timeout, .tooLarge]
      #expect(expected.contains(found), "\(String(describing: found))")
      // A write is answered by what it may be answered by, or nobody knows.
      if !["EXISTS\r\n", "STORED\r\n"].contains(answer) {
        let written = try? store.replace(key, small, timeToLive: 9, token: .number(7), soon())
        #expect(written.map { isUnknown($0) } ?? true)
      }
    }

    /// The lines of settings that do not end, or are none.
    @Test(arguments: [
      "STAT\r\nEND\r\n", "END\r\nEND\r\n", "STAT item_size_max 99999999999999999999\r\nEND\r\n", "VALUE\r\n",
      "STAT a b",
      "STAT item_size_max -5\r\nEND\r\n",
    ])
    func garbageAtTheBeginning(_ answer: String) throws {
      let server = try FakeServer([Array(answer.utf8), [UInt8]("END\r\n")])
      defer { server.stop() }
      let store = try MemcachedStore.open(MemcachedOptions([.host(name: "127.0.0.1", port: server.port)]))
      let found = status { () throws(Failure) in _ = try store.load(key, soon()) }
      let expected: [Status?] = [nil, .backend, .unavailable, .timeout]
      #expect(expected.contains(found), "\(String(describing: found))")
    }

    @Test func settingsWithoutEnd() throws {
      let lines = String(repeating: "STAT a b\r\n", count: 2_000)
      let server = try FakeServer([Array(lines.utf8)])
      defer { server.stop() }
      let store = try MemcachedStore.open(MemcachedOptions([.host(name: "127.0.0.1", port: server.port)]))
      #expect(status { () throws(Failure) in try store.ping(at()) } == .backend)
    }

    @Test(arguments: 0..<12)
    func garbageInTheBinaryProtocol(_ number: Int) throws {
      let answers = [
        answer(0, magic: 0x80), answer(1), answer(0, keyCount: 200, bodyCount: 50), answer(0, extrasCount: 255),
        answer(0, bodyCount: .max), answer(0, keyCount: 255, extrasCount: 4, bodyCount: 70_000),
        answer(0, [1, 2]), answer(0, extrasCount: 5, [0, 0, 0, 0, 0]),
        answer(0x0B, [UInt8](repeating: 0x41, count: 7_000)),
        answer(0, status: 2), answer(0, extrasCount: 4, [0, 0, 0, 0, 1]) + [0], [0x81],
      ]
      let (server, store) = try faked([answers[number]], .binary)
      defer { server.stop() }
      let found = status { () throws(Failure) in _ = try store.load(key, soon()) }
      let expected: [Status?] = [.backend, .unavailable, .timeout, .tooLarge]
      #expect(expected.contains(found), "\(String(describing: found))")
    }

    @Test func moreThanARecordMayHave() throws {
      let (server, store) = try faked([
        [UInt8]("VALUE session:a 0 2000000 1\r\n") + [UInt8](repeating: 7, count: 2_000_000)
      ])
      defer { server.stop() }
      #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == .tooLarge)
    }

    @Test(arguments: [
      ("ERROR", Status.backend), ("SERVER_ERROR out of memory storing object", .backend),
      ("SERVER_ERROR object too large for cache", .tooLarge), ("CLIENT_ERROR bad data chunk", .backend),
      ("CLIENT_ERROR unauthenticated", .auth), ("ERROR Too many open connections", .unavailable),
    ])
    func theErrorsOfAServer(_ answer: String, _ expected: Status) throws {
      let (server, store) = try faked([Array("\(answer)\r\n".utf8)])
      defer { server.stop() }
      #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == expected)
      // A refusal is an answer: nothing is unknown.
      #expect(status { () throws(Failure) in _ = try store.create(key, small, timeToLive: 9, at()) } == expected)
      #expect(
        status { () throws(Failure) in _ = try store.replace(key, small, timeToLive: 9, token: .number(7), at()) }
          == expected)
    }

    @Test(arguments: ["SERVER_ERROR", "SERVER_ERROR backend timeout", "STORE", "END"])
    func anErrorOfOthersLeavesAWriteInDoubt(_ answer: String) throws {
      let (server, store) = try faked([Array("\(answer)\r\n".utf8)])
      defer { server.stop() }
      guard case .unknown = try store.create(key, small, timeToLive: 9, at()) else {
        Issue.record("the record may be there")
        return
      }
    }

    @Test(arguments: [
      (UInt8(0x03), Status.tooLarge), (0x20, .auth), (0x82, .backend), (0x86, .unavailable), (0x81, .backend),
    ])
    func theErrorsOfTheBinaryProtocol(_ number: UInt8, _ expected: Status) throws {
      let (server, store) = try faked([answer(0x02, status: number, [UInt8]("No"))], .binary)
      defer { server.stop() }
      #expect(status { () throws(Failure) in _ = try store.create(key, small, timeToLive: 9, at()) } == expected)
    }

    @Test(arguments: both)
    func outOfMemory(_ dialect: MemcachedOptions.Dialect) throws {
      let server = try MemcachedServer(["-M", "-m", "2"])
      let store = try server.store(dialect)
      let large = [UInt8](repeating: 3, count: 400_000)
      var statuses: [Status?] = []
      for number in 0..<20 where statuses.last != .backend {
        statuses.append(
          status { () throws(Failure) in _ = try store.create(Text("session:\(number)"), large, timeToLive: 99, at()) })
      }
      #expect(statuses.last == .backend)
      for number in 0..<statuses.count { try store.remove(Text("session:\(number)"), at()) }
      #expect(try store.create(key, large, timeToLive: 9, at()).isCreated)
    }

    @Test func asManyConnectionsAsItTakes() throws {
      let server = try MemcachedServer(["-c", "64"])
      let store = try server.store()
      let held = try (0..<90).map { _ in
        try Socket.connect(to: server.address, of: "Memcached", .after(milliseconds: 500))
      }
      let found = status { () throws(Failure) in _ = try store.load(key, soon()) }
      #expect(found == .unavailable || found == .timeout, "\(String(describing: found))")
      for socket in held { socket.close() }
      let end = Date() + 5
      while status({ () throws(Failure) in try store.ping(soon()) }) != nil, Date() < end { usleep(50_000) }
      #expect(try store.create(key, small, timeToLive: 9, at()).isCreated)
    }

    /// The kernel takes what fits into its buffers and no more: the command is not whole, so nothing is unknown.
    @Test func notAllCouldBeSent() throws {
      let server = try MemcachedServer(["-I", "100m", "-m", "200"])
      let store = try server.store()
      try store.ping(at())
      server.pause()
      defer { server.resume() }
      let huge = [UInt8](repeating: 3, count: 60 << 20)
      #expect(status { () throws(Failure) in _ = try store.create(key, huge, timeToLive: 9, soon()) } == .timeout)
    }
  }
#endif
