// SPDX-License-Identifier: Apache-2.0
internal import Records
internal import Stores
internal import Support
internal import Values

extension ServerSidePolicy {
  func save(_ session: Session) throws(Failure) -> CookieAnswer {
    guard session.now >= 0 else { throw Failure(.argument, "The clock says a time before 1970; set the host's clock.") }
    let writer = writer(limit.call(now: session.now, tellsRemaining: !times.touchAlways))
    guard let tie = session.leftTie, try users(writer.call).holds(tie) else { return try save(session, writer) }
    let answer = try save(session, writer)
    // What was the user's a moment ago has to be saved before it would count as ended.
    try endAll(of: tie.user, writer.call)
    session.leftUser()
    return answer
  }

  private func save(_ session: Session, _ writer: RecordWriter) throws(Failure) -> CookieAnswer {
    if let id = session.endedID {
      try writer.end(id)
      reporter.report(.ended, session: id, user: session.endedUser)
      if let user = session.endedUser { try? users(writer.call).rename(user, id, to: nil) }
    }
    session.forgetEnded()
    do throws(Failure) {
      switch session.place {
      case .nowhere, .signed: return try create(session, writer)
      case .named(let id): return try refreshUnread(session, id, writer)
      case .stored(let record): return try update(session, record, writer)
      }
    } catch {
      // To a request that changed nothing it is no failure that the session was ended.
      guard error.status == .gone, !session.modified else { throw error }
      return .nothing
    }
  }

  private func create(_ session: Session, _ writer: RecordWriter) throws(Failure) -> CookieAnswer {
    if let answer = try saveSmall(session) { return answer }
    guard !session.isEmpty else { return session.modified ? .delete : .nothing }
    guard session.modified else { return .nothing }
    var newID = try session.newID()
    if newID == nil { newID = try randomID() }
    guard let id = newID else { return .nothing }
    let change = try change(session, id, writer)
    let life = times.beginning(change.made(on: nil), now: session.now)
    var isTaken = false
    let record = try writer.create(session.values, life) { () throws(Failure) in
      defer { isTaken = true }
      return isTaken ? try randomID() : id
    }
    reporter.report(session.isInCookie ? .saved : .created, record)
    session.isInCookie = false
    try loggedIn(session, record, writer)
    try begin(record, writer)
    session.stored(record)
    return try cookie(session, record)
  }

  /// The host asked for nothing: the session lives on, if it is there.
  private func refreshUnread(_ session: Session, _ id: Text, _ writer: RecordWriter) throws(Failure) -> CookieAnswer {
    guard refreshesEachRequest || times.needConfirmation || session.isStale, !session.isPassive else { return .nothing }
    // What a touch has to set, or whether one is due, the record says.
    let readsFirst = times.needLife || times.needConfirmation || !times.touchAlways || small != nil
    try put(into: session, writer) { () throws(Failure) in
      readsFirst ? try writer.load(id) : try writer.refresh(id)
    }
    guard case .stored(let record) = session.place else { return try saveSmall(session) ?? .nothing }
    if !readsFirst { reporter.report(.touched, record) }
    guard !session.isEmpty else { return .nothing }
    return readsFirst ? try update(session, record, writer) : try cookie(session, record)
  }

  private func update(_ session: Session, _ record: SeenRecord, _ writer: RecordWriter) throws(Failure) -> CookieAnswer
  {
    if session.isEmpty || session.isPassive, !session.modified { return .nothing }
    if !session.isEmpty, session.isRenewed || times.isDueForRenewal(record.life, now: session.now) {
      return try move(session, record, writer)
    }
    var change = try change(session, record.id, writer)
    change.confirms = record.id == session.presentedID
    if session.changes.isEmpty, !session.isEmpty, !change.changes(record.life) {
      return try touch(session, record, writer)
    }
    return try wrote(session, record, writer.update(record, session.changes, change), change, writer)
  }

  /// To a new id: the old one ends with a login, and leads on where it is only old.
  private func move(_ session: Session, _ record: SeenRecord, _ writer: RecordWriter) throws(Failure) -> CookieAnswer {
    let id = try randomID()
    var change = try change(session, id, writer)
    change.renews = true
    change.confirms = record.id == session.presentedID
    // Nobody finds the new record by the old name, where names are hidden: the list has to have both before there are both.
    let user = record.life?.tie?.user
    let goesOn = session.login == nil && !change.unties
    if names.areHidden, goesOn, let user { try? users(writer.call).rename(user, record.id, to: id) }
    let oldID: OldID = session.isRenewed || !times.makeForwards ? .ends : .leadsOn
    var isTaken = false
    let moved = try writer.move(record, session.changes, change, oldID: oldID) { () throws(Failure) in
      defer { isTaken = true }
      return isTaken ? try randomID() : id
    }
    if let user, let moved, moved.id != record.id, !names.areHidden || !goesOn || moved.id != id {
      // The list alone depends on it: with a login the new id is there already.
      try? users(writer.call).rename(user, record.id, to: goesOn ? moved.id : nil)
    }
    return try wrote(session, record, moved, change, writer)
  }

  private func wrote(
    _ session: Session, _ old: SeenRecord, _ record: SeenRecord?, _ change: LifeChange, _ writer: RecordWriter
  ) throws(Failure) -> CookieAnswer {
    guard let record else {
      reporter.report(.ended, old)
      session.start(.new)
      return .delete
    }
    if names.areHidden, change.unties, change.tie == nil, record.id == old.id, let user = old.life?.tie?.user {
      // Its record says whose it is, and nobody who has only the list can read that.
      try? users(writer.call).rename(user, old.id, to: nil)
    }
    try loggedIn(session, record, writer)
    if change.tie?.next != nil { try begin(record, writer) }
    session.stored(record)
    if let answer = try moveToCookie(session, record, writer) { return answer }
    return try change.tie == nil ? confirmed(session, record, writer) : cookie(session, record)
  }

  /// A login that came meanwhile may have taken this one off the list, while its record was not there yet.
  private func loggedIn(_ session: Session, _ record: SeenRecord, _ writer: RecordWriter) throws(Failure) {
    guard let login = session.login else { return }
    if userLimit.most != nil, !session.endsOthers, try !users(writer.call).lists(record.id, of: login.user) {
      try writer.end(record.id)
      throw userLimit.endsOldest ? RecordWriter.gone : UserLimit.reached
    }
    reporter.report(.login, record)
  }

  /// Ends the user's other sessions, where this one is prepared to outlive that.
  private func begin(_ record: SeenRecord, _ writer: RecordWriter) throws(Failure) {
    guard let tie = record.life?.tie, tie.next != nil else { return }
    try users(writer.call).begin(tie, for: record.id)
    reporter.report(.userEnded, record)
  }

  private func touch(_ session: Session, _ record: SeenRecord, _ writer: RecordWriter) throws(Failure) -> CookieAnswer {
    let isDue = times.isDueForTouch(record.life, remaining: record.remaining, now: session.now)
    guard session.modified || refreshesEachRequest && isDue || record.id != session.presentedID || session.isStale
    else {
      return .nothing
    }
    guard let touched = try writer.touch(record) else { throw RecordWriter.gone }
    reporter.report(.touched, touched)
    session.stored(touched)
    return try confirmed(session, touched, writer)
  }

  /// What this save does to the life of the session, which is, or gets, this id.
  private func change(_ session: Session, _ id: Text, _ writer: RecordWriter) throws(Failure) -> LifeChange {
    var change = LifeChange(now: writer.call.now, begins: times.needLife)
    change.unties = session.changes.clears
    if let login = session.login {
      let entry = UserRecord.Entry(
        id: try users(writer.call).name(id).text, created: writer.call.now, label: login.label)
      // This session goes on as that one, and where all others end none has to give way.
      let oldID: Text? =
        if case .stored(let record) = session.place, record.life?.tie?.user == login.user { record.id } else { nil }
      change.tie = try users(writer.call).add(
        login.user, entry, replacing: oldID, session.endsOthers ? nil : userLimit)
    } else if session.endsOthers, let user = session.tie?.user {
      guard let epoch = try users(writer.call).entries(user)?.epoch else { throw RecordWriter.gone }
      change.tie = UserTie(user, epoch: epoch)
    }
    if session.endsOthers { change.tie?.next = try SessionID.random(16) }
    return change
  }

  /// The cookie, where the user's sessions were not ended while this request ran.
  private func confirmed(
    _ session: Session, _ record: SeenRecord, _ writer: RecordWriter
  ) throws(Failure) -> CookieAnswer {
    let answer = try cookie(session, record)
    if case .nothing = answer { return answer }
    guard try holds(record, writer.call) else { throw RecordWriter.gone }
    return answer
  }

  /// A cookie leaves only with the answer of a request that has just created, replaced or touched the record.
  private func cookie(_ session: Session, _ record: SeenRecord) throws(Failure) -> CookieAnswer {
    let isRenewed = record.id != session.presentedID
    guard session.modified || isRenewed || session.isStale || (session.isPermanent && refreshesEachRequest) else {
      return .nothing
    }
    let time = times.cookieTime(record.life, now: session.now)
    return .set(
      value: try cookie(record.id, session.now), expires: session.isPermanent ? session.now.addingClamped(time) : nil)
  }
}
