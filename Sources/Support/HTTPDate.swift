// SPDX-License-Identifier: Apache-2.0

/// The date of HTTP (RFC 9110, section 5.6.7): `Tue, 14 Nov 2023 22:13:20 GMT`.
package enum HTTPDate {
  /// - Parameter seconds: since 1970-01-01T00:00:00Z; brought into the years 1 to 9999.
  package static func text(_ seconds: Int64) -> [UInt8] {
    let date = CivilDate(seconds: seconds)
    var text: [UInt8] = []
    text.reserveCapacity(29)
    append(dayNames, date.weekday, to: &text)
    text.append(UInt8(ascii: ","))
    append(date.day, UInt8(ascii: " "), to: &text)
    text.append(UInt8(ascii: " "))
    append(monthNames, date.month - 1, to: &text)
    append(date.year / 100, UInt8(ascii: " "), to: &text)
    append(date.year % 100, nil, to: &text)
    append(date.secondOfDay / 3600, UInt8(ascii: " "), to: &text)
    append(date.secondOfDay / 60 % 60, UInt8(ascii: ":"), to: &text)
    append(date.secondOfDay % 60, UInt8(ascii: ":"), to: &text)
    zone.withUTF8Buffer { text.append(contentsOf: $0) }
    return text
  }

  /// Appends two digits, and before them what separates them.
  private static func append(_ number: Int, _ separator: UInt8?, to text: inout [UInt8]) {
    if let separator { text.append(separator) }
    text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10))
    text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
  }

  /// Appends one of the names, each of three letters.
  private static func append(_ names: StaticString, _ number: Int, to text: inout [UInt8]) {
    names.withUTF8Buffer { names in
      for place in 3 * number..<3 * number + 3 { text.append(names[place]) }
    }
  }

  private static var zone: StaticString { " GMT" }
  private static var dayNames: StaticString { "MonTueWedThuFriSatSun" }
  private static var monthNames: StaticString { "JanFebMarAprMayJunJulAugSepOctNovDec" }
}
