// SPDX-License-Identifier: Apache-2.0
import Support

/// Writes the pieces of JSON that are not containers.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  private let dialect: JSONDialect
  private var count = 0

  init(_ dialect: JSONDialect) {
    self.dialect = dialect
    bytes.reserveCapacity(256)
  }

  /// What was written, when the reader would take it again.
  func finished() throws(Failure) -> [UInt8] {
    let limits = Limits()
    guard bytes.count <= limits.size, count <= limits.count else {
      throw Failure(
        .tooLarge,
        "the value takes \(bytes.count) bytes of JSON and \(count) values; at most \(limits.size) and \(limits.count) are written"
      )
    }
    return bytes
  }

  /// Counts a value or a key.
  mutating func tally() {
    count += 1
  }

  /// - Parameter depth: of a container that is about to be written.
  func check(_ depth: Int) throws(Failure) {
    guard depth <= Limits().depth else {
      throw Failure(.tooLarge, "the value nests deeper than \(Limits().depth) levels of JSON")
    }
  }

  mutating func byte(_ byte: UInt8) {
    bytes.append(byte)
  }

  mutating func raw(_ literal: StaticString) {
    literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  mutating func raw(_ text: [UInt8]) {
    bytes.append(contentsOf: text)
  }

  mutating func integer(_ integer: Int64) {
    Decimal.append(integer, to: &bytes)
  }

  mutating func unsigned(_ integer: UInt64) {
    Decimal.append(integer, to: &bytes)
  }

  /// What JSON cannot hold is written by Python's names for it, and as null by msgspec.
  mutating func double(_ double: Double) {
    if dialect == .msgspec, !double.isFinite {
      raw("null")
    } else {
      Decimal.append(double, dialect, to: &bytes)
    }
  }

  /// Between quotes, what is known to need no escapes.
  mutating func plain(_ text: [UInt8]) {
    byte(UInt8(ascii: "\""))
    raw(text)
    byte(UInt8(ascii: "\""))
  }

  /// Between quotes, with escapes: in Flask's form all but ASCII too.
  mutating func string(_ text: [UInt8]) throws(Failure) {
    byte(UInt8(ascii: "\""))
    let isSound = text.withUnsafeBufferPointer { string($0) }
    guard isSound else {
      throw Failure(.malformed, "a text is not UTF-8, so JSON cannot hold it: encode it, or set it as bytes")
    }
    byte(UInt8(ascii: "\""))
  }

  private mutating func string(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var index = 0
    var isChecked = false
    while true {
      let end = endOfPlainRun(text, from: index)
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[index..<end]))
      index = end
      guard index < text.count else { return true }
      if text[index] < 0x7F {
        escape(text[index])
        index += 1
        continue
      }
      if !isChecked {
        isChecked = true
        guard isUTF8(text, surrogates: dialect == .flask) else { return false }
      }
      var last = index
      while last < text.count, text[last] >= 0x7F { last += 1 }
      let run = UnsafeBufferPointer(rebasing: text[index..<last])
      if dialect == .flask {
        escapeAll(run)
      } else {
        bytes.append(contentsOf: run)
      }
      index = last
    }
  }

  /// A byte below 0x7F.
  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): raw("\\\"")
    case UInt8(ascii: "\\"): raw("\\\\")
    case 0x08: raw("\\b")
    case 0x09: raw("\\t")
    case 0x0A: raw("\\n")
    case 0x0C: raw("\\f")
    case 0x0D: raw("\\r")
    default: escape(unit: UInt32(byte))
    }
  }

  /// UTF-8 without the characters below 0x7F, checked before.
  private mutating func escapeAll(_ text: UnsafeBufferPointer<UInt8>) {
    bytes.reserveCapacity(bytes.count + text.count * 6)
    var index = 0
    while index < text.count {
      let lead = text[index]
      let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
      var scalar = UInt32(length == 1 ? lead : lead & (0xFF >> UInt8(length + 1)))
      for offset in 1..<max(length, 1) where index + offset < text.count {
        scalar = scalar << 6 | UInt32(text[index + offset] & 0x3F)
      }
      index += length
      if scalar < 0x10000 {
        escape(unit: scalar)
      } else {
        escape(unit: 0xD800 + (scalar - 0x10000) >> 10)
        escape(unit: 0xDC00 + scalar & 0x3FF)
      }
    }
  }

  /// `\uXXXX`.
  private mutating func escape(unit: UInt32) {
    raw("\\u")
    for shift: UInt32 in [12, 8, 4, 0] {
      bytes.append(Hexadecimal.digit(UInt8(unit >> shift & 15)))
    }
  }
}
