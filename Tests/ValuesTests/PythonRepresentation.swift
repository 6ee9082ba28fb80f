// SPDX-License-Identifier: Apache-2.0
import Foundation
import Support

@testable import Values

/// A value as Python's `repr` shows it, for comparison with the vectors.
func representation(_ value: Value) -> String {
  switch value {
  case .null: return "None"
  case .bool(let bool): return bool ? "True" : "False"
  case .integer(let integer): return "\(integer)"
  case .unsigned(let integer): return "\(integer)"
  case .wide(let digits): return digits.string
  case .double(let double):
    if !double.isFinite { return double.isNaN ? "nan" : double < 0 ? "-inf" : "inf" }
    var bytes: [UInt8] = []
    Decimal.append(double, .flask, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  case .text(let text): return quoted(text)
  case .bytes(let bytes): return "b" + quoted(bytes)
  case .array(let items): return "[" + items.map(representation).joined(separator: ", ") + "]"
  case .tuple(let items):
    return "(" + items.map(representation).joined(separator: ", ") + (items.count == 1 ? ",)" : ")")
  case .map(let map):
    let entries = map.entries.map { representation($0.key) + ": " + representation($0.value) }
    return "{" + entries.joined(separator: ", ") + "}"
  case .time(let time): return representation(time)
  case .uuid(let uuid): return "UUID('\(uuid.text(dashes: true).string)')"
  case .markup(let text): return "Markup(\(quoted(text)))"
  }
}

private func representation(_ time: DateTime) -> String {
  let offset = Int64(time.offset ?? 0)
  let date = CivilDate(seconds: time.seconds + offset)
  var fields = [date.year, date.month, date.day, date.secondOfDay / 3600, date.secondOfDay / 60 % 60]
  let second = date.secondOfDay % 60
  let microsecond = Int(time.nanoseconds) / 1000
  if second != 0 || microsecond != 0 { fields.append(second) }
  if microsecond != 0 { fields.append(microsecond) }
  let zone =
    time.isNaive
    ? ""
    : offset == 0
      ? ", tzinfo=datetime.timezone.utc" : ", tzinfo=datetime.timezone(datetime.timedelta(seconds=\(offset)))"
  return "datetime.datetime(\(fields.map { "\($0)" }.joined(separator: ", "))\(zone))"
}

private func quoted(_ text: Text) -> String {
  let quote = text.bytes.contains(0x27) && !text.bytes.contains(0x22) ? "\"" : "'"
  var result = quote
  for scalar in text.string.unicodeScalars {
    switch scalar {
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case "\0"..<" ", "\u{7f}"..<"\u{a1}": result += String(format: "\\x%02x", scalar.value)
    case "\u{2028}", "\u{2029}": result += String(format: "\\u%04x", scalar.value)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + quote
}

private func quoted(_ bytes: [UInt8]) -> String {
  "'" + bytes.map { 0x20..<0x7F ~= $0 ? String(UnicodeScalar($0)) : String(format: "\\x%02x", $0) }.joined() + "'"
}
