// SPDX-License-Identifier: Apache-2.0
import Support

/// Makes values of the containers that a pickle has built, each as often as it stands somewhere.
struct PickleTree {
  private let nodes: [PickleNode]
  private let limits: Limits
  /// The containers on the way from the top to the one at hand.
  private var isOpen: [Bool]
  private var count = 0
  /// Bytes of text and of bytes.
  private var size = 0

  init(_ nodes: [PickleNode], _ limits: Limits) {
    self.nodes = nodes
    self.limits = limits
    isOpen = [Bool](repeating: false, count: nodes.count)
  }

  mutating func value(of item: PickleItem) throws(Failure) -> Value {
    try value(of: item, depth: 0, isKey: false)
  }

  /// - Parameter depth: of the container that the value is in.
  @inline(never)
  private mutating func value(of item: PickleItem, depth: Int, isKey: Bool) throws(Failure) -> Value {
    count += 1
    guard count <= limits.count, size <= limits.size else { throw PickleTree.tooLarge }
    switch item {
    case .value(let value): return try counted(value)
    case .duration(let duration): return .text(duration.isoText)
    case .name, .zone: throw PickleTree.malformed("a class or a time zone is no value")
    case .node(let number): return try value(of: number, depth: depth + 1, isKey: isKey)
    }
  }

  private mutating func value(of number: Int, depth: Int, isKey: Bool) throws(Failure) -> Value {
    guard !isOpen[number] else { throw PickleTree.malformed("a container holds itself") }
    guard depth <= limits.depth else {
      throw Failure(.tooLarge, "the pickle nests deeper than \(limits.depth) levels")
    }
    isOpen[number] = true
    defer { isOpen[number] = false }
    let node = nodes[number]
    switch node.kind {
    case .tuple: return .tuple(try values(of: node.items, depth: depth, isKey: isKey))
    case .uuid:
      guard let uuid = node.items.first else { throw PickleTree.malformed("a UUID has no number") }
      return try value(of: uuid, depth: depth, isKey: isKey)
    case .list, .set, .map:
      guard !isKey else { throw PickleTree.malformed("a container that can change is a key") }
      guard node.kind == .map else { return .array(try values(of: node.items, depth: depth, isKey: false)) }
      return .map(try map(of: node.items, depth: depth))
    }
  }

  private mutating func values(of items: [PickleItem], depth: Int, isKey: Bool) throws(Failure) -> [Value] {
    // As many at most as there are bytes in the pickle.
    var values: [Value] = []
    values.reserveCapacity(items.count)
    for item in items { values.append(try value(of: item, depth: depth, isKey: isKey)) }
    return values
  }

  private mutating func map(of items: [PickleItem], depth: Int) throws(Failure) -> Map {
    var map = Map()
    for index in stride(from: 0, to: items.count - 1, by: 2) {
      let key = try value(of: items[index], depth: depth, isKey: true)
      map.set(key, try value(of: items[index + 1], depth: depth, isKey: false))
    }
    return map
  }

  private mutating func counted(_ value: Value) throws(Failure) -> Value {
    switch value {
    case .text(let text), .markup(let text), .wide(let text): size += text.count
    case .bytes(let bytes): size += bytes.count
    default: break
    }
    guard size <= limits.size else { throw PickleTree.tooLarge }
    return value
  }

  private static var tooLarge: Failure {
    Failure(.tooLarge, "the pickle repeats what it holds until it is larger than a session may be")
  }

  private static func malformed(_ what: StaticString) -> Failure {
    Failure(.malformed, "not a pickle of plain data: \(what)")
  }
}
