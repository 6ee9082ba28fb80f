// SPDX-License-Identifier: Apache-2.0
internal import Support

/// The ids of sessions in a store: what is issued, and what is worth asking a store for.
enum SessionID {
  /// A new id: as many random bytes, as base64url; Python's `secrets.token_urlsafe`.
  static func random(_ count: Int) throws(Failure) -> Text {
    Text(Base64URL.encoded(try Random.bytes(count)))
  }

  /// Whether some version of Flask-Session, or we, may have issued it: 8 to 200 characters of `A-Z a-z 0-9 _ -`.
  static func isPlausible(_ id: [UInt8]) -> Bool {
    guard 8...200 ~= id.count else { return false }
    return id.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
  }
}
