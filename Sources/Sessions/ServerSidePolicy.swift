// SPDX-License-Identifier: Apache-2.0
internal import Records
internal import Settings
internal import Stores
internal import Support
internal import Values

/// Flask-Session's rules for the session in a store behind a cookie with an id (Flask-Session 0.8), without its lost
/// updates: nothing is overwritten that was not seen, and nothing is created that was there and is gone.
final class ServerSidePolicy: SessionPolicy {
  let store: any SessionStore
  private let format: FlaskSessionRecord
  private let forms: Replaceable<CookieForms>
  let prefix: Text
  private let idLength: Int
  let times: LifeTimes
  let names: ListedNames
  private let isPermanent: Bool
  /// What browsers still send of the time before a migration.
  private let former: Replaceable<FormerCookies>?
  /// Keeps small sessions in their cookie; nil where all are in the store.
  let small: ClientSidePolicy?
  let refreshesEachRequest: Bool
  let limit: CallLimit
  let userLimit: UserLimit
  private let log: Log
  let reporter: Reporter

  static func make(
    _ store: any SessionStore, _ settings: Settings, _ log: Log, _ reporter: Reporter
  ) throws(Failure) -> ServerSidePolicy {
    let times = try LifeTimes(settings)
    let policy = ServerSidePolicy(
      store, settings, times, log, reporter, try CookieForms.make(settings, .id),
      try FormerCookies.make(settings, reporter), try small(settings, reporter))
    let longest = policy.prefix.count + Base64URL.encodedCount(policy.idLength)
    guard longest <= store.largestKey else {
      throw Failure(
        .config,
        "SESSION_KEY_PREFIX and an id of SESSION_ID_LENGTH make keys of \(longest) bytes; a store takes at most "
          + "\(store.largestKey).")
    }
    return policy
  }

  private init(
    _ store: any SessionStore, _ settings: Settings, _ times: LifeTimes, _ log: Log, _ reporter: Reporter,
    _ forms: CookieForms, _ former: FormerCookies?, _ small: ClientSidePolicy?
  ) {
    self.former = former.map { Replaceable($0) }
    self.small = small
    self.store = store
    self.times = times
    self.log = log
    self.reporter = reporter
    self.forms = Replaceable(forms)
    format = ServerSidePolicy.format(settings)
    prefix = ServerSidePolicy.prefix(settings)
    names = ListedNames(settings)
    idLength = Int(settings.number(.idLength) ?? 32)
    isPermanent = settings.flag(.permanent) ?? (small == nil)
    refreshesEachRequest = settings.flag(.refreshEachRequest) ?? true
    limit = CallLimit(settings)
    userLimit = UserLimit(settings)
  }

  static func format(_ settings: Settings) -> FlaskSessionRecord {
    // What a session may hold does not depend on where it is.
    if settings.text(.sessionType) == "auto" { return FlaskSessionRecord(.flask) }
    return FlaskSessionRecord(settings.text(.serializationFormat).flatMap { PayloadCodec($0) } ?? .messagePack)
  }

  static func prefix(_ settings: Settings) -> Text {
    settings.text(.keyPrefix) ?? "session:"
  }

  var isReadOnly: Bool { false }

  var isServerSide: Bool { true }

  var hasUsers: Bool { true }

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
    do throws(Failure) {
      if try openSmall(cookie, into: session) { return }
      let opened = try forms.object.open(cookie, now: session.now, maxAge: nil)
      guard SessionID.isPlausible(opened.payload), prefix.count + opened.payload.count <= store.largestKey else {
        throw small == nil ? ServerSidePolicy.noID : ServerSidePolicy.neither
      }
      session.named(Text(opened.payload))
      session.came(opened)
    } catch {
      guard let former = former?.object, session.now < former.until else { throw error }
      try former.open(cookie, into: session)
    }
  }

  func reloaded(_ settings: Settings) throws(Failure) -> [() -> Void] {
    let forms = try CookieForms.make(settings, .id)
    var replacements = [{ self.forms.replace(by: forms) }]
    if let former, let reloaded = try FormerCookies.make(settings, reporter) {
      replacements.append { former.replace(by: reloaded) }
    }
    if let small { replacements += try small.reloaded(settings) }
    return replacements
  }

  static var noID: Failure { Failure(.malformed, "The cookie is not a session id.") }

  func load(_ session: Session) throws(Failure) {
    guard case .named(let id) = session.place else { return }
    let writer = writer(limit.call(now: session.now, tellsRemaining: !times.touchAlways))
    let start = Figures.now
    defer { reporter.figures.time(.loadSession, since: start) }
    try put(into: session, writer) { () throws(Failure) in try writer.load(id) }
  }

  func put(
    into session: Session, _ writer: RecordWriter, _ read: () throws(Failure) -> SeenRecord?
  ) throws(Failure) {
    do throws(Failure) {
      var found = try read()
      if found == nil { found = try brought(session, writer) }
      guard let record = found else { return reject(session, .notFound) }
      guard !times.isOver(record.life, now: session.now) else {
        reporter.report(.expired, record)
        return session.start(.expired)
      }
      guard try holds(record, writer.call) else { return reject(session, .notFound) }
      reporter.report(.opened, record)
      if small != nil, record.life?.hasLeft == true { return session.left(record) }
      session.stored(record)
    } catch {
      guard error.status == .malformed || error.status == .tooLarge else { throw error }
      // The record stays: another program, or a later release, may read it.
      log(.warning, "The record of a session cannot be read and counts as none: \(error.message)")
      reject(session, error.status)
    }
  }

  /// Begins a session anew whose cookie names nothing that counts.
  private func reject(_ session: Session, _ reason: Status) {
    reporter.report(.rejected, reason: reason, session: session.presentedID)
    session.start(reason == .notFound ? .notFound : .malformed)
  }

  /// Nil where it may never have one.
  func newID() throws(Failure) -> Text? {
    small == nil ? try randomID() : nil
  }

  // MARK: - Keys, ids, calls

  func randomID() throws(Failure) -> Text {
    try SessionID.random(idLength)
  }

  func writer(_ call: Call) -> RecordWriter {
    RecordWriter(
      store: store, format: format, prefix: prefix, times: times,
      isEmpty: { values, life in life?.tie == nil && self.isEmpty(values) },
      holds: { (record) throws(Failure) in try self.holds(record, call) }, call: call, reporter: reporter)
  }

  func users(_ call: Call) -> UserSessions {
    UserSessions(store: store, prefix: prefix, lifetime: times.unused, names: names, call: call, reporter: reporter)
  }

  /// Whether the user of a record, if there is one, still has it among the sessions that count.
  func holds(_ record: SeenRecord, _ call: Call) throws(Failure) -> Bool {
    guard let tie = record.life?.tie else { return true }
    return try users(call).holds(tie, of: record.id)
  }

  func cookie(_ id: Text, _ now: Int64) throws(Failure) -> [UInt8] {
    try forms.object.make(id.bytes, issued: now, now: now)
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
