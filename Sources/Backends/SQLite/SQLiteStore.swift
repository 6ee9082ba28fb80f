// SPDX-License-Identifier: Apache-2.0
#if SQLite
  package import Stores
  package import Support

  /// Flask-Session's table in a SQLite database, shared with Flask-Session and between processes.
  ///
  /// In WAL mode and with synchronous=NORMAL: what was acknowledged outlives every process, but a power cut may take the
  /// last commits with it. Not for a file on NFS. `Call.now` is compared with the column `expiry`, a text in UTC.
  ///
  /// SQLite counts its file locks per process: a connection that a fork carried over would drop the locks of the other
  /// side. So a fork waits for the calls that run and closes every connection; both sides open again.
  package final class SQLiteStore: SessionStore, @unchecked Sendable {
    private let options: SQLiteOptions
    private let table: SQLiteTable
    private let limits: StoreLimits
    private let pool: ConnectionPool<SQLiteConnection>

    /// Opens nothing yet.
    package init(_ options: SQLiteOptions) {
      self.options = options
      table = SQLiteTable(options.table)
      limits = StoreLimits(largestRecord: options.largestRecord)
      pool = ConnectionPool(size: options.poolSize, closesBeforeFork: true)
    }

    package var largestRecord: Int? { limits.largestRecord }

    package func load(_ key: Text, _ call: Call) throws(Failure) -> StoredRecord? {
      try limits.check(key)
      return try use(call, key) { (connection, key) throws(Failure) in
        try self.load(key, call, connection)
      }
    }

    package func create(
      _ key: Text, _ record: [UInt8], timeToLive: Int64, _ call: Call
    ) throws(Failure) -> Creation {
      try limits.check(key, record, timeToLive: timeToLive)
      let created = try use(call, key) { (connection, key) throws(Failure) in
        try record.withUnsafeBufferPointer { (record) throws(Failure) -> Bool in
          let statement = try connection.statement(.create)
          connection.bind(statement, 1, text: key)
          connection.bind(statement, expiry: call.expiry(timeToLive))
          connection.bind(statement, 4, blob: record)
          if try connection.change(statement) > 0 { return true }
          // A row is there. If it is dead it goes, and nobody must come between.
          return try connection.transaction { () throws(Failure) in
            try self.removeDead(key, call, connection)
            return try connection.change(statement) > 0
          }
        }
      }
      return created ? .created(.bytes(record)) : .exists
    }

    package func replace(
      _ key: Text, _ record: [UInt8], timeToLive: Int64, token: Token, _ call: Call
    ) throws(Failure) -> Replacement {
      try limits.check(key, record, timeToLive: timeToLive)
      return try use(call, key) { (connection, key) throws(Failure) in
        let replaced = try record.withUnsafeBufferPointer { (bytes) throws(Failure) -> Bool in
          let statement = try connection.statement(.replace)
          connection.bind(statement, expiry: call.expiry(timeToLive))
          connection.bind(statement, 4, blob: bytes)
          return try self.changeIfSame(statement, key, token, call, connection)
        }
        if replaced { return .replaced(.bytes(record)) }
        // If another write came in between, this is newer than what was compared: the better for the caller.
        guard let there = try self.load(key, call, connection) else { return .gone }
        return .changed(there)
      }
    }

    package func touch(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> Bool {
      try limits.check(key, timeToLive: timeToLive)
      return try use(call, key) { (connection, key) throws(Failure) in
        let statement = try connection.statement(.touch)
        connection.bind(statement, 1, text: key)
        connection.bind(statement, now: call.now)
        connection.bind(statement, expiry: call.expiry(timeToLive))
        return try connection.change(statement) > 0
      }
    }

    package func remove(_ key: Text, _ call: Call) throws(Failure) {
      try limits.check(key)
      try use(call, key) { (connection, key) throws(Failure) in
        let statement = try connection.statement(.remove)
        connection.bind(statement, 1, text: key)
        try connection.change(statement)
      }
    }

    package func remove(_ key: Text, token: Token, _ call: Call) throws(Failure) -> Removal {
      try limits.check(key)
      return try use(call, key) { (connection, key) throws(Failure) in
        let statement = try connection.statement(.removeWithToken)
        if try self.changeIfSame(statement, key, token, call, connection) { return .removed }
        return try self.load(key, call, connection) == nil ? .gone : .changed
      }
    }

    package func sweep(limit: Int, _ call: Call) throws(Failure) -> Bool {
      let limit = max(limit, 0)
      return try use(call, interrupts: true) { (connection) throws(Failure) in
        let statement = try connection.statement(.sweep)
        connection.bind(statement, 1, number: limit)
        connection.bind(statement, now: call.now)
        return try connection.change(statement) >= limit
      }
    }

    package func list(
      _ prefix: Text, after place: [UInt8], limit: Int, _ call: Call
    ) throws(Failure) -> KeyList {
      let limit = min(max(limit, 1), KeyList.most)
      return try use(call, Text(place)) { (connection, place) throws(Failure) in
        let statement = try connection.statement(.list)
        connection.bind(statement, 1, text: place)
        connection.bind(statement, 2, number: limit)
        return KeyList(try connection.texts(statement), limit: limit)
      }
    }

    package func ping(_ call: Call) throws(Failure) {
      try use(call) { (connection) throws(Failure) in
        _ = try connection.change(connection.statement(.ping))
      }
    }

    package func prepare(_ call: Call) throws(Failure) {
      try use(call) { (connection) throws(Failure) in try connection.makeTable() }
    }

    private func use<Result>(
      _ call: Call, interrupts: Bool = false, _ body: (SQLiteConnection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      try pool.use(call.deadline) { () throws(Failure) in
        try SQLiteConnection.open(self.options, self.table, call.deadline)
      } _: { (connection) throws(Failure) in
        connection.begin(call, interrupts: interrupts)
        return try body(connection)
      }
    }

    private func use<Result>(
      _ call: Call, _ key: Text, _ body: (SQLiteConnection, UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      try use(call) { (connection) throws(Failure) in
        try key.bytes.withUnsafeBufferPointer { (key) throws(Failure) in try body(connection, key) }
      }
    }

    private func load(
      _ key: UnsafeBufferPointer<UInt8>, _ call: Call, _ connection: SQLiteConnection
    ) throws(Failure) -> StoredRecord? {
      let statement = try connection.statement(call.tellsRemaining ? .loadWithTime : .load)
      connection.bind(statement, 1, text: key)
      connection.bind(statement, now: call.now)
      var expiry: Int64?
      let record = try connection.blob(statement, atMost: options.largestRecord, number: &expiry)
      let remaining = expiry.map { $0.subtractingReportingOverflow(call.now).partialValue }
      return record.map { StoredRecord($0, remaining: remaining) }
    }

    private func removeDead(
      _ key: UnsafeBufferPointer<UInt8>, _ call: Call, _ connection: SQLiteConnection
    ) throws(Failure) {
      let statement = try connection.statement(.removeDead)
      connection.bind(statement, 1, text: key)
      connection.bind(statement, now: call.now)
      try connection.change(statement)
    }

    /// Runs a statement that compares with `?5`. A token of another kind is of no record here.
    private func changeIfSame(
      _ statement: SQLiteConnection.Prepared, _ key: UnsafeBufferPointer<UInt8>, _ token: Token, _ call: Call,
      _ connection: SQLiteConnection
    ) throws(Failure) -> Bool {
      guard case .bytes(let old) = token else { return false }
      return try old.withUnsafeBufferPointer { (old) throws(Failure) in
        connection.bind(statement, 1, text: key)
        connection.bind(statement, now: call.now)
        connection.bind(statement, 5, blob: old)
        return try connection.change(statement) > 0
      }
    }
  }
#endif
