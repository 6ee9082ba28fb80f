// SPDX-License-Identifier: Apache-2.0
internal import Records
internal import Stores
internal import Support
internal import Values

/// Reads and writes the record of one session during one call: compares, and where another request has written
/// meanwhile, makes the changes again on the newest record, until the deadline.
///
/// A session that was renewed is found under its old id too, for as long as that leads to the new one.
///
/// An object: of a value of so many parts the copies were a tenth of the module.
final class RecordWriter {
  let store: any SessionStore
  let format: FlaskSessionRecord
  /// Stands before the ids in the keys of the store.
  let prefix: Text
  let times: LifeTimes
  /// Whether values are as good as none: such a session is removed and not written.
  let isEmpty: (Map, SessionLife?) -> Bool
  /// Whether a record's user still has it among the sessions that count.
  let holds: (SeenRecord) throws(Failure) -> Bool
  let call: Call
  let reporter: Reporter

  init(
    store: any SessionStore, format: FlaskSessionRecord, prefix: Text, times: LifeTimes,
    isEmpty: @escaping (Map, SessionLife?) -> Bool, holds: @escaping (SeenRecord) throws(Failure) -> Bool, call: Call,
    reporter: Reporter
  ) {
    self.store = store
    self.format = format
    self.prefix = prefix
    self.times = times
    self.isEmpty = isEmpty
    self.holds = holds
    self.call = call
    self.reporter = reporter
  }

  // MARK: - Reading

  /// The live record of an id.
  ///
  /// - Throws: MALFORMED for one that cannot be read, and what the store throws.
  func load(_ id: Text) throws(Failure) -> SeenRecord? {
    try followed(id) { (id) throws(Failure) in try store.load(key(id), call) }
  }

  /// The same, and its full time to live begins anew.
  ///
  /// - Parameter life: as it was seen before.
  func refresh(_ id: Text, _ life: SessionLife? = nil) throws(Failure) -> SeenRecord? {
    let timeToLive = times.timeToLive(life, now: call.now)
    return try followed(id) { (id) throws(Failure) in
      let stored = try store.refresh(key(id), timeToLive: timeToLive, call)
      if let stored, Forward(stored.record) != nil {
        _ = try store.touch(key(id), timeToLive: max(1, times.renewGrace), call)
      }
      return stored
    }
  }

  private func followed(
    _ id: Text, _ read: (Text) throws(Failure) -> StoredRecord?
  ) throws(Failure) -> SeenRecord? {
    var id = id
    // A renewal makes one; a browser that comes back late meets as many as there were renewals within the grace.
    for _ in 0..<8 {
      guard let stored = try read(id) else { return nil }
      guard let forward = Forward(stored.record) else { return try seen(id, stored) }
      guard SessionID.isPlausible(forward.id.bytes) else { return nil }
      id = forward.id
    }
    return nil
  }

  // MARK: - Writing

  /// Puts a first record in the store, under the first id whose key is free.
  func create(
    _ values: Map, _ life: SessionLife?, id newID: () throws(Failure) -> Text
  ) throws(Failure) -> SeenRecord {
    let bytes = try encoded(values, life)
    let timeToLive = times.timeToLive(life, now: call.now)
    var retries = Retries(call.deadline)
    var id = try newID()
    var isUnanswered = false
    while true {
      switch try store.create(key(id), bytes, timeToLive: timeToLive, call) {
      case .created(let token):
        return SeenRecord(id: id, values: values, life: life, bytes: bytes, token: token)
      case .exists:
        // Our own record, when an earlier attempt arrived after all.
        if isUnanswered, let stored = try store.load(key(id), call), stored.record == bytes {
          return SeenRecord(id: id, values: values, life: life, bytes: bytes, token: stored.token)
        }
        id = try newID()
        isUnanswered = false
      case .unknown:
        isUnanswered = true
      }
      try retries.pause(isUnanswered ? RecordWriter.unknownOutcome : RecordWriter.busy)
    }
  }

  /// Puts a first record under this id, unless one is there already. Nil: it was ended at once.
  func create(_ values: Map, under id: Text) throws(Failure) -> SeenRecord? {
    let bytes = try encoded(values, nil)
    let timeToLive = times.timeToLive(nil, now: call.now)
    let creation = try store.create(key(id), bytes, timeToLive: timeToLive, call)
    if let record = try load(id) { return record }
    if case .unknown = creation { throw RecordWriter.unknownOutcome }
    return nil
  }

  /// Makes the changes of a log on the newest record.
  ///
  /// - Returns: the record as it is now; nil when nothing was left in the session and the record was removed.
  /// - Throws: GONE, CONFLICT, UNAVAILABLE when the outcome is unknown, and what the store throws.
  func update(_ seen: SeenRecord, _ log: ChangeLog, _ change: LifeChange) throws(Failure) -> SeenRecord? {
    let first = seen.token == nil ? try reload(seen.id) : seen
    var newest = first
    var retries = Retries(call.deadline)
    while true {
      newest = try counting(newest, change)
      let values = try log.replay(on: newest.values)
      let life = change.made(on: newest.life)
      let attempt =
        isEmpty(values, life) ? try remove(newest) : try replace(newest, values, life, counts: log.counts)
      switch attempt {
      case .written(let record):
        if newest !== first, newest.bytes != first.bytes { reporter.report(.merged, record) }
        reporter.report(.saved, record)
        return record
      case .removed: return nil
      case .changed(let record): newest = record
      }
      try retries.pause(RecordWriter.busy)
    }
  }

  /// What unties a session, or ties it anew, must not bring one back that its user's epoch has ended.
  ///
  /// - Returns: the record, read again where that epoch may be one that the session itself has begun.
  func counting(_ seen: SeenRecord, _ change: LifeChange) throws(Failure) -> SeenRecord {
    guard change.reties, !(try holds(seen)) else { return seen }
    let newest = try reload(seen.id)
    guard try holds(newest) else { throw RecordWriter.gone }
    return newest
  }

  /// Sets the full time to live of a record, wherever it is by now. Nil: it is gone.
  func touch(_ seen: SeenRecord) throws(Failure) -> SeenRecord? {
    let timeToLive = times.timeToLive(seen.life, now: call.now)
    if times.touchWrites, let token = seen.token,
      case .replaced(let new) = try store.replace(key(seen.id), seen.bytes, timeToLive: timeToLive, token: token, call)
    {
      return SeenRecord(id: seen.id, values: seen.values, life: seen.life, bytes: seen.bytes, token: new)
    }
    guard !times.makeForwards else { return try refresh(seen.id, seen.life) }
    return try store.touch(key(seen.id), timeToLive: timeToLive, call) ? seen : nil
  }

  /// Ends the session of an id, wherever it is by now.
  func end(_ id: Text) throws(Failure) {
    guard times.makeForwards else { return try store.remove(key(id), call) }
    var retries = Retries(call.deadline)
    var id = id
    while let stored = try store.load(key(id), call) {
      let removal = try store.remove(key(id), token: stored.token, call)
      if removal == .removed || removal == .gone {
        guard let forward = Forward(stored.record) else { return }
        id = forward.id
      } else {
        try retries.pause(RecordWriter.busy)
      }
    }
  }

  // MARK: - One attempt

  enum Attempt {
    case written(SeenRecord)
    case removed
    /// Not ours: what is there now.
    case changed(SeenRecord)
  }

  func replace(
    _ newest: SeenRecord, _ values: Map, _ life: SessionLife?, counts: Bool
  ) throws(Failure) -> Attempt {
    guard let token = newest.token else { return .changed(try reload(newest.id)) }
    let id = newest.id
    let bytes = try encoded(values, life)
    let timeToLive = times.timeToLive(life, now: call.now)
    let written = { SeenRecord(id: id, values: values, life: life, bytes: bytes, token: $0) }
    switch try store.replace(key(id), bytes, timeToLive: timeToLive, token: token, call) {
    case .replaced(let token): return .written(written(token))
    case .changed(let stored?): return .changed(try readable(id, stored))
    case .changed(nil): return .changed(try reload(id))
    case .gone: throw RecordWriter.gone
    case .unknown:
      guard let stored = try afterUnanswered(id) else { throw RecordWriter.gone }
      if stored.record == bytes { return .written(written(stored.token)) }
      // What is there may hold our sum already, and something of another request's on top.
      guard !counts else { throw RecordWriter.unknownOutcome }
      return .changed(try readable(id, stored))
    }
  }

  func remove(_ newest: SeenRecord) throws(Failure) -> Attempt {
    guard let token = newest.token else { return .changed(try reload(newest.id)) }
    switch try store.remove(key(newest.id), token: token, call) {
    case .removed: return .removed
    case .changed: return .changed(try reload(newest.id))
    case .gone: throw RecordWriter.gone
    case .unknown:
      guard let stored = try afterUnanswered(newest.id) else { return .removed }
      return .changed(try readable(newest.id, stored))
    }
  }

  // MARK: - Bytes

  func key(_ id: Text) -> Text {
    Text(prefix.bytes + id.bytes)
  }

  private func encoded(_ values: Map, _ life: SessionLife?) throws(Failure) -> [UInt8] {
    guard let life else { return try format.encode(values) }
    var all = values
    all[SessionLife.key] = life.value
    return try format.encode(all)
  }

  private func seen(_ id: Text, _ stored: StoredRecord) throws(Failure) -> SeenRecord {
    guard !stored.record.isEmpty else {
      throw Failure(.malformed, "it is empty, or sealed for another place or with a key that is not among those of now")
    }
    var values = try format.decode(stored.record)
    let life = values.remove(.text(SessionLife.key)).flatMap { SessionLife($0) }
    return SeenRecord(
      id: id, values: values, life: life, bytes: stored.record, token: stored.token, remaining: stored.remaining)
  }

  // MARK: - Reading again

  func reload(_ id: Text) throws(Failure) -> SeenRecord {
    guard let stored = try store.load(key(id), call) else { throw RecordWriter.gone }
    return try readable(id, stored)
  }

  /// What another request has written: without reading it, nothing can be merged.
  func readable(_ id: Text, _ stored: StoredRecord) throws(Failure) -> SeenRecord {
    do throws(Failure) {
      if let forward = Forward(stored.record) {
        guard let record = try load(forward.id) else { throw RecordWriter.gone }
        return record
      }
      return try seen(id, stored)
    } catch {
      guard error.status == .malformed || error.status == .tooLarge else { throw error }
      throw Failure(
        .conflict, "Another program has written the session in a form that cannot be read; nothing was stored.")
    }
  }

  func afterUnanswered(_ id: Text) throws(Failure) -> StoredRecord? {
    do throws(Failure) {
      return try store.load(key(id), call)
    } catch {
      throw Failure(
        .unavailable, "The store did not answer a write, and its outcome is unknown: \(error.message)",
        native: error.native)
    }
  }

  static var gone: Failure {
    Failure(.gone, "The session was ended elsewhere while this request ran; nothing was stored.")
  }

  static var busy: Failure {
    Failure(.conflict, "Other requests kept writing the session until SESSION_TIMEOUT had passed; nothing was stored.")
  }

  static var unknownOutcome: Failure {
    Failure(.unavailable, "The store did not answer a write, and its outcome is unknown; the session may have changed.")
  }
}
