// SPDX-License-Identifier: Apache-2.0
import Support

/// Reads MessagePack in one pass over memory.
struct MessagePackReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let limits: Limits
  private var position = 0
  private var count = 0

  /// The one value that `bytes` are, and nothing after it.
  static func value(of bytes: UnsafeBufferPointer<UInt8>, _ limits: Limits) throws(Failure) -> Value {
    guard bytes.count <= limits.size else {
      throw Failure(.tooLarge, "the MessagePack has \(bytes.count) bytes; at most \(limits.size) are read")
    }
    var reader = MessagePackReader(bytes: bytes, limits: limits)
    try reader.tally(1)
    let value = try reader.value(depth: 0, isKey: false)
    guard reader.position == bytes.count else { throw reader.malformed("something follows the value") }
    return value
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, limits: Limits) {
    self.bytes = bytes
    self.limits = limits
  }

  /// - Parameters:
  ///   - depth: of the container that the value is in.
  ///   - isKey: whether it is a map's key or within one: there Python has tuples for arrays, and no maps.
  private mutating func value(depth: Int, isKey: Bool) throws(Failure) -> Value {
    let lead = UInt8(truncatingIfNeeded: try number(size: 1))
    switch lead {
    case 0x00...0x7F: return .integer(Int64(lead))
    case 0x80...0x8F: return try map(Int(lead & 0x0F), depth: depth + 1, isKey: isKey)
    case 0x90...0x9F: return try array(Int(lead & 0x0F), depth: depth + 1, isKey: isKey)
    case 0xA0...0xBF: return .text(try text(Int(lead & 0x1F)))
    case 0xC0: return .null
    case 0xC2: return .bool(false)
    case 0xC3: return .bool(true)
    case 0xC4, 0xC5, 0xC6: return .bytes(Array(try take(try size(lead - 0xC4))))
    case 0xC7, 0xC8, 0xC9: return try time(try size(lead - 0xC7))
    case 0xCA: return .double(Double(Float(bitPattern: UInt32(truncatingIfNeeded: try number(size: 4)))))
    case 0xCB: return .double(Double(bitPattern: try number(size: 8)))
    case 0xCC, 0xCD, 0xCE, 0xCF: return unsigned(try number(size: 1 << Int(lead - 0xCC)))
    case 0xD0: return .integer(Int64(Int8(truncatingIfNeeded: try number(size: 1))))
    case 0xD1: return .integer(Int64(Int16(truncatingIfNeeded: try number(size: 2))))
    case 0xD2: return .integer(Int64(Int32(truncatingIfNeeded: try number(size: 4))))
    case 0xD3: return .integer(Int64(bitPattern: try number(size: 8)))
    case 0xD4...0xD8: return try time(1 << Int(lead - 0xD4))
    case 0xD9, 0xDA, 0xDB: return .text(try text(try size(lead - 0xD9)))
    case 0xDC, 0xDD: return try array(try size(lead - 0xDC + 1), depth: depth + 1, isKey: isKey)
    case 0xDE, 0xDF: return try map(try size(lead - 0xDE + 1), depth: depth + 1, isKey: isKey)
    case 0xE0...0xFF: return .integer(Int64(Int8(bitPattern: lead)))
    default: throw malformed("this byte begins no value")
    }
  }

  private mutating func array(_ size: Int, depth: Int, isKey: Bool) throws(Failure) -> Value {
    try open(size, depth)
    var items: [Value] = []
    items.reserveCapacity(size)
    for _ in 0..<size { items.append(try value(depth: depth, isKey: isKey)) }
    return isKey ? .tuple(items) : .array(items)
  }

  private mutating func map(_ size: Int, depth: Int, isKey: Bool) throws(Failure) -> Value {
    guard !isKey else { throw malformed("a map is the key of a map") }
    // At most limits.size, so it can be doubled.
    guard size <= bytes.count else { throw malformed("it ends within a map") }
    try open(size * 2, depth)
    var map = Map()
    for _ in 0..<size {
      let key = try value(depth: depth, isKey: true)
      map.set(key, try value(depth: depth, isKey: false))
    }
    return .map(map)
  }

  /// What a container of `size` values needs, before anything is allocated for it: each takes a byte or more.
  private mutating func open(_ size: Int, _ depth: Int) throws(Failure) {
    guard depth <= limits.depth else {
      throw Failure(.tooLarge, "the MessagePack nests deeper than \(limits.depth) levels")
    }
    guard size <= bytes.count - position else { throw malformed("it ends within a container") }
    try tally(size)
  }

  private mutating func text(_ size: Int) throws(Failure) -> Text {
    let content = try take(size)
    guard isUTF8(content) else { throw malformed("a text is not UTF-8") }
    return Text(Array(content))
  }

  private mutating func time(_ size: Int) throws(Failure) -> Value {
    let type = UInt8(truncatingIfNeeded: try number(size: 1))
    guard type == 0xFF else { throw malformed("an extension type that is not the time's cannot be kept") }
    let seconds: Int64
    let nanoseconds: UInt64
    switch size {
    case 4:
      nanoseconds = 0
      seconds = Int64(truncatingIfNeeded: try number(size: 4))
    case 8:
      let both = try number(size: 8)
      nanoseconds = both >> 34
      seconds = Int64(truncatingIfNeeded: both & (1 << 34 - 1))
    case 12:
      nanoseconds = try number(size: 4)
      seconds = Int64(bitPattern: try number(size: 8))
    default: throw malformed("a time has neither 4, 8 nor 12 bytes")
    }
    guard nanoseconds < 1_000_000_000, CivilDate.range.contains(seconds) else {
      throw malformed("a time is out of range")
    }
    return .time(DateTime(seconds: seconds, nanoseconds: Int32(nanoseconds)))
  }

  private func unsigned(_ number: UInt64) -> Value {
    number <= UInt64(Int64.max) ? .integer(Int64(number)) : .unsigned(number)
  }

  /// A size of one, two or four bytes.
  private mutating func size(_ power: UInt8) throws(Failure) -> Int {
    Int(truncatingIfNeeded: try number(size: 1 << Int(power)))
  }

  /// At most eight bytes, the highest first.
  private mutating func number(size: Int) throws(Failure) -> UInt64 {
    var number: UInt64 = 0
    for byte in try take(size) { number = number << 8 | UInt64(byte) }
    return number
  }

  private mutating func take(_ size: Int) throws(Failure) -> UnsafeBufferPointer<UInt8> {
    guard size <= bytes.count - position else { throw malformed("it ends within a value") }
    defer { position += size }
    return UnsafeBufferPointer(rebasing: bytes[position..<(position + size)])
  }

  private mutating func tally(_ more: Int) throws(Failure) {
    count += more
    guard count <= limits.count else {
      throw Failure(.tooLarge, "the MessagePack has more than \(limits.count) values")
    }
  }

  private func malformed(_ what: StaticString) -> Failure {
    Failure(.malformed, "not MessagePack at byte \(position): \(what)")
  }
}
