// SPDX-License-Identifier: Apache-2.0
import Support

extension DateTime {
  /// The form of ISO 8601 that msgspec writes: `2020-01-20T16:45:00.123456+08:00`, `Z` for UTC, no fraction when it is 0,
  /// nothing behind a naive one.
  ///
  /// Python's times end at microseconds and msgspec's offsets at minutes, so these do too; the moment stays the same.
  func isoText() throws(Failure) -> [UInt8] {
    let microseconds = Int(nanoseconds) / 1000
    return try text(fraction: microseconds > 0 ? "." + padded(microseconds, to: 6) : "")
  }

  /// RFC 3339 with every digit of the fraction that is not zero: `2020-01-20T16:45:00.5Z`. A naive one ends before
  /// the zone.
  func exactText() throws(Failure) -> [UInt8] {
    guard nanoseconds > 0 else { return try text(fraction: "") }
    var digits = Array(padded(Int(nanoseconds), to: 9).utf8)
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return try text(fraction: "." + String(decoding: digits, as: UTF8.self))
  }

  private func text(fraction: String) throws(Failure) -> [UInt8] {
    let minutes = Int64(offset ?? 0) / 60
    let (local, isTooLarge) = seconds.addingReportingOverflow(minutes * 60)
    guard !isTooLarge, CivilDate.range.contains(seconds), CivilDate.range.contains(local) else {
      throw Failure(.wrongType, "a time is not within the years 1 to 9999, so Python cannot hold it")
    }
    let date = CivilDate(seconds: local)
    let text: Message = "\(date.dayText)T\(CivilDate.clockText(date.secondOfDay))\(fraction)\(zone(minutes))"
    return Array(text.text.utf8)
  }

  private func zone(_ minutes: Int64) -> Message {
    // That of a naive one is the reader's guess.
    guard !isNaive else { return "" }
    guard minutes != 0 else { return "Z" }
    let away = Int(minutes.magnitude)
    let sign: StaticString = minutes < 0 ? "-" : "+"
    return "\(sign)\(padded(away / 60)):\(padded(away % 60))"
  }
}
