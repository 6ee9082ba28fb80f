// SPDX-License-Identifier: Apache-2.0
#if Redis
  package import Stores
  package import Support

  /// Records in one Redis, as Flask-Session has them: a string under each key, with the server's own time to live.
  ///
  /// The server's clock ends a record, so `Call.now` moves nothing. Each operation is on one key.
  package final class RedisStore: SessionStore, @unchecked Sendable {
    /// Lua hashes each string that a script is given; from here on WATCH is faster.
    private static var largestForScript: Int { 4096 }

    /// The server answers with some more where it is about to resize its table.
    private static var mostScanned: Int { 500 }

    private let options: RedisOptions
    private let limits: StoreLimits
    private let pool: ConnectionPool<RedisConnection>

    /// Connects to nothing yet.
    package init(_ options: RedisOptions) {
      self.options = options
      limits = StoreLimits(largestRecord: options.largestRecord)
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
        let command = RedisCommand(
          "SET", .key(key), .bytes(record), .word("EX"), .number(self.seconds(timeToLive)), .word("NX"))
        switch try connection.ask(command, writes: true, call.deadline) {
        case .status: return .created(.bytes(record))
        case .none: return .exists
        default: throw RedisFailure.unexpected
        }
      }
    }

    package func replace(
      _ key: Text, _ record: [UInt8], timeToLive: Int64, token: Token, _ call: Call
    ) throws(Failure) -> Replacement {
      try limits.check(key, record, timeToLive: timeToLive)
      let seconds = seconds(timeToLive)
      return try once(call, orElse: .unknown) { (connection) throws(Failure) -> Replacement in
        guard case .bytes(let old) = token else {
          return try self.difference(key, connection, call)
        }
        guard max(old.count, record.count) <= RedisStore.largestForScript else {
          return try self.replaceWatched(key, record, seconds, old, connection, call)
        }
        let reply = try self.run(
          .replace, key, [.bytes(old), .bytes(record), .number(seconds)], connection, call)
        switch reply {
        case .number: return .replaced(.bytes(record))
        case .none: return .gone
        case .string(let there): return .changed(StoredRecord(there))
        default: throw RedisFailure.unexpected
        }
      }
    }

    package func touch(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> Bool {
      try limits.check(key, timeToLive: timeToLive)
      let command = RedisCommand("EXPIRE", .key(key), .number(seconds(timeToLive)))
      return try number(command, call) > 0
    }

    package func refresh(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> StoredRecord? {
      try limits.check(key, timeToLive: timeToLive)
      let seconds = seconds(timeToLive)
      return try repeated(call) { (connection) throws(Failure) in
        let both = RedisCommand("GETEX", .key(key), .word("EX"), .number(seconds))
        guard let reply = try connection.exchange([both], call.deadline).first else { throw RedisFailure.unexpected }
        guard case .error(let error) = reply, RedisFailure.isUnknownCommand(error) else {
          return try self.record(reply)
        }
        // Before Redis 6.2.
        let one = RedisCommand("EXPIRE", .key(key), .number(seconds))
        let replies = try connection.exchange([one, RedisCommand("GET", .key(key))], call.deadline)
        if let failure = self.error(in: replies) { throw failure }
        return try self.record(replies.last ?? .none)
      }
    }

    package func remove(_ key: Text, _ call: Call) throws(Failure) {
      try limits.check(key)
      _ = try number(RedisCommand("DEL", .key(key)), call)
    }

    package func remove(_ key: Text, token: Token, _ call: Call) throws(Failure) -> Removal {
      try limits.check(key)
      return try once(call, orElse: .unknown) { (connection) throws(Failure) -> Removal in
        guard case .bytes(let old) = token else {
          return try self.load(key, connection, call) == nil ? .gone : .changed
        }
        switch try self.run(.remove, key, [.bytes(old)], connection, call) {
        case .number(let count): return count > 0 ? .removed : .changed
        case .none: return .gone
        default: throw RedisFailure.unexpected
        }
      }
    }

    /// The server does that.
    package func sweep(limit: Int, _ call: Call) throws(Failure) -> Bool { false }

    package func list(
      _ prefix: Text, after place: [UInt8], limit: Int, _ call: Call
    ) throws(Failure) -> KeyList {
      let cursor = place.isEmpty ? Text("0").bytes : place
      let command = RedisCommand(
        "SCAN", .bytes(cursor), .word("MATCH"), .bytes(RedisStore.pattern(prefix)), .word("COUNT"),
        .number(Int64(min(max(limit, 1), RedisStore.mostScanned))))
      return try repeated(call) { (connection) throws(Failure) in
        guard case .array(let parts) = try connection.ask(command, call.deadline), parts.count == 2,
          case .string(let next) = parts[0], case .array(let found) = parts[1], 1...20 ~= next.count
        else { throw RedisFailure.unexpected }
        var keys: [Text] = []
        for case .string(let key) in found { keys.append(Text(key)) }
        return KeyList(keys, next: next == Text("0").bytes ? nil : next)
      }
    }

    /// What every text matches that begins so.
    private static func pattern(_ prefix: Text) -> [UInt8] {
      var pattern: [UInt8] = []
      for byte in prefix.bytes {
        switch byte {
        case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "\\"):
          pattern.append(UInt8(ascii: "\\"))
        default: break
        }
        pattern.append(byte)
      }
      return pattern + [UInt8(ascii: "*")]
    }

    package func ping(_ call: Call) throws(Failure) {
      try repeated(call) { (connection) throws(Failure) in
        guard case .status = try connection.ask(RedisCommand("PING"), call.deadline) else {
          throw RedisFailure.unexpected
        }
      }
    }

    /// There is nothing to make; it says whether the server can be used.
    package func prepare(_ call: Call) throws(Failure) {
      try ping(call)
    }

    // MARK: Commands

    private func load(
      _ key: Text, _ connection: RedisConnection, _ call: Call
    ) throws(Failure) -> StoredRecord? {
      let get = RedisCommand("GET", .key(key))
      guard call.tellsRemaining else { return try record(connection.ask(get, call.deadline)) }
      let replies = try connection.exchange([get, RedisCommand("PTTL", .key(key))], call.deadline)
      if let failure = error(in: replies) { throw failure }
      guard replies.count == 2, case .number(let milliseconds) = replies[1] else { throw RedisFailure.unexpected }
      return try record(replies[0], remaining: RedisStore.seconds(left: milliseconds))
    }

    private func record(_ reply: RedisReply, remaining: Int64? = nil) throws(Failure) -> StoredRecord? {
      switch reply {
      case .string(let record): return StoredRecord(record, remaining: remaining)
      case .none: return nil
      case .error(let error): throw RedisFailure.make(error)
      default: throw RedisFailure.unexpected
      }
    }

    /// Of the answer to PTTL. Nil for a key that has no end, or that ended since it was read.
    private static func seconds(left milliseconds: Int64) -> Int64? {
      milliseconds < 0 ? nil : milliseconds / 1000 + (milliseconds % 1000 > 0 ? 1 : 0)
    }

    private func difference(
      _ key: Text, _ connection: RedisConnection, _ call: Call
    ) throws(Failure) -> Replacement {
      try load(key, connection, call).map { .changed($0) } ?? .gone
    }

    /// Runs a script by its digest, and by its text where the server does not have it yet.
    private func run(
      _ script: RedisScript, _ key: Text, _ arguments: [RedisCommand.Argument], _ connection: RedisConnection,
      _ call: Call
    ) throws(Failure) -> RedisReply {
      let rest = [.word("1"), .key(key)] + arguments
      let byDigest = RedisCommand("EVALSHA", [.word(script.digest)] + rest)
      let replies = try connection.exchange([byDigest], writes: true, call.deadline)
      guard case .error(let error)? = replies.first else {
        return replies.first ?? .none
      }
      guard ServerText.starts(error.bytes, "NOSCRIPT") else { throw RedisFailure.make(error) }
      return try connection.ask(
        RedisCommand("EVAL", [.word(script.text)] + rest), writes: true, call.deadline)
    }

    /// Compares here; the server writes when nobody has written since.
    private func replaceWatched(
      _ key: Text, _ record: [UInt8], _ seconds: Int64, _ old: [UInt8], _ connection: RedisConnection, _ call: Call
    ) throws(Failure) -> Replacement {
      // A user who may not use MULTI is found out first: it would be refused later, and the SET behind it run.
      let looked = try connection.exchange(
        [
          RedisCommand("MULTI"), RedisCommand("DISCARD"), RedisCommand("WATCH", .key(key)),
          RedisCommand("GET", .key(key)),
        ],
        call.deadline)
      let there: StoredRecord?
      switch (error(in: looked), looked.last) {
      case (nil, .string(let record)?): there = StoredRecord(record)
      case (nil, RedisReply.none?): there = nil
      case (let failure, _):
        _ = try connection.ask(RedisCommand("UNWATCH"), call.deadline)
        throw failure ?? RedisFailure.unexpected
      }
      guard let there, there.record == old else {
        _ = try connection.ask(RedisCommand("UNWATCH"), call.deadline)
        return there.map { .changed($0) } ?? .gone
      }
      // XX: should the record end between the two, none is made.
      let set = RedisCommand(
        "SET", .key(key), .bytes(record), .word("EX"), .number(seconds), .word("XX"))
      let replies = try connection.exchange(
        [RedisCommand("MULTI"), set, RedisCommand("EXEC")], writes: true, call.deadline)
      switch replies.last {
      case .array(let results)?:
        switch results.first {
        case .status?: return .replaced(.bytes(record))
        case .error(let error)?: throw RedisFailure.make(error)
        case RedisReply.none?: return .gone
        default: throw RedisFailure.unexpected
        }
      case RedisReply.none?: return try difference(key, connection, call)
      default: throw error(in: replies) ?? RedisFailure.unexpected
      }
    }

    /// The first error: what follows it, such as EXECABORT, does not say why.
    private func error(in replies: [RedisReply]) -> Failure? {
      for case .error(let error) in replies { return RedisFailure.make(error) }
      return nil
    }

    private func number(_ command: RedisCommand, _ call: Call) throws(Failure) -> Int64 {
      try repeated(call) { (connection) throws(Failure) in
        guard case .number(let number) = try connection.ask(command, call.deadline) else {
          throw RedisFailure.unexpected
        }
        return number
      }
    }

    /// The server counts milliseconds, and refuses more than it can count.
    private func seconds(_ timeToLive: Int64) -> Int64 { min(timeToLive, 1 << 40) }

    // MARK: Connections

    private func repeated<Result>(
      _ call: Call, _ body: (RedisConnection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      try pool.useRepeatedly(
        call.deadline, open: { () throws(Failure) in try RedisConnection.open(self.options, call.deadline) }, body)
    }

    private func once<Result>(
      _ call: Call, orElse unknown: Result, _ body: (RedisConnection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      try pool.useOnce(
        call.deadline, orElse: unknown,
        open: { () throws(Failure) in try RedisConnection.open(self.options, call.deadline) }, body)
    }
  }
#endif
