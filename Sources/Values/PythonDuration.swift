// SPDX-License-Identifier: Apache-2.0
import Support

/// Python's `timedelta`.
struct PythonDuration {
  let microseconds: Int64

  /// Nil for what `timedelta` does not pickle itself as, and beyond 270,000 years, where 64 bits end.
  init?(days: Int64, seconds: Int64, microseconds: Int64) {
    guard -100_000_000...100_000_000 ~= days, 0..<86_400 ~= seconds, 0..<1_000_000 ~= microseconds else { return nil }
    self.microseconds = (days * 86_400 + seconds) * 1_000_000 + microseconds
  }

  /// As msgspec writes it: ISO 8601 with days and seconds alone, `-P1DT2.5S`.
  var isoText: Text {
    let away = microseconds.magnitude
    let days = away / 86_400_000_000
    let rest = away % 86_400_000_000
    var text = microseconds < 0 ? "-P" : "P"
    if days > 0 || away == 0 { text += String(days) + "D" }
    if rest > 0 {
      text += "T" + String(rest / 1_000_000)
      let fraction = Int(rest % 1_000_000)
      if fraction > 0 {
        var digits = Array(padded(fraction, to: 6).utf8)
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        text += "." + String(decoding: digits, as: UTF8.self)
      }
      text += "S"
    }
    return Text(text)
  }
}
