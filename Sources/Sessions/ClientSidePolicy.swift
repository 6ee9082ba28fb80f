// SPDX-License-Identifier: Apache-2.0
internal import Cookies
internal import Keys
internal import Records
internal import Settings
internal import Support
internal import Values

/// Flask's rules for the session that lives in its cookie (`SecureCookieSessionInterface`, Flask 3.1.3).
final class ClientSidePolicy: SessionPolicy {
  private let signer: TimedSigner?
  private let lifetime: Int64
  private let refreshesEachRequest: Bool

  /// - Parameter signer: nil where there is no key.
  init(_ settings: Settings, _ signer: TimedSigner?) {
    self.signer = signer
    lifetime = settings.seconds(.lifetime) ?? 31 * 86_400
    refreshesEachRequest = settings.flag(.refreshEachRequest) ?? true
  }

  static func make(_ settings: Settings) throws(Failure) -> ClientSidePolicy {
    let ring = KeyRing(settings)
    guard !ring.isEmpty else { return ClientSidePolicy(settings, nil) }
    let signer = try Signer(ring, salt: Array("cookie-session".utf8), derivation: .hmac)
    return ClientSidePolicy(settings, TimedSigner(signer))
  }

  /// Without a key a session can be read and not written: Flask's null session.
  var isReadOnly: Bool { signer == nil }

  /// Nothing is shared that could be compared: the last cookie wins.
  var isServerSide: Bool { false }

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

  func load(_ id: Text, into session: Session) throws(Failure) {}

  func newID() throws(Failure) -> Text? { nil }

  func save(_ session: Session) throws(Failure) -> CookieAnswer {
    guard let signer else { return .nothing }
    if session.isEmpty {
      return session.modified ? .delete : .nothing
    }
    let refreshes = refreshesEachRequest && !session.isPassive
    guard session.modified || (session.isPermanent && refreshes) else { return .nothing }
    let payload = try session.encode(.flask)
    guard payload.count <= ClientSidePolicy.largestPayload else {
      throw Failure(.tooLarge, "The session has more than \(ClientSidePolicy.largestPayload) bytes.")
    }
    let now = session.now
    let value = try signer.pack(payload, now: now)
    guard value.count <= CookieHeader.limit else {
      throw Failure(
        .tooLarge, "The session makes a cookie of \(value.count) bytes, which no request would bring back; store less.")
    }
    return .set(value: value, expires: session.isPermanent ? now.addingClamped(lifetime) : nil)
  }

  func endAll(of user: Text, now: Int64) throws(Failure) { throw SessionManager.noUsers }

  func sessions(of user: Text, current id: Text?, now: Int64) throws(Failure) -> [UserSession] {
    throw SessionManager.noUsers
  }

  func end(_ reference: Text, of user: Text, now: Int64) throws(Failure) -> Bool { throw SessionManager.noUsers }

  func prepare(now: Int64) throws(Failure) {}
  func ping(now: Int64) throws(Failure) {}
  func sweep(limit: Int, now: Int64) throws(Failure) -> Bool { false }

  /// What a session may have as JSON: also the most that a compressed cookie may expand to.
  private static var largestPayload: Int { 1 << 20 }
}
