// SPDX-License-Identifier: Apache-2.0
internal import Records
internal import Settings
internal import Stores
internal import Support
internal import Values

/// A store into which the records of an old one move, each when somebody asks for it.
///
/// Its tokens are the new store's: whoever has read a record has it there. A removal is of both.
final class MigratingStore: SessionStore, @unchecked Sendable {
  let new: any SessionStore
  let old: OldStore
  /// What stands before the ids in the keys of the new store.
  let prefix: Text
  let format: FlaskSessionRecord
  let times: LifeTimes

  init(_ new: any SessionStore, from old: OldStore, prefix: Text, format: FlaskSessionRecord, times: LifeTimes) {
    self.new = new
    self.old = old
    self.prefix = prefix
    self.format = format
    self.times = times
  }

  /// The store as it is where there is no old one.
  static func make(
    _ new: any SessionStore, from old: (any SessionStore)?, _ settings: Settings
  ) throws(Failure) -> any SessionStore {
    guard let old, let oldSettings = settings.old, let until = settings.time(.migrateUntil) else { return new }
    return MigratingStore(
      new, from: OldStore(store: old, prefix: ServerSidePolicy.prefix(oldSettings), until: until),
      prefix: ServerSidePolicy.prefix(settings), format: ServerSidePolicy.format(settings),
      times: try LifeTimes(settings))
  }

  var largestKey: Int { new.largestKey }

  var largestRecord: Int? { new.largestRecord }

  func load(_ key: Text, _ call: Call) throws(Failure) -> StoredRecord? {
    if let stored = try new.load(key, call), !MoveMark.isPlace(stored.record) { return stored }
    return try bring(key, call)
  }

  /// Under an id that was just made, or the name of a user whose record was just looked for: the old store has none.
  func create(_ key: Text, _ record: [UInt8], timeToLive: Int64, _ call: Call) throws(Failure) -> Creation {
    try new.create(key, record, timeToLive: timeToLive, call)
  }

  func replace(
    _ key: Text, _ record: [UInt8], timeToLive: Int64, token: Token, _ call: Call
  ) throws(Failure) -> Replacement {
    try new.replace(key, record, timeToLive: timeToLive, token: token, call)
  }

  func touch(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> Bool {
    if try new.touch(key, timeToLive: timeToLive, call) { return true }
    guard try bring(key, call) != nil else { return false }
    return try new.touch(key, timeToLive: timeToLive, call)
  }

  func refresh(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> StoredRecord? {
    if let stored = try new.refresh(key, timeToLive: timeToLive, call), !MoveMark.isPlace(stored.record) {
      return stored
    }
    guard try bring(key, call) != nil else { return nil }
    return try new.refresh(key, timeToLive: timeToLive, call)
  }

  /// The old record first, so that nothing is left to move once the new one is gone.
  func remove(_ key: Text, _ call: Call) throws(Failure) {
    try removeOld(key, call)
    try new.remove(key, call)
  }

  /// What an old server may have written again since the record moved is no session's, and goes too.
  func remove(_ key: Text, token: Token, _ call: Call) throws(Failure) -> Removal {
    let removal = try new.remove(key, token: token, call)
    if removal == .removed || removal == .gone { try removeOld(key, call) }
    return removal
  }

  func sweep(limit: Int, _ call: Call) throws(Failure) -> Bool {
    let hasMore = try new.sweep(limit: limit, call)
    guard old.isAsked(call) else { return hasMore }
    return try old.store.sweep(limit: limit, call) || hasMore
  }

  func list(_ prefix: Text, after place: [UInt8], limit: Int, _ call: Call) throws(Failure) -> KeyList {
    try new.list(prefix, after: place, limit: limit, call)
  }

  func ping(_ call: Call) throws(Failure) {
    try new.ping(call)
    if old.isAsked(call) { try old.store.ping(call) }
  }

  func prepare(_ call: Call) throws(Failure) {
    try new.prepare(call)
  }

  private func bring(_ key: Text, _ call: Call) throws(Failure) -> StoredRecord? {
    guard let old = oldKey(key, call) else { return nil }
    // Of what has no id here, no record can be made: it can only be seen to be there.
    if SealedName.isOne(key, prefix: prefix.count) { return try self.old.store.load(old, call) }
    switch try Move(self, key, old, call).run() {
    case .brought(let stored), .found(let stored): return stored
    case .nothing: return nil
    }
  }

  private func removeOld(_ key: Text, _ call: Call) throws(Failure) {
    if let key = oldKey(key, call) { try old.store.remove(key, call) }
  }

  /// Nil where there can be no old record.
  private func oldKey(_ key: Text, _ call: Call) -> Text? {
    guard old.isAsked(call), key.bytes.starts(with: prefix.bytes) else { return nil }
    let oldKey = Text(old.prefix.bytes + key.bytes[prefix.count...])
    return oldKey.count <= old.store.largestKey ? oldKey : nil
  }
}
