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
  private let lifetime: Int64
  private let isPermanent: Bool
  private let refreshesEachRequest: Bool
  /// Seconds within which a session that nobody changes is not touched again.
  private let touchInterval: Int64
  private let limit: CallLimit
  private let log: Log

  static func make(
    _ store: any SessionStore, _ settings: Settings, _ log: Log
  ) throws(Failure) -> ServerSidePolicy {
    let policy = ServerSidePolicy(store, settings, log, try signer(settings))
    let longest = policy.prefix.count + Base64URL.encodedCount(policy.idLength)
    guard longest <= StoreLimits.usualKey else {
      throw Failure(
        .config,
        "SESSION_KEY_PREFIX and an id of SESSION_ID_LENGTH make keys of \(longest) bytes; a store takes at most "
          + "\(StoreLimits.usualKey).")
    }
    guard policy.touchInterval < policy.lifetime else {
      throw Failure(
        .config, "SESSION_TOUCH_INTERVAL must be less than PERMANENT_SESSION_LIFETIME, or sessions in use would end.")
    }
    return policy
  }

  private init(_ store: any SessionStore, _ settings: Settings, _ log: Log, _ signer: Signer?) {
    self.store = store
    self.log = log
    self.signer = signer
    format = FlaskSessionRecord(settings.text(.serializationFormat).flatMap { PayloadCodec($0) } ?? .messagePack)
    prefix = settings.text(.keyPrefix) ?? "session:"
    idLength = Int(settings.number(.idLength) ?? 32)
    lifetime = settings.seconds(.lifetime) ?? 31 * 86_400
    isPermanent = settings.flag(.permanent) ?? true
    refreshesEachRequest = settings.flag(.refreshEachRequest) ?? true
    touchInterval = settings.seconds(.touchInterval) ?? 0
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
    guard SessionID.isPlausible(id), prefix.count + id.count <= StoreLimits.usualKey else {
      throw Failure(.malformed, "The cookie is not a session id.")
    }
    session.named(Text(id))
  }

  func load(_ id: Text, into session: Session) throws(Failure) {
    let writer = writer(limit.call(now: session.now))
    try put(id, into: session) { () throws(Failure) in try writer.load(key(id)) }
  }

  private func put(
    _ id: Text, into session: Session, _ read: () throws(Failure) -> SeenRecord?
  ) throws(Failure) {
    do throws(Failure) {
      guard let record = try read() else { return session.start(.notFound) }
      session.stored(id, record)
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
    if let id = session.endedID {
      try store.remove(key(id), call)
      session.forgetEnded()
    }
    switch session.place {
    case .nowhere: return try create(session, call)
    case .named(let id): return try refreshUntouched(session, id, call)
    case .stored(let id, let record): return try update(session, id, record, call)
    }
  }

  // MARK: - Saving

  private func create(_ session: Session, _ call: Call) throws(Failure) -> CookieAnswer {
    guard !session.isEmpty else { return session.modified ? .delete : .nothing }
    guard session.modified else { return .nothing }
    guard var id = try session.newID() else { return .nothing }
    var isTaken = false
    let record = try writer(call).create(session.values) { () throws(Failure) in
      if isTaken { id = try randomID() }
      isTaken = true
      return key(id)
    }
    session.stored(id, record)
    return try cookie(session, id)
  }

  /// The host asked for nothing: the session lives on, if it is there.
  private func refreshUntouched(_ session: Session, _ id: Text, _ call: Call) throws(Failure) -> CookieAnswer {
    guard refreshesEachRequest else { return .nothing }
    guard touchInterval == 0 else {
      try load(id, into: session)
      guard case .stored(_, let record) = session.place else { return .nothing }
      return try update(session, id, record, call)
    }
    try put(id, into: session) { () throws(Failure) in try writer(call).refresh(key(id)) }
    return session.isEmpty ? .nothing : try cookie(session, id)
  }

  private func update(
    _ session: Session, _ id: Text, _ record: SeenRecord, _ call: Call
  ) throws(Failure) -> CookieAnswer {
    if session.isEmpty, !session.modified { return .nothing }
    if session.isRenewed, !session.isEmpty { return try renew(session, id, record, call) }
    guard !session.changes.isEmpty || session.isEmpty else { return try touch(session, id, record, call) }
    guard let written = try writer(call).update(key(id), record, session.changes) else {
      session.start(.new)
      return .delete
    }
    session.stored(id, written)
    return try cookie(session, id)
  }

  private func touch(
    _ session: Session, _ id: Text, _ record: SeenRecord, _ call: Call
  ) throws(Failure) -> CookieAnswer {
    guard session.modified || refreshesEachRequest && isDue(record) else { return .nothing }
    guard try store.touch(key(id), timeToLive: lifetime, call) else {
      guard session.modified else { return .nothing }
      throw RecordWriter.gone
    }
    return try cookie(session, id)
  }

  /// Whether the last touch is an interval ago, by the time that the record had still when it was read.
  private func isDue(_ record: SeenRecord) -> Bool {
    guard touchInterval > 0, let remaining = record.remaining else { return true }
    return remaining <= lifetime - touchInterval
  }

  private func renew(
    _ session: Session, _ id: Text, _ record: SeenRecord, _ call: Call
  ) throws(Failure) -> CookieAnswer {
    var fresh = id
    let moved = try writer(call).move(key(id), record, session.changes) { () throws(Failure) in
      fresh = try randomID()
      return key(fresh)
    }
    session.stored(fresh, moved)
    return try cookie(session, fresh)
  }

  /// A cookie leaves only with the answer of a request that has just created, replaced or touched the record.
  private func cookie(_ session: Session, _ id: Text) throws(Failure) -> CookieAnswer {
    guard session.modified || (session.isPermanent && refreshesEachRequest) else { return .nothing }
    return .set(value: try signed(id), expires: session.isPermanent ? session.now.addingClamped(lifetime) : nil)
  }

  // MARK: - Keys, ids, calls

  private func randomID() throws(Failure) -> Text {
    try SessionID.random(idLength)
  }

  private func key(_ id: Text) -> Text {
    Text(prefix.bytes + id.bytes)
  }

  private func writer(_ call: Call) -> RecordWriter {
    RecordWriter(store: store, format: format, lifetime: lifetime, isEmpty: { self.isEmpty($0) }, call: call)
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
