// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  import Foundation
  import Stores
  import Support
  import Testing

  @testable import Backends
  @testable import Settings

  /// A server that is not well: each gets its status in time, and the next call after recovery works.
  @Suite(.enabled(if: MongoDBServer.isWanted)) struct MongoDBTroubleTests {
    private let key: Text = "session:a"

    private func soon() -> Call { Call(now: epoch, deadline: .after(milliseconds: 300)) }

    private func isUnknown(_ replacement: Replacement) -> Bool {
      if case .unknown = replacement { true } else { false }
    }

    private func isUnknown(_ creation: Creation) -> Bool { if case .unknown = creation { true } else { false } }

    @Test func stoppedAndBack() throws {
      let server = try MongoDBServer()
      let store = server.store()
      #expect(try store.create(key, [1], timeToLive: 100, at()).isCreated)
      server.stop()
      #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == .unavailable)
      #expect(status { () throws(Failure) in _ = try store.create(key, [1], timeToLive: 9, at()) } == .unavailable)
      #expect(
        status { () throws(Failure) in _ = try store.replace(key, [2], timeToLive: 9, token: .bytes([1]), at()) }
          == .unavailable)
      #expect(status { () throws(Failure) in try store.ping(at()) } == .unavailable)
      try server.start()
      #expect(try store.load(key, at()) == nil)
      #expect(try store.create(key, [1], timeToLive: 10, at()).isCreated)
    }

    @Test func hangingAndBack() throws {
      let server = try MongoDBServer()
      let store = server.store()
      let others = [server.store(), server.store(), server.store()]
      for (number, other) in others.enumerated() {
        #expect(try other.create(key, [UInt8(number)], timeToLive: 100, at()).isCreated)
      }
      #expect(try store.create(key, [1], timeToLive: 100, at()).isCreated)
      server.pause()
      let start = Date()
      #expect(status { () throws(Failure) in _ = try store.load(key, soon()) } == .timeout)
      #expect(status { () throws(Failure) in try store.ping(soon()) } == .timeout)
      #expect(isUnknown(try others[0].replace(key, [7], timeToLive: 50, token: .bytes([0]), soon())))
      #expect(isUnknown(try others[1].create("session:b", [7], timeToLive: 50, soon())))
      #expect(try others[2].remove(key, token: .bytes([2]), soon()) == .unknown)
      #expect(Date().timeIntervalSince(start) < 10)
      server.resume()
      #expect(try store.record(key) == [1])
      // What went out is run, or is not, since nobody waits for it any more.
      #expect([[0], [7]].contains(try others[0].record(key)))
      #expect([nil, [7]].contains(try others[1].record("session:b")))
      #expect([nil, [2]].contains(try others[2].record(key)))
    }

    @Test func refusing() throws {
      func store(_ host: ConnectionHost) -> MongoDBStore { MongoDBStore(MongoDBOptions([host])) }
      let refusing = store(ConnectionHost(name: "127.0.0.1", port: try FakeServer.freePort()))
      let start = Date()
      for _ in 0..<3 { #expect(status { () throws(Failure) in try refusing.ping(at()) } == .unavailable) }
      // A client that libmongoc lets cool down would wait for five seconds.
      #expect(Date().timeIntervalSince(start) < 5)
      let nowhere = store(ConnectionHost(name: "no-such-host.invalid", port: nil))
      #expect(status { () throws(Failure) in try nowhere.ping(at()) } == .unavailable)
      let local = store(ConnectionHost(name: "/no/such.sock", port: nil))
      #expect(status { () throws(Failure) in try local.ping(at()) } == .unavailable)
    }

    @Test(arguments: [
      "HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\0", "\u{10}\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
      "\u{ff}\u{ff}\u{ff}\u{7f}",
      "\u{15}\0\0\0\0\0\0\0\0\0\0\0\u{1}\0\0\0\0\0\0\0\0",
    ])
    func garbage(_ answer: String) throws {
      let server = try FakeServer([Array(answer.utf8)])
      defer { server.stop() }
      let store = MongoDBStore(MongoDBOptions([ConnectionHost(name: "127.0.0.1", port: server.port)]))
      let start = Date()
      let found = status { () throws(Failure) in _ = try store.load(key, soon()) }
      #expect([.backend, .timeout, .unavailable].contains(found), "\(String(describing: found))")
      #expect(Date().timeIntervalSince(start) < 10)
    }

    /// It is in nobody's log that libmongoc was told to stop; each is what `failCommand` makes the server say or do.
    @Test func whatAServerSays() throws {
      let server = try MongoDBServer()
      let store = server.store()
      #expect(try store.create(key, [1], timeToLive: 100, at()).isCreated)
      func replace() throws(Failure) -> Replacement {
        try store.replace(key, [1], timeToLive: 9, token: .bytes([1]), at())
      }

      // The server hangs up: a read is asked again, a write is not.
      try server.failing([.word("find")], times: 1, ("closeConnection", .flag(true)))
      #expect(try store.record(key) == [1])
      try server.failing([.word("find")], times: 2, ("closeConnection", .flag(true)))
      #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == .unavailable)
      try server.failing([.word("update")], times: 1, ("closeConnection", .flag(true)))
      #expect(isUnknown(try replace()))
      try server.failing([.word("findAndModify")], times: 1, ("closeConnection", .flag(true)))
      #expect(try store.touch(key, timeToLive: 9, at()))
      try server.failing([.word("delete")], times: 1, ("closeConnection", .flag(true)))
      #expect(try store.remove(key, token: .bytes([1]), at()) == .unknown)

      // Another one is the primary.
      try server.failing([.word("update")], times: 1, ("errorCode", .number(10_107)))
      #expect(status { () throws(Failure) in _ = try replace() } == .unavailable)
      try server.failing([.word("find")], times: 1, ("errorCode", .number(13_436)))
      #expect(try store.record(key) == [1])

      // Interrupted somewhere.
      for code: Int32 in [91, 189, 11_600, 11_602] {
        try server.failing([.word("update")], times: 1, ("errorCode", .number(code)))
        #expect(isUnknown(try replace()), "\(code)")
      }
      try server.failing(
        [.word("update")], times: 1,
        ("writeConcernError", .document(BSON(("code", .number(64)), ("errmsg", .word("waiting"))))))
      #expect(isUnknown(try replace()))
      try server.failing(
        [.word("delete")], times: 2,
        ("writeConcernError", .document(BSON(("code", .number(64)), ("errmsg", .word("waiting"))))))
      #expect(status { () throws(Failure) in try store.remove("session:b", at()) } == .unavailable)

      // Refused: nothing is unknown.
      for (code, expected): (Int32, Status) in [
        (13, .auth), (18, .auth), (10_334, .tooLarge), (73, .config), (2, .backend),
      ] {
        try server.failing([.word("update"), .word("find")], times: 2, ("errorCode", .number(code)))
        #expect(status { () throws(Failure) in _ = try replace() } == expected, "\(code)")
        #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == expected, "\(code)")
      }
    }

    /// A member by its own address, which is no primary any more: it would answer reads.
    @Test func aMemberThatStepsDown() throws {
      let server = try MongoDBServer(["--replSet", "rs"])
      let members = BSON(("_id", .number(0)), ("host", .text(Text("127.0.0.1:\(server.port)"))))
      try server.run(
        BSON(
          (
            "replSetInitiate",
            .document(BSON(("_id", .word("rs")), ("members", .array([.document(members)]))))
          ))
      ) { $0.parameters = [(name: "directconnection", value: "true")] }
      let direct = server.store("sessions")
      var named = server.options()
      named.parameters = [(name: "replicaset", value: "rs")]
      let store = MongoDBStore(named)
      let end = Date() + 20
      while status({ () throws(Failure) in try store.ping(at()) }) != nil, Date() < end { usleep(50_000) }
      #expect(try store.create(key, [1], timeToLive: 100, at()).isCreated)
      #expect(try direct.record(key) == [1])

      let hanging = try MongoDBServer()
      hanging.pause()
      defer { hanging.resume() }
      var several = named
      several.hosts = [ConnectionHost(name: "127.0.0.1", port: hanging.port)] + named.hosts
      #expect(try MongoDBStore(several).record(key) == [1])

      try server.run(
        BSON(("replSetStepDown", .number(60)), ("force", .flag(true)))
      ) { $0.parameters = named.parameters }
      for one in [store, direct] {
        #expect(status { () throws(Failure) in _ = try one.load(key, at()) } == .unavailable)
        #expect(
          status { () throws(Failure) in _ = try one.replace(key, [2], timeToLive: 9, token: .bytes([1]), at()) }
            == .unavailable)
      }
      try server.run(BSON(("replSetFreeze", .number(0)))) {
        $0.parameters = [(name: "directconnection", value: "true")]
      }
      while status({ () throws(Failure) in try store.ping(at()) }) != nil, Date() < end + 20 { usleep(50_000) }
      #expect(try store.replace(key, [2], timeToLive: 9, token: .bytes([1]), at()).isReplaced)
      #expect(try direct.record(key) == [2])
    }
  }
#endif
