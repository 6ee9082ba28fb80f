// SPDX-License-Identifier: Apache-2.0
internal import Records
internal import Stores
internal import Support
internal import Values

/// What becomes of the old id of a session that gets a new one.
enum OldID {
  /// Nothing: whoever still holds it, has no session. For a login and any other change of rights.
  case ends
  /// For SESSION_RENEW_GRACE seconds it leads to the new one, so that requests of one page that overlap all succeed.
  case leadsOn
}

extension RecordWriter {
  /// Moves a session to a new id, with the changes of a log made on the newest record.
  ///
  /// The new record is there before the old one goes, and the old one goes only as it was last seen, so that nothing
  /// that others wrote meanwhile is lost.
  ///
  /// - Returns: nil when nothing was left in the session.
  func move(
    _ seen: SeenRecord, _ log: ChangeLog, _ change: LifeChange, oldID: OldID, to newID: () throws(Failure) -> Text
  ) throws(Failure) -> SeenRecord? {
    let old = try counting(seen.token == nil ? try reload(seen.id) : seen, change)
    let values = try log.replay(on: old.values)
    let life = change.made(on: old.life)
    guard !isEmpty(values, life) else { return try update(old, log, change) }
    let fresh = try create(values, life, id: newID)
    do throws(Failure) {
      return try leave(old, log, change, oldID, for: fresh)
    } catch {
      forget(fresh.id, unlessGoneWithout: old.id, error)
      throw error
    }
  }

  /// Ends the old record, as often as somebody writes to it before that, and takes what they wrote along.
  private func leave(
    _ seen: SeenRecord, _ log: ChangeLog, _ change: LifeChange, _ oldID: OldID, for created: SeenRecord
  ) throws(Failure) -> SeenRecord? {
    var fresh = created
    var old = seen
    var isMerged = false
    var retries = Retries(call.deadline)
    while case .changed(let newest) = try leave(old, oldID, for: fresh.id) {
      if case .leadsOn = oldID, newest.id != old.id {
        // Another request has renewed it. Theirs is the id of all.
        try store.remove(key(fresh.id), call)
        var rest = change
        rest.renews = false
        return log.isEmpty ? newest : try update(newest, log, rest)
      }
      if newest.bytes != old.bytes { isMerged = true }
      old = try counting(newest, change)
      fresh = try put(fresh, try log.replay(on: old.values), change.made(on: old.life))
      try retries.pause(RecordWriter.busy)
    }
    if isMerged { reporter.report(.merged, fresh) }
    reporter.report(.saved, fresh)
    reporter.report(.renewed, fresh, previous: seen.id)
    return fresh
  }

  private func leave(_ old: SeenRecord, _ oldID: OldID, for newID: Text) throws(Failure) -> Attempt {
    switch oldID {
    case .ends: return try remove(old)
    case .leadsOn: return try lead(old, to: newID)
    }
  }

  /// Puts a forward in the place of the old record.
  private func lead(_ old: SeenRecord, to newID: Text) throws(Failure) -> Attempt {
    guard let token = old.token else { return .changed(try reload(old.id)) }
    let forward = Forward(to: newID).record
    switch try store.replace(key(old.id), forward, timeToLive: times.renewGrace, token: token, call) {
    case .replaced: return .removed
    case .changed(let stored?): return .changed(try readable(old.id, stored))
    case .changed(nil): return .changed(try reload(old.id))
    case .gone: throw RecordWriter.gone
    case .unknown:
      guard let stored = try afterUnanswered(old.id) else { throw RecordWriter.gone }
      return stored.record == forward ? .removed : .changed(try readable(old.id, stored))
    }
  }

  /// Takes back a new record that nobody knows of, after a move that failed: but only where the old one still is, or
  /// was ended by somebody else. Where that cannot be told in the time of the call, a copy too many is better than none:
  /// it ends by itself.
  private func forget(_ newID: Text, unlessGoneWithout oldID: Text, _ failure: Failure) {
    var isSafe = failure.status == .gone
    if !isSafe, let old = try? store.load(key(oldID), call) {
      isSafe = Forward(old.record) == nil
    }
    if isSafe {
      try? store.remove(key(newID), call)
    }
  }

  /// Writes to an id that nobody else knows yet.
  private func put(
    _ record: SeenRecord, _ values: Map, _ life: SessionLife?
  ) throws(Failure) -> SeenRecord {
    let known = record.token == nil ? try reload(record.id) : record
    guard case .written(let written) = try replace(known, values, life, counts: true) else {
      throw RecordWriter.unknownOutcome
    }
    return written
  }
}
