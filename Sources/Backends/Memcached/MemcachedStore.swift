// SPDX-License-Identifier: Apache-2.0
#if Memcached
  package import Stores
  package import Support

  /// Records in memcached servers, as Flask-Session has them: bytes without flags under each key, with the server's own
  /// time to live, each key on one server.
  ///
  /// The server's clock ends a record; `Call.now` only names the end of those that live for more than 30 days.
  package final class MemcachedStore: SessionStore, @unchecked Sendable {
    private let options: MemcachedOptions
    private let limits: StoreLimits
    /// Nil where there is one server.
    private let ring: MemcachedRing?
    /// One for each server, so that one that hangs takes no connections from the others.
    private let pools: [ConnectionPool<MemcachedConnection>]

    /// Connects to nothing yet. Several servers need libmemcached.
    package static func open(_ options: MemcachedOptions) throws(Failure) -> MemcachedStore {
      guard options.servers.count > 1 else { return MemcachedStore(options, nil) }
      return MemcachedStore(options, try MemcachedRing.make(options))
    }

    private init(_ options: MemcachedOptions, _ ring: MemcachedRing?) {
      self.options = options
      self.ring = ring
      limits = StoreLimits(largestKey: MemcachedKey.largest, largestRecord: options.largestRecord)
      pools = options.servers.map { _ in ConnectionPool(size: options.poolSize, idleTime: options.idleTime) }
    }

    /// A server may take less, and then says so itself.
    package var largestRecord: Int? { limits.largestRecord }

    package var largestKey: Int { limits.largestKey }

    package func load(_ key: Text, _ call: Call) throws(Failure) -> StoredRecord? {
      try check(key)
      return try repeated(key, call) { (connection) throws(Failure) in
        try self.load(key, connection, call)
      }
    }

    package func create(
      _ key: Text, _ record: [UInt8], timeToLive: Int64, _ call: Call
    ) throws(Failure) -> Creation {
      try check(key)
      try limits.check(key, record, timeToLive: timeToLive)
      let request = MemcachedRequest.add(key, record, expiry: expiry(timeToLive))
      return try once(key, call, orElse: .unknown) { (connection) throws(Failure) -> Creation in
        try connection.check(key, record)
        switch try connection.ask(request, writes: true, call.deadline) {
        case .done(let token): return .created(token.map { .number($0) })
        case .exists: return .exists
        default: throw MemcachedFailure.unexpected
        }
      }
    }

    package func replace(
      _ key: Text, _ record: [UInt8], timeToLive: Int64, token: Token, _ call: Call
    ) throws(Failure) -> Replacement {
      try check(key)
      try limits.check(key, record, timeToLive: timeToLive)
      return try once(key, call, orElse: .unknown) { (connection) throws(Failure) -> Replacement in
        guard case .number(let number) = token, number > 0 else {
          return try self.load(key, connection, call).map { .changed($0) } ?? .gone
        }
        try connection.check(key, record)
        let request = MemcachedRequest.replace(
          key, record, expiry: self.expiry(timeToLive), token: number)
        switch try connection.ask(request, writes: true, call.deadline) {
        case .done(let token): return .replaced(token.map { .number($0) })
        case .exists: return .changed(nil)
        case .absent: return .gone
        default: throw MemcachedFailure.unexpected
        }
      }
    }

    package func list(
      _ prefix: Text, after place: [UInt8], limit: Int, _ call: Call
    ) throws(Failure) -> KeyList {
      throw Failure(.unsupported, "Memcached cannot list its keys. A session moves when its cookie comes.")
    }

    package func touch(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> Bool {
      try check(key)
      try limits.check(key, timeToLive: timeToLive)
      let request = MemcachedRequest.touch(key, expiry: expiry(timeToLive))
      return try repeated(key, call) { (connection) throws(Failure) in
        try self.isDone(try connection.ask(request, call.deadline))
      }
    }

    /// Both at once: older servers have no command for it.
    package func refresh(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> StoredRecord? {
      try check(key)
      try limits.check(key, timeToLive: timeToLive)
      let requests = [MemcachedRequest.touch(key, expiry: expiry(timeToLive)), .get(key)]
      return try repeated(key, call) { (connection) throws(Failure) -> StoredRecord? in
        let replies = try connection.exchange(requests, call.deadline)
        guard let touched = replies.first, let got = replies.last else { throw MemcachedFailure.unexpected }
        // Without the touch there is no record, whatever came since.
        return try self.isDone(touched) ? try self.record(got) : nil
      }
    }

    package func remove(_ key: Text, _ call: Call) throws(Failure) {
      try check(key)
      _ = try repeated(key, call) { (connection) throws(Failure) in
        try self.isDone(try connection.ask(.remove(key), call.deadline))
      }
    }

    package func remove(_ key: Text, token: Token, _ call: Call) throws(Failure) -> Removal {
      try check(key)
      return try once(key, call, orElse: .unknown) { (connection) throws(Failure) -> Removal in
        guard case .number(let number) = token, number > 0 else {
          return try self.load(key, connection, call) == nil ? .gone : .changed
        }
        switch try connection.ask(.removeIfSame(key, token: number), writes: true, call.deadline) {
        case .done: return .removed
        case .exists: return .changed
        case .absent: return .gone
        default: throw MemcachedFailure.unexpected
        }
      }
    }

    /// The server does that.
    package func sweep(limit: Int, _ call: Call) throws(Failure) -> Bool { false }

    /// Every server has to answer: the keys of one that does not are on no other.
    package func ping(_ call: Call) throws(Failure) {
      for place in pools.indices {
        try repeated(place, call) { (connection) throws(Failure) in
          guard case .done = try connection.ask(.version, call.deadline) else { throw MemcachedFailure.unexpected }
        }
      }
    }

    /// There is nothing to make; it says whether the servers can be used.
    package func prepare(_ call: Call) throws(Failure) {
      try ping(call)
    }

    // MARK: Keys, records and times

    private func check(_ key: Text) throws(Failure) {
      try limits.check(key)
      try MemcachedKey.check(key)
    }

    private func load(
      _ key: Text, _ connection: MemcachedConnection, _ call: Call
    ) throws(Failure) -> StoredRecord? {
      try record(try connection.ask(.get(key), call.deadline))
    }

    private func record(_ reply: MemcachedReply) throws(Failure) -> StoredRecord? {
      switch reply {
      case .value(_, _, token: 0): throw MemcachedFailure.noCompareAndSet
      // Bytes, or text of a Python client. Other flags are what it pickled, counted or compressed: none of ours.
      case .value(let record, flags: 0, let token), .value(let record, flags: 16, let token):
        return StoredRecord(record: record, token: .number(token))
      case .value, .absent: return nil
      case .error(let failure): throw failure
      default: throw MemcachedFailure.unexpected
      }
    }

    private func isDone(_ reply: MemcachedReply) throws(Failure) -> Bool {
      switch reply {
      case .done: return true
      case .absent: return false
      case .error(let failure): throw failure
      default: throw MemcachedFailure.unexpected
      }
    }

    /// Up to 30 days is counted from now, more is a point in time: of the server's clock, to which the system's is nearer
    /// than that of a manager may be. What servers cannot count, because it is behind the year 2038, never ends.
    private func expiry(_ timeToLive: Int64) -> Int64 {
      if timeToLive <= 30 * 86_400 { return timeToLive }
      let end = Clock.system.now().addingClamped(timeToLive)
      return end > Int64(Int32.max) ? 0 : end
    }

    // MARK: Connections

    private func place(of key: Text) -> Int { ring?.place(of: key) ?? 0 }

    private func open(_ place: Int, _ call: Call) throws(Failure) -> MemcachedConnection {
      try MemcachedConnection.open(options.servers[place], options, call.deadline)
    }

    private func repeated<Result>(
      _ key: Text, _ call: Call, _ body: (MemcachedConnection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      try repeated(place(of: key), call, body)
    }

    private func repeated<Result>(
      _ place: Int, _ call: Call, _ body: (MemcachedConnection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      try pools[place].useRepeatedly(
        call.deadline, open: { () throws(Failure) in try self.open(place, call) }, body)
    }

    private func once<Result>(
      _ key: Text, _ call: Call, orElse unknown: Result, _ body: (MemcachedConnection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      let place = place(of: key)
      return try pools[place].useOnce(
        call.deadline, orElse: unknown, open: { () throws(Failure) in try self.open(place, call) }, body)
    }
  }
#endif
