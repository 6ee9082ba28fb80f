// SPDX-License-Identifier: Apache-2.0
package import Settings
package import Support

/// The name and the attributes of an application's session cookie, from SESSION_COOKIE_* and what they lean on.
package struct CookiePolicy: Sendable {
  package let name: Text
  package let domain: Text?
  package let path: Text
  package let httpOnly: Bool
  package let secure: Bool
  package let sameSite: Text?
  package let partitioned: Bool
  /// How long a Set-Cookie line may be before it is worth a warning; 0 is any length.
  package let maximumSize: Int64
  /// Into how many pieces a value is cut at most; 1 where it never is.
  package let mostPieces: Int

  /// CONFIG when no cookie, or none that browsers keep, could have this name and these attributes.
  package init(_ settings: Settings) throws(Failure) {
    name = try CookiePolicy.checked(name: settings.text(.cookieName) ?? "session")
    domain = try CookiePolicy.checked(domain: settings.text(.cookieDomain))
    path = CookiePolicy.path(settings)
    httpOnly = settings.flag(.cookieHTTPOnly) ?? true
    partitioned = settings.flag(.cookiePartitioned) ?? false
    secure = partitioned || settings.flag(.cookieSecure) ?? false
    sameSite = settings.text(.cookieSameSite)
    maximumSize = settings.number(.maximumCookieSize) ?? 4093
    mostPieces = Int(settings.number(.cookieChunks) ?? 1)
    try checkPrefix()
    guard mostPieces == 1 || pieceRoom >= CookiePolicy.leastRoom else {
      throw Failure(
        .config,
        "SESSION_COOKIE_CHUNKS: MAX_COOKIE_SIZE leaves \(pieceRoom) bytes of a piece beside its attributes; at least "
          + "\(CookiePolicy.leastRoom) are expected.")
    }
  }

  /// The line that sets the cookie.
  ///
  /// - Parameter expires: seconds since 1970-01-01T00:00:00Z, or nil for a cookie that ends with the browser.
  package func cookie(value: [UInt8], expires: Int64?) -> SetCookie {
    SetCookie(
      name: name, value: value, domain: domain, expires: expires, secure: secure, httpOnly: httpOnly, path: path,
      sameSite: sameSite, partitioned: partitioned)
  }

  /// The bytes of name and value that browsers keep (RFC 6265bis, section 5.6).
  package static var browserLimit: Int { 4096 }

  private static var leastRoom: Int { 256 }

  /// The bytes of a value that stand in one line within what every browser keeps.
  private var pieceRoom: Int {
    let limit = maximumSize == 0 ? CookiePolicy.browserLimit : min(CookiePolicy.browserLimit, Int(maximumSize))
    return limit - cookie(value: [], expires: 0).text.count - 2
  }

  /// The most bytes of a value that browsers keep of it.
  package var largestValue: Int {
    mostPieces == 1 ? pieceRoom : mostPieces * pieceRoom - CookiePieces.leadCount
  }

  /// The lines that set the cookie, in pieces where it is large, and that delete the pieces which are left of a larger one.
  ///
  /// - Parameter pieces: those that the browser has; then those that it may have afterwards.
  package func lines(value: [UInt8], expires: Int64?, _ pieces: inout CookiePieces) -> [[UInt8]] {
    let room = mostPieces > 1 ? pieceRoom : .max
    guard value.count > room else {
      return [cookie(value: value, expires: expires).text] + deletions(from: 1, pieces)
    }
    let count = (value.count + CookiePieces.leadCount + room - 1) / room
    let value = CookiePieces.lead(count) + value
    var lines: [[UInt8]] = []
    for number in 0..<count {
      let end = min(value.count, (number + 1) * room)
      lines.append(text(number, cookie(value: Array(value[number * room..<end]), expires: expires)))
      if number > 0 { pieces.insert(number) }
    }
    return lines + deletions(from: count, pieces)
  }

  /// The lines that delete the pieces that the browser has, from this one on.
  package func deletions(from first: Int, _ pieces: CookiePieces) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    for number in first..<CookiePieces.most where number == 0 || pieces.contains(number) {
      lines.append(text(number, deletion()))
    }
    return lines
  }

  private func text(_ number: Int, _ cookie: SetCookie) -> [UInt8] {
    var cookie = cookie
    if number > 0 { cookie.name = CookiePieces.name(number, of: name) }
    return cookie.text
  }

  /// The line that deletes the cookie: browsers want the attributes that it was set with.
  package func deletion() -> SetCookie {
    var cookie = cookie(value: [], expires: 0)
    cookie.maxAge = 0
    return cookie
  }

  /// An empty path counts as none.
  private static func path(_ settings: Settings) -> Text {
    if let path = settings.text(.cookiePath), !path.isEmpty { return path }
    if let root = settings.text(.applicationRoot), !root.isEmpty { return root }
    return "/"
  }

  private static func checked(name: Text) throws(Failure) -> Text {
    guard !name.isEmpty else {
      throw Failure(.config, "SESSION_COOKIE_NAME is empty; a name such as session is expected")
    }
    for byte in name.bytes {
      switch byte {
      case 0...0x20, 0x7F, UInt8(ascii: "="), UInt8(ascii: ";"), UInt8(ascii: ","), UInt8(ascii: "\""):
        throw Failure(
          .config, "SESSION_COOKIE_NAME has a space, a control character or one of = ; , \", which no cookie's name has"
        )
      default: break
      }
    }
    return name
  }

  /// Cuts a port and leading dots, as Flask 2.3 and later do.
  private static func checked(domain: Text?) throws(Failure) -> Text? {
    guard let domain else { return nil }
    let host = Array(domain.bytes.prefix { $0 != UInt8(ascii: ":") }.drop { $0 == UInt8(ascii: ".") })
    guard host.allSatisfy({ $0 < 0x80 }) else {
      throw Failure(.config, "SESSION_COOKIE_DOMAIN is not ASCII; give it in its IDNA form, which begins with xn--")
    }
    var label = 0
    for (index, byte) in host.enumerated() {
      label = byte == UInt8(ascii: ".") ? 0 : label + 1
      let isEmptyLabel = byte == UInt8(ascii: ".") && index > 0 && host[index - 1] == byte
      guard label <= 63, !isEmptyLabel, standsInDomain(byte) else {
        throw Failure(.config, "SESSION_COOKIE_DOMAIN is not a domain name such as example.com")
      }
    }
    return Text(host)
  }

  private static func standsInDomain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// Browsers drop a cookie whose name promises what its attributes do not hold (RFC 6265bis, section 4.1.3).
  private func checkPrefix() throws(Failure) {
    if begins(with: "__Secure-"), !secure {
      throw Failure(.config, "SESSION_COOKIE_NAME begins with __Secure-; SESSION_COOKIE_SECURE has to be true")
    }
    if begins(with: "__Host-"), !secure || domain != nil || path != "/" {
      throw Failure(
        .config,
        "SESSION_COOKIE_NAME begins with __Host-; SESSION_COOKIE_SECURE has to be true, the path /, and no domain set")
    }
  }

  /// Browsers compare these prefixes without case.
  private func begins(with prefix: StaticString) -> Bool {
    let prefix = Text(stringLiteral: prefix).bytes
    guard name.count >= prefix.count else { return false }
    for (byte, expected) in zip(name.bytes, prefix) where byte | 0x20 != expected | 0x20 { return false }
    return true
  }
}
