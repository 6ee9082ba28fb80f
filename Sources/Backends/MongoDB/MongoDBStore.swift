// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  package import Stores
  package import Support

  /// Records in a collection of MongoDB, as Flask-Session has them: `id`, `val` as binary, `expiration` as date.
  ///
  /// The compare is a filter on `val`. Whether a record lives is decided by `Call.now`; the server removes what has ended
  /// about a minute later. What is written has reached the journals of most members.
  package final class MongoDBStore: SessionStore, @unchecked Sendable {
    private let options: MongoDBOptions
    private let log: Log
    private let limits: StoreLimits
    private let commands: MongoDBCommands
    private let pool: ConnectionPool<MongoDBConnection>

    /// Connects to nothing yet.
    package init(_ options: MongoDBOptions, log: Log = .silent) {
      self.options = options
      self.log = log
      limits = StoreLimits(largestRecord: options.largestRecord)
      commands = MongoDBCommands(collection: options.collection)
      pool = ConnectionPool(size: options.poolSize, idleTime: options.idleTime)
    }

    package var largestRecord: Int? { limits.largestRecord }

    package func load(_ key: Text, _ call: Call) throws(Failure) -> StoredRecord? {
      try limits.check(key)
      return try repeated(call) { (connection) throws(Failure) in
        try self.load(key, connection, call)
      }
    }

    package func create(
      _ key: Text, _ record: [UInt8], timeToLive: Int64, _ call: Call
    ) throws(Failure) -> Creation {
      try limits.check(key, record, timeToLive: timeToLive)
      return try once(call, orElse: .unknown) { (connection) throws(Failure) -> Creation in
        // Only a unique index refuses a second document beside one of another maker; without it a look does.
        if !connection.isUnique, try self.load(key, connection, call) != nil { return .exists }
        let command = self.commands.create(key, record, timeToLive: timeToLive, call)
        do throws(Failure) {
          _ = try connection.run(command, writes: true, call.deadline)
        } catch {
          guard Int64(error.native) == MongoDBFailure.duplicate else { throw error }
          return .exists
        }
        return .created(.bytes(record))
      }
    }

    package func replace(
      _ key: Text, _ record: [UInt8], timeToLive: Int64, token: Token, _ call: Call
    ) throws(Failure) -> Replacement {
      try limits.check(key, record, timeToLive: timeToLive)
      return try once(call, orElse: .unknown) { (connection) throws(Failure) -> Replacement in
        if case .bytes(let old) = token {
          guard old.count + record.count <= MongoDBCommands.largest else {
            throw Failure(
              .tooLarge, "MongoDB cannot compare a session of \(old.count) bytes with a new one of \(record.count)")
          }
          let command = self.commands.replace(key, old, with: record, timeToLive: timeToLive, call)
          if try connection.run(command, writes: true, call.deadline).count() > 0 { return .replaced(.bytes(record)) }
        }
        return try self.load(key, connection, call).map { .changed($0) } ?? .gone
      }
    }

    package func touch(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> Bool {
      try limits.check(key, timeToLive: timeToLive)
      return try repeated(call) { (connection) throws(Failure) in
        try self.touched(key, timeToLive, reads: "_id", connection, call) != nil
      }
    }

    package func refresh(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> StoredRecord? {
      try limits.check(key, timeToLive: timeToLive)
      return try repeated(call) { (connection) throws(Failure) -> StoredRecord? in
        guard let document = try self.touched(key, timeToLive, reads: "val", connection, call) else { return nil }
        return try self.record(document, ends: self.commands.end(timeToLive, call), call)
      }
    }

    package func remove(_ key: Text, _ call: Call) throws(Failure) {
      try limits.check(key)
      try repeated(call) { (connection) throws(Failure) in
        _ = try connection.run(self.commands.remove(key), call.deadline)
      }
    }

    package func remove(_ key: Text, token: Token, _ call: Call) throws(Failure) -> Removal {
      try limits.check(key)
      return try once(call, orElse: .unknown) { (connection) throws(Failure) -> Removal in
        if case .bytes(let old) = token, old.count <= MongoDBCommands.largest {
          let command = self.commands.remove(key, old, call)
          if try connection.run(command, writes: true, call.deadline).count() > 0 {
            if !connection.isUnique { return self.removeRest(key, connection, call) }
            return .removed
          }
        }
        return try self.load(key, connection, call) == nil ? .gone : .changed
      }
    }

    /// The server does that too, unless its index on `expiration` is another one; what has no `expiration` it leaves.
    package func sweep(limit: Int, _ call: Call) throws(Failure) -> Bool {
      guard limit > 0 else { return false }
      let limit = min(limit, 1_000)
      return try use(call) { (connection) throws(Failure) -> Bool in
        let ended = try connection.run(self.commands.ended(limit: limit, call), call.deadline).documents()
        var documents: [BSON.Value] = []
        for document in ended {
          guard let id = document["_id"] else { throw MongoDBFailure.unexpected }
          documents.append(.copy(id))
        }
        if documents.isEmpty { return false }
        _ = try connection.run(self.commands.removeEnded(documents, call), writes: true, call.deadline)
        return documents.count >= limit
      }
    }

    package func list(
      _ prefix: Text, after place: [UInt8], limit: Int, _ call: Call
    ) throws(Failure) -> KeyList {
      let limit = min(max(limit, 1), KeyList.most)
      return try repeated(call) { (connection) throws(Failure) in
        let command = self.commands.list(after: Text(place), limit: limit)
        var keys: [Text] = []
        for document in try connection.run(command, call.deadline).documents() {
          guard let key = document["id"]?.text else { throw MongoDBFailure.unexpected }
          keys.append(Text(key))
        }
        return KeyList(keys, limit: limit)
      }
    }

    package func ping(_ call: Call) throws(Failure) {
      try repeated(call) { (connection) throws(Failure) in
        _ = try connection.run(BSON(("ping", .number(1))), call.deadline)
      }
    }

    package func prepare(_ call: Call) throws(Failure) {
      let isUnique = try repeated(call) { (connection) throws(Failure) in
        try MongoDBIndexes.make(self.options.collection, connection, call.deadline)
      }
      if !isUnique {
        log(
          .warning,
          "The index of MongoDB on the id of sessions is not unique, as it should be: there are duplicates or another "
            + "index, or the user may not make it.")
      }
    }

    // MARK: Commands

    private func load(
      _ key: Text, _ connection: MongoDBConnection, _ call: Call
    ) throws(Failure) -> StoredRecord? {
      let command = commands.find(key, isUnique: connection.isUnique, call)
      let documents = try connection.run(command, call.deadline).documents()
      guard let first = documents.first else { return nil }
      guard let end = first["expiration"]?.date else { throw MongoDBFailure.foreign }
      if documents.count > 1, let id = first["_id"] {
        // A document that was changed since is not among them, and the one that was found stays.
        _ = try connection.run(commands.removeOthers(key, than: id, until: end), call.deadline)
      }
      return try record(first, ends: end, call)
    }

    /// Others of an id, where there can be any, are older than the one that was just removed.
    private func removeRest(_ key: Text, _ connection: MongoDBConnection, _ call: Call) -> Removal {
      do throws(Failure) {
        _ = try connection.run(commands.remove(key), call.deadline)
        return .removed
      } catch {
        return .unknown
      }
    }

    private func touched(
      _ key: Text, _ timeToLive: Int64, reads field: StaticString, _ connection: MongoDBConnection, _ call: Call
    ) throws(Failure) -> BSONFields? {
      let command = commands.touch(key, timeToLive: timeToLive, reads: field, isUnique: connection.isUnique, call)
      return try connection.run(command, call.deadline).value()
    }

    private func record(_ document: BSONFields, ends: Int64, _ call: Call) throws(Failure) -> StoredRecord {
      guard let record = document["val"]?.binary else { throw MongoDBFailure.foreign }
      return StoredRecord(record, remaining: call.tellsRemaining ? commands.seconds(until: ends, call) : nil)
    }

    // MARK: Connections

    private func use<Result>(
      _ call: Call, _ body: (MongoDBConnection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      try pool.use(
        call.deadline, open: { () throws(Failure) in try MongoDBConnection.open(self.options, call.deadline) }, body)
    }

    /// Once more where a connection broke that had stood before.
    private func repeated<Result>(
      _ call: Call, _ body: (MongoDBConnection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      var isLost = false
      do throws(Failure) {
        return try use(call) { (connection) throws(Failure) in
          defer { isLost = connection.isLost }
          return try body(connection)
        }
      } catch {
        guard isLost, !call.deadline.hasPassed else { throw error }
      }
      return try use(call, body)
    }

    /// Never again: where the answer did not come, nobody knows what happened.
    private func once<Result>(
      _ call: Call, orElse unknown: Result, _ body: (MongoDBConnection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      try use(call) { (connection) throws(Failure) in
        do throws(Failure) {
          return try body(connection)
        } catch {
          if connection.isInDoubt { return unknown }
          throw error
        }
      }
    }
  }
#endif
