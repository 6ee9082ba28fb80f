// SPDX-License-Identifier: Apache-2.0
internal import Cookies
internal import Crypto
internal import Keys
internal import Settings
internal import Support
internal import Values

/// The tokens that prove a form to be one of this site's own (CSRF), to the byte as Flask-WTF 1.3 makes them: the
/// session keeps a secret, and a form brings it back signed with the time.
final class FormTokens: @unchecked Sendable {
  /// Nil where there is no key.
  private let signer: TimedSigner?

  private init(_ signer: TimedSigner?) {
    self.signer = signer
  }

  static func make(_ settings: Settings) throws(Failure) -> FormTokens {
    var ring = try KeyRing(settings)
    if let key = settings.secret(.formTokenKey) {
      ring = KeyRing()
      ring.add(key)
    }
    return FormTokens(ring.isEmpty ? nil : TimedSigner(try Signer.make(ring, salt: Array("wtf-csrf-token".utf8))))
  }

  /// What the session keeps under `key`: 40 hexadecimal digits.
  static func secret() throws(Failure) -> Text {
    Text(Hexadecimal.encoded(try Random.bytes(20)))
  }

  static var key: Text { "csrf_token" }

  func token(of secret: Text, now: Int64) throws(Failure) -> [UInt8] {
    try usableSigner().pack(try JSON.encode(.text(secret)), now: now)
  }

  /// - Throws: TAMPERED for a token of another session too, EXPIRED, MALFORMED.
  func check(
    _ token: UnsafeBufferPointer<UInt8>, of secret: Text, now: Int64, maxAge: Int64?
  ) throws(Failure) {
    guard !token.isEmpty else {
      throw Failure(.malformed, "There is no token; the form has to bring back the one that it was given.")
    }
    let payload = try usableSigner().unpack(token, now: now, maxAge: maxAge, limit: 1 << 20)
    guard case .text(let given) = try JSON.decode(payload) else {
      throw Failure(.malformed, "The token is signed but does not hold text.")
    }
    guard given.count == secret.count, constantTimeEqual(given.bytes, secret.bytes, count: secret.count) else {
      throw Failure(.tampered, "The token is one of another session, or from before the login.")
    }
  }

  private func usableSigner() throws(Failure) -> TimedSigner {
    guard let signer else {
      throw Failure(.config, "The tokens of forms are signed, and there is no key: set SECRET_KEY.")
    }
    return signer
  }
}
