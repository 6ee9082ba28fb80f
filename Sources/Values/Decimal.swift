// SPDX-License-Identifier: Apache-2.0
internal import CSupport
import Support

/// Numbers in base 10, as JSON and Python write them.
enum Decimal {
  /// The longest number that is read: Python reads integers of at most as many digits.
  static var longest: Int { 4300 }

  /// - Parameter text: an optional minus and digits without leading zeros. `-0` is 0, as in Python.
  static func integer(_ text: UnsafeBufferPointer<UInt8>) -> Value {
    guard let first = text.first else { return .integer(0) }
    let isNegative = first == UInt8(ascii: "-")
    var magnitude: UInt64 = 0
    for byte in text.dropFirst(isNegative ? 1 : 0) {
      let (product, tooWide) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, stillTooWide) = product.addingReportingOverflow(UInt64(byte &- UInt8(ascii: "0")))
      if tooWide || stillTooWide { return .wide(Text(Array(text))) }
      magnitude = sum
    }
    if magnitude <= UInt64(Int64.max) {
      return .integer(isNegative ? -Int64(magnitude) : Int64(magnitude))
    }
    guard isNegative else { return .unsigned(magnitude) }
    return magnitude == Int64.min.magnitude ? .integer(.min) : .wide(Text(Array(text)))
  }

  /// - Parameter text: a number by JSON's grammar; too large ones are infinite.
  static func double(_ text: UnsafeBufferPointer<UInt8>) -> Double {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: text.count + 1) { terminated in
      for index in 0..<text.count { terminated[index] = CChar(bitPattern: text[index]) }
      terminated[text.count] = 0
      guard let base = terminated.baseAddress else { return 0 }
      return csupport_double(base)
    }
  }

  static func append(_ integer: Int64, to output: inout [UInt8]) {
    if integer < 0 { output.append(UInt8(ascii: "-")) }
    append(integer.magnitude, to: &output)
  }

  static func append(_ integer: UInt64, to output: inout [UInt8]) {
    guard integer >= 10 else {
      output.append(UInt8(ascii: "0") + UInt8(integer))
      return
    }
    // UInt64.max has 20 digits.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var rest = integer
      var start = digits.count
      while rest > 0, start > 0 {
        start -= 1
        digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      }
      output.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
    }
  }

  /// Python's `repr`, or msgspec's form of the same digits; infinities and NaN by Python's names.
  static func append(_ double: Double, _ dialect: JSONDialect, to output: inout [UInt8]) {
    guard double.isFinite else {
      output.append(contentsOf: Array((double.isNaN ? "NaN" : double < 0 ? "-Infinity" : "Infinity").utf8))
      return
    }
    let (digits, exponent) = shortest(double)
    if double.sign == .minus { output.append(UInt8(ascii: "-")) }
    let least = dialect == .flask ? -4 : -5
    if exponent < least || exponent >= 16 {
      appendScientific(digits, exponent, dialect, to: &output)
    } else {
      appendPositional(digits, exponent, to: &output)
    }
  }

  private static func appendPositional(_ digits: [UInt8], _ exponent: Int, to output: inout [UInt8]) {
    let zero = UInt8(ascii: "0")
    if exponent < 0 {
      output.append(zero)
      output.append(UInt8(ascii: "."))
      for _ in 0..<(-exponent - 1) { output.append(zero) }
      output.append(contentsOf: digits)
      return
    }
    for index in 0...exponent { output.append(index < digits.count ? digits[index] : zero) }
    output.append(UInt8(ascii: "."))
    if digits.count > exponent + 1 {
      output.append(contentsOf: digits[(exponent + 1)...])
    } else {
      output.append(zero)
    }
  }

  private static func appendScientific(
    _ digits: [UInt8], _ exponent: Int, _ dialect: JSONDialect, to output: inout [UInt8]
  ) {
    output.append(digits[0])
    if digits.count > 1 {
      output.append(UInt8(ascii: "."))
      output.append(contentsOf: digits[1...])
    }
    output.append(UInt8(ascii: "e"))
    if dialect == .flask {
      output.append(exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
      if exponent.magnitude < 10 { output.append(UInt8(ascii: "0")) }
      append(UInt64(exponent.magnitude), to: &output)
    } else {
      append(Int64(exponent), to: &output)
    }
  }

  /// The fewest digits that make the double again, and the power of ten of the first; zero is one digit.
  private static func shortest(_ double: Double) -> (digits: [UInt8], exponent: Int) {
    var digits: [UInt8] = []
    var whole: Int?
    var exponent = 0
    var exponentIsNegative = false
    var inExponent = false
    for byte in double.magnitude.description.utf8 {
      switch byte {
      case UInt8(ascii: "."): whole = digits.count
      case UInt8(ascii: "e"):
        inExponent = true
        whole = whole ?? digits.count
      case UInt8(ascii: "-"): exponentIsNegative = true
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if inExponent {
          exponent = exponent &* 10 &+ Int(byte - UInt8(ascii: "0"))
        } else {
          digits.append(byte)
        }
      default: break
      }
    }
    if exponentIsNegative { exponent = -exponent }
    exponent += (whole ?? digits.count) - 1
    guard let first = digits.firstIndex(where: { $0 != UInt8(ascii: "0") }),
      let last = digits.lastIndex(where: { $0 != UInt8(ascii: "0") })
    else { return ([UInt8(ascii: "0")], 0) }
    return (Array(digits[first...last]), exponent - first)
  }
}
