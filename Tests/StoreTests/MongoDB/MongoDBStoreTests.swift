// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  import Foundation
  import Stores
  import Support
  import Testing

  @testable import Backends

  /// What is MongoDB's own about the store; the contract suite has the rest.
  @Suite(.enabled(if: MongoDBServer.isWanted)) struct MongoDBStoreTests {
    private let key: Text = "session:a"
    private let server: MongoDBServer
    private let collection = Text("c\(UUID().uuidString)")

    init() throws { server = try MongoDBServer.shared.get() }

    private var store: MongoDBStore { server.store(collection) }

    private func document(_ key: Text, _ record: [UInt8], ends: Int64? = nil) -> BSON {
      BSON(
        ("id", .text(key)), ("val", .binary(record)),
        ("expiration", ends.map { .date((epoch + $0) * 1_000) } ?? .copy(BSONField(type: BSONField.null, bytes: []))))
    }

    private func insert(_ document: BSON) throws { try server.insert(document, into: collection) }

    private func documents(_ key: Text) throws -> [BSONFields] { try server.documents(collection, id: key) }

    @Test func aDocumentIsFlaskSessions() throws {
      #expect(try store.create(key, [1, 2], timeToLive: 10, at()).isCreated)
      #expect(try store.replace(key, [3], timeToLive: 20, token: .bytes([1, 2]), at(5)).isReplaced)
      let document = try #require(try documents(key).first)
      var fields = document
      var names: [String] = []
      while let (name, _) = fields.next() { names.append(String(decoding: name, as: UTF8.self)) }
      #expect(names.sorted() == ["_id", "expiration", "id", "val"])
      #expect(document["_id"]?.type == BSONField.text && document["val"]?.binary == [3])
      #expect(document["expiration"]?.date == (epoch + 25) * 1_000)
    }

    @Test func indexes() throws {
      try store.prepare(at())
      let list = try server.run(BSON(("listIndexes", .text(collection))), on: "flask_session").documents()
      let index = try #require(list.first { $0["key"]?.fields?["id"] != nil })
      #expect(index["unique"]?.type == BSONField.flag && list.count == 3)
      let ending = try #require(list.first { $0["key"]?.fields?["expiration"] != nil })
      #expect(ending["expireAfterSeconds"]?.number == 0)
    }

    @Test func whatTheUniqueIndexMeets() throws {
      try server.insert(document("twice", [1], ends: 5), into: collection)
      try server.insert(document("twice", [2], ends: 6), into: collection)
      try server.run(
        BSON(
          ("createIndexes", .text(collection)),
          (
            "indexes",
            .array([
              .document(
                BSON(("key", .document(BSON(("expiration", .number(1))))), ("name", .word("mine"))))
            ])
          )), on: "flask_session")
      let log = Messages()
      let store = MongoDBStore(server.options(collection), log: log.log)
      try store.prepare(at())
      #expect(log.all.count == 1 && log.all[0].contains("not unique"))
      #expect(try store.create(key, [1], timeToLive: 10, at()).isCreated)
      #expect(try documents(key).first?["_id"]?.type == BSONField.text)
      #expect(try store.create(key, [2], timeToLive: 10, at()).exists)
    }

    /// Of several it is the one that ends last, which then is the only one.
    @Test func duplicates() throws {
      for _ in 0..<2 { try insert(document("other", [0], ends: 1)) }
      func fill() throws {
        try store.remove(key, at())
        for (record, end) in [([1], 30), ([2], 50), ([3], 50), ([4], 40)] as [([UInt8], Int64)] {
          try insert(document(key, record, ends: end))
        }
      }
      try fill()
      #expect(try store.touch(key, timeToLive: 60, at()))
      #expect(try documents(key).map { $0["expiration"]?.date }.filter { $0 == (epoch + 60) * 1_000 }.count == 1)
      #expect(try store.record(key) == [3])
      #expect(try documents(key).count == 1)
      try fill()
      #expect(try store.refresh(key, timeToLive: 60, at())?.record == [3])
      #expect(try store.replace(key, [9], timeToLive: 60, token: .bytes([3]), at()).isReplaced)
      #expect(try store.record(key) == [9])
      #expect(try documents(key).count == 1)
      try fill()
      #expect(try store.remove(key, token: .bytes([3]), at()) == .removed)
      #expect(try documents(key).isEmpty)
      try fill()
      try store.remove(key, at())
      #expect(try documents(key).isEmpty)
    }

    @Test func nullAndOtherEnds() throws {
      try insert(document(key, [1]))
      #expect(try store.load(key, at()) == nil)
      #expect(try store.touch(key, timeToLive: 10, at()) == false)
      #expect(try store.create(key, [2], timeToLive: 10, at()).isCreated)
      #expect(try documents(key).count == 1)
      try insert(document("b", [1]))
      try insert(BSON(("id", .word("c")), ("val", .binary([1])), ("expiration", .word("never"))))
      try insert(BSON(("id", .word("d")), ("no session", .flag(true))))
      #expect(try store.load("c", at()) == nil)
      #expect(try store.sweep(limit: 10, at(9)) == false)
      #expect(try documents("b").isEmpty && documents("c").count == 1 && documents("d").count == 1)
      #expect(try store.record(key, at(9)) == [2])
    }

    @Test func aForeignDocument() throws {
      for (key, value) in [
        ("a", .text("x")), ("b", .number(1)), ("c", .copy(BSONField(type: 5, bytes: [1, 0, 0, 0, 4, 7]))),
      ] as [(Text, BSON.Value)] {
        try insert(BSON(("id", .text(key)), ("val", value), ("expiration", .date((epoch + 9) * 1_000))))
        #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == .backend)
        #expect(status { () throws(Failure) in _ = try store.refresh(key, timeToLive: 9, at()) } == .backend)
        #expect(try store.create(key, [1], timeToLive: 9, at()).exists)
        try store.remove(key, at())
        #expect(try store.create(key, [1], timeToLive: 9, at()).isCreated)
      }
    }

    @Test func remaining() throws {
      #expect(try store.create(key, [1], timeToLive: 10, at()).isCreated)
      #expect(try store.load(key, at())?.remaining == nil)
      #expect(try store.load(key, telling(3))?.remaining == 7)
      #expect(try store.refresh(key, timeToLive: 30, telling(3))?.remaining == 30)
      try insert(BSON(("id", .word("b")), ("val", .binary([1])), ("expiration", .date(epoch * 1_000 + 1))))
      #expect(try store.load("b", telling())?.remaining == 1)
      #expect(try store.load("b", telling(-2))?.remaining == 3)
    }

    @Test func theServerRemovesWhatHasEnded() throws {
      let server = try MongoDBServer(removes: true)
      let store = server.store("sessions")
      #expect(try store.create(key, [1], timeToLive: 10, at()).isCreated)
      let end = Date() + 20
      while try !server.documents("sessions", id: key).isEmpty, Date() < end { usleep(50_000) }
      #expect(try server.documents("sessions", id: key).isEmpty)
    }

    /// One that Flask-Session wrote, larger than two of its kind fit into one command.
    @Test func largeRecords() throws {
      let large = [UInt8](repeating: 7, count: (16 << 20) - 8192)
      try insert(document(key, large, ends: 10))
      #expect(try store.record(key) == large)
      let half = [UInt8](repeating: 8, count: (8 << 20) - 4096)
      #expect(
        status { () throws(Failure) in _ = try store.replace(key, half, timeToLive: 9, token: .bytes(large), at()) }
          == .tooLarge)
      #expect(try store.replace(key, [1], timeToLive: 9, token: .bytes(large), at()).isReplaced)
      #expect(try store.replace(key, half, timeToLive: 9, token: .bytes([1]), at()).isReplaced)
      #expect(try store.remove(key, token: .bytes(half), at()) == .removed)
    }

    @Test func usersAndPasswords() throws {
      let server = try MongoDBServer(["--auth"])
      func login(_ options: inout MongoDBOptions, _ user: Text, _ password: String) {
        options.user = user
        options.password = Array(password.utf8).withUnsafeBufferPointer { Secret($0) }
        options.loginDatabase = "admin"
      }
      func user(_ name: StaticString, _ role: StaticString, _ database: StaticString) -> BSON {
        BSON(
          ("createUser", .word(name)), ("pwd", .word("p:w@/")),
          (
            "roles",
            .array([.document(BSON(("role", .word(role)), ("db", .word(database))))])
          ))
      }
      try server.run(user("root", "root", "admin"))
      try server.run(user("jack", "readWrite", "flask_session")) { login(&$0, "root", "p:w@/") }
      try server.run(user("reader", "read", "flask_session")) { login(&$0, "root", "p:w@/") }
      func store(_ user: Text, _ password: String, _ parameters: [(Text, Text)] = []) -> MongoDBStore {
        var options = server.options()
        login(&options, user, password)
        options.parameters = parameters.map { (name: $0.0, value: $0.1) }
        return MongoDBStore(options)
      }
      for parameters in [[], [("authmechanism", "SCRAM-SHA-1")], [("authmechanism", "SCRAM-SHA-256")]]
        as [[(Text, Text)]]
      {
        let jacks = store("jack", "p:w@/", parameters)
        #expect(try jacks.create(key, [1], timeToLive: 10, at()).isCreated)
        #expect(try jacks.remove(key, token: .bytes([1]), at()) == .removed)
      }
      #expect(status { () throws(Failure) in try store("jack", "wrong").ping(at()) } == .auth)
      #expect(status { () throws(Failure) in _ = try store("nobody", "p:w@/").load(key, at()) } == .auth)
      let readers = store("reader", "p:w@/")
      #expect(try readers.load(key, at()) == nil)
      #expect(status { () throws(Failure) in _ = try readers.create(key, [1], timeToLive: 10, at()) } == .auth)
      var anonymous = server.options()
      anonymous.user = nil
      #expect(
        status { () throws(Failure) in _ = try MongoDBStore(anonymous).load(key, at()) } == .auth)
    }
  }

  private final class Messages: @unchecked Sendable {
    private(set) var all: [String] = []
    var log: Log {
      Log(
        { context, _, message in
          guard let context, let message else { return }
          Unmanaged<Messages>.fromOpaque(context).takeUnretainedValue().all.append(String(cString: message))
        }, context: Unmanaged.passUnretained(self).toOpaque())
    }
  }
#endif
