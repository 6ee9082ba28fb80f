// SPDX-License-Identifier: Apache-2.0
package import Support

/// The cookies of a request's Cookie header, read as Werkzeug 3.1 reads them.
///
/// A piece is `name`, `name=value` or `name="value"` up to the next `;`, with spaces and tabs around each part.
/// Anything else is no cookie and is passed over up to the next `;`.
package struct CookieHeader {
  /// What is read of a header: no server of today lets more through.
  package static var limit: Int { 64 << 10 }

  private let bytes: UnsafeBufferPointer<UInt8>
  /// A piece that the limit cuts is not a shorter cookie.
  private let isCut: Bool
  private var index = 0

  /// - Parameter bytes: the value of the header, which must outlive this.
  package init(_ bytes: UnsafeBufferPointer<UInt8>) {
    isCut = bytes.count > CookieHeader.limit
    self.bytes = UnsafeBufferPointer(rebasing: bytes.prefix(CookieHeader.limit))
  }

  /// The value of the first cookie of this name. A quoted value comes without its quotes and escapes, and so may hold
  /// any byte at all.
  package func value(of name: Text) -> [UInt8]? {
    var reader = self
    while let cookie = reader.next() {
      let found = bytes[cookie.name]
      if found.count == name.count, found.elementsEqual(name.bytes) { return unquoted(cookie.value) }
    }
    return nil
  }

  /// The value of a cookie that may have been cut, and what else of it the request brought.
  ///
  /// One of which not all pieces are there, or that says it has more than are made, is its first piece, which verifies as
  /// nothing.
  package func value(of cookies: CookiePolicy) -> (value: [UInt8]?, pieces: CookiePieces) {
    guard cookies.mostPieces > 1 else { return (value(of: cookies.name), CookiePieces()) }
    var values = [Range<Int>?](repeating: nil, count: CookiePieces.most)
    var reader = self
    while let cookie = reader.next() {
      guard let number = CookiePieces.number(UnsafeBufferPointer(rebasing: bytes[cookie.name]), of: cookies.name),
        values[number] == nil
      else { continue }
      values[number] = cookie.value
    }
    var pieces = CookiePieces()
    for number in 1..<values.count where values[number] != nil { pieces.insert(number) }
    guard let first = values[0].map({ unquoted($0) }) else { return (nil, pieces) }
    guard let count = CookiePieces.count(first), count <= cookies.mostPieces else { return (first, pieces) }
    var value = Array(first[CookiePieces.leadCount...])
    for range in values[1..<count] {
      guard let range else { return (first, pieces) }
      value += unquoted(range)
    }
    return (value, pieces)
  }

  /// The next cookie of the header.
  private mutating func next() -> (name: Range<Int>, value: Range<Int>)? {
    while index < bytes.count {
      let start = index
      if let cookie = cookie() { return cookie }
      // From its start: a quote that does not end hides nothing of what follows the next semicolon.
      index = start
      skipPiece()
    }
    return nil
  }

  /// Reads one piece and its end; nil, and anywhere within it, when it is no cookie.
  private mutating func cookie() -> (name: Range<Int>, value: Range<Int>)? {
    skipSpace()
    let name = token(without: UInt8(ascii: "="))
    guard !name.isEmpty else { return nil }
    skipSpace()
    var value = index..<index
    if take(UInt8(ascii: "=")) {
      skipSpace()
      guard let found = peek() == UInt8(ascii: "\"") ? quoted() : token(without: nil) else { return nil }
      value = found
      skipSpace()
    }
    return take(UInt8(ascii: ";")) || (index == bytes.count && !isCut) ? (name, value) : nil
  }

  /// As many bytes as are neither space, tab, quote or semicolon nor this one.
  private mutating func token(without other: UInt8?) -> Range<Int> {
    let start = index
    skipPlain()
    while let byte = peek(), byte != 0x20, byte != 0x09, byte != UInt8(ascii: "\""), byte != UInt8(ascii: ";"),
      byte != other
    {
      index += 1
    }
    return start..<index
  }

  /// Goes over bytes eight at a time while no eight of them have one that may end a token: none up to the quote, no
  /// semicolon, no equals sign.
  private mutating func skipPlain() {
    let raw = UnsafeRawBufferPointer(bytes)
    while bytes.count - index >= 8 {
      let eight = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      let ends = hasByte(below: 0x23, eight) | hasByte(below: 1, eight ^ 0x3B3B_3B3B_3B3B_3B3B)
      guard (ends | hasByte(below: 1, eight ^ 0x3D3D_3D3D_3D3D_3D3D)) & 0x8080_8080_8080_8080 == 0 else { return }
      index += 8
    }
  }

  /// Sets the highest bit of some byte where one of the eight is less than `limit`, which is at most 128.
  private func hasByte(below limit: UInt64, _ eight: UInt64) -> UInt64 {
    (eight &- 0x0101_0101_0101_0101 &* limit) & ~eight
  }

  /// The range of a quoted value with its quotes, or nil when it does not end.
  private mutating func quoted() -> Range<Int>? {
    let start = index
    index += 1
    while let byte = peek() {
      index += 1
      if byte == UInt8(ascii: "\"") { return start..<index }
      if byte == UInt8(ascii: "\\") {
        guard let escaped = peek(), escaped != 0x0A else { return nil }
        index += 1
      }
    }
    return nil
  }

  private func unquoted(_ range: Range<Int>) -> [UInt8] {
    let value = UnsafeBufferPointer(rebasing: bytes[range])
    guard value.first == UInt8(ascii: "\"") else { return Array(value) }
    var output: [UInt8] = []
    output.reserveCapacity(value.count)
    var position = 1
    while position < value.count - 1 {
      guard value[position] == UInt8(ascii: "\\") else {
        output.append(value[position])
        position += 1
        continue
      }
      // A backslash is never the last byte before the closing quote: `quoted` went over it and what it escapes.
      if position + 3 < value.count - 1, let byte = octal(value[position + 1], value[position + 2], value[position + 3])
      {
        output.append(byte)
        position += 4
      } else {
        output.append(value[position + 1])
        position += 2
      }
    }
    return output
  }

  private func octal(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt8? {
    guard 0x30...0x33 ~= first, 0x30...0x37 ~= second, 0x30...0x37 ~= third else { return nil }
    return (first & 3) << 6 | (second & 7) << 3 | third & 7
  }

  private mutating func skipPiece() {
    while let byte = peek() {
      index += 1
      if byte == UInt8(ascii: ";") { return }
    }
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x09 { index += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    index += 1
    return true
  }

  private func peek() -> UInt8? {
    index < bytes.count ? bytes[index] : nil
  }
}
