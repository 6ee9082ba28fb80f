// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import Records
internal import Stores
internal import Support
internal import Values

/// Writes the record of one session during one save: compares, and where another request has written meanwhile, makes
/// the changes again on the newest record, until the deadline.
struct RecordWriter {
  let store: any SessionStore
  let format: FlaskSessionRecord
  /// Seconds.
  let lifetime: Int64
  /// Whether values are as good as none: such a session is removed and not written.
  let isEmpty: (Map) -> Bool
  let call: Call

  /// The live record under a key.
  ///
  /// - Throws: MALFORMED for one that cannot be read, and what the store throws.
  func load(_ key: Text) throws(Failure) -> SeenRecord? {
    try store.load(key, call).map { (stored) throws(Failure) in try seen(stored) }
  }

  /// The same, and its full time to live begins anew.
  func refresh(_ key: Text) throws(Failure) -> SeenRecord? {
    try store.refresh(key, timeToLive: lifetime, call).map { (stored) throws(Failure) in try seen(stored) }
  }

  /// Puts a first record in the store, under the first id whose key is free.
  func create(_ values: Map, key: () throws(Failure) -> Text) throws(Failure) -> SeenRecord {
    let bytes = try format.encode(values)
    var retries = Retries(call.deadline)
    var name = try key()
    var isUnanswered = false
    while true {
      switch try store.create(name, bytes, timeToLive: lifetime, call) {
      case .created(let token):
        return SeenRecord(values: values, bytes: bytes, token: token)
      case .exists:
        // Our own record, when an earlier attempt arrived after all.
        if isUnanswered, let stored = try store.load(name, call), stored.record == bytes {
          return SeenRecord(values: values, bytes: bytes, token: stored.token)
        }
        name = try key()
        isUnanswered = false
      case .unknown:
        isUnanswered = true
      }
      try retries.pause(isUnanswered ? RecordWriter.unknownOutcome : RecordWriter.busy)
    }
  }

  /// Makes the changes of a log on the newest record.
  ///
  /// - Returns: the record as it is now; nil when nothing was left in the session and the record was removed.
  /// - Throws: GONE, CONFLICT, UNAVAILABLE when the outcome is unknown, and what the store throws.
  func update(_ key: Text, _ seen: SeenRecord, _ log: ChangeLog) throws(Failure) -> SeenRecord? {
    var newest = seen.token == nil ? try reload(key) : seen
    var retries = Retries(call.deadline)
    while true {
      let values = try log.replay(on: newest.values)
      let attempt =
        isEmpty(values)
        ? try remove(key, newest) : try replace(key, newest, values, counts: log.counts)
      switch attempt {
      case .written(let record): return record
      case .removed: return nil
      case .changed(let record): newest = record
      }
      try retries.pause(RecordWriter.busy)
    }
  }

  /// Moves a session to a new key, with the changes of a log made on the newest record.
  ///
  /// The new record is there before the old one goes, and the old one goes only as it was last seen, so that nothing
  /// that others wrote meanwhile is lost.
  func move(
    _ key: Text, _ seen: SeenRecord, _ log: ChangeLog, to newKey: () throws(Failure) -> Text
  ) throws(Failure) -> SeenRecord {
    var name = key
    let old = seen.token == nil ? try reload(key) : seen
    let fresh = try create(try log.replay(on: old.values)) { () throws(Failure) in
      name = try newKey()
      return name
    }
    do throws(Failure) {
      return try leave(key, old, log, for: name, fresh)
    } catch {
      forget(name, unlessGoneWithout: key, error)
      throw error
    }
  }

  /// Removes the old record, as often as somebody writes to it before that, and takes what they wrote along.
  private func leave(
    _ key: Text, _ seen: SeenRecord, _ log: ChangeLog, for newKey: Text, _ created: SeenRecord
  ) throws(Failure) -> SeenRecord {
    var fresh = created
    var old = seen
    var retries = Retries(call.deadline)
    while case .changed(let newest) = try remove(key, old) {
      old = newest
      fresh = try put(newKey, fresh, try log.replay(on: newest.values))
      try retries.pause(RecordWriter.busy)
    }
    return fresh
  }

  /// Takes back a new record that nobody knows of, after a move that failed: but only where the old one still is, or
  /// was ended by somebody else. Where that cannot be told, a copy too many is better than none.
  private func forget(_ newKey: Text, unlessGoneWithout oldKey: Text, _ failure: Failure) {
    let extra = Call(now: call.now, deadline: .after(milliseconds: 1_000))
    var isSafe = failure.status == .gone
    if !isSafe, let old = try? store.load(oldKey, extra) {
      isSafe = !old.record.isEmpty
    }
    if isSafe {
      try? store.remove(newKey, extra)
    }
  }

  // MARK: - One attempt

  private enum Attempt {
    case written(SeenRecord)
    case removed
    /// Not ours: what is there now.
    case changed(SeenRecord)
  }

  private func replace(
    _ key: Text, _ newest: SeenRecord, _ values: Map, counts: Bool
  ) throws(Failure) -> Attempt {
    guard let token = newest.token else { return .changed(try reload(key)) }
    let bytes = try format.encode(values)
    switch try store.replace(key, bytes, timeToLive: lifetime, token: token, call) {
    case .replaced(let token): return .written(SeenRecord(values: values, bytes: bytes, token: token))
    case .changed(let stored?): return .changed(try readable(stored))
    case .changed(nil): return .changed(try reload(key))
    case .gone: throw RecordWriter.gone
    case .unknown: return try afterUnansweredReplace(key, values, bytes, counts: counts)
    }
  }

  private func afterUnansweredReplace(
    _ key: Text, _ values: Map, _ bytes: [UInt8], counts: Bool
  ) throws(Failure) -> Attempt {
    guard let stored = try afterUnanswered(key) else { throw RecordWriter.gone }
    if stored.record == bytes {
      return .written(SeenRecord(values: values, bytes: bytes, token: stored.token))
    }
    // What is there may hold our sum already, and something of another request's on top.
    guard !counts else { throw RecordWriter.unknownOutcome }
    return .changed(try readable(stored))
  }

  private func remove(_ key: Text, _ newest: SeenRecord) throws(Failure) -> Attempt {
    guard let token = newest.token else { return .changed(try reload(key)) }
    switch try store.remove(key, token: token, call) {
    case .removed: return .removed
    case .changed: return .changed(try reload(key))
    case .gone: throw RecordWriter.gone
    case .unknown:
      guard let stored = try afterUnanswered(key) else { return .removed }
      return .changed(try readable(stored))
    }
  }

  /// Writes to a key that nobody else knows yet.
  private func put(_ key: Text, _ record: SeenRecord, _ values: Map) throws(Failure) -> SeenRecord {
    let known = record.token == nil ? try reload(key) : record
    guard case .written(let written) = try replace(key, known, values, counts: true) else {
      throw RecordWriter.unknownOutcome
    }
    return written
  }

  // MARK: - Reading again

  private func seen(_ stored: StoredRecord) throws(Failure) -> SeenRecord {
    SeenRecord(
      values: try format.decode(stored.record), bytes: stored.record, token: stored.token, remaining: stored.remaining)
  }

  private func reload(_ key: Text) throws(Failure) -> SeenRecord {
    guard let stored = try store.load(key, call) else { throw RecordWriter.gone }
    return try readable(stored)
  }

  /// What another request has written: without reading it, nothing can be merged.
  private func readable(_ stored: StoredRecord) throws(Failure) -> SeenRecord {
    do throws(Failure) {
      return try seen(stored)
    } catch {
      throw Failure(
        .conflict, "Another program has written the session in a form that cannot be read; nothing was stored.")
    }
  }

  private func afterUnanswered(_ key: Text) throws(Failure) -> StoredRecord? {
    do throws(Failure) {
      return try store.load(key, call)
    } catch {
      throw Failure(
        .unavailable, "The store did not answer a write, and its outcome is unknown: \(error.message)",
        native: error.native)
    }
  }

  static var gone: Failure {
    Failure(.gone, "The session was ended elsewhere while this request ran; nothing was stored.")
  }

  private static var busy: Failure {
    Failure(.conflict, "Other requests kept writing the session until SESSION_TIMEOUT had passed; nothing was stored.")
  }

  private static var unknownOutcome: Failure {
    Failure(.unavailable, "The store did not answer a write, and its outcome is unknown; the session may have changed.")
  }
}
