// SPDX-License-Identifier: Apache-2.0
internal import Support

/// Takes a URL apart for `ConnectionURL`. No message holds anything of the URL: any of it may be part of a password.
struct ConnectionURLParser {
  typealias Bytes = ArraySlice<UInt8>

  /// The pieces between the signs that part them, still in percent signs.
  struct Parts {
    var scheme: Bytes
    var credentials: Bytes?
    var hosts: Bytes
    var path: Bytes
    var query: Bytes?
  }

  let setting: SettingName

  func split(_ url: [UInt8]) throws(Failure) -> Parts {
    guard url.count <= 8192 else { throw wrong("it has more than 8 KiB") }
    guard let colon = url.firstIndex(of: UInt8(ascii: ":")), url[colon...].starts(with: [0x3A, 0x2F, 0x2F]) else {
      throw wrong("scheme://host/... is expected")
    }
    let rest = url[(colon + 3)...]
    guard !rest.contains(UInt8(ascii: "#")) else { throw wrong("write # as %23") }
    let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
    let at = rest[..<end].lastIndex(of: UInt8(ascii: "@"))
    let credentials = at.map { rest[..<$0] }
    // A raw / or ? in a password ends the authority early, and what stands before it would pass for a host.
    guard credentials?.contains(UInt8(ascii: "@")) != true, rest.startIndex == end || !rest[end...].contains(0x40)
    else {
      throw wrong("more than one @, or one behind a / or ?: write those of a user, password or path as %40 %2F %3F")
    }
    let mark = rest[end...].firstIndex(of: UInt8(ascii: "?"))
    return Parts(
      scheme: url[..<colon], credentials: credentials, hosts: rest[(at.map { $0 + 1 } ?? rest.startIndex)..<end],
      path: rest[end..<(mark ?? rest.endIndex)], query: mark.map { rest[($0 + 1)...] })
  }

  func scheme(_ bytes: Bytes) throws(Failure) -> (Text, Text?) {
    let plus = bytes.firstIndex(of: UInt8(ascii: "+"))
    let scheme = bytes[..<(plus ?? bytes.endIndex)]
    let driver = plus.map { bytes[($0 + 1)...] }
    guard isWord(scheme), driver.map(isWord) ?? true else {
      throw wrong("it does not begin with a scheme such as redis:// or mysql+pymysql://")
    }
    return (Text(scheme.map(lowercase)), driver.map { Text($0.map(lowercase)) })
  }

  func credentials(_ bytes: Bytes?) throws(Failure) -> (Text?, Secret?) {
    guard let bytes else { return (nil, nil) }
    let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
    let user = try decoded(bytes[..<(colon ?? bytes.endIndex)])
    guard let colon else { return (user.isEmpty ? nil : user, nil) }
    let password = try decoded(bytes[(colon + 1)...])
    return (user.isEmpty ? nil : user, password.bytes.withUnsafeBufferPointer { Secret($0) })
  }

  func hosts(_ bytes: Bytes) throws(Failure) -> [ConnectionHost] {
    guard !bytes.isEmpty else { return [] }
    let items = bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard items.count <= 64 else { throw wrong("it names more than 64 hosts") }
    var hosts: [ConnectionHost] = []
    for item in items { hosts.append(try host(item)) }
    return hosts
  }

  private func host(_ bytes: Bytes) throws(Failure) -> ConnectionHost {
    var name = bytes
    var port: Bytes?
    let close = bytes.first == UInt8(ascii: "[") ? bytes.firstIndex(of: UInt8(ascii: "]")) : nil
    if let close {
      name = bytes[(bytes.startIndex + 1)..<close]
      let rest = bytes[(close + 1)...]
      guard rest.isEmpty || rest.first == UInt8(ascii: ":"), isIPv6(name) else { throw wrong("a host is wrong") }
      port = rest.isEmpty ? nil : rest.dropFirst()
    } else if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
      (name, port) = (bytes[..<colon], bytes[(colon + 1)...])
    }
    let decoded = try decoded(name)
    guard !decoded.isEmpty, close != nil || !decoded.bytes.contains(where: isWrongInHost) else {
      throw wrong("a host is wrong; an IPv6 address stands in [ ]")
    }
    guard let port else { return ConnectionHost(name: decoded, port: nil) }
    return ConnectionHost(name: decoded, port: try self.port(port))
  }

  private func port(_ bytes: Bytes) throws(Failure) -> UInt16 {
    var port = 0
    for byte in bytes {
      guard bytes.count <= 5, 0x30...0x39 ~= byte else { port = 0; break }
      port = port * 10 + Int(byte & 15)
    }
    guard 1...65_535 ~= port else {
      throw wrong("a port is no number from 1 to 65535; write a : of a password as %3A, a / as %2F")
    }
    return UInt16(port)
  }

  func query(_ bytes: Bytes?) throws(Failure) -> [(name: Text, value: Text)] {
    guard let bytes, !bytes.isEmpty else { return [] }
    let items = bytes.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
    guard items.count <= 64 else { throw wrong("it has more than 64 parameters") }
    var query: [(name: Text, value: Text)] = []
    for item in items {
      let item = item.map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }[...]
      guard let equals = item.firstIndex(of: UInt8(ascii: "=")), equals > item.startIndex else {
        throw wrong("name=value is expected behind its ? and between its &")
      }
      query.append((try decoded(item[..<equals]), try decoded(item[(equals + 1)...])))
    }
    return query
  }

  /// Puts the bytes in the place of their percent signs.
  func decoded(_ bytes: Bytes) throws(Failure) -> Text {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var rest = bytes
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        output.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(hexadecimalDigit), let low = rest.popFirst().flatMap(hexadecimalDigit)
      else { throw wrong("a % is not followed by two hexadecimal digits; write % itself as %25") }
      output.append(high << 4 | low)
    }
    guard isUTF8(output), !output.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
      throw wrong("a %xx stands for a control character or is not UTF-8")
    }
    return Text(output)
  }

  private func wrong(_ what: StaticString) -> Failure {
    Failure(.config, "\(setting.text) is not a URL that can be used: \(what)")
  }

  /// A letter, then letters, digits and `. - _`.
  private func isWord(_ bytes: Bytes) -> Bool {
    guard let first = bytes.first, 0x61...0x7A ~= lowercase(first) else { return false }
    return bytes.allSatisfy { byte in
      switch lowercase(byte) {
      case 0x61...0x7A, 0x30...0x39, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
      default: false
      }
    }
  }

  /// What it looks like; the resolver knows whether it is an address. A zone follows `%25`.
  private func isIPv6(_ bytes: Bytes) -> Bool {
    let address = bytes.prefix { $0 != UInt8(ascii: "%") }
    return address.contains(UInt8(ascii: ":"))
      && address.allSatisfy { hexadecimalDigit($0) != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
  }

  private func isWrongInHost(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "@"), UInt8(ascii: ":"), UInt8(ascii: ","): true
    default: false
    }
  }

  private func lowercase(_ byte: UInt8) -> UInt8 {
    0x41...0x5A ~= byte ? byte + 0x20 : byte
  }
}
