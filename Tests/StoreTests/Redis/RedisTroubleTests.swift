// SPDX-License-Identifier: Apache-2.0
#if Redis
  import Backends
  import Foundation
  import Stores
  import Support
  import Testing

  /// A server that is not well: each gets its status in time, and the next call after recovery works.
  @Suite struct RedisTroubleTests {
    private let key: Text = "session:a"
    private let small = [UInt8](repeating: 1, count: 100)
    private let large = [UInt8](repeating: 2, count: 5_000)

    private func soon() -> Call { Call(now: epoch, deadline: .after(milliseconds: 200)) }

    private func store(_ server: FakeServer) -> RedisStore {
      RedisStore(RedisOptions(.host(name: "127.0.0.1", port: server.port)))
    }

    @Test func stoppedAndBack() throws {
      let server = try RedisServer()
      let store = RedisStore(server.options())
      #expect(try store.create(key, small, timeToLive: 10, at()).isCreated)
      server.stop()
      #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == .unavailable)
      #expect(status { () throws(Failure) in _ = try store.create(key, small, timeToLive: 9, at()) } == .unavailable)
      #expect(
        status { () throws(Failure) in _ = try store.replace(key, large, timeToLive: 9, token: .bytes(small), at()) }
          == .unavailable)
      #expect(status { () throws(Failure) in try store.ping(at()) } == .unavailable)
      try server.start()
      #expect(try store.load(key, at()) == nil)
      #expect(try store.create(key, small, timeToLive: 10, at()).isCreated)
    }

    @Test func hangingAndBack() throws {
      let server = try RedisServer()
      let store = RedisStore(server.options())
      #expect(try store.create(key, [0], timeToLive: 100, at()).isCreated)
      // So that the server has the script: it is not sent in full to one that does not answer.
      #expect(try store.replace(key, small, timeToLive: 100, token: .bytes([0]), at()).isReplaced)
      server.pause()
      let start = Date()
      #expect(status { () throws(Failure) in _ = try store.load(key, soon()) } == .timeout)
      #expect(status { () throws(Failure) in try store.ping(soon()) } == .timeout)
      #expect(status { () throws(Failure) in _ = try store.touch(key, timeToLive: 50, soon()) } == .timeout)
      guard case .unknown = try store.replace(key, [7], timeToLive: 50, token: .bytes(small), soon()) else {
        Issue.record("it was answered")
        return
      }
      guard case .unknown = try store.create("session:b", [7], timeToLive: 50, soon()) else {
        Issue.record("it was answered")
        return
      }
      // Only reads went out.
      #expect(
        status { () throws(Failure) in _ = try store.replace(key, large, timeToLive: 9, token: .bytes(small), soon()) }
          == .timeout)
      #expect(Date().timeIntervalSince(start) < 10)
      server.resume()
      #expect(try store.record("session:b") == [7])
      #expect(try store.record(key) == [7])
    }

    @Test func refusing() throws {
      let store = RedisStore(RedisOptions(.host(name: "127.0.0.1", port: try FakeServer.freePort())))
      #expect(status { () throws(Failure) in try store.ping(at()) } == .unavailable)
      let folder = try TemporaryFolder()
      let local = RedisStore(RedisOptions(.local(folder.path("none.sock"))))
      #expect(status { () throws(Failure) in try local.ping(at()) } == .unavailable)
      let nowhere = RedisStore(RedisOptions(.host(name: "no-such-host.invalid", port: 6379)))
      #expect(status { () throws(Failure) in try nowhere.ping(at()) } == .unavailable)
    }

    /// It takes the command and hangs up.
    @Test func lostInTheMiddle() throws {
      let server = try FakeServer()
      defer { server.stop() }
      let store = store(server)
      #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == .unavailable)
      #expect(server.connections == 2)
      try isUnknown { () throws(Failure) in try store.replace(key, small, timeToLive: 9, token: .bytes(small), at()) }
      guard case .unknown = try store.create(key, small, timeToLive: 9, at()) else {
        Issue.record("it was answered")
        return
      }
      #expect(try store.remove(key, token: .bytes(small), at()) == .unknown)
      #expect(server.connections == 5)
      #expect(status { () throws(Failure) in try store.remove(key, at()) } == .unavailable)
      #expect(server.connections == 7)
    }

    /// After the look, before the answer to EXEC.
    @Test func lostWithinATransaction() throws {
      let looked = [UInt8]("+OK\r\n+OK\r\n+OK\r\n$1\r\nx\r\n")
      let server = try FakeServer([looked, []])
      defer { server.stop() }
      let store = store(server)
      try isUnknown { () throws(Failure) in
        try store.replace(key, large, timeToLive: 9, token: .bytes([UInt8]("x")), at())
      }
    }

    private func isUnknown(_ body: () throws(Failure) -> Replacement) throws {
      guard case .unknown = try body() else {
        Issue.record("it was answered")
        return
      }
    }

    @Test(arguments: [
      "HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\0", "$99999999999999999999\r\n", "*2000000000\r\n", "*-7\r\n",
      "$-9\r\n",
      "+OK\r\n", ":1\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", "$3\r\nabcdefgh\r\n",
      "*2\r\n$1\r\na\r\n$1\r\nb\r\n",
    ])
    func garbage(_ answer: String) throws {
      let server = try FakeServer([Array(answer.utf8)])
      defer { server.stop() }
      let store = store(server)
      let found = status { () throws(Failure) in _ = try store.load(key, soon()) }
      // What could go on is waited for, until the server hangs up.
      #expect(found == .backend || found == .unavailable || found == .timeout, "\(String(describing: found))")
    }

    @Test func moreThanARecordMayHave() throws {
      let server = try FakeServer([[UInt8]("$2000000\r\n") + [UInt8](repeating: 7, count: 2_000_000)])
      defer { server.stop() }
      var options = RedisOptions(.host(name: "127.0.0.1", port: server.port))
      options.largestRecord = 1 << 20
      let store = RedisStore(options)
      #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == .tooLarge)
    }

    @Test(arguments: [
      ("-LOADING Redis is loading the dataset in memory", Status.unavailable),
      ("-READONLY You can't write against a read only replica.", .unavailable),
      ("-NOAUTH Authentication required.", .auth), ("-WRONGPASS invalid", .auth), ("-NOPERM no", .auth),
      ("-OOM command not allowed", .backend), ("-ERR unknown command", .backend), ("-MOVED 3999 h:1", .unsupported),
      ("-ERR max number of clients reached", .unavailable), ("-", .backend),
    ])
    func theErrorsOfAServer(_ answer: String, _ expected: Status) throws {
      let server = try FakeServer([Array("\(answer)\r\n".utf8), Array("\(answer)\r\n".utf8)])
      defer { server.stop() }
      let store = store(server)
      #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == expected)
      // A refusal is an answer: nothing is unknown.
      #expect(status { () throws(Failure) in _ = try store.create(key, small, timeToLive: 9, at()) } == expected)
    }

    @Test func anErrorThatRepeatsTheKey() throws {
      let server = try FakeServer([
        [UInt8]("-ERR unknown command 'GET', with args beginning with: 'session:hunter2'\r\n")
      ])
      defer { server.stop() }
      do throws(Failure) {
        _ = try store(server).load(key, at())
      } catch {
        #expect(!error.message.contains("hunter2") && error.message.contains("unknown command"))
      }
    }

    @Test func outOfMemory() throws {
      let server = try RedisServer(["--maxmemory", "1", "--maxmemory-policy", "noeviction"])
      let store = RedisStore(server.options())
      for record in [small, large] {
        #expect(
          status { () throws(Failure) in _ = try store.create(key, record, timeToLive: 9, at()) } == .backend)
      }
      try server.cli("CONFIG", "SET", "maxmemory", "0")
      #expect(try store.create(key, large, timeToLive: 10, at()).isCreated)
    }

    @Test func aReplica() throws {
      let server = try RedisServer()
      let store = RedisStore(server.options())
      #expect(try store.create(key, large, timeToLive: 100, at()).isCreated)
      try server.cli("REPLICAOF", "127.0.0.1", "1")
      for record in [small, large] {
        #expect(
          status { () throws(Failure) in _ = try store.replace(key, record, timeToLive: 9, token: .bytes(large), at()) }
            == .unavailable)
      }
      try server.cli("REPLICAOF", "NO", "ONE")
      #expect(try store.replace(key, small, timeToLive: 9, token: .bytes(large), at()).isReplaced)
    }

    /// The kernel takes what fits into its buffers and no more: the command is not whole, so nothing is unknown.
    @Test func notAllCouldBeSent() throws {
      let server = try RedisServer()
      var options = server.options()
      options.largestRecord = 64 << 20
      let store = RedisStore(options)
      try store.ping(at())
      server.pause()
      defer { server.resume() }
      let huge = [UInt8](repeating: 3, count: 64 << 20)
      #expect(status { () throws(Failure) in _ = try store.create(key, huge, timeToLive: 9, soon()) } == .timeout)
    }
  }
#endif
