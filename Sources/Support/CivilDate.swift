// SPDX-License-Identifier: Apache-2.0

/// A day of the proleptic Gregorian calendar, years 1 to 9999, and the second within it, in UTC.
package struct CivilDate: Hashable, Sendable {
  package let year: Int
  /// 1 to 12.
  package let month: Int
  /// 1 to 31.
  package let day: Int
  /// 0 to 86,399.
  package let secondOfDay: Int

  /// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, in seconds since 1970.
  package static var range: ClosedRange<Int64> { -62_135_596_800...253_402_300_799 }

  /// - Parameter seconds: since 1970-01-01T00:00:00Z; brought into `range`.
  package init(seconds: Int64) {
    let seconds = min(max(seconds, CivilDate.range.lowerBound), CivilDate.range.upperBound)
    // Counted from 0000-03-01, so that the leap day is the last of its year; all terms are positive in the range.
    let shifted = Int(seconds) + 719_468 * 86_400
    secondOfDay = shifted % 86_400
    let days = shifted / 86_400
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
  }

  /// Nil for a day that the calendar does not have.
  package init?(year: Int, month: Int, day: Int, secondOfDay: Int) {
    guard 1...9999 ~= year, 1...12 ~= month, 1...CivilDate.days(in: month, of: year) ~= day, 0..<86_400 ~= secondOfDay
    else { return nil }
    (self.year, self.month, self.day, self.secondOfDay) = (year, month, day, secondOfDay)
  }

  /// Seconds since 1970-01-01T00:00:00Z.
  package var seconds: Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear % 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int64((era * 146_097 + dayOfEra - 719_468) * 86_400 + secondOfDay)
  }

  /// 0 is Monday.
  package var weekday: Int {
    Int(((seconds - Int64(secondOfDay)) / 86_400 + 719_468 + 2) % 7)
  }

  /// As ISO 8601 has it: `2020-01-20`.
  package var dayText: String {
    ("\(padded(year, to: 4))-\(padded(month))-\(padded(day))" as Message).text
  }

  /// The time of a second of the day: `16:45:00`.
  package static func clockText(_ second: Int) -> String {
    ("\(padded(second / 3600)):\(padded(second / 60 % 60)):\(padded(second % 60))" as Message).text
  }

  package static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// A number with leading zeros.
@inline(never)
package func padded(_ number: Int, to width: Int = 2) -> String {
  var digits = String(number)
  while digits.utf8.count < width { digits = "0" + digits }
  return digits
}
