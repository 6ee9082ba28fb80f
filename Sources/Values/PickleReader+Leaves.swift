// SPDX-License-Identifier: Apache-2.0
import Support

/// What a pickle holds that is no container: numbers, texts and bytes, behind a size or up to the end of a line.
extension PickleReader {
  mutating func leaf(_ opcode: UInt8) throws(Failure) -> Value {
    switch opcode {
    case 0x4E: return .null  // NONE
    case 0x88: return .bool(true)  // NEWTRUE
    case 0x89: return .bool(false)  // NEWFALSE
    case 0x4B: return .integer(Int64(try byte()))  // BININT1
    case 0x4D: return .integer(Int64(try number(size: 2)))  // BININT2
    case 0x4A: return .integer(Int64(Int32(truncatingIfNeeded: try number(size: 4))))  // BININT
    case 0x8A: return try integer(size: Int(try byte()))  // LONG1
    case 0x8B: return try integer(size: try size(4))  // LONG4
    case 0x49, 0x4C: return try integer(try line(), opcode)  // INT, LONG
    case 0x46: return try double(try line())  // FLOAT
    case 0x47: return .double(Double(bitPattern: try number(size: 8).byteSwapped))  // BINFLOAT
    case 0x42: return .bytes(Array(try take(try size(4))))  // BINBYTES
    case 0x43: return .bytes(Array(try take(try size(1))))  // SHORT_BINBYTES
    case 0x8E, 0x96: return .bytes(Array(try take(try size(8))))  // BINBYTES8, BYTEARRAY8
    case 0x58: return .text(try text(try size(4)))  // BINUNICODE
    case 0x8C: return .text(try text(try size(1)))  // SHORT_BINUNICODE
    case 0x8D: return .text(try text(try size(8)))  // BINUNICODE8
    case 0x54: return .text(try ascii(try size(4)))  // BINSTRING
    case 0x55: return .text(try ascii(try size(1)))  // SHORT_BINSTRING
    case 0x53, 0x56: return .text(try lineOfText(opcode))  // STRING, UNICODE
    // The rest makes objects of classes by other ways (INST, OBJ), asks the program (PERSID, EXT), or is no opcode.
    default: throw malformed("this opcode is not one of plain data")
    }
  }

  // MARK: - Numbers

  private mutating func integer(size: Int) throws(Failure) -> Value {
    guard size <= WideInteger.widest else { throw malformed("an integer is too wide") }
    // To find the digits of a wide integer takes time with the square of its size.
    if size > 8 { try tally(size * size / 64) }
    return WideInteger.value(try take(size))
  }

  /// Decimal digits: of LONG with an `L` behind them, of INT `01` for true and `00` for false.
  private mutating func integer(_ line: UnsafeBufferPointer<UInt8>, _ opcode: UInt8) throws(Failure) -> Value {
    let zero = UInt8(ascii: "0")
    if opcode == 0x49, line.count == 2, line[0] == zero, line[1] == zero || line[1] == zero + 1 {
      return .bool(line[1] == zero + 1)
    }
    let hasMark = opcode == 0x4C && line.last == UInt8(ascii: "L")
    let text = UnsafeBufferPointer(rebasing: line[0..<(line.count - (hasMark ? 1 : 0))])
    let digits = text.dropFirst(text.first == UInt8(ascii: "-") ? 1 : 0)
    guard let first = digits.first, digits.allSatisfy({ $0 &- zero < 10 }), first != zero || digits.count == 1,
      text.count <= Decimal.longest
    else { throw malformed("an integer is due") }
    return Decimal.integer(text)
  }

  private mutating func double(_ line: UnsafeBufferPointer<UInt8>) throws(Failure) -> Value {
    switch Text(Array(line)) {
    case "nan": return .double(.nan)
    case "inf": return .double(.infinity)
    case "-inf": return .double(-.infinity)
    default: break
    }
    // Python's repr of a number is a number of JSON too.
    guard line.count <= 40, let value = try? JSON.decode(Array(line)) else { throw malformed("a number is due") }
    switch value {
    case .double: return value
    case .integer(let integer): return .double(Double(integer))
    default: throw malformed("a number is due")
    }
  }

  func index(_ line: UnsafeBufferPointer<UInt8>) throws(Failure) -> Int {
    var index = 0
    for byte in line {
      let digit = byte &- UInt8(ascii: "0")
      guard digit < 10, index <= limits.count else { throw malformed("a place of the memo is out of range") }
      index = index * 10 + Int(digit)
    }
    guard !line.isEmpty else { throw malformed("a place of the memo is due") }
    return index
  }

  // MARK: - Text

  private mutating func text(_ size: Int) throws(Failure) -> Text {
    let content = try take(size)
    guard isUTF8(content, surrogates: true) else { throw malformed("a text is not UTF-8") }
    return Text(Array(content))
  }

  /// A `str` of Python 2, which is text where it is ASCII.
  private mutating func ascii(_ size: Int) throws(Failure) -> Text {
    let content = try take(size)
    guard content.allSatisfy({ $0 < 0x80 }) else { throw malformed("a text of Python 2 is not ASCII") }
    return Text(Array(content))
  }

  private mutating func lineOfText(_ opcode: UInt8) throws(Failure) -> Text {
    let line = try line()
    guard let text = opcode == 0x56 ? PickleText.unescaped(line) : PickleText.unquoted(line) else {
      throw malformed("a text has an escape that does not exist")
    }
    return text
  }

  // MARK: - Bytes

  mutating func byte() throws(Failure) -> UInt8 {
    guard position < bytes.count else { throw malformed("it ends before its end") }
    defer { position += 1 }
    return bytes[position]
  }

  /// At most eight bytes, the lowest first.
  mutating func number(size: Int) throws(Failure) -> UInt64 {
    var number: UInt64 = 0
    for byte in try take(size).reversed() { number = number << 8 | UInt64(byte) }
    return number
  }

  /// A size in so many bytes. One with its highest bit set is too large, whether or not it has a sign.
  private mutating func size(_ bytes: Int) throws(Failure) -> Int {
    let size = try number(size: bytes)
    guard size <= UInt64(self.bytes.count) else { throw malformed("it ends within a value") }
    return Int(truncatingIfNeeded: size)
  }

  private mutating func take(_ size: Int) throws(Failure) -> UnsafeBufferPointer<UInt8> {
    guard size <= bytes.count - position else { throw malformed("it ends within a value") }
    defer { position += size }
    return UnsafeBufferPointer(rebasing: bytes[position..<(position + size)])
  }

  /// Up to the next line feed, which is taken and is not part of it.
  mutating func line() throws(Failure) -> UnsafeBufferPointer<UInt8> {
    var end = position
    while end < bytes.count, bytes[end] != 0x0A { end += 1 }
    guard end < bytes.count else { throw malformed("it ends within a line") }
    defer { position = end + 1 }
    return UnsafeBufferPointer(rebasing: bytes[position..<end])
  }
}
