// SPDX-License-Identifier: Apache-2.0
import Support

/// The recursion of `JSON.encode`.
struct PlainJSONWriter {
  private var json = JSONWriter(.msgspec)

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
    // msgspec refuses Markup; a session that holds one is better kept than lost.
    case .text(let text), .markup(let text): try json.string(text.bytes)
    case .bytes(let bytes): json.plain(Base64.encode(bytes))
    case .uuid(let uuid): json.plain(uuid.text(dashes: true).bytes)
    case .time(let time): json.plain(try time.isoText())
    case .array(let items), .tuple(let items): try write(items, depth: depth + 1)
    case .map(let map): try write(map.entries, depth: depth + 1)
    }
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

  private mutating func write(_ entries: [Map.Entry], depth: Int) throws(Failure) {
    try json.check(depth)
    json.byte(UInt8(ascii: "{"))
    for index in entries.indices {
      if index > 0 { json.byte(UInt8(ascii: ",")) }
      json.tally()
      try write(key: entries[index].key)
      json.byte(UInt8(ascii: ":"))
      try write(entries[index].value, depth: depth)
    }
    json.byte(UInt8(ascii: "}"))
  }

  private mutating func write(key: Value) throws(Failure) {
    switch key {
    case .text(let text), .markup(let text): try json.string(text.bytes)
    case .integer(let integer): json.plain(Text("\(integer)").bytes)
    case .unsigned(let integer): json.plain(Text("\(integer)").bytes)
    case .wide(let digits): json.plain(digits.bytes)
    case .double(let double): json.plain(name(double))
    case .bytes(let bytes): json.plain(Base64.encode(bytes))
    case .uuid(let uuid): json.plain(uuid.text(dashes: true).bytes)
    case .time(let time): json.plain(try time.isoText())
    case .null, .bool, .array, .tuple, .map:
      throw Failure(.wrongType, "a key is null, bool or a container, so JSON cannot hold it: use text as keys")
    }
  }

  private func name(_ double: Double) -> [UInt8] {
    guard double.isFinite else { return Text(double.isNaN ? "nan" : double < 0 ? "-inf" : "inf").bytes }
    var name: [UInt8] = []
    Decimal.append(double, .msgspec, to: &name)
    return name
  }
}
