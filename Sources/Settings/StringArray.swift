// SPDX-License-Identifier: Apache-2.0
internal import Support

/// A JSON array of strings (RFC 8259): the text form of a setting that is a list.
struct StringArray {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var index = 0

  /// - Returns: the strings as UTF-8, or nil for anything else, a lone surrogate and text that is not UTF-8 included.
  static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> [[UInt8]]? {
    var parser = StringArray(bytes)
    return isUTF8(bytes) ? parser.array() : nil
  }

  private init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  private mutating func array() -> [[UInt8]]? {
    var items: [[UInt8]] = []
    guard take(after: UInt8(ascii: "[")) else { return nil }
    if !take(after: UInt8(ascii: "]")) {
      repeat {
        guard take(after: UInt8(ascii: "\"")), let item = string() else { return nil }
        items.append(item)
      } while take(after: UInt8(ascii: ","))
      guard take(after: UInt8(ascii: "]")) else { return nil }
    }
    skipSpace()
    return index == bytes.count ? items : nil
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { index += 1 }
  }

  private func peek() -> UInt8? {
    index < bytes.count ? bytes[index] : nil
  }

  private mutating func next() -> UInt8? {
    guard index < bytes.count else { return nil }
    index += 1
    return bytes[index - 1]
  }

  /// Skips white space and this byte, when it stands there.
  private mutating func take(after byte: UInt8) -> Bool {
    skipSpace()
    guard peek() == byte else { return false }
    index += 1
    return true
  }

  private mutating func string() -> [UInt8]? {
    var output: [UInt8] = []
    while let byte = next() {
      switch byte {
      case UInt8(ascii: "\""): return output
      case UInt8(ascii: "\\"): guard escape(into: &output) else { return nil }
      case 0..<0x20: return nil
      default: output.append(byte)
      }
    }
    return nil
  }

  private mutating func escape(into output: inout [UInt8]) -> Bool {
    guard let byte = next() else { return false }
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(byte)
    case UInt8(ascii: "b"): output.append(0x08)
    case UInt8(ascii: "f"): output.append(0x0C)
    case UInt8(ascii: "n"): output.append(0x0A)
    case UInt8(ascii: "r"): output.append(0x0D)
    case UInt8(ascii: "t"): output.append(0x09)
    case UInt8(ascii: "u"):
      guard let scalar = scalar() else { return false }
      output.append(contentsOf: Array(String(Character(scalar)).utf8))
    default: return false
    }
    return true
  }

  private mutating func scalar() -> Unicode.Scalar? {
    guard let first = unit() else { return nil }
    guard 0xD800...0xDBFF ~= first else { return Unicode.Scalar(first) }
    guard next() == UInt8(ascii: "\\"), next() == UInt8(ascii: "u"), let second = unit(), 0xDC00...0xDFFF ~= second
    else { return nil }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
  }

  private mutating func unit() -> UInt32? {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next(), let digit = hexadecimalDigit(byte) else { return nil }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }
}

/// What a hexadecimal digit stands for, in either case.
func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
