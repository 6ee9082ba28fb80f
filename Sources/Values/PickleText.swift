// SPDX-License-Identifier: Apache-2.0
import Support

/// The lines of protocol 0 that hold text.
enum PickleText {
  /// Reads Python's `raw-unicode-escape`: Latin-1, with `\uXXXX` and `\UXXXXXXXX`. Nil for an escape that is none.
  static func unescaped(_ line: UnsafeBufferPointer<UInt8>) -> Text? {
    var text: [UInt8] = []
    text.reserveCapacity(line.count)
    var index = 0
    while index < line.count {
      let byte = line[index]
      index += 1
      guard byte == UInt8(ascii: "\\"), index < line.count else {
        append(UInt32(byte), to: &text)
        continue
      }
      let kind = line[index]
      index += 1
      guard kind == UInt8(ascii: "u") || kind == UInt8(ascii: "U") else {
        text.append(byte)
        append(UInt32(kind), to: &text)
        continue
      }
      guard let point = number(line, at: index, digits: kind == UInt8(ascii: "u") ? 4 : 8), point <= 0x10FFFF else {
        return nil
      }
      index += kind == UInt8(ascii: "u") ? 4 : 8
      append(point, to: &text)
    }
    return Text(text)
  }

  /// Writes `raw-unicode-escape` as pickle does, with the escapes without which a line would end or be misread.
  static func escape(_ text: Text, into output: inout [UInt8]) {
    var rest = text.bytes[...]
    while let point = nextPoint(&rest) {
      switch point {
      case 0x00, 0x0A, 0x0D, 0x1A, 0x5C: appendEscape("u", point, digits: 4, to: &output)
      case ...0xFF: output.append(UInt8(truncatingIfNeeded: point))
      case ...0xFFFF: appendEscape("u", point, digits: 4, to: &output)
      default: appendEscape("U", point, digits: 8, to: &output)
      }
    }
  }

  /// Reads a `str` of Python 2 as its `repr`. Nil for what is none, and for one that is not ASCII, which was no text.
  static func unquoted(_ line: UnsafeBufferPointer<UInt8>) -> Text? {
    guard line.count >= 2, let quote = line.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
      line.last == quote
    else { return nil }
    var text: [UInt8] = []
    var index = 1
    while index < line.count - 1 {
      var byte = line[index]
      index += 1
      if byte == quote { return nil }
      if byte == UInt8(ascii: "\\") {
        guard index < line.count - 1 else { return nil }
        let kind = line[index]
        index += 1
        if kind == UInt8(ascii: "x") {
          guard index + 2 < line.count, let value = number(line, at: index, digits: 2) else { return nil }
          byte = UInt8(truncatingIfNeeded: value)
          index += 2
        } else {
          guard let value = simpleEscape(kind) else { return nil }
          byte = value
        }
      }
      guard byte < 0x80 else { return nil }
      text.append(byte)
    }
    return Text(text)
  }

  /// The bytes whose Latin-1 a text is. Nil where it is none.
  static func latin1(_ text: Text) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var rest = text.bytes[...]
    while let point = nextPoint(&rest) {
      guard point <= 0xFF else { return nil }
      bytes.append(UInt8(truncatingIfNeeded: point))
    }
    return bytes
  }

  /// The text whose Latin-1 some bytes are.
  static func ofLatin1(_ bytes: [UInt8]) -> Text {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    for byte in bytes { append(UInt32(byte), to: &text) }
    return Text(text)
  }

  private static func simpleEscape(_ kind: UInt8) -> UInt8? {
    switch kind {
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): kind
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }

  private static func number(_ line: UnsafeBufferPointer<UInt8>, at start: Int, digits: Int) -> UInt32? {
    guard line.count - start >= digits else { return nil }
    var number: UInt32 = 0
    for index in start..<(start + digits) {
      guard let digit = Hexadecimal.value(line[index]) else { return nil }
      number = number << 4 | UInt32(digit)
    }
    return number
  }

  /// UTF-8; a surrogate as its three bytes.
  private static func append(_ point: UInt32, to text: inout [UInt8]) {
    let last = UInt8(truncatingIfNeeded: point & 0x3F) | 0x80
    switch point {
    case ...0x7F: text.append(UInt8(truncatingIfNeeded: point))
    case ...0x7FF: text.append(contentsOf: [UInt8(truncatingIfNeeded: point >> 6) | 0xC0, last])
    case ...0xFFFF:
      let middle = UInt8(truncatingIfNeeded: point >> 6 & 0x3F) | 0x80
      text.append(contentsOf: [UInt8(truncatingIfNeeded: point >> 12) | 0xE0, middle, last])
    default:
      let second = UInt8(truncatingIfNeeded: point >> 12 & 0x3F) | 0x80
      let third = UInt8(truncatingIfNeeded: point >> 6 & 0x3F) | 0x80
      text.append(contentsOf: [UInt8(truncatingIfNeeded: point >> 18) | 0xF0, second, third, last])
    }
  }

  /// The next code point of UTF-8 whose form is right; one that is cut off is what there is of it.
  private static func nextPoint(_ rest: inout ArraySlice<UInt8>) -> UInt32? {
    guard let lead = rest.popFirst() else { return nil }
    let more = lead < 0xC0 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3
    guard more > 0 else { return UInt32(lead) }
    var point = UInt32(lead) & (0x3F >> UInt32(more))
    for _ in 0..<more {
      guard let byte = rest.popFirst() else { break }
      point = point << 6 | UInt32(byte & 0x3F)
    }
    return point
  }

  private static func appendEscape(_ kind: Unicode.Scalar, _ point: UInt32, digits: Int, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\\"))
    output.append(UInt8(ascii: kind))
    for index in (0..<digits).reversed() {
      output.append(Hexadecimal.digit(UInt8(truncatingIfNeeded: point >> UInt32(index * 4) & 15)))
    }
  }
}
