// SPDX-License-Identifier: Apache-2.0
internal import Keys
internal import Records
package import Settings
package import Stores
package import Support

/// A store that keeps every record sealed, under a hash of its name: SESSION_RECORD_FORMAT `sealed`.
///
/// Above it records are what they are without it, and names are ids. Its tokens are those of the store below. When a
/// record ends is sealed in, so a touch writes it anew, by compare-and-set.
package final class SealingStore: SessionStore, @unchecked Sendable {
  private let store: any SessionStore
  private let prefix: Text
  private let form: Replaceable<SealedRecord>

  /// Nil where the settings ask for records that are not sealed.
  package static func make(_ store: any SessionStore, _ settings: Settings) throws(Failure) -> SealingStore? {
    guard settings.text(.recordFormat) == "sealed" else { return nil }
    let sealing = SealingStore(store, ServerSidePolicy.prefix(settings), try form(settings))
    let longest = sealing.prefix.count + SealedName.count
    guard longest <= store.largestKey else {
      throw Failure(
        .config,
        "SESSION_KEY_PREFIX makes keys of \(longest) bytes for sealed records; a store takes at most "
          + "\(store.largestKey).")
    }
    return sealing
  }

  private init(_ store: any SessionStore, _ prefix: Text, _ form: SealedRecord) {
    self.store = store
    self.prefix = prefix
    self.form = Replaceable(form)
  }

  private static func form(_ settings: Settings) throws(Failure) -> SealedRecord {
    try SealedRecord.make(
      try KeyRing.forSealing(settings), application: settings.text(.application) ?? "",
      prefix: ServerSidePolicy.prefix(settings))
  }

  /// As `SessionPolicy.reloaded`.
  func reloaded(_ settings: Settings) throws(Failure) -> [() -> Void] {
    let form = try SealingStore.form(settings)
    return [{ self.form.replace(by: form) }]
  }

  package var largestKey: Int { store.largestKey }

  package var largestRecord: Int? { store.largestRecord.map { $0 - SealedRecord.overhead } }

  /// A record that does not open is an empty one, which nobody can read. So is one of which the name is known and the id
  /// is not: it tells no more than that it is there.
  package func load(_ key: Text, _ call: Call) throws(Failure) -> StoredRecord? {
    if isSealedName(key) {
      guard let stored = try store.load(key, call) else { return nil }
      return StoredRecord(record: [], token: stored.token, remaining: stored.remaining)
    }
    let place = try place(key)
    guard let stored = try store.load(place.key, call) else { return nil }
    return try opened(stored, place, call)
  }

  package func create(
    _ key: Text, _ record: [UInt8], timeToLive: Int64, _ call: Call
  ) throws(Failure) -> Creation {
    let place = try place(key)
    let sealed = try sealed(record, place, timeToLive, call)
    let creation = try store.create(place.key, sealed, timeToLive: timeToLive, call)
    guard case .exists = creation, try removeEnded(place, call) else { return creation }
    return try store.create(place.key, sealed, timeToLive: timeToLive, call)
  }

  package func replace(
    _ key: Text, _ record: [UInt8], timeToLive: Int64, token: Token, _ call: Call
  ) throws(Failure) -> Replacement {
    let place = try place(key)
    let sealed = try sealed(record, place, timeToLive, call)
    let replacement = try store.replace(place.key, sealed, timeToLive: timeToLive, token: token, call)
    guard case .changed(let stored?) = replacement else { return replacement }
    guard let opened = try opened(stored, place, call) else { return .gone }
    return .changed(opened)
  }

  package func touch(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> Bool {
    try refresh(key, timeToLive: timeToLive, call) != nil
  }

  /// Whoever wrote it meanwhile has set its full time.
  package func refresh(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> StoredRecord? {
    for _ in 0..<2 {
      guard let stored = try load(key, call) else { return nil }
      guard !stored.record.isEmpty else { return stored }
      switch try replace(key, stored.record, timeToLive: timeToLive, token: stored.token, call) {
      case .replaced(let token?):
        return StoredRecord(record: stored.record, token: token, remaining: call.tellsRemaining ? timeToLive : nil)
      case .changed(let newest?): return newest
      case .replaced(nil), .changed(nil): return try load(key, call)
      case .gone: return nil
      case .unknown: continue
      }
    }
    throw RecordWriter.unknownOutcome
  }

  package func remove(_ key: Text, _ call: Call) throws(Failure) {
    try store.remove(isSealedName(key) ? key : place(key).key, call)
  }

  package func remove(_ key: Text, token: Token, _ call: Call) throws(Failure) -> Removal {
    try store.remove(isSealedName(key) ? key : place(key).key, token: token, call)
  }

  package func sweep(limit: Int, _ call: Call) throws(Failure) -> Bool {
    try store.sweep(limit: limit, call)
  }

  package func list(_ prefix: Text, after place: [UInt8], limit: Int, _ call: Call) throws(Failure) -> KeyList {
    throw Failure(
      .unsupported, "Sealed records do not tell their ids, and move one by one, when their cookies come.")
  }

  package func ping(_ call: Call) throws(Failure) {
    try store.ping(call)
  }

  package func prepare(_ call: Call) throws(Failure) {
    try store.prepare(call)
  }

  // MARK: -

  private func place(_ key: Text) throws(Failure) -> SealedRecord.Place {
    try SealedRecord.Place(key, prefix: prefix.count)
  }

  private func isSealedName(_ key: Text) -> Bool {
    SealedName.isOne(key, prefix: prefix.count)
  }

  private func sealed(
    _ record: [UInt8], _ place: SealedRecord.Place, _ timeToLive: Int64, _ call: Call
  ) throws(Failure) -> [UInt8] {
    try form.object.seal(record, place, expiry: call.expiry(timeToLive), now: call.now)
  }

  /// Nil: it has ended, whatever the store still has. One of an older key is sealed anew, with the time that it has.
  private func opened(
    _ stored: StoredRecord, _ place: SealedRecord.Place, _ call: Call
  ) throws(Failure) -> StoredRecord? {
    guard let opened = try form.object.open(stored.record, place, now: call.now) else {
      return StoredRecord(record: [], token: stored.token)
    }
    guard opened.expiry > call.now else { return nil }
    let remaining = opened.expiry.addingClamped(0 &- call.now)
    var token = stored.token
    if !opened.isFresh, let fresh = try? sealed(opened.record, place, remaining, call),
      case .replaced(let new?) = try? store.replace(place.key, fresh, timeToLive: remaining, token: token, call)
    {
      token = new
    }
    return StoredRecord(record: opened.record, token: token, remaining: call.tellsRemaining ? remaining : nil)
  }

  /// Whether there was one that has ended by what is sealed in, and that the store still had: somebody put it back, or
  /// its clock is another one.
  private func removeEnded(_ place: SealedRecord.Place, _ call: Call) throws(Failure) -> Bool {
    guard let stored = try store.load(place.key, call), try opened(stored, place, call) == nil else { return false }
    return try store.remove(place.key, token: stored.token, call) == .removed
  }
}
