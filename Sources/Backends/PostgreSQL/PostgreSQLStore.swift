// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  internal import CSupport
  package import Stores
  package import Support

  /// Flask-Session's table in a PostgreSQL database, shared with Flask-Session and between hosts.
  ///
  /// One statement an operation, each a transaction of its own, and nothing of a session's: any pooler may stand between.
  /// `Call.now` is compared with the column `expiry`.
  package final class PostgreSQLStore: SessionStore, @unchecked Sendable {
    private typealias Value = PostgreSQLParameters.Value

    private let options: PostgreSQLOptions
    private let table: PostgreSQLTable
    private let limits: StoreLimits
    private let pool: ConnectionPool<PostgreSQLConnection>

    /// Connects to nothing yet.
    package init(_ options: PostgreSQLOptions) {
      self.options = options
      table = PostgreSQLTable(options)
      limits = StoreLimits(largestRecord: options.common.largestRecord)
      pool = ConnectionPool(size: options.common.poolSize, idleTime: options.common.idleTime)
    }

    package var largestRecord: Int? { limits.largestRecord }

    package func load(_ key: Text, _ call: Call) throws(Failure) -> StoredRecord? {
      try check(key)
      return try repeated(call) { (connection) throws(Failure) in try self.load(key, connection, call) }
    }

    package func create(
      _ key: Text, _ record: [UInt8], timeToLive: Int64, _ call: Call
    ) throws(Failure) -> Creation {
      try limits.check(key, record, timeToLive: timeToLive)
      try check(key)
      return try run(call, orElse: .unknown) { (connection) throws(Failure) -> Creation in
        let values: [Value] = [.key(key), .bytes(record), .time(call.expiry(timeToLive))]
        if connection.facts.isUnique, !connection.facts.needsID || self.table.sequence != nil {
          let parameters = PostgreSQLParameters(values + [.time(call.now)])
          let answer = try connection.run(.create, parameters, writes: true, call.deadline)
          return answer.changed > 0 ? .created(.bytes(record)) : .exists
        }
        // Ids that are the largest and one more are taken by one at a time.
        let turn = connection.facts.needsID && self.table.sequence == nil ? Text([]) : key
        let answer = try self.alone(
          [(.removeDead, [.key(key), .time(call.now)]), (.insert, values)], turn, connection, call)
        return answer.changed > 0 ? .created(.bytes(record)) : .exists
      }
    }

    package func replace(
      _ key: Text, _ record: [UInt8], timeToLive: Int64, token: Token, _ call: Call
    ) throws(Failure) -> Replacement {
      try limits.check(key, record, timeToLive: timeToLive)
      try check(key)
      return try run(call, orElse: .unknown) { (connection) throws(Failure) -> Replacement in
        if case .bytes(let old) = token {
          let answer = try self.change(
            .replace, [.key(key), .time(call.now), .bytes(old), .bytes(record), .time(call.expiry(timeToLive))],
            key, connection, call)
          if answer.changed > 0 { return .replaced(.bytes(record)) }
        }
        // If another write came in between, this is newer than what was compared: the better for the caller.
        return try self.load(key, connection, call).map { .changed($0) } ?? .gone
      }
    }

    package func touch(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> Bool {
      try limits.check(key, timeToLive: timeToLive)
      try check(key)
      return try repeated(call) { (connection) throws(Failure) in
        let answer = try self.change(
          .touch, [.key(key), .time(call.now), .time(call.expiry(timeToLive))], key, connection, call, writes: false)
        return answer.changed > 0
      }
    }

    package func refresh(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> StoredRecord? {
      try limits.check(key, timeToLive: timeToLive)
      try check(key)
      return try repeated(call) { (connection) throws(Failure) in
        let answer = try self.change(
          .refresh, [.key(key), .time(call.now), .time(call.expiry(timeToLive))], key, connection, call, writes: false)
        return try self.record(answer, connection, remaining: call.tellsRemaining ? timeToLive : nil)
      }
    }

    package func remove(_ key: Text, _ call: Call) throws(Failure) {
      try check(key)
      try repeated(call) { (connection) throws(Failure) in
        _ = try connection.run(.remove, PostgreSQLParameters([.key(key)]), call.deadline)
      }
    }

    package func remove(_ key: Text, token: Token, _ call: Call) throws(Failure) -> Removal {
      try check(key)
      return try run(call, orElse: .unknown) { (connection) throws(Failure) -> Removal in
        if case .bytes(let old) = token {
          let answer = try self.change(
            .removeWithToken, [.key(key), .time(call.now), .bytes(old)], key, connection, call)
          if answer.changed > 0 { return .removed }
        }
        return try self.load(key, connection, call) == nil ? .gone : .changed
      }
    }

    /// What has no expiry goes too. A statement removes 500 at most, so that none takes long.
    package func sweep(limit: Int, _ call: Call) throws(Failure) -> Bool {
      let limit = min(max(limit, 0), 500)
      return try repeated(call) { (connection) throws(Failure) in
        let expired = try connection.run(
          .sweep, PostgreSQLParameters([.time(call.now), .number(Int64(limit))]), call.deadline
        ).changed
        if expired >= limit { return true }
        let rest = PostgreSQLParameters([.number(Int64(limit - expired))])
        return try expired + connection.run(.sweepNull, rest, call.deadline).changed >= limit
      }
    }

    package func list(
      _ prefix: Text, after place: [UInt8], limit: Int, _ call: Call
    ) throws(Failure) -> KeyList {
      let limit = min(max(limit, 1), KeyList.most)
      return try repeated(call) { (connection) throws(Failure) in
        let parameters = PostgreSQLParameters([.key(Text(place)), .number(Int64(limit))])
        let answer = try connection.run(.list, parameters, call.deadline)
        let keys = (answer.row?.first ?? nil).map { $0.split(separator: 0).map { Text(Array($0)) } } ?? []
        return KeyList(keys, limit: limit)
      }
    }

    package func ping(_ call: Call) throws(Failure) {
      try repeated(call) { (connection) throws(Failure) in
        _ = try connection.run(.ping, PostgreSQLParameters([]), call.deadline)
      }
    }

    /// Also adds the indexes that a table of another maker lacks.
    package func prepare(_ call: Call) throws(Failure) {
      try repeated(call) { (connection) throws(Failure) in
        try connection.findTable(call.deadline)
        try connection.makeIndexes(call.deadline)
      }
    }

    // MARK: Statements

    /// PostgreSQL's text has no NUL and is UTF-8.
    private func check(_ key: Text) throws(Failure) {
      try limits.check(key)
      guard !key.bytes.contains(0), isUTF8(key.bytes) else {
        throw Failure(.argument, "PostgreSQL keeps only keys that are UTF-8 text without a NUL")
      }
    }

    private func load(
      _ key: Text, _ connection: PostgreSQLConnection, _ call: Call
    ) throws(Failure) -> StoredRecord? {
      let answer = try connection.run(
        call.tellsRemaining ? .loadWithTime : .load, PostgreSQLParameters([.key(key), .time(call.now)]), call.deadline)
      let end = call.tellsRemaining ? answer.number(1) : nil
      return try record(
        answer, connection, remaining: end.map { $0.subtractingReportingOverflow(call.now).partialValue })
    }

    private func record(
      _ answer: PostgreSQLAnswer, _ connection: PostgreSQLConnection, remaining: Int64?
    ) throws(Failure) -> StoredRecord? {
      guard answer.beginsWithBytes else { throw connection.altered() }
      guard let row = answer.row else { return nil }
      guard let record = row.first ?? nil else {
        throw Failure(.tooLarge, "A stored session is larger than the store takes (\(table.largestRecord) bytes)")
      }
      return StoredRecord(record, remaining: remaining)
    }

    /// Runs a statement on the row of a key; where the table lets a key have several, when nobody else does.
    private func change(
      _ statement: PostgreSQLStatement, _ values: [Value], _ key: Text, _ connection: PostgreSQLConnection,
      _ call: Call,
      writes: Bool = true
    ) throws(Failure) -> PostgreSQLAnswer {
      guard connection.facts.isUnique else {
        return try alone([(statement, values)], key, connection, call, writes: writes)
      }
      return try connection.run(statement, PostgreSQLParameters(values), writes: writes, call.deadline)
    }

    /// The answer of the last of the statements, which are run when no other call has the turn.
    private func alone(
      _ statements: [(PostgreSQLStatement, [Value])], _ turn: Text, _ connection: PostgreSQLConnection, _ call: Call,
      writes: Bool = true
    ) throws(Failure) -> PostgreSQLAnswer {
      let empty = PostgreSQLParameters([])
      let lock: (PostgreSQLStatement, PostgreSQLParameters) = (.lock, PostgreSQLParameters([.key(turn)]))
      let answers = try connection.run(
        together: [(.begin, empty), lock] + statements.map { ($0.0, PostgreSQLParameters($0.1)) } + [(.commit, empty)],
        writes: writes, call.deadline)
      return answers[answers.count - 2]
    }

    // MARK: Connections

    /// What may be done twice.
    private func repeated<Result>(
      _ call: Call, _ body: (PostgreSQLConnection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      try run(call, orElse: nil, body)
    }

    /// Once more where a connection broke that had stood before, unless a write may have come through; and as long as
    /// there is time where others were faster.
    ///
    /// - Parameter unknown: the answer where nobody knows what became of a write.
    private func run<Result>(
      _ call: Call, orElse unknown: Result?, _ body: (PostgreSQLConnection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      var mayRepeat = true
      while true {
        var (isInDoubt, isLost, isBeaten) = (false, false, false)
        do throws(Failure) {
          return try pool.use(
            call.deadline,
            open: { () throws(Failure) in
              try PostgreSQLConnection.open(self.options, self.table, call.deadline)
            },
            { (connection) throws(Failure) in
              defer {
                (isInDoubt, isLost, isBeaten) = (connection.isInDoubt, connection.isLost, connection.isBeaten)
              }
              return try self.attempt(call, connection, body)
            })
        } catch {
          if isInDoubt, let unknown { return unknown }
          guard !call.deadline.hasPassed, isBeaten || isLost && mayRepeat else { throw error }
          if isBeaten {
            pause()
          } else {
            mayRepeat = false
          }
        }
      }
    }

    /// Once more on a table that was altered, if it is still one of sessions.
    private func attempt<Result>(
      _ call: Call, _ connection: PostgreSQLConnection, _ body: (PostgreSQLConnection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      do throws(Failure) {
        return try body(connection)
      } catch {
        guard connection.isTableDoubtful else { throw error }
      }
      try connection.findTableAgain(call.deadline)
      return try body(connection)
    }

    /// Some milliseconds, not the same for all.
    private func pause() {
      var chance: UInt8 = 0
      _ = csupport_random(&chance, 1)
      csupport_sleep(Int64(1 + chance & 7))
    }
  }
#endif
