// SPDX-License-Identifier: Apache-2.0
internal import Cookies
internal import Keys
internal import Records
internal import Settings
internal import Stores
internal import Support
internal import Values

/// Flask's rules for the session that lives in its cookie (`SecureCookieSessionInterface`, Flask 3.1.3).
final class ClientSidePolicy: SessionPolicy {
  private let signer: TimedSigner?
  private let lifetime: Int64
  private let refreshesEachRequest: Bool
  /// Nil where sessions cannot be tied to a user.
  let revocation: Revocation?

  /// - Parameter signer: nil where there is no key.
  private init(_ settings: Settings, _ signer: TimedSigner?, _ revocation: Revocation?) {
    self.signer = signer
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
    let ring = KeyRing(settings)
    guard !ring.isEmpty else { return ClientSidePolicy(settings, nil, revocation) }
    let signer = try Signer(ring, salt: Array("cookie-session".utf8), derivation: .hmac)
    return ClientSidePolicy(settings, TimedSigner(signer), revocation)
  }

  /// Without a key a session can be read and not written: Flask's null session.
  var isReadOnly: Bool { signer == nil }

  /// Nothing is shared that could be compared: the last cookie wins.
  var isServerSide: Bool { false }

  var hasUsers: Bool { revocation != nil }

  var beginning: Map { Map() }

  func cleared(_ values: Map) -> Map { Map() }

  func isEmpty(_ values: Map) -> Bool { values.isEmpty }

  func open(_ cookie: [UInt8], into session: Session) throws(Failure) {
    guard let signer else { return }
    let payload = try cookie.withUnsafeBufferPointer { cookie throws(Failure) in
      // The age is checked for every cookie, also for those that end with the browser.
      try signer.unpack(cookie, now: session.now, maxAge: lifetime, limit: ClientSidePolicy.largestPayload)
    }
    try session.fill(payload, .flask)
  }

  func newID() throws(Failure) -> Text? { nil }

  func save(_ session: Session) throws(Failure) -> CookieAnswer {
    guard let signer else { return .nothing }
    try leave(session)
    if session.isEmpty {
      return session.modified ? .delete : .nothing
    }
    let refreshes = refreshesEachRequest && !session.isPassive
    guard session.modified || (session.isPermanent && refreshes) else { return .nothing }
    guard try holds(session) else {
      guard session.modified else { return .nothing }
      throw RecordWriter.gone
    }
    // Nothing is written for a cookie that is too large for any life.
    if hasUsers, session.isRenewed { _ = try value(session, nil, signer) }
    let life = try life(session)
    let value = try value(session, life, signer)
    session.signed(life)
    return .set(value: value, expires: session.isPermanent ? session.now.addingClamped(lifetime) : nil)
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

  private func value(
    _ session: Session, _ life: SessionLife?, _ signer: TimedSigner
  ) throws(Failure) -> [UInt8] {
    let payload = try payload(session, life)
    guard payload.count <= ClientSidePolicy.largestPayload else {
      throw Failure(.tooLarge, "The session has more than \(ClientSidePolicy.largestPayload) bytes.")
    }
    let value = try signer.pack(payload, now: session.now)
    guard value.count <= CookieHeader.limit else {
      throw Failure(
        .tooLarge, "The session makes a cookie of \(value.count) bytes, which no request would bring back; store less.")
    }
    return value
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

  /// What a session may have as JSON: also the most that a compressed cookie may expand to.
  private static var largestPayload: Int { 1 << 20 }
}
