// SPDX-License-Identifier: Apache-2.0
package import Support
package import Values

/// How the whole of a session is written: the codecs that `swiftsession_payload` names.
package enum PayloadCodec: Sendable {
  /// Flask's tagged JSON.
  case flask

  package init?(_ name: Text) {
    switch name {
    case "flask": self = .flask
    default: return nil
    }
  }

  package func encode(_ values: Map) throws(Failure) -> [UInt8] {
    switch self {
    case .flask: try TaggedJSON.encode(.map(values))
    }
  }

  /// What a payload holds.
  package struct Decoded {
    package let map: Map
    /// Whether the payload is that map, and not only something that becomes one.
    package let isExact: Bool
  }

  /// - Throws: MALFORMED for what is no session, TOO_LARGE above a limit.
  package func decode(_ bytes: [UInt8]) throws(Failure) -> Decoded {
    switch self {
    case .flask: try decoded(try TaggedJSON.decode(bytes))
    }
  }

  /// What Flask makes of a payload by `dict()`: a map as it is, null as an empty one, a list of pairs as their map.
  private func decoded(_ value: Value) throws(Failure) -> Decoded {
    switch value {
    case .map(let map): return Decoded(map: map, isExact: true)
    case .null: return Decoded(map: Map(), isExact: false)
    case .array(let items), .tuple(let items): return Decoded(map: try map(items), isExact: false)
    default: throw PayloadCodec.noMap
    }
  }

  private func map(_ items: [Value]) throws(Failure) -> Map {
    var map = Map()
    for item in items {
      switch item {
      case .array(let pair) where pair.count == 2, .tuple(let pair) where pair.count == 2:
        guard case .text = pair[0] else { throw PayloadCodec.noMap }
        map[pair[0]] = pair[1]
      default:
        throw PayloadCodec.noMap
      }
    }
    return map
  }

  private static var noMap: Failure { Failure(.malformed, "The payload of a session has to be a map.") }
}
