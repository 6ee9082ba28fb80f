// SPDX-License-Identifier: Apache-2.0
package import Support

/// What a session holds under a key: the types that the stored formats know between them.
package enum Value: Equatable, Sendable {
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
  /// Keys are text or numbers; for what is hardly ever a key, its kind is hash enough.
  package func hash(into hasher: inout Hasher) {
    switch self {
    case .text(let text): hasher.combine(text)
    case .integer(let integer): hasher.combine(integer)
    default: hasher.combine(0)
    }
  }
}
