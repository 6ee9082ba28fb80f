// SPDX-License-Identifier: Apache-2.0
internal import Cookies
internal import Keys
internal import Records
internal import Settings
internal import Stores
internal import Support
internal import Values

/// Flask-Session's rules for the session in a store behind a cookie with an id (Flask-Session 0.8), without its lost
/// updates: nothing is overwritten that was not seen, and nothing is created that was there and is gone.
final class ServerSidePolicy: SessionPolicy {
  private let store: any SessionStore
  private let format: FlaskSessionRecord
  /// Signs the ids in cookies; nil where they are sent as they are.
  private let signer: Signer?
  private let prefix: Text
  private let idLength: Int
  private let times: LifeTimes
  private let isPermanent: Bool
  private let refreshesEachRequest: Bool
  private let limit: CallLimit
  private let log: Log

  static func make(
    _ store: any SessionStore, _ settings: Settings, _ log: Log
  ) throws(Failure) -> ServerSidePolicy {
    let times = try LifeTimes(settings)
    let policy = ServerSidePolicy(store, settings, times, log, try signer(settings))
    let longest = policy.prefix.count + Base64URL.encodedCount(policy.idLength)
    guard longest <= store.largestKey else {
      throw Failure(
        .config,
        "SESSION_KEY_PREFIX and an id of SESSION_ID_LENGTH make keys of \(longest) bytes; a store takes at most "
          + "\(store.largestKey).")
    }
    return policy
  }

  private init(_ store: any SessionStore, _ settings: Settings, _ times: LifeTimes, _ log: Log, _ signer: Signer?) {
    self.store = store
    self.times = times
    self.log = log
    self.signer = signer
    format = FlaskSessionRecord(settings.text(.serializationFormat).flatMap { PayloadCodec($0) } ?? .messagePack)
    prefix = settings.text(.keyPrefix) ?? "session:"
    idLength = Int(settings.number(.idLength) ?? 32)
    isPermanent = settings.flag(.permanent) ?? true
    refreshesEachRequest = settings.flag(.refreshEachRequest) ?? true
    limit = CallLimit(settings)
  }

  var isReadOnly: Bool { false }

  var mergesChanges: Bool { true }

  /// What a new session holds before anything is put into it.
  var beginning: Map {
    var values = Map()
    if isPermanent {
      values[Session.permanentKey] = .bool(true)
    }
    return values
  }

  /// What is left when a session is cleared: whether it is permanent is not forgotten.
  func cleared(_ values: Map) -> Map {
    var left = Map()
    left[Session.permanentKey] = values[Session.permanentKey] ?? .bool(false)
    return left
  }

  /// A session that only knows whether it is permanent is as good as none.
  func isEmpty(_ values: Map) -> Bool {
    values.isEmpty || (values.count == 1 && values[Session.permanentKey] != nil)
  }

  func open(_ cookie: [UInt8], into session: Session) throws(Failure) {
    let id = try verified(cookie)
    guard SessionID.isPlausible(id), prefix.count + id.count <= store.largestKey else {
      throw Failure(.malformed, "The cookie is not a session id.")
    }
    session.named(Text(id))
  }

  func load(_ id: Text, into session: Session) throws(Failure) {
    let writer = writer(limit.call(now: session.now))
    try put(into: session) { () throws(Failure) in try writer.load(id) }
  }

  private func put(
    into session: Session, _ read: () throws(Failure) -> SeenRecord?
  ) throws(Failure) {
    do throws(Failure) {
      guard let record = try read() else { return session.start(.notFound) }
      guard !times.isOver(record.life, now: session.now) else { return session.start(.expired) }
      session.stored(record)
    } catch {
      guard error.status == .malformed || error.status == .tooLarge else { throw error }
      // The record stays: another program, or a later release, may read it.
      log(.warning, "The record of a session cannot be read and counts as none: \(error.message)")
      session.start(.malformed)
    }
  }

  func newID() throws(Failure) -> Text? {
    try randomID()
  }

  func save(_ session: Session) throws(Failure) -> CookieAnswer {
    guard session.now >= 0 else { throw Failure(.argument, "The clock says a time before 1970; set the host's clock.") }
    let call = limit.call(now: session.now)
    let writer = writer(call)
    if let id = session.endedID {
      try writer.end(id)
      session.forgetEnded()
    }
    switch session.place {
    case .nowhere: return try create(session, writer)
    case .named(let id): return try refreshUnread(session, id, writer)
    case .stored(let record): return try update(session, record, writer)
    }
  }

  // MARK: - Saving

  private func create(_ session: Session, _ writer: RecordWriter) throws(Failure) -> CookieAnswer {
    guard !session.isEmpty else { return session.modified ? .delete : .nothing }
    guard session.modified else { return .nothing }
    guard var id = try session.newID() else { return .nothing }
    var isTaken = false
    let record = try writer.create(session.values, change(writer).made(on: nil)) { () throws(Failure) in
      if isTaken { id = try randomID() }
      isTaken = true
      return id
    }
    session.stored(record)
    return try cookie(session, record)
  }

  /// The host asked for nothing: the session lives on, if it is there.
  private func refreshUnread(_ session: Session, _ id: Text, _ writer: RecordWriter) throws(Failure) -> CookieAnswer {
    guard refreshesEachRequest, !session.isPassive else { return .nothing }
    // What a touch has to set, or whether one is due, the record says.
    let readsFirst = times.needLife || !times.touchAlways
    try put(into: session) { () throws(Failure) in readsFirst ? try writer.load(id) : try writer.refresh(id) }
    guard case .stored(let record) = session.place, !session.isEmpty else { return .nothing }
    return readsFirst ? try update(session, record, writer) : try cookie(session, record)
  }

  private func update(_ session: Session, _ record: SeenRecord, _ writer: RecordWriter) throws(Failure) -> CookieAnswer
  {
    if session.isEmpty || session.isPassive, !session.modified { return .nothing }
    var change = change(writer)
    if !session.isEmpty, session.isRenewed || times.isDueForRenewal(record.life, now: session.now) {
      change.renews = true
      let oldID: OldID = session.isRenewed || !times.makeForwards ? .ends : .leadsOn
      return try wrote(
        session,
        writer.move(record, session.changes, change, oldID: oldID) { () throws(Failure) in
          try randomID()
        })
    }
    if session.changes.isEmpty, !session.isEmpty, !change.changes(record.life) {
      return try touch(session, record, writer)
    }
    return try wrote(session, writer.update(record, session.changes, change))
  }

  private func wrote(_ session: Session, _ record: SeenRecord?) throws(Failure) -> CookieAnswer {
    guard let record else {
      session.start(.new)
      return .delete
    }
    session.stored(record)
    return try cookie(session, record)
  }

  private func touch(_ session: Session, _ record: SeenRecord, _ writer: RecordWriter) throws(Failure) -> CookieAnswer {
    let isDue = times.isDueForTouch(record.life, remaining: record.remaining, now: session.now)
    guard session.modified || refreshesEachRequest && isDue || record.id != session.presentedID else { return .nothing }
    guard let touched = try writer.touch(record) else {
      guard session.modified else { return .nothing }
      throw RecordWriter.gone
    }
    session.stored(touched)
    return try cookie(session, touched)
  }

  private func change(_ writer: RecordWriter) -> LifeChange {
    LifeChange(now: writer.call.now, begins: times.needLife)
  }

  /// A cookie leaves only with the answer of a request that has just created, replaced or touched the record.
  private func cookie(_ session: Session, _ record: SeenRecord) throws(Failure) -> CookieAnswer {
    let isRenewed = record.id != session.presentedID
    guard session.modified || isRenewed || (session.isPermanent && refreshesEachRequest) else { return .nothing }
    let time = times.timeToLive(record.life, now: session.now)
    return .set(value: try signed(record.id), expires: session.isPermanent ? session.now.addingClamped(time) : nil)
  }

  // MARK: - Keys, ids, calls

  private func randomID() throws(Failure) -> Text {
    try SessionID.random(idLength)
  }

  private func writer(_ call: Call) -> RecordWriter {
    RecordWriter(
      store: store, format: format, prefix: prefix, times: times, isEmpty: { self.isEmpty($0) }, call: call)
  }

  private func verified(_ cookie: [UInt8]) throws(Failure) -> [UInt8] {
    guard let signer else { return cookie }
    return try cookie.withUnsafeBufferPointer { cookie throws(Failure) in Array(try signer.verify(cookie)) }
  }

  private func signed(_ id: Text) throws(Failure) -> [UInt8] {
    guard let signer else { return id.bytes }
    return try [UInt8](unsafeUninitializedCapacity: id.count + signer.overhead) { output, count throws(Failure) in
      guard let start = output.baseAddress else { return }
      _ = output.initialize(from: id.bytes)
      try signer.sign(start, count: id.count)
      count = id.count + signer.overhead
    }
  }

  private static func signer(_ settings: Settings) throws(Failure) -> Signer? {
    guard settings.flag(.useSigner) ?? false else { return nil }
    let ring = KeyRing(settings)
    guard !ring.isEmpty else {
      throw Failure(
        .config, "SESSION_USE_SIGNER is on and SECRET_KEY is not set; set it to something unique and secret.")
    }
    return try Signer(ring, salt: Array("flask-session".utf8), derivation: .hmac)
  }

  // MARK: - Upkeep

  func prepare(now: Int64) throws(Failure) {
    try store.prepare(limit.call(now: now))
  }

  func ping(now: Int64) throws(Failure) {
    try store.ping(limit.call(now: now))
  }

  func sweep(limit count: Int, now: Int64) throws(Failure) -> Bool {
    try store.sweep(limit: count, limit.call(now: now))
  }
}
