// SPDX-License-Identifier: Apache-2.0
import Support

/// The recursion of `MessagePack.encode`: each value in the shortest form, a double always in eight bytes.
struct MessagePackWriter {
  private var bytes: [UInt8] = []
  private var count = 0

  init() {
    bytes.reserveCapacity(4096)
  }

  mutating func encode(_ value: Value) throws(Failure) -> [UInt8] {
    try write(value, depth: 0)
    let limits = Limits()
    guard bytes.count <= limits.size, count <= limits.count else {
      throw Failure(
        .tooLarge,
        "the value takes \(bytes.count) bytes of MessagePack and \(count) values; at most \(limits.size) and "
          + "\(limits.count) are written")
    }
    return bytes
  }

  /// - Parameter depth: of the container that the value is in.
  private mutating func write(_ value: Value, depth: Int) throws(Failure) {
    count += 1
    switch value {
    case .null: bytes.append(0xC0)
    case .bool(let bool): bytes.append(bool ? 0xC3 : 0xC2)
    case .integer(let integer): write(integer)
    case .unsigned(let integer): write(integer)
    case .wide: throw Failure(.tooLarge, "an integer is wider than 64 bits, so MessagePack cannot hold it")
    case .double(let double):
      bytes.append(0xCB)
      append(double.bitPattern, size: 8)
    // msgspec refuses Markup; a session that holds one is better kept than lost.
    case .text(let text), .markup(let text): try write(text)
    case .bytes(let content):
      head(content.count, one: 0xC4, two: 0xC5, four: 0xC6)
      bytes.append(contentsOf: content)
    case .uuid(let uuid): try write(uuid.text(dashes: true))
    case .time(let time): try write(time)
    case .array(let items), .tuple(let items): try write(items, depth: depth + 1)
    case .map(let map): try write(map, depth: depth + 1)
    }
  }

  private mutating func write(_ items: [Value], depth: Int) throws(Failure) {
    try check(depth)
    head(items.count, within: 0x90, upTo: 15, two: 0xDC, four: 0xDD)
    for item in items { try write(item, depth: depth) }
  }

  private mutating func write(_ map: Map, depth: Int) throws(Failure) {
    try check(depth)
    head(map.count, within: 0x80, upTo: 15, two: 0xDE, four: 0xDF)
    for entry in map.entries {
      try write(entry.key, depth: depth)
      try write(entry.value, depth: depth)
    }
  }

  private mutating func write(_ text: Text) throws(Failure) {
    guard isUTF8(text.bytes) else {
      throw Failure(.malformed, "a text is not UTF-8, so MessagePack cannot hold it: encode it, or set it as bytes")
    }
    head(text.count, within: 0xA0, upTo: 31, one: 0xD9, two: 0xDA, four: 0xDB)
    bytes.append(contentsOf: text.bytes)
  }

  private mutating func write(_ integer: Int64) {
    switch integer {
    case 0...: write(UInt64(integer))
    case (-32)...: bytes.append(UInt8(truncatingIfNeeded: integer))
    case Int64(Int8.min)...: number(0xD0, UInt64(bitPattern: integer), size: 1)
    case Int64(Int16.min)...: number(0xD1, UInt64(bitPattern: integer), size: 2)
    case Int64(Int32.min)...: number(0xD2, UInt64(bitPattern: integer), size: 4)
    default: number(0xD3, UInt64(bitPattern: integer), size: 8)
    }
  }

  private mutating func write(_ integer: UInt64) {
    switch integer {
    case ...0x7F: bytes.append(UInt8(integer))
    case ...0xFF: number(0xCC, integer, size: 1)
    case ...0xFFFF: number(0xCD, integer, size: 2)
    case ...0xFFFF_FFFF: number(0xCE, integer, size: 4)
    default: number(0xCF, integer, size: 8)
    }
  }

  /// The extension type -1.
  private mutating func write(_ time: DateTime) throws(Failure) {
    guard CivilDate.range.contains(time.seconds) else {
      throw Failure(.wrongType, "a time is not within the years 1 to 9999, so Python cannot hold it")
    }
    if time.isNaive { return try write(Text(try time.isoText())) }
    let nanoseconds = UInt64(UInt32(bitPattern: time.nanoseconds))
    let seconds = UInt64(bitPattern: time.seconds)
    if nanoseconds == 0, seconds <= 0xFFFF_FFFF {
      bytes.append(0xD6)
      number(0xFF, seconds, size: 4)
    } else if seconds < 1 << 34 {
      bytes.append(0xD7)
      number(0xFF, nanoseconds << 34 | seconds, size: 8)
    } else {
      bytes.append(0xC7)
      bytes.append(12)
      number(0xFF, nanoseconds, size: 4)
      append(seconds, size: 8)
    }
  }

  /// The lead and the count, in the shortest form there is: within the lead, or in one, two or four bytes after it.
  private mutating func head(
    _ count: Int, within: UInt8 = 0, upTo most: Int = -1, one: UInt8? = nil, two: UInt8, four: UInt8
  ) {
    if count <= most {
      bytes.append(within | UInt8(truncatingIfNeeded: count))
    } else if let one, count <= 0xFF {
      number(one, UInt64(count), size: 1)
    } else if count <= 0xFFFF {
      number(two, UInt64(count), size: 2)
    } else {
      number(four, UInt64(count), size: 4)
    }
  }

  private mutating func number(_ lead: UInt8, _ number: UInt64, size: Int) {
    bytes.append(lead)
    append(number, size: size)
  }

  /// The lowest `size` bytes, the highest of them first.
  private mutating func append(_ number: UInt64, size: Int) {
    for index in (0..<size).reversed() {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(index * 8)))
    }
  }

  private func check(_ depth: Int) throws(Failure) {
    guard depth <= Limits().depth else {
      throw Failure(.tooLarge, "the value nests deeper than \(Limits().depth) levels")
    }
  }
}
