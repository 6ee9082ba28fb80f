// SPDX-License-Identifier: Apache-2.0
package import Support

/// What a session holds under a key: the types that the stored formats know between them.
package enum Value: Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// Above `Int64.max`; smaller ones are `integer`.
  case unsigned(UInt64)
  /// Wider than 64 bits: an optional minus and decimal digits without leading zeros.
  case wide(Text)
  case double(Double)
  case text(Text)
  case bytes([UInt8])
  case array([Value])
  /// Python's tuple: an array to every format but Flask's tagged JSON and pickle.
  case tuple([Value])
  case map(Map)
  case time(DateTime)
  case uuid(UUID)
  /// Text that is safe HTML (markupsafe.Markup).
  case markup(Text)
}

extension Value: Hashable {
  /// Whether the two are stored alike: a NaN equals itself, -0.0 is not 0.0, and 1 is neither 1.0 nor true.
  // Not inlined, or each generic collection would hold copies of the whole switch.
  @inline(never)
  package static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let one), .bool(let other)): one == other
    case (.integer(let one), .integer(let other)): one == other
    case (.unsigned(let one), .unsigned(let other)): one == other
    case (.wide(let one), .wide(let other)): one == other
    case (.double(let one), .double(let other)): one.bitPattern == other.bitPattern
    case (.text(let one), .text(let other)): one == other
    case (.bytes(let one), .bytes(let other)): one == other
    case (.array(let one), .array(let other)): one == other
    case (.tuple(let one), .tuple(let other)): one == other
    case (.map(let one), .map(let other)): one == other
    case (.time(let one), .time(let other)): one == other
    case (.uuid(let one), .uuid(let other)): one == other
    case (.markup(let one), .markup(let other)): one == other
    default: false
    }
  }

  /// All of what may be a key in a stored format: keys that are chosen to collide would cost the square of their number.
  /// Maps are no keys.
  @inline(never)
  package func hash(into hasher: inout Hasher) {
    switch self {
    case .text(let text), .wide(let text), .markup(let text): hasher.combine(text)
    case .integer(let integer): hasher.combine(integer)
    case .unsigned(let integer): hasher.combine(integer)
    case .double(let double): hasher.combine(double.bitPattern)
    case .bytes(let bytes): bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    case .array(let items), .tuple(let items):
      hasher.combine(items.count)
      for item in items { item.hash(into: &hasher) }
    case .map(let map): hasher.combine(map.count)
    case .bool(let bool): hasher.combine(bool)
    case .time(let time):
      hasher.combine(time.seconds)
      hasher.combine(time.nanoseconds)
      hasher.combine(time.offset ?? 0)
    case .uuid(let uuid):
      hasher.combine(uuid.high)
      hasher.combine(uuid.low)
    case .null: hasher.combine(0)
    }
  }
}
