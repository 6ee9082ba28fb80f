// SPDX-License-Identifier: Apache-2.0
import Support

extension DateTime {
  /// Reads RFC 3339: `2020-01-20T16:45:00.123456+08:00`. Without a zone it is naive. Nil for all else,
  /// and for more digits than nanoseconds have.
  init?(exactText text: [UInt8]) {
    var rest = text[...]
    guard let year = number(&rest, 4), take(&rest, "-"), let month = number(&rest, 2), take(&rest, "-"),
      let day = number(&rest, 2), take(&rest, "T"),
      let hour = number(&rest, 2), 0..<24 ~= hour, take(&rest, ":"),
      let minute = number(&rest, 2), 0..<60 ~= minute, take(&rest, ":"),
      let second = number(&rest, 2), 0..<60 ~= second,
      let date = CivilDate(year: year, month: month, day: day, secondOfDay: hour * 3600 + minute * 60 + second),
      let nanoseconds = fraction(&rest)
    else { return nil }
    if rest.isEmpty {
      self.init(seconds: date.seconds, nanoseconds: nanoseconds, isNaive: true)
      return
    }
    guard let offset = zone(&rest), rest.isEmpty else { return nil }
    let seconds = date.seconds - Int64(offset)
    guard CivilDate.range.contains(seconds) else { return nil }
    self.init(seconds: seconds, nanoseconds: nanoseconds, offset: offset == 0 ? nil : offset)
  }
}

/// A number of just so many digits.
private func number(_ rest: inout ArraySlice<UInt8>, _ count: Int) -> Int? {
  guard rest.count >= count else { return nil }
  var number = 0
  for byte in rest.prefix(count) {
    guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
    number = number * 10 + Int(byte - UInt8(ascii: "0"))
  }
  rest = rest.dropFirst(count)
  return number
}

private func take(_ rest: inout ArraySlice<UInt8>, _ character: Unicode.Scalar) -> Bool {
  guard rest.first == UInt8(ascii: character) else { return false }
  rest = rest.dropFirst()
  return true
}

/// Nanoseconds; 0 where there is no fraction.
private func fraction(_ rest: inout ArraySlice<UInt8>) -> Int32? {
  guard take(&rest, ".") else { return 0 }
  let count = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }.count
  guard 1...9 ~= count, let digits = number(&rest, count) else { return nil }
  var nanoseconds = digits
  for _ in count..<9 { nanoseconds *= 10 }
  return Int32(nanoseconds)
}

/// Seconds east of Greenwich.
private func zone(_ rest: inout ArraySlice<UInt8>) -> Int32? {
  if take(&rest, "Z") { return 0 }
  let sign: Int
  if take(&rest, "+") {
    sign = 1
  } else if take(&rest, "-") {
    sign = -1
  } else {
    return nil
  }
  guard let hours = number(&rest, 2), 0..<24 ~= hours, take(&rest, ":"),
    let minutes = number(&rest, 2), 0..<60 ~= minutes
  else { return nil }
  return Int32(sign * (hours * 3600 + minutes * 60))
}
