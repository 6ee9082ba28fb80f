// SPDX-License-Identifier: Apache-2.0
internal import Crypto
package import Support

/// One of a user's sessions, as it is shown to this user.
package struct UserSession {
  /// Names the session in a list and ends it; no id can be made of it.
  package let reference: Text
  /// Seconds since 1970.
  package let created: Int64
  /// Seconds since 1970; nil where the store does not tell.
  package let lastSeen: Int64?
  package let label: Text
  /// Whether it is the session that the list was asked for with.
  package let isCurrent: Bool

  static func reference(_ id: Text) throws(Failure) -> Text {
    Text(Base64URL.encoded(Array(try DigestAlgorithm.sha256.digest(id.bytes).prefix(16))))
  }
}
