// SPDX-License-Identifier: Apache-2.0
import Support

/// The tags by which Flask's JSON holds what JSON cannot: a map with one key, the tag, and the value as text or array.
enum Tag {
  /// A map whose one key looks like a tag: that key with two underscores after it.
  case map
  case tuple
  case bytes
  case markup
  case uuid
  case time

  init?(key: Text) {
    let bytes = key.bytes
    guard bytes.count >= 2, bytes[0] == UInt8(ascii: " ") else { return nil }
    switch (bytes.count, bytes[1]) {
    case (2, UInt8(ascii: "t")): self = .tuple
    case (2, UInt8(ascii: "b")): self = .bytes
    case (2, UInt8(ascii: "m")): self = .markup
    case (2, UInt8(ascii: "u")): self = .uuid
    case (2, UInt8(ascii: "d")): self = .time
    case (3, UInt8(ascii: "d")) where bytes[2] == UInt8(ascii: "i"): self = .map
    default: return nil
    }
  }

  /// What a map just read stands for; itself when it is not tagged.
  static func untag(_ map: Map, _ style: TaggedJSON.Style) throws(Failure) -> Value {
    guard map.count == 1, let entry = map.entries.first, case .text(let key) = entry.key, let tag = Tag(key: key) else {
      return .map(map)
    }
    guard let value = tag.value(of: entry.value, style) else {
      throw Failure(.malformed, "not Flask's JSON: the tag \"\(key.string)\" holds what it cannot stand for")
    }
    return value
  }

  /// Nil where Flask raises, and where it makes of a value what none of its writers wrote: Markup of a container's
  /// `repr`, a tuple of the characters of a text.
  private func value(of value: Value, _ style: TaggedJSON.Style) -> Value? {
    switch (self, value) {
    case (.map, .map(let inner)): Tag.unescape(inner)
    case (.tuple, .array(let items)), (.tuple, .tuple(let items)): .tuple(items)
    case (.tuple, .map(let inner)): .tuple(inner.entries.map { $0.key })
    case (.bytes, .text(let text)), (.bytes, .markup(let text)):
      isASCII(text) ? Base64.decode(text.bytes).map { .bytes($0) } : nil
    case (.bytes, .bytes(let bytes)): Base64.decode(bytes).map { .bytes($0) }
    case (.markup, _): Tag.plainText(value).map { .markup($0) }
    case (.uuid, .text(let text)), (.uuid, .markup(let text)): UUID(text).map { .uuid($0) }
    case (.time, .text(let text)), (.time, .markup(let text)): Tag.time(text.bytes, style)
    case (.time, .null): .null
    default: nil
    }
  }

  /// What is no time is null, as Flask has it; an exact form is not to lose one.
  private static func time(_ text: [UInt8], _ style: TaggedJSON.Style) -> Value? {
    if style == .exact, let time = DateTime(exactText: text) { return .time(time) }
    if let time = EmailDate.read(text) { return .time(time) }
    return style == .exact ? nil : .null
  }

  private static func unescape(_ inner: Map) -> Value? {
    guard let first = inner.entries.first, case .text(let key) = first.key else { return nil }
    var bytes = key.bytes
    for _ in 0..<2 {
      // A character, not a byte, is what Python cuts.
      while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
    }
    var map = Map()
    map.set(.text(Text(bytes)), first.value)
    return .map(map)
  }

  /// Python's `str` of what is not a container.
  private static func plainText(_ value: Value) -> Text? {
    switch value {
    case .text(let text), .markup(let text), .wide(let text): return text
    case .null: return "None"
    case .bool(let bool): return bool ? "True" : "False"
    case .integer(let integer): return Text("\(integer)")
    case .unsigned(let integer): return Text("\(integer)")
    case .double(let double) where double.isNaN: return "nan"
    case .double(let double) where double.isInfinite: return double < 0 ? "-inf" : "inf"
    case .double(let double):
      var text = Text([])
      Decimal.append(double, .flask, to: &text.bytes)
      return text
    default: return nil
    }
  }

  private func isASCII(_ text: Text) -> Bool {
    text.bytes.allSatisfy { $0 < 0x80 }
  }
}
