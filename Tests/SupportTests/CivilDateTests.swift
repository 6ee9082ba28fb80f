// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Support

@Suite struct CivilDateTests {
  @Test func agreesWithFoundationOverAllYears() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    // Foundation's Gregorian calendar is Julian before 1582.
    var seconds: Int64 = -12_000_000_000
    while seconds <= CivilDate.range.upperBound {
      let parts = calendar.dateComponents(
        [.year, .month, .day, .hour, .minute, .second, .weekday], from: Date(timeIntervalSince1970: Double(seconds)))
      let date = CivilDate(seconds: seconds)
      #expect(date.year == parts.year && date.month == parts.month && date.day == parts.day)
      #expect((date.weekday + 1) % 7 + 1 == parts.weekday)
      #expect(date.seconds == seconds)
      seconds += 86_400 * 97 + 12_347
    }
  }

  @Test func theEndsOfTheRange() {
    #expect(date(CivilDate.range.lowerBound) == "Mon, 01 Jan 0001 00:00:00 GMT")
    #expect(date(CivilDate.range.upperBound) == "Fri, 31 Dec 9999 23:59:59 GMT")
    #expect(date(.min) == date(CivilDate.range.lowerBound))
    #expect(date(.max) == date(CivilDate.range.upperBound))
    #expect(date(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    #expect(date(1_700_000_000) == "Tue, 14 Nov 2023 22:13:20 GMT")
  }

  @Test func daysThatDoNotExist() {
    #expect(CivilDate(year: 2023, month: 2, day: 29, secondOfDay: 0) == nil)
    #expect(CivilDate(year: 2024, month: 2, day: 29, secondOfDay: 0) != nil)
    #expect(CivilDate(year: 1900, month: 2, day: 29, secondOfDay: 0) == nil)
    #expect(CivilDate(year: 0, month: 1, day: 1, secondOfDay: 0) == nil)
    #expect(CivilDate(year: 2023, month: 13, day: 1, secondOfDay: 0) == nil)
    #expect(CivilDate(year: 2023, month: 4, day: 31, secondOfDay: 0) == nil)
    #expect(CivilDate(year: 2023, month: 4, day: 30, secondOfDay: 86_400) == nil)
  }

  private func date(_ seconds: Int64) -> String {
    String(decoding: HTTPDate.text(seconds), as: UTF8.self)
  }
}
