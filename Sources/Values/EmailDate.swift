// SPDX-License-Identifier: Apache-2.0
import Support

/// The date of e-mail (RFC 2822) and its older forms, read as leniently as Python's `email.utils` reads it.
enum EmailDate {
  /// Nil where Python finds no date. A date without an offset is taken as UTC.
  static func read(_ text: [UInt8]) -> DateTime? {
    guard let fields = Fields(text) else { return nil }
    return fields.dateTime
  }

  private typealias Word = [UInt8]

  private struct Fields {
    var day: Word
    var month: Word
    var year: Word
    var time: Word
    var zone: Word

    init?(_ text: [UInt8]) {
      var words = text.split(whereSeparator: isSpace).map { Word($0) }
      guard let first = words.first else { return nil }
      if first.last == comma || dayNames.contains(lowercased(first)) {
        words.removeFirst()
      } else if let index = first.lastIndex(of: comma) {
        words[0] = Word(first[(index + 1)...])
      }
      if words.count == 3 {
        let parts = words[0].split(separator: minus, omittingEmptySubsequences: false).map { Word($0) }
        if parts.count == 3 { words.replaceSubrange(0..<1, with: parts) }
      }
      if words.count == 4 {
        let last = words[3]
        if let sign = last.firstIndex(of: UInt8(ascii: "+")) ?? last.firstIndex(of: minus), sign > 0 {
          words.replaceSubrange(3..<4, with: [Word(last[..<sign]), Word(last[sign...])])
        } else {
          words.append([])
        }
      }
      guard words.count >= 5, !words[0].isEmpty, !words[1].isEmpty, !words[2].isEmpty else { return nil }
      (day, month, year, time, zone) = (words[0], words[1], words[2], words[3], words[4])
    }

    var dateTime: DateTime? {
      var copy = self
      return copy.arrange()
    }

    /// Puts swapped fields right and reads them.
    private mutating func arrange() -> DateTime? {
      if monthNumber(month) == nil { swap(&day, &month) }
      guard let month = monthNumber(month) else { return nil }
      if day.last == comma { day.removeLast() }
      if let colon = year.firstIndex(of: UInt8(ascii: ":")), colon > 0 { swap(&year, &time) }
      if year.last == comma { year.removeLast() }
      guard let first = year.first else { return nil }
      if !isDigit(first) { swap(&year, &zone) }
      if time.last == comma { time.removeLast() }
      guard let second = secondOfDay(time), let day = number(day), var year = number(year) else { return nil }
      // Two digits of a year, by POSIX.
      if year < 100 { year += year > 68 ? 1900 : 2000 }
      guard let date = CivilDate(year: year, month: month, day: day, secondOfDay: second) else { return nil }
      let offset = offset(zone)
      let seconds = date.seconds - Int64(offset)
      guard offset.magnitude < 86_400, CivilDate.range.contains(seconds) else { return nil }
      return DateTime(seconds: seconds, offset: offset == 0 ? nil : Int32(offset))
    }
  }

  private static func secondOfDay(_ time: Word) -> Int? {
    var parts = time.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    if parts.count == 1 { parts = time.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) }
    guard parts.count == 2 || parts.count == 3, let hour = number(Word(parts[0])), let minute = number(Word(parts[1])),
      let second = parts.count == 3 ? number(Word(parts[2])) : 0
    else { return nil }
    guard 0..<24 ~= hour, 0..<60 ~= minute, 0..<60 ~= second else { return nil }
    return hour * 3600 + minute * 60 + second
  }

  /// Seconds east of Greenwich; what is unknown counts as UTC.
  private static func offset(_ zone: Word) -> Int {
    let hundreds: Int
    switch lowercased(zone) {
    case Word("adt".utf8): hundreds = -300
    case Word("ast".utf8), Word("edt".utf8): hundreds = -400
    case Word("est".utf8), Word("cdt".utf8): hundreds = -500
    case Word("cst".utf8), Word("mdt".utf8): hundreds = -600
    case Word("mst".utf8), Word("pdt".utf8): hundreds = -700
    case Word("pst".utf8): hundreds = -800
    default: hundreds = number(zone) ?? 0
    }
    let seconds = abs(hundreds) / 100 * 3600 + abs(hundreds) % 100 * 60
    return hundreds < 0 ? -seconds : seconds
  }

  /// A whole number of at most nine digits, with a sign or not.
  private static func number(_ word: Word) -> Int? {
    guard let first = word.first else { return nil }
    let digits = first == minus || first == UInt8(ascii: "+") ? word.dropFirst() : word[...]
    guard 1...9 ~= digits.count else { return nil }
    var number = 0
    for digit in digits {
      guard isDigit(digit) else { return nil }
      number = number * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return first == minus ? -number : number
  }

  private static func monthNumber(_ word: Word) -> Int? {
    let name = lowercased(word)
    return monthNames.firstIndex { $0 == name || Word($0.prefix(3)) == name }.map { $0 + 1 }
  }

  private static func lowercased(_ word: Word) -> Word {
    word.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || 0x09...0x0D ~= byte || 0x1C...0x1F ~= byte
  }

  private static var comma: UInt8 { UInt8(ascii: ",") }
  private static var minus: UInt8 { UInt8(ascii: "-") }

  private static var dayNames: [Word] {
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map { (name: StaticString) in Text(stringLiteral: name).bytes }
  }

  private static var monthNames: [Word] {
    [
      "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
      "december",
    ].map { (name: StaticString) in Text(stringLiteral: name).bytes }
  }
}
