// SPDX-License-Identifier: Apache-2.0
internal import Settings
internal import Support

/// A file of keys: a key a line, `name not-before not-after purpose base64`, and at most one line `revoked-before time`.
///
/// A time that says `-` is none. Empty lines and lines that begin with # say nothing. No message holds anything of a
/// line.
struct KeyFile {
  /// The setting that named the file.
  let setting: SettingName

  init(_ setting: SettingName) {
    self.setting = setting
  }

  private typealias Field = UnsafeBufferPointer<UInt8>

  /// Adds all keys of the file, or none.
  func read(_ content: Secret, into ring: inout KeyRing) throws(Failure) {
    var read = ring
    var number = 1
    var failure: Failure?
    content.withBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty, failure == nil {
        let line = rest.prefix { $0 != 0x0A }
        do throws(Failure) {
          try take(KeyFile.fields(line), into: &read)
        } catch {
          failure = error
          return
        }
        rest = rest[line.endIndex...].dropFirst()
        number += 1
      }
    }
    if let failure { throw Failure(.config, "\(setting.text), line \(number): \(failure.message)") }
    ring = read
  }

  /// What stands in a line between its spaces, at most six.
  private static func fields(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> [Field] {
    var fields: [Field] = []
    var rest = line
    while fields.count < 6 {
      rest = rest.drop { isSpace($0) }
      let field = rest.prefix { !isSpace($0) }
      guard !field.isEmpty else { break }
      fields.append(Field(rebasing: field))
      rest = rest[field.endIndex...]
    }
    return fields
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

  private func take(_ fields: [Field], into ring: inout KeyRing) throws(Failure) {
    guard let first = fields.first, first.first != UInt8(ascii: "#") else { return }
    if says(first, "revoked-before"), fields.count == 2 {
      guard let time = Timestamp.seconds(fields[1]) else { throw noTime }
      guard ring.revokedBefore == nil else { throw wrong("revoked-before stands in the file already") }
      ring.revokedBefore = time
      return
    }
    guard fields.count == 5 else {
      throw wrong("name, not-before, not-after, purpose and key are expected, with spaces between them")
    }
    let key = try key(fields)
    guard !ring.keys.contains(where: { $0.name == key.name }) else {
      throw wrong("its name stands in the file already; each key needs one of its own")
    }
    guard !ring.keys.contains(where: { !$0.name.isEmpty && same($0.secret, key.secret) }) else {
      throw wrong("its key stands in the file already")
    }
    ring.add(key)
  }

  private func key(_ fields: [Field]) throws(Failure) -> Key {
    guard fields[0].count <= 64, fields[0].allSatisfy({ 0x21...0x7E ~= $0 }) else {
      throw wrong("the name of a key has 1 to 64 visible characters of ASCII")
    }
    let notBefore = try time(fields[1]) ?? .min
    let notAfter = try time(fields[2]) ?? .max
    guard notBefore <= notAfter else { throw wrong("not-after is before not-before") }
    return Key(
      try secret(fields[4]), name: Text(Array(fields[0])),
      validity: Validity(notBefore: notBefore, notAfter: notAfter), purpose: try purpose(fields[3]))
  }

  private func time(_ field: Field) throws(Failure) -> Int64? {
    if says(field, "-") { return nil }
    guard let time = Timestamp.seconds(field) else { throw noTime }
    return time
  }

  private func purpose(_ field: Field) throws(Failure) -> KeyPurpose {
    if says(field, "all") { return .all }
    if says(field, "cookies") { return .cookies }
    if says(field, "records") { return .records }
    throw wrong("the purpose is none of all, cookies and records")
  }

  /// Base64 in either alphabet, with or without its padding.
  private func secret(_ field: Field) throws(Failure) -> Secret {
    let digits = field.prefix { $0 != UInt8(ascii: "=") }
    let padding = field[digits.endIndex...]
    guard padding.isEmpty || field.count % 4 == 0, padding.allSatisfy({ $0 == UInt8(ascii: "=") }),
      let count = Base64URL.decodedCount(digits.count), count <= 1024
    else { throw noKey }
    guard count >= Key.leastForSealing else {
      throw wrong("the key has \(count) bytes; at least \(Key.leastForSealing) random ones are expected")
    }
    let text = try Secret(count: digits.count) { output throws(Failure) in
      for (position, digit) in digits.enumerated() {
        output[position] = digit == UInt8(ascii: "+") ? 0x2D : digit == UInt8(ascii: "/") ? 0x5F : digit
      }
    }
    return try Secret(count: count) { output throws(Failure) in
      guard text.withBytes({ Base64URL.decode($0, into: output) }) else { throw noKey }
    }
  }

  private func same(_ left: Secret, _ right: Secret) -> Bool {
    left.withBytes { left in right.withBytes { left.elementsEqual($0) } }
  }

  private func says(_ field: Field, _ word: StaticString) -> Bool {
    word.withUTF8Buffer { field.elementsEqual($0) }
  }

  private var noTime: Failure {
    wrong("a time is expected, as 2026-01-31T12:00:00Z or in seconds since 1970, or - for none")
  }

  private var noKey: Failure { wrong("the key is not base64") }

  private func wrong(_ message: Message) -> Failure { Failure(.config, message) }
}
