// SPDX-License-Identifier: Apache-2.0
import Support

/// The recursion of `TaggedJSON.encode`. Depth counts the levels of JSON, those of the tags among them, as reading does.
struct TaggedJSONWriter {
  private var json = JSONWriter(.flask)
  private let style: TaggedJSON.Style

  init(_ style: TaggedJSON.Style) {
    self.style = style
  }

  mutating func encode(_ value: Value) throws(Failure) -> [UInt8] {
    try write(value, depth: 0)
    return try json.finished()
  }

  /// - Parameter depth: of the container that the value is in.
  private mutating func write(_ value: Value, depth: Int) throws(Failure) {
    json.tally()
    switch value {
    case .null: json.raw("null")
    case .bool(let bool): json.raw(bool ? "true" : "false")
    case .integer(let integer): json.integer(integer)
    case .unsigned(let integer): json.unsigned(integer)
    case .wide(let digits): json.raw(digits.bytes)
    case .double(let double): json.double(double)
    case .text(let text): try json.string(text.bytes)
    case .array(let items): try write(items, depth: depth + 1)
    case .map(let map): try write(map, depth: depth + 1)
    case .tuple(let items):
      try open("{\" t\":", depth: depth + 1)
      try write(items, depth: depth + 2)
      json.byte(UInt8(ascii: "}"))
    case .bytes(let bytes):
      try open("{\" b\":", depth: depth + 1)
      close(Base64.encode(bytes))
    case .uuid(let uuid):
      try open("{\" u\":", depth: depth + 1)
      close(uuid.text(dashes: false).bytes)
    case .time(let time):
      try open("{\" d\":", depth: depth + 1)
      close(try date(time))
    case .markup(let text):
      try open("{\" m\":", depth: depth + 1)
      try json.string(text.bytes)
      json.byte(UInt8(ascii: "}"))
    }
  }

  /// The start of a tagged value: the brace, the tag, and then the value that the tag is for.
  private mutating func open(_ tag: StaticString, depth: Int) throws(Failure) {
    try json.check(depth)
    json.tally()
    json.tally()
    json.raw(tag)
  }

  private mutating func close(_ plain: [UInt8]) {
    json.plain(plain)
    json.byte(UInt8(ascii: "}"))
  }

  private mutating func write(_ items: [Value], depth: Int) throws(Failure) {
    try json.check(depth)
    json.byte(UInt8(ascii: "["))
    for index in items.indices {
      if index > 0 { json.byte(UInt8(ascii: ",")) }
      try write(items[index], depth: depth)
    }
    json.byte(UInt8(ascii: "]"))
  }

  private mutating func write(_ map: Map, depth: Int) throws(Failure) {
    if map.count == 1, let entry = map.entries.first, case .text(let key) = entry.key, Tag(key: key) != nil {
      try open("{\" di\":", depth: depth)
      let escaped = Text(key.bytes + Array("__".utf8))
      try write([Map.Entry(key: .text(escaped), value: entry.value)], depth: depth + 1)
      json.byte(UInt8(ascii: "}"))
    } else {
      try write(try PythonKeys.entries(of: map, sorted: style == .flask), depth: depth)
    }
  }

  private mutating func write(_ entries: [Map.Entry], depth: Int) throws(Failure) {
    try json.check(depth)
    json.byte(UInt8(ascii: "{"))
    for index in entries.indices {
      if index > 0 { json.byte(UInt8(ascii: ",")) }
      guard case .text(let key) = entries[index].key else { continue }
      json.tally()
      try json.string(key.bytes)
      json.byte(UInt8(ascii: ":"))
      try write(entries[index].value, depth: depth)
    }
    json.byte(UInt8(ascii: "}"))
  }

  private func date(_ time: DateTime) throws(Failure) -> [UInt8] {
    if style == .exact { return try time.exactText() }
    guard CivilDate.range.contains(time.seconds) else {
      throw Failure(.wrongType, "a time is not within the years 1 to 9999, so Flask's JSON cannot hold it")
    }
    return HTTPDate.text(time.seconds)
  }
}
