// SPDX-License-Identifier: Apache-2.0
package import Stores
package import Support

/// Records in the memory of this process: for tests, demos and servers of one process.
///
/// A forked child has a copy of its own from then on, and a warning says so. New records make room for themselves: each
/// sweeps away a few whose time has come.
package final class MemoryStore: SessionStore, ForkObserver, @unchecked Sendable {
  private struct Entry {
    var record: [UInt8]
    var expiry: Int64
    /// In `keys`.
    var place: Int
  }

  private let limits: StoreLimits
  private let log: Log
  private let lock = Lock()
  private var entries: [Text: Entry] = [:]
  /// Every key once, so that a sweep can go on where the last one stopped.
  private var keys: [Text] = []
  private var sweepPlace = 0
  /// The same for those that new records make room with, so that neither makes the other skip any.
  private var roomPlace = 0
  private var copied = false
  private var warned = false
  private var observation: ForkObservation?

  package init(largestRecord: Int? = nil, log: Log = .silent) {
    limits = StoreLimits(largestRecord: largestRecord)
    self.log = log
    observation = ForkObservation(self)
  }

  deinit {
    observation?.end()
  }

  package var largestRecord: Int? { limits.largestRecord }

  /// Records held, those included whose time has come and that no sweep has met.
  package var count: Int { lock.holding { entries.count } }

  package func load(_ key: Text, _ call: Call) throws(Failure) -> StoredRecord? {
    try limits.check(key)
    warnOfCopy()
    return lock.holding { live(key, call).map { StoredRecord($0.record, remaining: $0.expiry &- call.now) } }
  }

  package func create(_ key: Text, _ record: [UInt8], timeToLive: Int64, _ call: Call) throws(Failure) -> Creation {
    try limits.check(key, record, timeToLive: timeToLive)
    warnOfCopy()
    return lock.holding {
      _ = sweep(2, from: &roomPlace, call)
      if let entry = entries[key] {
        if entry.expiry > call.now { return .exists }
        entries[key] = Entry(record: record, expiry: call.expiry(timeToLive), place: entry.place)
      } else {
        entries[key] = Entry(record: record, expiry: call.expiry(timeToLive), place: keys.count)
        keys.append(key)
      }
      return .created(.bytes(record))
    }
  }

  package func replace(
    _ key: Text, _ record: [UInt8], timeToLive: Int64, token: Token, _ call: Call
  ) throws(Failure) -> Replacement {
    try limits.check(key, record, timeToLive: timeToLive)
    return lock.holding {
      guard var entry = live(key, call) else { return .gone }
      guard token == .bytes(entry.record) else { return .changed(StoredRecord(entry.record)) }
      entry.record = record
      entry.expiry = call.expiry(timeToLive)
      entries[key] = entry
      return .replaced(.bytes(record))
    }
  }

  package func touch(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> Bool {
    try limits.check(key, timeToLive: timeToLive)
    return lock.holding {
      guard var entry = live(key, call) else { return false }
      entry.expiry = call.expiry(timeToLive)
      entries[key] = entry
      return true
    }
  }

  package func remove(_ key: Text, _ call: Call) throws(Failure) {
    try limits.check(key)
    lock.holding { forget(key) }
  }

  package func remove(_ key: Text, token: Token, _ call: Call) throws(Failure) -> Removal {
    try limits.check(key)
    return lock.holding {
      guard let entry = live(key, call) else { return .gone }
      guard token == .bytes(entry.record) else { return .changed }
      forget(key)
      return .removed
    }
  }

  /// Looks at `limit` records and goes on from there the next time.
  package func sweep(limit: Int, _ call: Call) throws(Failure) -> Bool {
    lock.holding { sweep(limit, from: &sweepPlace, call) }
  }

  private func sweep(_ limit: Int, from place: inout Int, _ call: Call) -> Bool {
    var looked = 0
    while looked < limit, place < keys.count {
      looked += 1
      let key = keys[place]
      if live(key, call) == nil {
        forget(key)
      } else {
        place += 1
      }
    }
    if place < keys.count { return true }
    place = 0
    return false
  }

  /// From the last one to the first: the key that takes the place of one that goes is either listed already or still to
  /// come.
  package func list(_ prefix: Text, after place: [UInt8], limit: Int, _ call: Call) throws(Failure) -> KeyList {
    lock.holding {
      let last = place.isEmpty ? keys.count : place.reduce(0) { $0 << 8 | Int($1) }
      let end = max(0, min(last, keys.count))
      let start = max(0, end - min(max(limit, 1), KeyList.most))
      let next = (0..<4).map { UInt8(start >> (24 - 8 * $0) & 255) }
      return KeyList(Array(keys[start..<end]), next: start > 0 ? next : nil)
    }
  }

  private func warnOfCopy() {
    let isNews = lock.holding {
      defer { warned = warned || copied }
      return copied && !warned
    }
    guard isNews else { return }
    log(
      .warning,
      "SESSION_TYPE 'memory' is used in a forked process: it has a copy of its own, and other processes do not see "
        + "what is written here. Set SESSION_TYPE to a store that processes share, for example 'sqlite'.")
  }

  package func ping(_ call: Call) throws(Failure) {}

  package func prepare(_ call: Call) throws(Failure) {}

  private func live(_ key: Text, _ call: Call) -> Entry? {
    guard let entry = entries[key], entry.expiry > call.now else { return nil }
    return entry
  }

  /// The last key takes the place of the one that goes.
  private func forget(_ key: Text) {
    guard let entry = entries.removeValue(forKey: key), let last = keys.popLast() else { return }
    guard entry.place < keys.count else { return }
    keys[entry.place] = last
    entries[last]?.place = entry.place
  }

  package func prepareForFork() {
    lock.take()
  }

  package func forkedAsParent() {
    lock.drop()
  }

  package func forkedAsChild() {
    copied = true
    lock.reset()
  }
}
