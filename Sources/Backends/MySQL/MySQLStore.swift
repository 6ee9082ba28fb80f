// SPDX-License-Identifier: Apache-2.0
#if MySQL
  package import Stores
  package import Support

  /// Flask-Session's table in MySQL or MariaDB, shared with Flask-Session.
  ///
  /// `Call.now` is compared with the column `expiry`, which is in UTC. A column of text for the ids, as
  /// Flask-Session makes it, cannot hold two that its collation takes for one.
  package final class MySQLStore: SessionStore, @unchecked Sendable {
    /// Rows of one statement of a sweep: some milliseconds.
    private static var sweepBatch: Int { 500 }

    private let options: MySQLOptions
    private let table: MySQLTable
    private let limits: StoreLimits
    private let pool: ConnectionPool<MySQLConnection>

    /// Connects to nothing yet.
    package init(_ options: MySQLOptions) {
      self.options = options
      table = MySQLTable(options)
      limits = StoreLimits(largestRecord: options.largestRecord)
      pool = ConnectionPool(size: options.poolSize, idleTime: options.idleTime)
    }

    package var largestRecord: Int? { limits.largestRecord }

    package func load(_ key: Text, _ call: Call) throws(Failure) -> StoredRecord? {
      try limits.check(key)
      return try repeated(call) { (connection) throws(Failure) in
        try connection.columns.check(key)
        return try self.load(key, connection, call)
      }
    }

    package func create(
      _ key: Text, _ record: [UInt8], timeToLive: Int64, _ call: Call
    ) throws(Failure) -> Creation {
      try limits.check(key, record, timeToLive: timeToLive)
      return try once(call, orElse: .unknown) { (connection) throws(Failure) -> Creation in
        let columns = connection.columns
        try columns.check(key)
        try connection.check(record, call.deadline)
        var arguments = MySQLArguments()
        arguments.add(key: key, columns.keysAreBytes)
        arguments.add(record)
        arguments.add(time: call.expiry(timeToLive))
        if columns.createsUnlessThere { arguments.add(row: key, columns.keysAreBytes) }
        if try connection.change(.create, arguments, call.deadline) > 0 { return .created(.bytes(record)) }
        // A row is there. If it is dead it goes; whoever comes between has created one, which is found then.
        if try self.removeDead(key, connection, call),
          try connection.change(.create, arguments, call.deadline) > 0
        {
          return .created(.bytes(record))
        }
        try self.checkClash(key, connection, call)
        return .exists
      }
    }

    package func replace(
      _ key: Text, _ record: [UInt8], timeToLive: Int64, token: Token, _ call: Call
    ) throws(Failure) -> Replacement {
      try limits.check(key, record, timeToLive: timeToLive)
      return try once(call, orElse: .unknown) { (connection) throws(Failure) -> Replacement in
        try connection.columns.check(key)
        try connection.check(record, call.deadline)
        if case .bytes(let old) = token {
          var new = MySQLArguments()
          new.add(record)
          new.add(time: call.expiry(timeToLive))
          let rows = try self.changeIfSame(.replace, new, key, old, connection, call)
          if rows > 0 { return .replaced(.bytes(record)) }
        }
        // If another write came in between, this is newer than what was compared: the better for the caller.
        return try self.load(key, connection, call).map { .changed($0) } ?? .gone
      }
    }

    package func touch(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> Bool {
      try limits.check(key, timeToLive: timeToLive)
      return try repeated(call) { (connection) throws(Failure) in
        try connection.columns.check(key)
        var arguments = MySQLArguments()
        arguments.add(time: call.expiry(timeToLive))
        arguments.add(row: key, connection.columns.keysAreBytes)
        arguments.add(time: call.now)
        return try connection.change(.touch, arguments, call.deadline) > 0
      }
    }

    package func remove(_ key: Text, _ call: Call) throws(Failure) {
      try limits.check(key)
      try repeated(call) { (connection) throws(Failure) in
        try connection.columns.check(key)
        var arguments = MySQLArguments()
        arguments.add(row: key, connection.columns.keysAreBytes)
        _ = try connection.change(.remove, arguments, call.deadline)
      }
    }

    package func remove(_ key: Text, token: Token, _ call: Call) throws(Failure) -> Removal {
      try limits.check(key)
      return try once(call, orElse: .unknown) { (connection) throws(Failure) -> Removal in
        try connection.columns.check(key)
        if case .bytes(let old) = token,
          try self.changeIfSame(.removeWithToken, MySQLArguments(), key, old, connection, call) > 0
        {
          return .removed
        }
        return try self.load(key, connection, call) == nil ? .gone : .changed
      }
    }

    /// In batches, so that no lock is held for long; ends with the call's time.
    package func sweep(limit: Int, _ call: Call) throws(Failure) -> Bool {
      try repeated(call) { (connection) throws(Failure) in
        var left = max(limit, 0)
        while left > 0 {
          let batch = min(left, MySQLStore.sweepBatch)
          let removed = try self.sweep(batch, connection, call)
          if removed < batch { return false }
          left -= removed
          if call.deadline.remaining < 100 { return true }
        }
        return true
      }
    }

    package func list(
      _ prefix: Text, after place: [UInt8], limit: Int, _ call: Call
    ) throws(Failure) -> KeyList {
      let limit = min(max(limit, 1), KeyList.most)
      return try repeated(call) { (connection) throws(Failure) in
        var arguments = MySQLArguments()
        arguments.add(key: Text(place), connection.columns.keysAreBytes)
        arguments.add(number: limit)
        return KeyList(try connection.texts(.list, arguments, atMost: limit, call.deadline), limit: limit)
      }
    }

    package func ping(_ call: Call) throws(Failure) {
      try repeated(call) { (connection) throws(Failure) in try connection.ping(call.deadline) }
    }

    package func prepare(_ call: Call) throws(Failure) {
      try repeated(call) { (connection) throws(Failure) in
        try connection.ping(call.deadline)
        try connection.makeIndexes(call.deadline)
      }
    }

    // MARK: Statements

    private func load(
      _ key: Text, _ connection: MySQLConnection, _ call: Call
    ) throws(Failure) -> StoredRecord? {
      var arguments = MySQLArguments()
      if call.tellsRemaining { arguments.add(time: call.now) }
      arguments.add(row: key, connection.columns.keysAreBytes)
      arguments.add(time: call.now)
      return try connection.record(call.tellsRemaining ? .loadWithTime : .load, arguments, call.deadline)
    }

    private func removeDead(_ key: Text, _ connection: MySQLConnection, _ call: Call) throws(Failure) -> Bool {
      var arguments = MySQLArguments()
      arguments.add(key: key, connection.columns.keysAreBytes)
      arguments.add(time: call.now)
      return try connection.change(.removeDead, arguments, call.deadline) > 0
    }

    /// ARGUMENT where it is not this key that is there but one that the collation of a column of text takes for it.
    private func checkClash(_ key: Text, _ connection: MySQLConnection, _ call: Call) throws(Failure) {
      guard !connection.columns.keysAreBytes else { return }
      var arguments = MySQLArguments()
      arguments.add(row: key, false)
      guard try connection.record(.clash, arguments, call.deadline) != nil else { return }
      throw Failure(
        .argument, "The table has a key that its column session_id takes for this one; VARBINARY(255) tells them apart")
    }

    /// Runs a statement that compares with the old record.
    ///
    /// - Parameter new: what it writes, which stands in front where an id has one row, and behind where it may have more.
    private func changeIfSame(
      _ statement: MySQLStatement, _ new: MySQLArguments, _ key: Text, _ old: [UInt8], _ connection: MySQLConnection,
      _ call: Call
    ) throws(Failure) -> Int {
      let columns = connection.columns
      var compared = MySQLArguments()
      compared.add(row: key, columns.keysAreBytes)
      compared.add(time: call.now)
      compared.add(old)
      guard !columns.isUnique else { return try connection.change(statement, new + compared, call.deadline) }
      var all = compared + new
      all.add(row: key, columns.keysAreBytes)
      return try connection.change(statement, all, call.deadline)
    }

    private func sweep(_ batch: Int, _ connection: MySQLConnection, _ call: Call) throws(Failure) -> Int {
      if let removed = try connection.sweep(batch, now: call.now, call.deadline) { return removed }
      var arguments = MySQLArguments()
      arguments.add(time: call.now)
      arguments.add(number: batch)
      return try connection.change(.sweep, arguments, call.deadline)
    }

    // MARK: Connections

    private func repeated<Result>(
      _ call: Call, _ body: (MySQLConnection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      try pool.useRepeatedly(
        call.deadline,
        open: { () throws(Failure) in try MySQLConnection.open(self.options, self.table, call.deadline) }, body)
    }

    private func once<Result>(
      _ call: Call, orElse unknown: Result, _ body: (MySQLConnection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      let opening = { () throws(Failure) in try MySQLConnection.open(self.options, self.table, call.deadline) }
      do throws(Failure) {
        return try pool.useOnce(call.deadline, orElse: unknown, open: opening, body)
      } catch {
        // Then nothing was done.
        guard MySQLFailure.isStale(error), !call.deadline.hasPassed else { throw error }
      }
      return try pool.useOnce(call.deadline, orElse: unknown, open: opening, body)
    }
  }
#endif
