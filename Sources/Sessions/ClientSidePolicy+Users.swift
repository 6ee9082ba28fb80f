// SPDX-License-Identifier: Apache-2.0
internal import Support
internal import Values

/// A session that lives in its cookie is a user's by what the cookie says, and for as long as the store lists it.
extension ClientSidePolicy {
  func load(_ session: Session) throws(Failure) {
    guard try holds(session) else {
      revocation?.reporter.report(.rejected, reason: .notFound, session: session.tie?.id, user: session.tie?.user)
      return session.start(.notFound)
    }
    session.looked()
  }

  func endAll(of user: Text, now: Int64) throws(Failure) {
    try users(now).endAll(user)
    revocation?.reporter.report(.userEnded, user: user)
  }

  func sessions(of user: Text, current: Session?, now: Int64) throws(Failure) -> [UserSession] {
    try current?.load()
    var sessions: [UserSession] = []
    for entry in try users(now).entries(user)?.entries ?? [] {
      sessions.append(
        UserSession(
          reference: try entry.reference(), created: entry.created, lastSeen: nil, label: entry.label,
          isCurrent: entry.id == current?.tie?.id))
    }
    return sessions
  }

  func end(_ reference: Text, of user: Text, now: Int64) throws(Failure) -> Bool {
    let users = try users(now)
    for entry in try users.entries(user)?.entries ?? [] where try entry.reference() == reference {
      try users.rename(user, entry.id, to: nil)
      revocation?.reporter.report(.ended, session: entry.id, user: user)
      return true
    }
    return false
  }

  // MARK: - Saving

  /// Ends what was logged out: every copy of its cookie.
  func leave(_ session: Session) throws(Failure) {
    if let user = session.endedUser, let id = session.endedID { try users(session.now).rename(user, id, to: nil) }
    session.forgetEnded()
  }

  /// Whether the session still counts. One that is no user's costs no look.
  func holds(_ session: Session) throws(Failure) -> Bool {
    guard let tie = session.tie else { return true }
    return try holds(tie, now: session.now)
  }

  func holds(_ tie: UserTie, now: Int64) throws(Failure) -> Bool {
    try users(now).holds(tie)
  }

  /// What the next cookie says of the user, and the store with it.
  func life(_ session: Session) throws(Failure) -> SessionLife? {
    var before: SessionLife?
    if case .signed(let life, _) = session.place { before = life }
    guard session.login != nil || before != nil else { return nil }
    let users = try users(session.now)
    var change = LifeChange(now: session.now, begins: false, renews: session.isRenewed)
    change.tie = try tie(session, users)
    if session.endsOthers, let tie = change.tie, let id = tie.id {
      try users.keepOnly(tie.user, id)
      revocation?.reporter.report(.userEnded, session: id, user: tie.user)
    }
    return change.made(on: before)
  }

  /// A login and a renewal list the session under another id, so that cookies from before are dead.
  private func tie(_ session: Session, _ users: UserSessions) throws(Failure) -> UserTie? {
    let old = session.tie
    guard session.isRenewed else { return old }
    let id = try SessionID.random(16)
    guard let login = session.login else {
      var tie = old
      if let user = tie?.user, let oldID = tie?.id { try users.rename(user, oldID, to: id) }
      tie?.id = id
      return tie
    }
    let entry = UserRecord.Entry(id: id, created: session.now, label: login.label)
    guard let limit = revocation?.userLimit else { throw SessionManager.noUsers }
    var tie = try users.add(
      login.user, entry, replacing: old?.user == login.user ? old?.id : nil, session.endsOthers ? nil : limit)
    tie.id = id
    revocation?.reporter.report(.login, session: id, user: login.user)
    if let user = old?.user, let oldID = old?.id { try users.rename(user, oldID, to: nil) }
    return tie
  }

  private func users(_ now: Int64) throws(Failure) -> UserSessions {
    guard let revocation else { throw SessionManager.noUsers }
    return revocation.users(now: now)
  }
}
