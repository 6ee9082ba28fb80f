// SPDX-License-Identifier: Apache-2.0
internal import Cookies
internal import Crypto
internal import Settings
internal import Support
internal import Values

/// The cookies that browsers still send of the time before a migration: Flask's own, which hold the whole session, or ids
/// that were signed and are not any more, or the other way round.
final class FormerCookies: @unchecked Sendable {
  /// From when on they are refused, in seconds since 1970.
  let until: Int64
  /// Reads cookies that hold the session; nil where they held ids.
  private let whole: ClientSidePolicy?
  /// Makes ids of them.
  private let hash: HMAC?
  /// Reads cookies that held ids; nil where they held the session.
  private let ids: CookieForms?

  private init(until: Int64, whole: ClientSidePolicy?, hash: HMAC?, ids: CookieForms?) {
    self.until = until
    self.whole = whole
    self.hash = hash
    self.ids = ids
  }

  /// Nil where cookies stay what they were.
  static func make(_ settings: Settings, _ reporter: Reporter) throws(Failure) -> FormerCookies? {
    guard let old = settings.old, let until = settings.time(.migrateUntil) else { return nil }
    if old.text(.sessionType) == "cookie" {
      guard let key = settings.key else {
        throw Failure(.config, "SESSION_MIGRATE_FROM is 'cookie' and SECRET_KEY, which signed them, is not set.")
      }
      return FormerCookies(
        until: until, whole: try ClientSidePolicy.make(settings, nil, reporter), hash: try HMAC(.sha256, key: key),
        ids: nil)
    }
    guard old.flag(.useSigner) ?? false != settings.flag(.useSigner) ?? false else { return nil }
    return FormerCookies(until: until, whole: nil, hash: nil, ids: try CookieForms.make(old, .id))
  }

  /// Takes a cookie that is none of today's.
  ///
  /// - Throws: EXPIRED, TAMPERED, MALFORMED or TOO_LARGE.
  func open(_ cookie: [UInt8], into session: Session) throws(Failure) {
    if let ids {
      let id = try ids.open(cookie, now: session.now, maxAge: nil).payload
      guard SessionID.isPlausible(id) else { throw ServerSidePolicy.noID }
      return session.named(Text(id), isFormer: true)
    }
    guard let whole, let hash else { throw ServerSidePolicy.noID }
    try whole.open(cookie, into: session)
    // Whether a user's session was ended, only the store of SESSION_REVOCATION knows, which is asked no more.
    if case .signed = session.place { return session.start(.notFound) }
    session.named(try id(cookie, hash), isFormer: true, holding: session.values)
  }

  /// Each request with this cookie comes to the same id, which nobody can tell without the key.
  private func id(_ cookie: [UInt8], _ hash: HMAC) throws(Failure) -> Text {
    let message = Text("swiftsession cookie to store").bytes + [0] + cookie
    let digest = try [UInt8](unsafeUninitializedCapacity: hash.algorithm.count) { output, count throws(Failure) in
      guard let start = output.baseAddress else { return }
      try message.withUnsafeBufferPointer { (message) throws(Failure) in try hash.sign(message, into: start) }
      count = hash.algorithm.count
    }
    return Text(Base64URL.encoded(digest))
  }
}
