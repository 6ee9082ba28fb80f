// SPDX-License-Identifier: Apache-2.0

/// A moment as people write it into settings.
package enum Timestamp {
  /// Seconds since 1970-01-01T00:00:00Z.
  ///
  /// - Parameter text: such seconds, or RFC 3339 as `2026-01-31T12:00:00Z`, also with an offset; a date alone is its
  ///   midnight in UTC.
  /// - Returns: nil for anything else.
  package static func seconds<Bytes: RandomAccessCollection<UInt8>>(_ text: Bytes) -> Int64? {
    let bytes = Array(text)
    guard bytes.count > 4, bytes[4] == UInt8(ascii: "-") else { return number(bytes[...], 1...11) }
    return moment(bytes)
  }

  private static func moment(_ bytes: [UInt8]) -> Int64? {
    guard bytes.count >= 10, bytes[7] == UInt8(ascii: "-"), let year = number(bytes[..<4], 4...4),
      let month = number(bytes[5..<7], 2...2), let day = number(bytes[8..<10], 2...2),
      let midnight = CivilDate(year: Int(year), month: Int(month), day: Int(day), secondOfDay: 0)?.seconds
    else { return nil }
    if bytes.count == 10 { return midnight }
    guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T"), bytes[16] == UInt8(ascii: ":"),
      let time = minutes(bytes[11..<16]), let second = number(bytes[17..<19], 2...2), second < 60,
      let offset = offset(bytes[19...])
    else { return nil }
    return midnight + time * 60 + second - offset * 60
  }

  /// `Z`, or `+hh:mm` or `-hh:mm` in minutes.
  private static func offset(_ text: ArraySlice<UInt8>) -> Int64? {
    switch text.first {
    case UInt8(ascii: "Z") where text.count == 1: 0
    case UInt8(ascii: "+"): minutes(text.dropFirst())
    case UInt8(ascii: "-"): minutes(text.dropFirst()).map { -$0 }
    default: nil
    }
  }

  /// `hh:mm` in minutes.
  private static func minutes(_ text: ArraySlice<UInt8>) -> Int64? {
    guard text.count == 5, text[text.startIndex + 2] == UInt8(ascii: ":"), let hours = number(text.prefix(2), 2...2),
      let minutes = number(text.suffix(2), 2...2), hours < 24, minutes < 60
    else { return nil }
    return hours * 60 + minutes
  }

  /// - Parameter counts: how many digits there may be, so few that nothing overflows.
  private static func number(_ text: ArraySlice<UInt8>, _ counts: ClosedRange<Int>) -> Int64? {
    guard counts ~= text.count, text.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    return text.reduce(0) { $0 * 10 + Int64($1 & 15) }
  }
}
