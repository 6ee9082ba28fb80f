// SPDX-License-Identifier: Apache-2.0
package import Support
package import Values

// MARK: - Tokens of forms

extension Session {
  /// The token for the forms of this session; the secret that it is made of is made where it is missing.
  ///
  /// - Throws: CONFIG without a key, WRONG_TYPE where something else has the secret's place.
  package func formToken() throws(Failure) -> [UInt8] {
    if let secret = try value(FormTokens.key) { return try manager.formTokens.token(of: try secret.text, now: now) }
    let secret = try FormTokens.secret()
    let token = try manager.formTokens.token(of: secret, now: now)
    _ = try setIfAbsent(FormTokens.key, .text(secret))
    return token
  }

  /// - Parameter maxAge: in seconds; nil for any age.
  /// - Throws: NOT_FOUND where the session gave no token, TAMPERED, EXPIRED, MALFORMED.
  package func checkFormToken(_ token: UnsafeBufferPointer<UInt8>, maxAge: Int64?) throws(Failure) {
    guard let secret = try value(FormTokens.key) else {
      throw Failure(.notFound, "The session has given no token to a form; it may have expired, or be a new one.")
    }
    try manager.formTokens.check(token, of: try secret.text, now: now, maxAge: maxAge)
  }
}

// MARK: - Messages for the next page

extension Session {
  /// Appends a message for the next page, as Flask keeps them: a tuple of its category and itself.
  package func flash(_ category: Text, _ message: Text) throws(Failure) {
    try append(Session.flashesKey, .tuple([.text(category), .text(message)]))
  }

  /// Takes all messages out, the oldest first: a category, its message, the next category ... What is no message of
  /// Flask's goes too.
  ///
  /// - Throws: WRONG_TYPE.
  package func takeFlashes() throws(Failure) -> [Value] {
    var flashes: [Value] = []
    for item in try takeItems(Session.flashesKey) {
      switch item {
      case .tuple(let parts), .array(let parts):
        if parts.count == 2, case .text = parts[0] { flashes += parts }
      default: break
      }
    }
    return flashes
  }

  private static var flashesKey: Text { "_flashes" }
}
