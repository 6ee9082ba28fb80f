// SPDX-License-Identifier: Apache-2.0
import Support

/// The fixed fields that `datetime`, `date` and `time` are pickled as. The latter two become the text that msgspec writes.
enum PythonTime {
  /// Ten bytes: the year in two, month, day, hour, minute, second, the microsecond in three.
  ///
  /// - Parameter zone: seconds east of Greenwich; nil for a naive time.
  static func moment(_ fields: [UInt8], zone: Int32?) -> DateTime? {
    guard fields.count == 10, fields[4] < 24, let day = day(Array(fields[0..<4])),
      let time = time(Array(fields[4...]))
    else { return nil }
    let seconds = day.seconds + Int64(time.second) - Int64(zone ?? 0)
    guard CivilDate.range.contains(seconds) else { return nil }
    return DateTime(
      seconds: seconds, nanoseconds: Int32(time.microsecond * 1000), offset: zone == 0 ? nil : zone,
      isNaive: zone == nil)
  }

  /// Four bytes.
  static func dateText(_ fields: [UInt8]) -> Text? {
    guard fields.count == 4, let date = day(fields) else { return nil }
    return Text(date.dayText)
  }

  /// Six bytes.
  static func timeText(_ fields: [UInt8]) -> Text? {
    guard fields.count == 6, let time = time(fields) else { return nil }
    let clock = CivilDate.clockText(time.second)
    return Text(time.microsecond > 0 ? clock + "." + padded(time.microsecond, to: 6) : clock)
  }

  /// The fields of a moment as `datetime` pickles them, on the clock of its own zone.
  static func fields(of moment: DateTime) -> [UInt8]? {
    let (local, isTooLarge) = moment.seconds.addingReportingOverflow(Int64(moment.offset ?? 0))
    guard !isTooLarge, CivilDate.range.contains(local), CivilDate.range.contains(moment.seconds) else { return nil }
    let date = CivilDate(seconds: local)
    let microsecond = Int(moment.nanoseconds) / 1000
    let numbers = [
      date.year >> 8, date.year, date.month, date.day, date.secondOfDay / 3600, date.secondOfDay / 60 % 60,
      date.secondOfDay % 60, microsecond >> 16, microsecond >> 8, microsecond,
    ]
    return numbers.map { UInt8(truncatingIfNeeded: $0) }
  }

  // The highest bit of the month, or of the hour in a time alone, says which of two equal readings of a clock that was
  // set back is meant. msgspec does not write that either.
  private static func day(_ fields: [UInt8]) -> CivilDate? {
    CivilDate(
      year: Int(fields[0]) << 8 | Int(fields[1]), month: Int(fields[2] & 0x7F), day: Int(fields[3]), secondOfDay: 0)
  }

  private static func time(_ fields: [UInt8]) -> (second: Int, microsecond: Int)? {
    let (hour, minute, second) = (Int(fields[0] & 0x7F), Int(fields[1]), Int(fields[2]))
    let microsecond = Int(fields[3]) << 16 | Int(fields[4]) << 8 | Int(fields[5])
    guard hour < 24, minute < 60, second < 60, microsecond < 1_000_000 else { return nil }
    return (hour * 3600 + minute * 60 + second, microsecond)
  }
}
