// SPDX-License-Identifier: Apache-2.0
package import Support

/// One Set-Cookie line, written as Werkzeug 3.1 writes it.
package struct SetCookie: Sendable {
  package var name: Text
  package var value: [UInt8]
  /// Nil for no Domain; empty for `Domain=`.
  package var domain: Text?
  /// Seconds since 1970-01-01T00:00:00Z.
  package var expires: Int64?
  /// Seconds.
  package var maxAge: Int64?
  package var secure: Bool
  package var httpOnly: Bool
  /// Quoted when it is written, as UTF-8 in percent signs.
  package var path: Text?
  /// `Strict`, `Lax` or `None`.
  package var sameSite: Text?
  /// A partitioned cookie is always a secure one.
  package var partitioned: Bool

  package init(
    name: Text, value: [UInt8], domain: Text? = nil, expires: Int64? = nil, maxAge: Int64? = nil, secure: Bool = false,
    httpOnly: Bool = false, path: Text? = "/", sameSite: Text? = nil, partitioned: Bool = false
  ) {
    (self.name, self.value, self.domain, self.expires, self.maxAge) = (name, value, domain, expires, maxAge)
    (self.secure, self.httpOnly, self.path) = (secure, httpOnly, path)
    (self.sameSite, self.partitioned) = (sameSite, partitioned)
  }

  /// The value of the header.
  package var text: [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(name.count + value.count + 160)
    output.append(contentsOf: name.bytes)
    output.append(UInt8(ascii: "="))
    appendValue(to: &output)
    if let domain { append("; Domain=", domain.bytes, to: &output) }
    if let expires { append("; Expires=", HTTPDate.text(expires), to: &output) }
    if let maxAge { append("; Max-Age=", Array("\(maxAge)".utf8), to: &output) }
    if secure || partitioned { append("; Secure", to: &output) }
    if httpOnly { append("; HttpOnly", to: &output) }
    if let path { append("; Path=", SetCookie.quoted(path: path), to: &output) }
    if let sameSite { append("; SameSite=", sameSite.bytes, to: &output) }
    if partitioned { append("; Partitioned", to: &output) }
    return output
  }

  private func append(_ attribute: StaticString, _ value: [UInt8] = [], to output: inout [UInt8]) {
    attribute.withUTF8Buffer { output.append(contentsOf: $0) }
    output.append(contentsOf: value)
  }

  /// Bare when every byte may stand so; else in quotes, with octal escapes.
  private func appendValue(to output: inout [UInt8]) {
    if isBare {
      output.append(contentsOf: value)
      return
    }
    output.append(UInt8(ascii: "\""))
    for byte in value {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        output.append(UInt8(ascii: "\\"))
        output.append(byte)
      case 0...0x19, UInt8(ascii: ","), UInt8(ascii: ";"), 0x7F...0xFF:
        output.append(UInt8(ascii: "\\"))
        output.append(0x30 + byte >> 6)
        output.append(0x30 + byte >> 3 & 7)
        output.append(0x30 + byte & 7)
      default:
        // 0x1A to 0x1F too, as Werkzeug does.
        output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }

  /// All bytes without a branch for any, so that the compiler makes it several at a time.
  private var isBare: Bool {
    value.withUnsafeBufferPointer { value in
      var escaped: UInt8 = 0
      for byte in value { escaped |= SetCookie.standsBare(byte) ? 0 : 1 }
      return escaped == 0
    }
  }

  private static func standsBare(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: ",") && byte != UInt8(ascii: ";")
      && byte != UInt8(ascii: "\\")
  }

  private static func quoted(path: Text) -> [UInt8] {
    var output: [UInt8] = []
    for byte in path.bytes {
      if standsInPath(byte) {
        output.append(byte)
      } else {
        output.append(UInt8(ascii: "%"))
        output.append(hexadecimalDigit(byte >> 4))
        output.append(hexadecimalDigit(byte & 15))
      }
    }
    return output
  }

  private static func hexadecimalDigit(_ digit: UInt8) -> UInt8 {
    digit < 10 ? 0x30 + digit : 0x37 + digit
  }

  private static func standsInPath(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: safeInPath.withUTF8Buffer { $0.contains(byte) }
    }
  }

  private static var safeInPath: StaticString { "_.-~%!$&'()*+,/:=@" }
}
