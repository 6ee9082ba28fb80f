// SPDX-License-Identifier: Apache-2.0
#if Redis
  import Backends
  import Foundation
  import Stores
  import Support
  import Testing

  /// What is Redis's own about the store; the contract suite has the rest.
  @Suite struct RedisStoreTests {
    private let key: Text = "session:a"
    private let small = [UInt8](repeating: 1, count: 100)
    private let large = [UInt8](repeating: 2, count: 5_000)

    @Test func theServerEndsARecord() throws {
      let server = try RedisServer()
      let store = RedisStore(server.options())
      func time() throws -> Int { try #require(Int(try server.cli("PTTL", "session:a"))) }
      #expect(try store.create(key, small, timeToLive: 100, at()).isCreated)
      #expect(try 90_000...100_000 ~= time())
      #expect(try store.touch(key, timeToLive: 200, at()))
      #expect(try 190_000...200_000 ~= time())
      #expect(try store.replace(key, large, timeToLive: 300, token: .bytes(small), at()).isReplaced)
      #expect(try 290_000...300_000 ~= time())
      #expect(try store.replace(key, small, timeToLive: 400, token: .bytes(large), at()).isReplaced)
      #expect(try 390_000...400_000 ~= time())
      #expect(try store.touch(key, timeToLive: .max, at()))
      try server.cli("PEXPIRE", "session:a", "1")
      while try server.cli("EXISTS", "session:a") == "1" {}
      #expect(try store.load(key, at()) == nil)
      #expect(try store.replace(key, small, timeToLive: 10, token: .bytes(small), at()).isGone)
      #expect(try store.replace(key, large, timeToLive: 10, token: .bytes(small), at()).isGone)
      #expect(try server.cli("DBSIZE") == "0")
    }

    /// By digest; in full only where the server does not have it, as after a restart.
    @Test func scriptsAreSentOnce() throws {
      let server = try RedisServer()
      let store = RedisStore(server.options())
      for _ in 0..<2 {
        try server.cli("SCRIPT", "FLUSH")
        try server.cli("CONFIG", "RESETSTAT")
        #expect(try store.create(key, [0], timeToLive: 10, at()).isCreated)
        for number in 0..<5 {
          #expect(
            try store.replace(key, [UInt8(number + 1)], timeToLive: 10, token: .bytes([UInt8(number)]), at()).isReplaced
          )
        }
        #expect(try store.remove(key, token: .bytes([9]), at()) == .changed)
        #expect(try store.remove(key, token: .bytes([5]), at()) == .removed)
        let counts = try server.cli("INFO", "commandstats")
        #expect(counts.contains("cmdstat_evalsha:calls=7,"))
        #expect(counts.contains("cmdstat_eval:calls=2,"))
      }
    }

    /// Whoever writes between the look and the write.
    @Test func aLargeRecordIsComparedToo() throws {
      let server = try RedisServer()
      let store = RedisStore(server.options())
      #expect(try store.create(key, large, timeToLive: 10, at()).isCreated)
      #expect(try store.replace(key, small, timeToLive: 10, token: .bytes(small + large), at()).isChanged)
      // The same connection, which must not watch any more.
      try server.cli("SET", "session:a", "other")
      #expect(try store.replace(key, large, timeToLive: 10, token: .bytes([UInt8]("other")), at()).isReplaced)
      #expect(try store.record(key) == large)
    }

    /// Without MULTI the SET behind it would be run all the same.
    @Test func aUserWithoutTransactionsWritesNothing() throws {
      let server = try RedisServer()
      try server.cli("ACL", "SETUSER", "jack", "on", ">pw", "~*", "+@all", "-multi")
      var options = server.options()
      options.user = "jack"
      options.password = [UInt8]("pw").withUnsafeBufferPointer { Secret($0) }
      let store = RedisStore(options)
      #expect(try store.create(key, large, timeToLive: 10, at()).isCreated)
      #expect(
        status { () throws(Failure) in
          _ = try store.replace(key, small, timeToLive: 10, token: .bytes(large), at())
        } == .auth)
      #expect(try store.record(key) == large)
    }

    @Test func whatOthersPutThere() throws {
      let server = try RedisServer()
      let store = RedisStore(server.options())
      try server.cli("LPUSH", "session:a", "x")
      #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == .backend)
      #expect(status { () throws(Failure) in _ = try store.remove(key, token: .bytes(small), at()) } == .backend)
      for record in [small, large] {
        #expect(
          status { () throws(Failure) in
            _ = try store.replace(key, record, timeToLive: 10, token: .bytes(small), at())
          } == .backend)
      }
      #expect(try store.create(key, small, timeToLive: 10, at()).exists)
      try store.remove(key, at())
      #expect(try store.create(key, small, timeToLive: 10, at()).isCreated)
    }

    @Test func databasesAndUsers() throws {
      let server = try RedisServer(password: "hunter2")
      try server.cli("ACL", "SETUSER", "jack", "on", ">pw", "~session:*", "+@all")
      let store = RedisStore(server.options(database: 3))
      #expect(try store.create(key, small, timeToLive: 10, at()).isCreated)
      #expect(try server.cli("-n", "3", "DBSIZE").contains("1"))
      var options = server.options(local: true)
      options.user = "jack"
      options.password = [UInt8]("pw").withUnsafeBufferPointer { Secret($0) }
      let jacks = RedisStore(options)
      #expect(try jacks.create(key, small, timeToLive: 10, at()).isCreated)
      #expect(status { () throws(Failure) in _ = try jacks.load("other", at()) } == .auth)
      options.password = [UInt8]("no").withUnsafeBufferPointer { Secret($0) }
      let wrong = RedisStore(options)
      #expect(status { () throws(Failure) in try wrong.ping(at()) } == .auth)
      options.password = nil
      let none = RedisStore(options)
      #expect(status { () throws(Failure) in try none.ping(at()) } == .auth)
      let missing = RedisStore(server.options(database: 99))
      #expect(status { () throws(Failure) in try missing.ping(at()) } == .config)
    }
  }
#endif
