// SPDX-License-Identifier: Apache-2.0
internal import Support

/// A decimal number as settings have it: `[-]digits[.digits]`, with no zero before other digits.
struct Decimal {
  /// The part before the point; what is after it is cut off, as Python's `int()` does.
  let whole: Int64
  /// The number times a thousand; what is below is cut off.
  let thousandths: Int64
  let isNegative: Bool
  /// Whether there was no point.
  let isWhole: Bool

  /// Nil for any other text, and for more than twelve digits before the point.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    var text = bytes[...]
    isNegative = text.first == UInt8(ascii: "-")
    if isNegative { text = text.dropFirst() }
    let point = text.firstIndex(of: UInt8(ascii: "."))
    isWhole = point == nil
    let integer = text[..<(point ?? text.endIndex)]
    guard 1...12 ~= integer.count, integer.count == 1 || integer.first != UInt8(ascii: "0"),
      let units = Decimal.digits(integer)
    else { return nil }
    var fraction: Int64 = 0
    if let point {
      let decimals = text[(point + 1)...]
      guard 1...12 ~= decimals.count, let digits = Decimal.digits(decimals) else { return nil }
      fraction = digits
      for _ in 0..<max(decimals.count - 3, 0) { fraction /= 10 }
      for _ in 0..<max(3 - decimals.count, 0) { fraction *= 10 }
    }
    whole = isNegative ? -units : units
    thousandths = isNegative ? -(units * 1000 + fraction) : units * 1000 + fraction
  }

  private static func digits(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
    var number: Int64 = 0
    for byte in text {
      guard 0x30...0x39 ~= byte else { return nil }
      number = number * 10 + Int64(byte & 15)
    }
    return number
  }
}
