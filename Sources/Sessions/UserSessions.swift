// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import Records
internal import Stores
internal import Support

/// The sessions of each user: which count, which there are, and ending all of them by one write.
final class UserSessions {
  let store: any SessionStore
  /// Stands before every key of the application.
  let prefix: Text
  /// Seconds that a session may go unused, and after which a user's record is written again.
  let lifetime: Int64
  /// Whether a session counts only while it is listed: of one that lives in its cookie there is no record to remove.
  let listDecides: Bool
  /// What sessions are called in the list.
  let names: ListedNames
  let call: Call
  let reporter: Reporter

  init(
    store: any SessionStore, prefix: Text, lifetime: Int64, listDecides: Bool = false, names: ListedNames, call: Call,
    reporter: Reporter
  ) {
    self.store = store
    self.prefix = prefix
    self.lifetime = lifetime
    self.listDecides = listDecides
    self.names = names
    self.call = call
    self.reporter = reporter
  }

  /// Whether sessions of this tie count. A user without a record has none: what is evicted logs out and never in.
  ///
  /// - Parameter id: of a session that was just read, which is listed by the name that it has now.
  func holds(_ tie: UserTie, of id: Text? = nil) throws(Failure) -> Bool {
    guard let stored = try store.load(key(tie.user), call), let record = try? UserRecord(stored.record) else {
      return false
    }
    guard tie.holds(in: record.epoch) else { return false }
    if listDecides { return try isListed(tie, record) }
    // Once a lifetime, so that the record outlives each session.
    if record.until.addingClamped(-call.now) < lifetime { try change(tie.user, .none) }
    if let id, names.areMixed(call.now) {
      let name = try self.name(id)
      if record.entries.contains(where: { $0.id == name.other }) { try change(tie.user, .rename(name, to: name)) }
    }
    return true
  }

  private func isListed(_ tie: UserTie, _ record: UserRecord) throws(Failure) -> Bool {
    guard let id = tie.id, let entry = record.entry(ListedName(id)) else { return false }
    // Once a lifetime, so that record and entry outlive each cookie of the session.
    if (entry.seen ?? entry.created).addingClamped(lifetime) <= call.now { try change(tie.user, .see(id)) }
    return true
  }

  /// Notes a session of a user, who may be new.
  ///
  /// - Parameters:
  ///   - oldID: of the user's session that goes on as this one, if any.
  ///   - limit: nil: any number.
  /// - Returns: the tie, to be written into the session.
  /// - Throws: CONFLICT where the user has as many sessions as may be, and none is to end for it.
  func add(
    _ user: Text, _ entry: UserRecord.Entry, replacing oldID: Text?, _ limit: UserLimit?
  ) throws(Failure) -> UserTie {
    let changed = try change(user, .add(entry, replacing: try oldID.map(name), limit))
    for entry in changed.ended {
      if !listDecides {
        for name in entry.names { try store.remove(sessionKey(name), call) }
      }
      if entry.isLive { reporter.report(.ended, session: entry.id, user: user) }
    }
    return UserTie(user, epoch: changed.epoch ?? Text([]))
  }

  /// Ends every session of a user, however many there are, by one write.
  func endAll(_ user: Text) throws(Failure) {
    try store.remove(key(user), call)
  }

  /// Begins the epoch that a tie is prepared for: every session ends but that one.
  ///
  /// - Throws: GONE where it has ended itself.
  func begin(_ tie: UserTie, for id: Text) throws(Failure) {
    guard try change(tie.user, .begin(tie, for: name(id))).epoch != nil else { throw RecordWriter.gone }
  }

  /// Ends every session but this one where the list decides.
  func keepOnly(_ user: Text, _ id: Text) throws(Failure) {
    try change(user, .keepOnly(name(id)))
  }

  /// Follows a session to its new id, or forgets one that ended. But where the list decides, it alone depends on it.
  func rename(_ user: Text, _ id: Text, to newID: Text?) throws(Failure) {
    try change(user, .rename(name(id), to: newID.map(name)))
  }

  /// Forgets a session, and says how it was listed at last.
  func forget(_ user: Text, _ id: Text) throws(Failure) -> [UserRecord.Entry] {
    try change(user, .rename(name(id), to: nil)).ended
  }

  /// Whether a session is among those that were noted.
  func lists(_ id: Text, of user: Text) throws(Failure) -> Bool {
    let name = try name(id)
    return try entries(user)?.entries.contains { $0.isNamed(name) } ?? false
  }

  /// Those that were noted, the oldest first.
  func entries(_ user: Text) throws(Failure) -> (epoch: Text, entries: [UserRecord.Entry])? {
    guard let stored = try store.load(key(user), call) else { return nil }
    let record = try UserRecord(stored.record)
    return (record.epoch, listDecides ? record.entries.filter { !hasExpired($0) } : record.entries)
  }

  // MARK: -

  /// Those that have to go so that one more is not too many; what has ended by itself is not counted.
  private func surplus(_ entries: [UserRecord.Entry], _ limit: UserLimit?) throws(Failure) -> [UserRecord.Entry] {
    guard listDecides || limit?.most != nil else { return [] }
    let most = limit?.most ?? UserRecord.mostEntries
    guard listDecides || entries.count >= most else { return [] }
    var ended: [UserRecord.Entry] = []
    var live: [UserRecord.Entry] = []
    for entry in entries {
      entry.isLive = try isLive(entry)
      if entry.isLive { live.append(entry) } else { ended.append(entry) }
    }
    guard live.count < most || limit?.endsOldest ?? true else { throw UserLimit.reached }
    return ended + live.prefix(max(0, live.count - most + 1))
  }

  private func isLive(_ entry: UserRecord.Entry) throws(Failure) -> Bool {
    listDecides ? !hasExpired(entry) : try stored(entry) != nil
  }

  /// The record of a session, read by nobody; it may be one that leads on.
  func stored(_ entry: UserRecord.Entry) throws(Failure) -> StoredRecord? {
    for name in entry.names {
      if let stored = try store.load(sessionKey(name), call) { return stored }
    }
    return nil
  }

  func name(_ id: Text) throws(Failure) -> ListedName { try names.name(id, now: call.now) }

  /// Whether no cookie of a session can open: the last one was sent within a lifetime of what is noted.
  private func hasExpired(_ entry: UserRecord.Entry) -> Bool {
    (entry.seen ?? entry.created).addingClamped(lifetime).addingClamped(lifetime) <= call.now
  }

  /// What is done to the record of a user. No closures: the compiler made a copy of `change` for each.
  private enum Change {
    /// Its time begins anew, and nothing else.
    case none
    case add(UserRecord.Entry, replacing: ListedName?, UserLimit?)
    case see(Text)
    case begin(UserTie, for: ListedName)
    case keepOnly(ListedName)
    case rename(ListedName, to: ListedName?)
  }

  /// Changes the record of a user by compare-and-set, and lets its time begin anew. One who has none gets one with the
  /// first session; else nothing happens.
  ///
  /// - Returns: the epoch, nil where there is no record, and the sessions that were ended.
  @discardableResult
  private func change(
    _ user: Text, _ change: Change
  ) throws(Failure) -> (epoch: Text?, ended: [UserRecord.Entry]) {
    let key = try key(user)
    let timeToLive = lifetime.addingClamped(lifetime)
    let until = call.now.addingClamped(timeToLive)
    var retries = Retries(call.deadline)
    while true {
      let stored = try store.load(key, call)
      // What nobody can read counts as none: it is made anew, and with its epoch every session has ended.
      var read = stored.flatMap { try? UserRecord($0.record) }
      if read == nil, case .add = change { read = UserRecord(epoch: try SessionID.random(16), until: until) }
      guard var record = read else { return (nil, []) }
      record.until = until
      if names.areHidden, !names.areMixed(call.now) { try hideNames(in: &record) }
      let ended = try make(change, on: &record)
      let bytes = try record.encoded()
      var failure = RecordWriter.busy
      if let stored {
        switch try store.replace(key, bytes, timeToLive: timeToLive, token: stored.token, call) {
        case .replaced: return (record.epoch, ended)
        case .unknown: failure = RecordWriter.unknownOutcome
        case .changed, .gone: break
        }
      } else {
        switch try store.create(key, bytes, timeToLive: timeToLive, call) {
        case .created: return (record.epoch, ended)
        case .unknown: failure = RecordWriter.unknownOutcome
        case .exists: break
        }
      }
      try retries.pause(failure)
    }
  }

  /// - Returns: the sessions that have to end for it.
  private func make(_ change: Change, on record: inout UserRecord) throws(Failure) -> [UserRecord.Entry] {
    switch change {
    case .none: return []
    case .add(let entry, let oldName, let limit):
      if let oldName { record.remove(oldName) }
      let ended = try surplus(record.entries, limit)
      for entry in ended { record.remove(ListedName(entry.id)) }
      record.add(entry)
      return ended
    case .see(let id):
      record.see(id, at: call.now)
      return []
    case .keepOnly(let name):
      record.keepOnly(name)
      return []
    case .begin(let tie, let name):
      guard tie.holds(in: record.epoch) else { throw RecordWriter.gone }
      record.epoch = tie.next ?? tie.epoch
      record.keepOnly(name)
      return []
    case .rename(let name, let newName?):
      try record.rename(name, to: newName)
      return []
    case .rename(let name, nil):
      let forgotten = record.entries.filter { $0.isNamed(name) }
      record.remove(name)
      return forgotten
    }
  }

  /// What came from a store where lists have ids; there is no such store any more.
  private func hideNames(in record: inout UserRecord) throws(Failure) {
    for entry in record.entries where !SealedName.isOne(entry.id) {
      try record.rename(ListedName(entry.id), to: name(entry.id))
    }
  }

  /// Bytes of a key that follow the prefix, at most.
  static var longestName: Int { 8 + 43 }

  private func sessionKey(_ id: Text) -> Text { Text(prefix.bytes + id.bytes) }

  /// Whether a key without its prefix is that of a user.
  static func isKey(_ name: [UInt8]) -> Bool {
    let start = Text("user.").bytes
    return name.starts(with: start) && SessionID.isPlausible(Array(name[start.count...]))
  }

  /// No id of a session has a dot in it. A name of any bytes and length is 43 characters here.
  private func key(_ user: Text) throws(Failure) -> Text {
    let digest = try DigestAlgorithm.sha256.digest(user.bytes)
    let kind: Text = listDecides ? "cookies." : "user."
    return Text(prefix.bytes + kind.bytes + Base64URL.encoded(digest))
  }
}
