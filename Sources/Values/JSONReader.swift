// SPDX-License-Identifier: Apache-2.0
import Support

/// Reads JSON (RFC 8259) in one pass over memory, as strictly as Python or msgspec.
struct JSONReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let dialect: JSONDialect
  private let limits: Limits
  private let style: TaggedJSON.Style
  private var position = 0
  private var count = 0

  /// The one value that `bytes` are, and nothing after it but white space.
  static func value(
    of bytes: UnsafeBufferPointer<UInt8>, _ dialect: JSONDialect, _ limits: Limits,
    _ style: TaggedJSON.Style = .flask
  ) throws(Failure) -> Value {
    guard bytes.count <= limits.size else {
      throw Failure(.tooLarge, "the JSON has \(bytes.count) bytes; at most \(limits.size) are read")
    }
    var reader = JSONReader(bytes: bytes, dialect: dialect, limits: limits, style: style)
    let value = try reader.value(depth: 0)
    guard reader.next() == nil else { throw reader.malformed("something follows the value") }
    return value
  }

  private init(
    bytes: UnsafeBufferPointer<UInt8>, dialect: JSONDialect, limits: Limits, style: TaggedJSON.Style
  ) {
    self.bytes = bytes
    self.dialect = dialect
    self.limits = limits
    self.style = style
  }

  /// - Parameter depth: of the container that the value is in.
  @_optimize(speed)
  private mutating func value(depth: Int) throws(Failure) -> Value {
    try tally()
    guard let first = next() else { throw malformed("it ends where a value is due") }
    switch first {
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t") where take("true"): return .bool(true)
    case UInt8(ascii: "f") where take("false"): return .bool(false)
    case UInt8(ascii: "n") where take("null"): return .null
    case UInt8(ascii: "N") where dialect == .flask && take("NaN"): return .double(.nan)
    case UInt8(ascii: "I") where dialect == .flask && take("Infinity"): return .double(.infinity)
    default: throw malformed("this is no value")
    }
  }

  @_optimize(speed)
  private mutating func array(depth: Int) throws(Failure) -> [Value] {
    try check(depth)
    position += 1
    var items: [Value] = []
    if next() == UInt8(ascii: "]") {
      position += 1
      return items
    }
    items.reserveCapacity(4)
    while true {
      items.append(try value(depth: depth))
      if try close(UInt8(ascii: "]")) { return items }
    }
  }

  @_optimize(speed)
  private mutating func object(depth: Int) throws(Failure) -> Value {
    try check(depth)
    position += 1
    var map = Map()
    if next() == UInt8(ascii: "}") {
      position += 1
      return .map(map)
    }
    repeat {
      guard next() == UInt8(ascii: "\"") else { throw malformed("a key in double quotes is due") }
      try tally()
      let key = try string()
      guard next() == UInt8(ascii: ":") else { throw malformed("a colon is due") }
      position += 1
      map.set(.text(key), try value(depth: depth))
    } while try !close(UInt8(ascii: "}"))
    return dialect == .flask ? try Tag.untag(map, style) : .map(map)
  }

  /// Takes the comma before another member, or the end of the container: then true.
  @_optimize(speed)
  private mutating func close(_ end: UInt8) throws(Failure) -> Bool {
    let byte = next()
    guard byte == end || byte == UInt8(ascii: ",") else { throw malformed("a comma or the end of a container is due") }
    position += 1
    return byte == end
  }

  @_optimize(speed)
  private mutating func string() throws(Failure) -> Text {
    let start = position + 1
    var end = start
    var hasEscapes = false
    var isASCII = true
    while true {
      end = endOfPlainRun(bytes, from: end)
      guard end < bytes.count else { throw malformed("a string does not end") }
      let byte = bytes[end]
      if byte == UInt8(ascii: "\"") { break }
      guard byte >= 0x20 else { throw malformed("a string holds a control character") }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        end += 2
        continue
      }
      isASCII = false
      while end < bytes.count, bytes[end] >= 0x7F { end += 1 }
    }
    let raw = UnsafeBufferPointer(rebasing: bytes[start..<end])
    guard isASCII || isUTF8(raw) else { throw malformed("a string is not UTF-8") }
    guard hasEscapes else {
      position = end + 1
      return Text(Array(raw))
    }
    guard let plain = JSONEscapes.decoded(raw, surrogates: dialect == .flask) else {
      throw malformed("a string has an escape that does not exist")
    }
    position = end + 1
    return Text(plain)
  }

  private mutating func number() throws(Failure) -> Value {
    let start = position
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative { position += 1 }
    if isNegative, dialect == .flask, take("Infinity") { return .double(-.infinity) }
    if position < bytes.count, bytes[position] == UInt8(ascii: "0") {
      position += 1
    } else {
      try digits()
    }
    var isInteger = true
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try digits()
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
        position += 1
      }
      try digits()
    }
    let text = UnsafeBufferPointer(rebasing: bytes[start..<position])
    guard text.count <= Decimal.longest else {
      throw Failure(.tooLarge, "the JSON has a number of \(text.count) digits; at most \(Decimal.longest) are read")
    }
    if isInteger { return Decimal.integer(text) }
    let double = Decimal.double(text)
    guard dialect == .flask || double.isFinite else { throw malformed("a number is out of range") }
    return .double(double)
  }

  private mutating func digits() throws(Failure) {
    let start = position
    while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
    guard position > start else { throw malformed("a digit is due") }
  }

  /// The byte after any white space, not yet taken.
  private mutating func next() -> UInt8? {
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return byte
      }
    }
    return nil
  }

  private mutating func take(_ word: StaticString) -> Bool {
    let size = word.utf8CodeUnitCount
    guard bytes.count - position >= size else { return false }
    for index in 0..<size where bytes[position + index] != word.utf8Start[index] { return false }
    position += size
    return true
  }

  private func check(_ depth: Int) throws(Failure) {
    guard depth <= limits.depth else {
      throw Failure(.tooLarge, "the JSON nests deeper than \(limits.depth) levels")
    }
  }

  private mutating func tally() throws(Failure) {
    count += 1
    guard count <= limits.count else {
      throw Failure(.tooLarge, "the JSON has more than \(limits.count) values")
    }
  }

  private func malformed(_ what: StaticString) -> Failure {
    Failure(.malformed, "not JSON at byte \(position): \(what)")
  }
}
