// SPDX-License-Identifier: Apache-2.0
#if Memcached
  import Backends
  import Foundation
  import Stores
  import Support
  import Testing

  /// What the contract does not say: how records lie in memcached.
  @Suite struct MemcachedStoreTests {
    private let key: Text = "session:a"
    private let small = [UInt8](repeating: 1, count: 100)

    private static let both: [MemcachedOptions.Dialect] = [.text, .binary]

    /// The clock of the servers.
    private func now() -> Call {
      Call(now: Int64(Date().timeIntervalSince1970), deadline: .after(milliseconds: 5_000))
    }

    @Test(arguments: both)
    func asFlaskSessionHasThem(_ dialect: MemcachedOptions.Dialect) throws {
      let server = try MemcachedServer()
      let store = try server.store(dialect)
      #expect(try store.create(key, [UInt8]("record"), timeToLive: 2_678_400, now()).isCreated)
      #expect(try server.tell("get session:a") == "VALUE session:a 0 6\r\nrecord\r\nEND")
      // A Python client that stored text.
      #expect(try server.tell("set session:a 16 0 2\r\n{}") == "STORED")
      #expect(try store.record(key) == [UInt8]("{}"))
      let token = try #require(try store.token(key))
      #expect(try store.replace(key, [UInt8]("{}"), timeToLive: 10, token: token, now()).isReplaced)
      #expect(try server.tell("get session:a") == "VALUE session:a 0 2\r\n{}\r\nEND")
    }

    /// What a client pickled, counted or compressed.
    @Test(arguments: both, [1, 2, 4, 8, 17, 24, 4_294_967_295])
    func otherFlagsAreAMiss(_ dialect: MemcachedOptions.Dialect, _ flags: Int) throws {
      let server = try MemcachedServer()
      let store = try server.store(dialect)
      #expect(try server.tell("set session:a \(flags) 0 2\r\n42") == "STORED")
      #expect(try store.load(key, at()) == nil)
      #expect(try store.refresh(key, timeToLive: 9, at()) == nil)
      #expect(try store.create(key, small, timeToLive: 9, at()).exists)
      #expect(try server.tell("get session:a") == "VALUE session:a \(flags) 2\r\n42\r\nEND")
    }

    /// By what the server says it has left, which memcached's debugging command tells.
    @Test(arguments: both, [20, 2_592_000, 2_592_001, 2_678_400])
    func timesToLive(_ dialect: MemcachedOptions.Dialect, _ seconds: Int64) throws {
      let server = try MemcachedServer()
      let store = try server.store(dialect)
      func left() throws -> Int64 {
        let answer = try server.tell("mg session:a t")
        return try #require(answer.split(separator: "t").last.flatMap { Int64($0) })
      }
      #expect(try store.create(key, small, timeToLive: seconds, now()).isCreated)
      #expect(try abs(left() - seconds) <= 2)
      #expect(try store.touch(key, timeToLive: seconds + 100, now()))
      #expect(try abs(left() - seconds - 100) <= 2)
      let found = try #require(try store.refresh(key, timeToLive: seconds + 200, now()))
      #expect(found.record == small)
      #expect(try abs(left() - seconds - 200) <= 2)
      #expect(try store.replace(key, small, timeToLive: seconds, token: found.token, now()).isReplaced)
      #expect(try abs(left() - seconds) <= 2)
      // Behind what servers can count.
      #expect(try store.touch(key, timeToLive: .max, now()))
      #expect(try left() == -1)
    }

    /// A manager's clock that is far off, as in tests, neither ends a record nor keeps it.
    @Test func aLongTimeIsNotOfTheCallersClock() throws {
      let server = try MemcachedServer()
      let store = try server.store()
      #expect(try store.create(key, small, timeToLive: 2_592_001, Call(now: 1_000_000_000, deadline: .never)).isCreated)
      #expect(try store.load(key, at())?.record == small)
    }

    @Test(arguments: both)
    func aRecordEndsByTheServersClock(_ dialect: MemcachedOptions.Dialect) throws {
      let server = try MemcachedServer()
      let store = try server.store(dialect)
      #expect(try store.create(key, small, timeToLive: 2, at()).isCreated)
      let token = try #require(try store.token(key))
      let end = Date() + 10
      while try store.load(key, at()) != nil, Date() < end { usleep(100_000) }
      #expect(try store.replace(key, small, timeToLive: 9, token: token, at()).isGone)
      #expect(try store.remove(key, token: token, at()) == .gone)
      #expect(try store.touch(key, timeToLive: 9, at()) == false)
      #expect(try store.create(key, small, timeToLive: 9, at()).isCreated)
    }

    /// At the server's own limit: what is sent fits, and what does not fit is not sent.
    @Test(arguments: both, [1, 9, 250])
    func theServersItemSize(_ dialect: MemcachedOptions.Dialect, _ keySize: Int) throws {
      let server = try MemcachedServer(["-I", "512k"])
      let store = try server.store(dialect)
      let key = Text([UInt8](repeating: 0x6B, count: keySize))
      let largest = 524_288 - 59 - keySize
      let fits = [UInt8](repeating: 7, count: largest)
      #expect(try store.create(key, fits, timeToLive: 9, at()).isCreated)
      let token = try #require(try store.token(key))
      #expect(
        status { () throws(Failure) in
          _ = try store.replace(key, fits + [7], timeToLive: 9, token: token, at())
        } == .tooLarge)
      #expect(try store.record(key) == fits)
      // The one that did not fit was not sent.
      let read = try server.tell("stats").split(separator: "STAT bytes_read ").last?.prefix { $0.isNumber }
      #expect(try Int(#require(read)) ?? .max < 2 * largest)
      #expect(try store.replace(key, small, timeToLive: 9, token: token, at()).isReplaced)
      // The server itself agrees.
      #expect(
        try server.tell("set \(key.string) 0 9 \(largest + 1)\r\n" + String(repeating: "x", count: largest + 1))
          == "SERVER_ERROR object too large for cache")
    }

    /// What stands before a server may not tell its limit; then the server's refusal is the answer.
    @Test func aRefusalForItsSizeLeavesTheOldOne() throws {
      let server = try FakeServer([
        [UInt8]("ERROR\r\n"), [UInt8]("SERVER_ERROR object too large for cache\r\n"),
      ])
      defer { server.stop() }
      let store = try MemcachedStore.open(MemcachedOptions([.host(name: "127.0.0.1", port: server.port)]))
      #expect(status { () throws(Failure) in _ = try store.create(key, small, timeToLive: 9, at()) } == .tooLarge)
    }

    /// Never a `set`, and one round trip for each.
    @Test func theCommands() throws {
      let server = try MemcachedServer()
      let store = try server.store()
      #expect(try store.create(key, small, timeToLive: 9, at()).isCreated)
      let token = try #require(try store.token(key))
      #expect(try store.replace(key, [2], timeToLive: 9, token: token, at()).isReplaced)
      _ = try store.refresh(key, timeToLive: 9, at())
      let newer = try #require(try store.token(key))
      #expect(try store.remove(key, token: newer, at()) == .removed)
      let statistics = try server.tell("stats")
      #expect(statistics.contains("STAT cmd_get 3\r\n") && statistics.contains("STAT cmd_touch 1\r\n"))
      #expect(statistics.contains("STAT cas_hits 2\r\n") && statistics.contains("STAT total_connections 4\r\n"))
    }

    /// The token that the binary protocol gives for a write, and the one that nobody was given.
    @Test(arguments: both)
    func tokens(_ dialect: MemcachedOptions.Dialect) throws {
      let server = try MemcachedServer()
      let store = try server.store(dialect)
      guard case .created(let token) = try store.create(key, small, timeToLive: 9, at()) else {
        Issue.record("not created")
        return
      }
      #expect((token != nil) == (dialect == .binary))
      if let token { #expect(try store.replace(key, [2], timeToLive: 9, token: token, at()).isReplaced) }
      #expect(try store.replace(key, [3], timeToLive: 9, token: .number(0), at()).isChanged)
      #expect(try store.remove(key, token: .number(0), at()) == .changed)
      #expect(try store.replace(key, [3], timeToLive: 9, token: .number(.max), at()).isChanged)
    }

    @Test(arguments: both)
    func withoutCompareAndSet(_ dialect: MemcachedOptions.Dialect) throws {
      let server = try MemcachedServer(["-C"])
      let store = try server.store(dialect)
      #expect(status { () throws(Failure) in try store.ping(at()) } == .config)
      #expect(status { () throws(Failure) in _ = try store.create(key, small, timeToLive: 9, at()) } == .config)
    }

    @Test(arguments: both)
    func emptyRecords(_ dialect: MemcachedOptions.Dialect) throws {
      let server = try MemcachedServer()
      let store = try server.store(dialect)
      #expect(try store.create(key, [], timeToLive: 9, at()).isCreated)
      let token = try #require(try store.token(key))
      #expect(try store.record(key) == [])
      #expect(try store.remove(key, token: token, at()) == .removed)
      #expect(try store.load(key, at()) == nil)
    }
  }
#endif
