// SPDX-License-Identifier: Apache-2.0
internal import Cookies
internal import Keys
internal import Settings
internal import Support

/// How the value of a session's cookie is made and read, with the keys of one moment.
///
/// There is one form, and no other is ever read but the one that SESSION_COOKIE_FORMAT_FALLBACK names, until its time.
final class CookieForms: Sendable {
  /// Nil where there is no key.
  private let form: CookieForm?
  private let fallback: CookieForm?
  private let fallbackUntil: Int64
  private let revokedBefore: Int64?
  /// Whether signed cookies of an older key are left as they are, as Flask leaves those of SECRET_KEY_FALLBACKS. With a
  /// file of keys they are made anew, as sealed ones always are.
  private let leavesSigned: Bool
  private let nameCount: Int
  /// The most bytes of a value; nil where only what comes back at all counts, as in Flask.
  let largestValue: Int?

  /// What a cookie holds.
  enum Kind {
    /// The whole session.
    case session
    /// The id of a session in a store.
    case id
  }

  static func make(_ settings: Settings, _ kind: Kind) throws(Failure) -> CookieForms {
    let seals = settings.text(.cookieFormat) == "sealed"
    let ring = seals ? try KeyRing.forSealing(settings) : try KeyRing(settings)
    let form = seals ? try sealed(settings, ring, kind) : try signing(settings, ring, kind)
    var fallback: CookieForm?
    if let word = settings.text(.cookieFormatFallback) {
      fallback = word == "sealed" ? try sealed(settings, ring, kind) : try signing(settings, ring, kind)
      guard seals == (word == "signed") else {
        throw Failure(
          .config, "SESSION_COOKIE_FORMAT and SESSION_COOKIE_FORMAT_FALLBACK are the same; remove the latter.")
      }
    }
    guard settings.isSet(.cookieFormatFallback) == settings.isSet(.cookieFormatFallbackUntil) else {
      throw Failure(
        .config, "Of SESSION_COOKIE_FORMAT_FALLBACK and SESSION_COOKIE_FORMAT_FALLBACK_UNTIL only one is set; set both."
      )
    }
    if ring.revokedBefore != nil, let form, !form.tellsTime {
      throw Failure(
        .unsupported,
        "SESSION_REVOKED_BEFORE needs cookies that tell their time: SESSION_COOKIE_FORMAT has to be sealed, or "
          + "SESSION_TYPE cookie.")
    }
    return CookieForms(settings, form, fallback, ring.revokedBefore, try largestValue(settings, kind, seals))
  }

  private init(
    _ settings: Settings, _ form: CookieForm?, _ fallback: CookieForm?, _ revokedBefore: Int64?,
    _ largestValue: Int?
  ) {
    self.largestValue = largestValue
    self.form = form
    self.fallback = fallback
    self.revokedBefore = revokedBefore
    fallbackUntil = settings.time(.cookieFormatFallbackUntil) ?? .min
    leavesSigned = !CookieForms.hasKeyFile(settings)
    nameCount = CookieForms.name(settings).count
  }

  /// Whether there is no key to make a cookie with.
  var isReadOnly: Bool { form == nil }

  /// - Parameter maxAge: in seconds, of cookies that tell their time; nil for any age.
  /// - Throws: EXPIRED, TAMPERED, MALFORMED or TOO_LARGE.
  func open(_ value: [UInt8], now: Int64, maxAge: Int64?) throws(Failure) -> CookieForm.Opened {
    guard let form else { throw Failure(.tampered, "There is no key to verify the cookie with.") }
    let opened = try opened(value, form, now, maxAge)
    if let revokedBefore {
      // One that does not tell its time cannot say that it was made later.
      guard let issued = opened.issued, issued >= revokedBefore else {
        throw Failure(.expired, "The cookie was made before SESSION_REVOKED_BEFORE.")
      }
    }
    return opened
  }

  private func opened(
    _ value: [UInt8], _ form: CookieForm, _ now: Int64, _ maxAge: Int64?
  ) throws(Failure) -> CookieForm.Opened {
    guard let fallback, now < fallbackUntil else { return try open(value, as: form, now, maxAge) }
    // The sealed form first: it alone is never mistaken for another.
    let (first, second) = form.isSealed ? (form, fallback) : (fallback, form)
    do throws(Failure) {
      var opened = try open(value, as: first, now, maxAge)
      opened.isFresh = opened.isFresh && form.isSealed
      return opened
    } catch {
      guard error.status == .tampered else { throw error }
      var opened = try open(value, as: second, now, maxAge)
      opened.isFresh = opened.isFresh && !form.isSealed
      return opened
    }
  }

  private func open(
    _ value: [UInt8], as form: CookieForm, _ now: Int64, _ maxAge: Int64?
  ) throws(Failure) -> CookieForm.Opened {
    var opened = try form.open(value, now: now, maxAge: maxAge)
    opened.isFresh = opened.isFresh || (leavesSigned && !form.isSealed)
    return opened
  }

  /// The value of a cookie, once it is known to be one that browsers and servers keep.
  func make(_ payload: [UInt8], issued: Int64, now: Int64) throws(Failure) -> [UInt8] {
    guard let form else { throw Failure(.config, "There is no key to make a cookie with.") }
    guard payload.count <= CookieForm.largestPayload else {
      throw Failure(.tooLarge, "The session has more than \(CookieForm.largestPayload) bytes.")
    }
    let value = try form.make(payload, issued: issued, now: now)
    guard value.count <= CookieHeader.limit else {
      throw Failure(
        .tooLarge, "The session makes a cookie of \(value.count) bytes, which no request would bring back; store less.")
    }
    if let largestValue, value.count > largestValue {
      throw Failure(
        .tooLarge,
        "The session makes a cookie of \(nameCount + value.count) bytes with its name; browsers keep "
          + "\(nameCount + largestValue). Store less, or set SESSION_TYPE to a store.")
    }
    return value
  }

  private static func largestValue(_ settings: Settings, _ kind: Kind, _ seals: Bool) throws(Failure) -> Int? {
    let cookies = try CookiePolicy(settings)
    if kind == .session, settings.text(.sessionType) == "auto" {
      let most = settings.number(.autoSize).map { Int($0) - cookies.name.count }
      return min(cookies.largestValue, most ?? .max)
    }
    if cookies.mostPieces > 1 { return cookies.largestValue }
    return seals ? CookiePolicy.browserLimit - cookies.name.count : nil
  }

  private static func name(_ settings: Settings) -> Text { settings.text(.cookieName) ?? "session" }

  private static func hasKeyFile(_ settings: Settings) -> Bool {
    settings.isSet(.keysFile) || settings.isSet(.keysCredential)
  }

  private static func sealed(_ settings: Settings, _ ring: KeyRing, _ kind: Kind) throws(Failure) -> CookieForm {
    let context = SealingContext(
      .cookies, purpose: kind == .session ? "session cookie" : "session id cookie",
      application: settings.text(.application) ?? "", name: name(settings))
    return .sealed(
      try SealedValue(
        ring, context, padding: Int(settings.number(.sealedPadding) ?? 0),
        compresses: settings.flag(.sealedCompression) ?? false))
  }

  /// As Flask and Flask-Session sign. Nil where there is no key for a session.
  private static func signing(_ settings: Settings, _ ring: KeyRing, _ kind: Kind) throws(Failure) -> CookieForm? {
    switch kind {
    case .session:
      guard !ring.newestFirst(for: .cookies).isEmpty else {
        guard hasKeyFile(settings) else { return nil }
        throw Failure(.config, "The file of keys that the settings name has none for cookies; add one.")
      }
      return .timed(TimedSigner(try Signer.make(ring, salt: Array("cookie-session".utf8), derivation: .hmac)))
    case .id:
      guard settings.flag(.useSigner) ?? false else { return .plain }
      guard !ring.newestFirst(for: .cookies).isEmpty else {
        throw Failure(
          .config, "SESSION_USE_SIGNER is on and SECRET_KEY is not set; set it to something unique and secret.")
      }
      return .signed(try Signer.make(ring, salt: Array("flask-session".utf8), derivation: .hmac))
    }
  }
}
