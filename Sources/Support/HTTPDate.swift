// SPDX-License-Identifier: Apache-2.0

/// The date of HTTP (RFC 9110, section 5.6.7): `Tue, 14 Nov 2023 22:13:20 GMT`.
package enum HTTPDate {
  /// - Parameter seconds: since 1970-01-01T00:00:00Z; brought into the years 1 to 9999.
  package static func text(_ seconds: Int64) -> String {
    let date = CivilDate(seconds: seconds)
    let text: Message =
      "\(dayNames[date.weekday]), \(padded(date.day)) \(monthNames[date.month - 1]) \(padded(date.year, to: 4)) "
      + "\(CivilDate.clockText(date.secondOfDay)) GMT"
    return text.text
  }

  package static var dayNames: [StaticString] { ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] }

  package static var monthNames: [StaticString] {
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  }
}
