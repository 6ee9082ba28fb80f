// SPDX-License-Identifier: Apache-2.0
internal import Support

/// A decimal number as settings have it: `[-]digits[.digits]`, with no zero before other digits.
struct SettingNumber {
  /// The part before the point; what is after it is cut off, as Python's `int()` does.
  let whole: Int64
  /// The number times a thousand; what is below is cut off.
  let thousandths: Int64
  let isNegative: Bool
  /// Whether there was no point.
  let isWhole: Bool

  /// Nil for any other text, for more than twelve digits before the point and for more than 40 bytes in all.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count <= 40 else { return nil }
    var text = bytes[...]
    isNegative = text.first == UInt8(ascii: "-")
    if isNegative { text = text.dropFirst() }
    let point = text.firstIndex(of: UInt8(ascii: "."))
    isWhole = point == nil
    let integer = text[..<(point ?? text.endIndex)]
    guard 1...12 ~= integer.count, integer.count == 1 || integer.first != UInt8(ascii: "0"),
      let units = SettingNumber.digits(integer)
    else { return nil }
    var fraction: Int64 = 0
    if let point {
      let decimals = text[(point + 1)...]
      let kept = decimals.prefix(3)
      guard !kept.isEmpty, let digits = SettingNumber.digits(kept), decimals.allSatisfy(SettingNumber.isDigit)
      else { return nil }
      fraction = digits
      for _ in kept.count..<3 { fraction *= 10 }
    }
    whole = isNegative ? -units : units
    thousandths = isNegative ? -(units * 1000 + fraction) : units * 1000 + fraction
  }

  /// - Parameter text: at most twelve bytes, so that nothing overflows.
  private static func digits(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
    text.allSatisfy(isDigit) ? text.reduce(0) { $0 * 10 + Int64($1 & 15) } : nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
}
