// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import Support

/// Checks the bytes that were given for one setting and makes its value of them.
///
/// Messages hold no value but a word that was none of the words allowed: anything else may be a secret in a wrong
/// place.
struct SettingReader {
  let name: SettingName

  func value(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> SettingValue {
    guard bytes.count <= 1 << 20 else { throw wrong("has more than 1 MiB") }
    switch name.kind {
    case .text: return .text(try text(bytes))
    case .header: return .text(try header(bytes))
    case .path: return .text(try path(bytes))
    case .connection: return .connection(try ConnectionURL(bytes, of: name))
    case .servers: return .connection(try ConnectionURL(servers: bytes, of: name))
    case .secret, .secretFile, .credential: return .secrets([try item(bytes)])
    case .secrets, .secretFiles: return .secrets(try secrets(bytes))
    case .flag: return .flag(try flag(bytes))
    case .number(let range): return .number(try number(bytes, range))
    case .mode: return .number(try mode(bytes))
    case .seconds(let range): return .seconds(try seconds(bytes, range))
    case .milliseconds(let range): return .milliseconds(try milliseconds(bytes, range))
    case .time: return .time(try time(bytes))
    case .choice(let words): return .text(try choice(bytes, words))
    case .ignored: return .ignored
    case .refused(let status, let advice):
      throw Failure(status, "\(name.text) cannot be set here; \(advice)")
    }
  }

  /// One item of a list.
  func listed(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> HeldSecret {
    switch name.kind {
    case .secrets, .secretFiles: return try item(bytes)
    default: throw wrong("is not a list and takes one value")
    }
  }

  /// The same, with what is from files read from them again.
  func again(_ secrets: [HeldSecret]) throws(Failure) -> [HeldSecret] {
    var again: [HeldSecret] = []
    for held in secrets {
      guard let file = held.file else {
        again.append(held)
        continue
      }
      again.append(try item(file.bytes))
    }
    return again
  }

  @inline(never)
  private func item(_ bytes: [UInt8]) throws(Failure) -> HeldSecret {
    let made = bytes.withUnsafeBufferPointer { (bytes) -> Result<HeldSecret, Failure> in
      Result { () throws(Failure) -> HeldSecret in try item(bytes) }
    }
    return try made.get()
  }

  private func item(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> HeldSecret {
    switch name.kind {
    case .secretFile, .secretFiles:
      let path = try path(bytes)
      return HeldSecret(secret: try secret(inFile: path), file: path)
    case .credential:
      return HeldSecret(secret: try secret(inFile: try credential(bytes)), file: Text(Array(bytes)))
    default:
      return HeldSecret(secret: try secret(bytes), file: nil)
    }
  }

  private func wrong(_ what: Message) -> Failure {
    Failure(.config, "\(name.text) \(what)")
  }

  private func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> Text {
    guard isUTF8(bytes) else { throw wrong("is not UTF-8 text") }
    for byte in bytes where byte < 0x20 || byte == 0x7F {
      throw wrong("has a control character; only printable text is expected")
    }
    return Text(Array(bytes))
  }

  private func header(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> Text {
    guard let first = bytes.first, let last = bytes.last, first != 0x20, last != 0x20,
      bytes.allSatisfy({ 0x20...0x7E ~= $0 })
    else { throw wrong("is not the value of a header: visible ASCII is expected, with spaces only within it") }
    return Text(Array(bytes))
  }

  private func path(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> Text {
    guard !bytes.isEmpty else { throw wrong("is empty; a path is expected") }
    return try text(bytes)
  }

  private func secret(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> Secret {
    guard !bytes.isEmpty else { throw wrong("holds an empty key; at least 32 random bytes are expected") }
    return Secret(bytes)
  }

  private func secrets(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> [HeldSecret] {
    guard var items = StringArray.parse(bytes) else {
      throw wrong("is a list; a JSON array of strings is expected")
    }
    defer { wipe(&items) }
    var secrets: [HeldSecret] = []
    for position in items.indices {
      secrets.append(try item(items[position]))
    }
    return secrets
  }

  private func wipe(_ items: inout [[UInt8]]) {
    for position in items.indices {
      items[position].withUnsafeMutableBufferPointer { csupport_wipe($0.baseAddress, $0.count) }
    }
  }

  /// Where systemd put a credential (systemd.exec(5), LoadCredential=).
  private func credential(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> Text {
    let name = try path(bytes)
    guard name.count <= 255, name != ".", name != "..", !name.bytes.contains(UInt8(ascii: "/")) else {
      throw wrong("is not the name of a credential of systemd")
    }
    guard let folder = csupport_environment_value("CREDENTIALS_DIRECTORY") else {
      throw wrong("names a credential, and systemd gave this process none; see LoadCredential= in systemd.exec(5)")
    }
    let length = strlen(folder)
    let path = folder.withMemoryRebound(to: UInt8.self, capacity: length) {
      Array(UnsafeBufferPointer(start: $0, count: length))
    }
    return Text(path + [UInt8(ascii: "/")] + name.bytes)
  }

  private func secret(inFile path: Text) throws(Failure) -> Secret {
    // No message has the path: a key that was given for it is the mistake to be made here.
    let content = File.read(path, limit: 64 << 10) { (bytes) -> Secret? in bytes.isEmpty ? nil : Secret(bytes) }
    switch content {
    case .success(.some(let secret)): return secret
    case .success(.none): throw wrong("names an empty file; \(expectedFile)")
    case .failure(let failure):
      let expected = expectedFile
      throw Failure(
        .config, "\(name.text) names no file that can be read (\(failure.message)); \(expected)", native: failure.native
      )
    }
  }

  private var expectedFile: StaticString {
    switch name.kind {
    case .credential: "the name of a credential that systemd gave this process is expected"
    default:
      name == .keysFile
        ? "the path of a file of keys is expected, as docs/formats.md has it"
        : "the path of a file with the bytes of the key is expected"
    }
  }

  private func time(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> Int64 {
    guard let time = Timestamp.seconds(bytes) else {
      throw wrong("is not a time such as 2026-01-31T12:00:00Z, nor in seconds since 1970")
    }
    return time
  }

  private func flag(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> Bool {
    if equal(bytes, "true") || equal(bytes, "1") { return true }
    if equal(bytes, "false") || equal(bytes, "0") { return false }
    throw wrong("is neither true nor false (1 and 0 are the same)")
  }

  private func number(_ bytes: UnsafeBufferPointer<UInt8>, _ range: ClosedRange<Int64>) throws(Failure) -> Int64 {
    guard let number = SettingNumber(bytes), number.isWhole, range ~= number.whole else {
      throw wrong("is not a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number.whole
  }

  private func mode(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> Int64 {
    if let mode = octal(bytes) { return mode }
    guard let number = SettingNumber(bytes), number.isWhole, 0...0o777 ~= number.whole else {
      throw wrong("is not a file mode: 0o600, or the same as a decimal number, 384")
    }
    return number.whole
  }

  private func octal(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard 3...5 ~= bytes.count, bytes[0] == UInt8(ascii: "0"), uppercase(bytes[1]) == UInt8(ascii: "O") else {
      return nil
    }
    var mode: Int64 = 0
    for byte in bytes[2...] {
      guard 0x30...0x37 ~= byte else { return nil }
      mode = mode << 3 | Int64(byte & 7)
    }
    return mode
  }

  private func seconds(_ bytes: UnsafeBufferPointer<UInt8>, _ range: ClosedRange<Int64>) throws(Failure) -> Int64 {
    guard let number = SettingNumber(bytes), range ~= number.whole, !number.isNegative else {
      throw wrong("is not a number of seconds from \(range.lowerBound) to \(range.upperBound)")
    }
    return number.whole
  }

  private func milliseconds(_ bytes: UnsafeBufferPointer<UInt8>, _ range: ClosedRange<Int64>) throws(Failure) -> Int64 {
    guard let number = SettingNumber(bytes), range ~= number.thousandths, !number.isNegative else {
      let least: StaticString = range.lowerBound == 0 ? "0" : "0.001"
      throw wrong("is not a number of seconds from \(least) to \(range.upperBound / 1000)")
    }
    return number.thousandths
  }

  private func choice(_ bytes: UnsafeBufferPointer<UInt8>, _ words: [SettingWord]) throws(Failure) -> Text {
    for word in words where equal(bytes, word.text) {
      if let refusal = word.refusal {
        throw Failure(refusal.status, "\(name.text) \(word.text) cannot be used; \(refusal.advice)")
      }
      return Text(stringLiteral: word.meaning)
    }
    let proposed = words.filter { $0.isProposed }.map { $0.text }
    var list = ""
    for word in proposed { list = (list.utf8.isEmpty ? "\(word)" : "\(list), \(word)" as Message).text }
    let nearest = nearest(to: Array(bytes), of: proposed)
    let advice: Message = if let nearest { "; the nearest is \(nearest)" } else { "" }
    throw wrong("\(shown(bytes))\(advice); one of these is expected: \(list)")
  }

  /// A word as a message may show it. What is no word at all may be a URL with its password.
  private func shown(_ bytes: UnsafeBufferPointer<UInt8>) -> Message {
    for byte in bytes where byte != UInt8(ascii: "-") && !(0x30...0x39 ~= byte) && !(0x41...0x5A ~= uppercase(byte)) {
      return "is none of its words"
    }
    return 1...20 ~= bytes.count ? "is \"\(String(decoding: bytes, as: UTF8.self))\"" : "is none of its words"
  }
}

/// Whether bytes are this word, ASCII letters being equal in either case.
private func equal(_ bytes: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
  let word = Text(stringLiteral: word).bytes
  guard bytes.count == word.count else { return false }
  for index in word.indices where uppercase(bytes[index]) != uppercase(word[index]) { return false }
  return true
}
