// SPDX-License-Identifier: Apache-2.0
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
    guard let (epoch, entries) = try users(call).entries(user) else { return [] }
    var sessions: [UserSession] = []
    for entry in entries {
      guard let record = try readable(entry.id, writer), let tie = record.life?.tie, tie.user == user,
        tie.holds(in: epoch)
      else { continue }
      sessions.append(
        UserSession(
          reference: try entry.reference(), created: entry.created,
          lastSeen: times.lastTouch(record.life, remaining: record.remaining, now: now), label: entry.label,
          isCurrent: record.id == id))
    }
    return sessions
  }

  func end(_ reference: Text, of user: Text, now: Int64) throws(Failure) -> Bool {
    let call = limit.call(now: now)
    guard let entries = try users(call).entries(user)?.entries else { return false }
    for entry in entries where try entry.reference() == reference {
      let isThere = try store.load(writer(call).key(entry.id), call) != nil
      try writer(call).end(entry.id)
      if isThere { reporter.report(.ended, session: entry.id, user: user) }
      try users(call).rename(user, entry.id, to: nil)
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
