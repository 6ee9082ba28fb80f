// SPDX-License-Identifier: Apache-2.0
package import Support
package import Values

/// How the whole of a session is written: in a cookie, in a record, and for a host that has a serializer of its own.
package enum PayloadCodec: Hashable, Sendable {
  /// Flask's tagged JSON: keys sorted, times in whole seconds.
  case flask
  /// The same tags with nothing lost: keys in their order, times in full.
  case tagged
  /// JSON as msgspec writes it.
  case json
  /// MessagePack as msgspec writes it.
  case messagePack
  /// Pickle as Flask-Session wrote it up to 0.6, and writes it into files; whatever its protocol, it is read.
  case pickle(Pickle.Version)

  /// - Parameter name: as `swiftsession_payload` and SESSION_SERIALIZATION_FORMAT have it.
  package init?(_ name: Text) {
    switch name {
    case "flask": self = .flask
    case "tagged": self = .tagged
    case "json": self = .json
    case "msgpack": self = .messagePack
    case "pickle0": self = .pickle(.zero)
    case "pickle4": self = .pickle(.four)
    case "pickle5": self = .pickle(.five)
    default: return nil
    }
  }

  package func encode(_ values: Map) throws(Failure) -> [UInt8] {
    switch self {
    case .flask: try TaggedJSON.encode(.map(values))
    case .tagged: try TaggedJSON.encode(.map(values), style: .exact)
    case .json: try JSON.encode(.map(values))
    case .messagePack: try MessagePack.encode(.map(values))
    case .pickle(let version): try Pickle.encode(.map(values), version)
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
    case .tagged: try exactly(try TaggedJSON.decode(bytes, style: .exact))
    case .json: try exactly(try JSON.decode(bytes))
    case .messagePack: try exactly(try MessagePack.decode(bytes))
    case .pickle: try exactly(try Pickle.decode(bytes))
    }
  }

  private func exactly(_ value: Value) throws(Failure) -> Decoded {
    guard case .map(let map) = value else { throw PayloadCodec.noMap }
    return Decoded(map: map, isExact: true)
  }

  /// What Flask makes of a payload by `dict()`: a map as it is, null as an empty one, a list of pairs as their map.
  private func decoded(_ value: Value) throws(Failure) -> Decoded {
    switch value {
    case .map: return try exactly(value)
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
