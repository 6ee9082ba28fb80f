// SPDX-License-Identifier: Apache-2.0
internal import Records
internal import Stores
internal import Support

extension ServerSidePolicy {
  func endAll(of user: Text, now: Int64) throws(Failure) {
    try endAll(of: user, limit.call(now: now))
  }

  func endAll(of user: Text, _ call: Call) throws(Failure) {
    try users(call).endAll(user)
    reporter.report(.userEnded, user: user)
  }

  func sessions(of user: Text, current: Session?, now: Int64) throws(Failure) -> [UserSession] {
    try current?.load()
    let id = try current?.id()
    let call = limit.call(now: now, tellsRemaining: true)
    let writer = writer(call)
    let users = users(call)
    guard let (epoch, entries) = try users.entries(user) else { return [] }
    let name = try id.map(users.name)
    var sessions: [UserSession] = []
    for entry in entries {
      let lastSeen: Int64?
      let isCurrent: Bool
      if SealedName.isOne(entry.id) {
        // Nobody can read it without the id. That it is listed, says whose it is.
        guard let stored = try users.stored(entry) else { continue }
        lastSeen = times.lastTouch(remaining: stored.remaining, now: now)
        isCurrent = name.map { entry.isNamed($0) } ?? false
      } else {
        guard let record = try readable(entry.id, writer), let tie = record.life?.tie, tie.user == user,
          tie.holds(in: epoch)
        else { continue }
        lastSeen = times.lastTouch(record.life, remaining: record.remaining, now: now)
        isCurrent = record.id == id
      }
      sessions.append(
        UserSession(
          reference: try entry.reference(), created: entry.created, lastSeen: lastSeen, label: entry.label,
          isCurrent: isCurrent))
    }
    return sessions
  }

  func end(_ reference: Text, of user: Text, now: Int64) throws(Failure) -> Bool {
    let call = limit.call(now: now)
    guard let entries = try users(call).entries(user)?.entries else { return false }
    for entry in entries where try entry.reference() == reference {
      let isThere = try users(call).stored(entry) != nil
      for name in entry.names { try writer(call).end(name) }
      if isThere { reporter.report(.ended, session: entry.id, user: user) }
      // One that was renewed meanwhile: what stood under the old name only led on.
      for renewed in try users(call).forget(user, entry.id) where renewed.id != entry.id {
        try writer(call).end(renewed.id)
      }
      return isThere
    }
    return false
  }

  /// A record that another program wrote is no reason not to list the others.
  private func readable(_ id: Text, _ writer: RecordWriter) throws(Failure) -> SeenRecord? {
    do throws(Failure) {
      return try writer.load(id)
    } catch {
      guard error.status == .malformed || error.status == .tooLarge else { throw error }
      return nil
    }
  }
}
