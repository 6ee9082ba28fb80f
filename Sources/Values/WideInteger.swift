// SPDX-License-Identifier: Apache-2.0
import Support

/// Integers of any width as pickle has them: two's complement, the lowest byte first.
enum WideInteger {
  /// The bytes of the widest integer that is read, which has `Decimal.longest` digits.
  static var widest: Int { 1_786 }

  static func value(_ bytes: UnsafeBufferPointer<UInt8>) -> Value {
    guard let last = bytes.last else { return .integer(0) }
    let isNegative = last >= 0x80
    if bytes.count <= 8 {
      var number: UInt64 = isNegative ? .max : 0
      for byte in bytes.reversed() { number = number << 8 | UInt64(byte) }
      return .integer(Int64(bitPattern: number))
    }
    var digits = decimal(magnitude(bytes, isNegative: isNegative))
    if isNegative { digits.insert(UInt8(ascii: "-"), at: 0) }
    // What fits into 64 bits after all is found there.
    return digits.withUnsafeBufferPointer { Decimal.integer($0) }
  }

  /// The fewest bytes of an optional minus and decimal digits.
  static func bytes(of text: Text) -> [UInt8] {
    let isNegative = text.bytes.first == UInt8(ascii: "-")
    var words: [UInt32] = []
    for digit in text.bytes.dropFirst(isNegative ? 1 : 0) {
      var carry = UInt64(digit &- UInt8(ascii: "0"))
      for index in words.indices {
        let sum = UInt64(words[index]) * 10 + carry
        words[index] = UInt32(truncatingIfNeeded: sum)
        carry = sum >> 32
      }
      if carry > 0 { words.append(UInt32(truncatingIfNeeded: carry)) }
    }
    return bytes(words, isNegative: isNegative)
  }

  /// The fewest bytes of an integer of 64 bits.
  static func bytes(of integer: Int64) -> [UInt8] {
    let magnitude = integer.magnitude
    return bytes(
      [UInt32(truncatingIfNeeded: magnitude), UInt32(truncatingIfNeeded: magnitude >> 32)],
      isNegative: integer < 0)
  }

  static func bytes(of integer: UInt64) -> [UInt8] {
    bytes([UInt32(truncatingIfNeeded: integer), UInt32(truncatingIfNeeded: integer >> 32)], isNegative: false)
  }

  private static func bytes(_ words: [UInt32], isNegative: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    for word in words {
      for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(shift))) }
    }
    bytes.append(0)
    if isNegative { negate(&bytes) }
    let filler: UInt8 = isNegative ? 0xFF : 0
    while bytes.count > 1, bytes[bytes.count - 1] == filler, (bytes[bytes.count - 2] >= 0x80) == isNegative {
      bytes.removeLast()
    }
    return bytes
  }

  private static func magnitude(_ bytes: UnsafeBufferPointer<UInt8>, isNegative: Bool) -> [UInt32] {
    var magnitude = Array(bytes)
    if isNegative { negate(&magnitude) }
    var words: [UInt32] = []
    for index in magnitude.indices {
      if index % 4 == 0 { words.append(0) }
      words[index / 4] |= UInt32(magnitude[index]) << UInt32(index % 4 * 8)
    }
    return words
  }

  private static func negate(_ bytes: inout [UInt8]) {
    var carry = true
    for index in bytes.indices {
      let flipped = ~bytes[index]
      bytes[index] = carry ? flipped &+ 1 : flipped
      carry = carry && flipped == 0xFF
    }
  }

  /// Without leading zeros.
  private static func decimal(_ magnitude: [UInt32]) -> [UInt8] {
    var words = magnitude
    var reversed: [UInt8] = []
    while let highest = words.last {
      if highest == 0 {
        words.removeLast()
        continue
      }
      var rest: UInt64 = 0
      for index in words.indices.reversed() {
        let dividend = rest << 32 | UInt64(words[index])
        words[index] = UInt32(truncatingIfNeeded: dividend / 1_000_000_000)
        rest = dividend % 1_000_000_000
      }
      for _ in 0..<9 {
        reversed.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
        rest /= 10
      }
    }
    while reversed.last == UInt8(ascii: "0") { reversed.removeLast() }
    return reversed.isEmpty ? [UInt8(ascii: "0")] : reversed.reversed()
  }
}
