// SPDX-License-Identifier: Apache-2.0
internal import Records
internal import Stores
internal import Support
internal import Values

/// Moves one record from the old store to the new one, beside any number of requests that do the same, that write it in
/// the old store, or that end it in either.
///
/// 1. A mark that no other equals is put where the record will be, unless something is there.
/// 2. The old record is wrapped, by compare-and-set: from here on it is no session in the old store. Whoever ended it
///    before has won, and the mark goes.
/// 3. The record takes the place of the mark, by compare-and-set: whoever ended it in the new store meanwhile has won.
/// 4. The wrapped record goes. If it is gone already, an old server has ended the session after 2, and the new record
///    goes too.
///
/// Who dies in between leaves what the next one to come goes on with.
struct Move {
  enum Outcome {
    /// This call brought it.
    case brought(StoredRecord)
    /// The new store had it.
    case found(StoredRecord)
    /// It is in neither.
    case nothing
  }

  private let store: MigratingStore
  private let key: Text
  private let oldKey: Text
  private let call: Call

  init(_ store: MigratingStore, _ key: Text, _ oldKey: Text, _ call: Call) {
    self.store = store
    self.key = key
    self.oldKey = oldKey
    self.call = Call(now: call.now, deadline: call.deadline, tellsRemaining: true)
  }

  /// - Throws: MALFORMED for a record that cannot be read, which stays where it is, and what the stores throw.
  func run() throws(Failure) -> Outcome {
    var retries = Retries(call.deadline)
    while true {
      let found = try store.old.store.load(oldKey, call)
      let outcome = if let found, !MoveMark.isPlace(found.record) { try advance(found) } else { try settled() }
      if let outcome { return outcome }
      try retries.pause(
        Failure(.timeout, "The session was still on its way from the old store when SESSION_TIMEOUT had passed."))
    }
  }

  // MARK: - One attempt; nil where others came between, and what is there has to be looked at again

  /// The old store has nothing any more.
  private func settled() throws(Failure) -> Outcome? {
    guard let stored = try store.new.load(key, call) else { return .nothing }
    guard MoveMark.isPlace(stored.record) else { return .found(stored) }
    // It ended before it could leave.
    switch try store.new.remove(key, token: stored.token, call) {
    case .removed, .gone: return .nothing
    case .changed, .unknown: return nil
    }
  }

  private func advance(_ found: StoredRecord) throws(Failure) -> Outcome? {
    if let record = MoveMark.record(leaving: found.record) { return try arrive(record, wrapped: found) }
    let arriving = try arriving(found.record, remaining: found.remaining)
    let place: StoredRecord
    switch try held(arriving.timeToLive) {
    case .some(let stored) where MoveMark.isPlace(stored.record): place = stored
    case .some(let stored): return .found(stored)
    case .none: return nil
    }
    let wrapped = MoveMark.leaving(found.record)
    switch try store.old.store.replace(
      oldKey, wrapped, timeToLive: max(1, found.remaining ?? arriving.timeToLive), token: found.token, call)
    {
    case .replaced(let token): return try put(arriving, at: place, wrapped: token)
    case .changed, .gone, .unknown: return nil
    }
  }

  /// Goes on with what somebody has wrapped. Where there is no place for it, it arrived and has ended since.
  private func arrive(_ record: [UInt8], wrapped: StoredRecord) throws(Failure) -> Outcome? {
    guard let place = try store.new.load(key, call) else { return .nothing }
    // Only who brings a record takes its wrapping away: that it is gone has a meaning.
    guard MoveMark.isPlace(place.record) else { return .found(place) }
    return try put(try arriving(record, remaining: wrapped.remaining), at: place, wrapped: wrapped.token)
  }

  private func put(_ arriving: Arriving, at place: StoredRecord, wrapped: Token?) throws(Failure) -> Outcome? {
    let replacement = try store.new.replace(
      key, arriving.record, timeToLive: arriving.timeToLive, token: place.token, call)
    switch replacement {
    case .replaced(let token):
      if unwrap(wrapped) == .gone {
        try store.new.remove(key, call)
        return .nothing
      }
      guard let token else { return try store.new.load(key, call).map { .brought($0) } ?? .nothing }
      return .brought(StoredRecord(record: arriving.record, token: token, remaining: arriving.timeToLive))
    case .gone: return .nothing
    case .changed, .unknown: return nil
    }
  }

  /// What stands in the place of the record, which is a mark of ours where there was nothing.
  private func held(_ timeToLive: Int64) throws(Failure) -> StoredRecord? {
    let mark = MoveMark.place(try SessionID.random(16))
    if case .created(let token?) = try store.new.create(key, mark, timeToLive: timeToLive, call) {
      return StoredRecord(record: mark, token: token)
    }
    return try store.new.load(key, call)
  }

  /// Takes the wrapped record away. One that stays is no session, and expires.
  ///
  /// - Parameter token: nil where the store did not say it with the write.
  private func unwrap(_ token: Token?) -> Removal {
    do throws(Failure) {
      var token = token
      if token == nil {
        guard let stored = try store.old.store.load(oldKey, call) else { return .gone }
        guard MoveMark.record(leaving: stored.record) != nil else { return .changed }
        token = stored.token
      }
      guard let token else { return .unknown }
      return try store.old.store.remove(oldKey, token: token, call)
    } catch {
      return .unknown
    }
  }

  // MARK: - The record

  private struct Arriving {
    let record: [UInt8]
    let timeToLive: Int64
  }

  /// An old record as the new store keeps it. It keeps its time, which is no longer than any may have here.
  private func arriving(_ record: [UInt8], remaining: Int64?) throws(Failure) -> Arriving {
    guard !HiddenRecord.isOne(record) else {
      let longest = store.times.unused.addingClamped(store.times.unused)
      return Arriving(record: record, timeToLive: max(1, min(remaining ?? longest, longest)))
    }
    let values = try store.format.decode(record)
    let life = values[SessionLife.key].flatMap { SessionLife($0) }
    let longest = store.times.timeToLive(life, now: call.now)
    return Arriving(
      record: try store.format.encode(values), timeToLive: max(1, min(remaining ?? longest, longest)))
  }
}
