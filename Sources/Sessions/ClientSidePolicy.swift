// SPDX-License-Identifier: Apache-2.0
internal import Cookies
internal import Records
internal import Settings
internal import Stores
internal import Support
internal import Values

/// Flask's rules for the session that lives in its cookie (`SecureCookieSessionInterface`, Flask 3.1.3).
final class ClientSidePolicy: SessionPolicy {
  private let forms: Replaceable<CookieForms>
  private let lifetime: Int64
  private let refreshesEachRequest: Bool
  /// Nil where sessions cannot be tied to a user.
  let revocation: Revocation?

  private init(_ settings: Settings, _ forms: CookieForms, _ revocation: Revocation?) {
    self.forms = Replaceable(forms)
    self.revocation = revocation
    lifetime = settings.seconds(.lifetime) ?? 31 * 86_400
    refreshesEachRequest = settings.flag(.refreshEachRequest) ?? true
  }

  /// - Parameter store: where users are kept, if anywhere.
  static func make(
    _ settings: Settings, _ store: (any SessionStore)?, _ reporter: Reporter
  ) throws(Failure) -> ClientSidePolicy {
    var revocation: Revocation?
    if let store { revocation = try Revocation(store, settings, reporter) }
    return ClientSidePolicy(settings, try CookieForms.make(settings, .session), revocation)
  }

  /// Without a key a session can be read and not written: Flask's null session.
  var isReadOnly: Bool { forms.object.isReadOnly }

  /// Nothing is shared that could be compared: the last cookie wins.
  var isServerSide: Bool { false }

  var hasUsers: Bool { revocation != nil }

  var beginning: Map { Map() }

  func cleared(_ values: Map) -> Map { Map() }

  func isEmpty(_ values: Map) -> Bool { values.isEmpty }

  func open(_ cookie: [UInt8], into session: Session) throws(Failure) {
    let forms = forms.object
    guard !forms.isReadOnly else { return }
    // The age is checked for every cookie, also for those that end with the browser.
    let opened = try forms.open(cookie, now: session.now, maxAge: lifetime)
    try session.fill(opened.payload, .flask)
    session.came(opened)
  }

  func reloaded(_ settings: Settings) throws(Failure) -> [() -> Void] {
    let forms = try CookieForms.make(settings, .session)
    return [{ self.forms.replace(by: forms) }]
  }

  func newID() throws(Failure) -> Text? { nil }

  func save(_ session: Session) throws(Failure) -> CookieAnswer {
    let forms = forms.object
    guard !forms.isReadOnly else { return .nothing }
    guard let tie = session.leftTie, try holds(tie, now: session.now) else { return try save(session, forms) }
    let answer = try save(session, forms)
    try endAll(of: tie.user, now: session.now)
    session.leftUser()
    return answer
  }

  /// The same where no store has to hear of it, for sessions that have a store when they are large.
  func saveSmall(_ session: Session) throws(Failure) -> CookieAnswer {
    try save(session, forms.object)
  }

  /// The most bytes of a cookie's value.
  var largestValue: Int { forms.object.largestValue ?? .max }

  private func save(_ session: Session, _ forms: CookieForms) throws(Failure) -> CookieAnswer {
    try leave(session)
    if session.isEmpty {
      return session.modified ? .delete : .nothing
    }
    let refreshes = session.modified || (session.isPermanent && refreshesEachRequest && !session.isPassive)
    guard refreshes || session.isStale else { return .nothing }
    guard try holds(session) else {
      guard session.modified else { return .nothing }
      throw RecordWriter.gone
    }
    let now = session.now
    // What is only made with a newer key lives no longer for it.
    let issued = refreshes ? now : session.issued ?? now
    // Nothing is written to the store for a cookie that is too large whatever its life is.
    if hasUsers, session.isRenewed { _ = try forms.make(try payload(session, nil), issued: issued, now: now) }
    let life = try life(session)
    let value = try forms.make(try payload(session, life), issued: issued, now: now)
    session.signed(life)
    return .set(value: value, expires: session.isPermanent ? issued.addingClamped(lifetime) : nil)
  }

  func prepare(now: Int64) throws(Failure) {
    if let revocation { try revocation.store.prepare(revocation.limit.call(now: now)) }
  }

  func ping(now: Int64) throws(Failure) {
    if let revocation { try revocation.store.ping(revocation.limit.call(now: now)) }
  }

  func sweep(limit: Int, now: Int64) throws(Failure) -> Bool {
    guard let revocation else { return false }
    return try revocation.store.sweep(limit: limit, revocation.limit.call(now: now))
  }

  func migrate(_ progress: inout MigrationProgress, limit: Int, now: Int64) throws(Failure) -> Bool {
    throw Failure(.unsupported, "Sessions that live in their cookie are in no store that they could move to.")
  }

  private func payload(_ session: Session, _ life: SessionLife?) throws(Failure) -> [UInt8] {
    guard let life else { return try session.encode(.flask) }
    var values = session.values
    values[SessionLife.key] = life.value
    return try PayloadCodec.flask.encode(values)
  }
}
