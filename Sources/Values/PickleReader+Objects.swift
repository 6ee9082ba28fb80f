// SPDX-License-Identifier: Apache-2.0
import Support

/// The data that objects of known classes stand for, from the arguments that they would be made with.
extension PickleReader {
  /// Nil for arguments that the class does not pickle itself with.
  mutating func make(_ name: PickleName, _ arguments: [PickleItem]) -> PickleItem? {
    switch name {
    case .object, .factory: return nil
    case .bytes, .bytearray: return bytes(arguments).map { .value(.bytes($0)) }
    case .encode: return encoded(arguments).map { .value(.bytes($0)) }
    case .text, .markup: return text(name, arguments)
    case .decimal: return arguments.count == 1 ? text(.text, arguments) : nil
    case .set, .deque: return collected(name, arguments)
    case .orderedMap: return orderedMap(arguments)
    case .defaultMap: return defaultMap(arguments)
    case .reconstructor: return reconstructed(arguments)
    case .uuid: return arguments.isEmpty ? node(.uuid) : nil
    case .dateTime: return dateTime(arguments)
    case .date: return fields(arguments, count: 1).flatMap { PythonTime.dateText($0) }.map { .value(.text($0)) }
    case .time: return fields(arguments, count: 1).flatMap { PythonTime.timeText($0) }.map { .value(.text($0)) }
    case .duration: return duration(arguments)
    case .zone: return zone(arguments)
    }
  }

  // MARK: - Bytes and text

  /// `bytes()`, `bytearray(b"...")` and `bytearray("...", "latin-1")`.
  private func bytes(_ arguments: [PickleItem]) -> [UInt8]? {
    guard let first = arguments.first else { return [] }
    if arguments.count == 1, case .value(.bytes(let bytes)) = first { return bytes }
    return encoded(arguments)
  }

  /// What protocols below 3 make bytes of: a text and `latin1`.
  private func encoded(_ arguments: [PickleItem]) -> [UInt8]? {
    guard arguments.count == 2, case .value(.text(let text)) = arguments[0],
      case .value(.text(let encoding)) = arguments[1], encoding == "latin1" || encoding == "latin-1"
    else { return nil }
    return PickleText.latin1(text)
  }

  private func text(_ name: PickleName, _ arguments: [PickleItem]) -> PickleItem? {
    guard let first = arguments.first else { return .value(name == .markup ? .markup("") : .text("")) }
    guard arguments.count == 1, case .value(.text(let text)) = first else { return nil }
    return .value(name == .markup ? .markup(text) : .text(text))
  }

  // MARK: - Containers

  /// `set([...])`, `deque([...])` and `deque([...], most)`.
  private mutating func collected(_ name: PickleName, _ arguments: [PickleItem]) -> PickleItem? {
    guard arguments.count <= (name == .deque ? 2 : 1) else { return nil }
    let kind: PickleNode.Kind = name == .deque ? .list : .set
    guard let first = arguments.first else { return node(kind) }
    guard case .node(let number) = first, nodes[number].kind == .list || nodes[number].kind == .tuple else {
      return nil
    }
    return node(kind, nodes[number].items)
  }

  /// `OrderedDict()`, and in Python 2 `OrderedDict([[key, value], ...])`.
  private mutating func orderedMap(_ arguments: [PickleItem]) -> PickleItem? {
    guard let first = arguments.first else { return node(.map) }
    guard arguments.count == 1, case .node(let list) = first, nodes[list].kind == .list else { return nil }
    var items: [PickleItem] = []
    for item in nodes[list].items {
      guard case .node(let pair) = item, nodes[pair].items.count == 2, nodes[pair].kind == .list else { return nil }
      items.append(contentsOf: nodes[pair].items)
    }
    return node(.map, items)
  }

  /// `defaultdict(list)`, whose items follow.
  private mutating func defaultMap(_ arguments: [PickleItem]) -> PickleItem? {
    guard arguments.count <= 1 else { return nil }
    switch arguments.first {
    case nil, .value(.null), .name: return node(.map)
    default: return nil
    }
  }

  /// How protocols below 2 make objects: a class, the built-in class that it is derived from, and that one's value.
  private mutating func reconstructed(_ arguments: [PickleItem]) -> PickleItem? {
    guard arguments.count == 3, case .name(let name) = arguments[0], case .name(let base) = arguments[1] else {
      return nil
    }
    switch (name, base, arguments[2]) {
    case (.uuid, .object, .value(.null)): return node(.uuid)
    case (.markup, .text, .value(.text(let text))): return .value(.markup(text))
    default: return nil
    }
  }

  /// From the state of a `UUID`, `{"int": ...}`; that it is safe means nothing outside of its process.
  func uuid(_ state: [PickleItem]) -> UUID? {
    for index in stride(from: 0, to: state.count - 1, by: 2) {
      guard case .value(.text("int")) = state[index], case .value(let number) = state[index + 1] else { continue }
      switch number {
      case .integer(let low) where low >= 0: return UUID(high: 0, low: UInt64(low))
      case .unsigned(let low): return UUID(high: 0, low: low)
      case .wide(let digits) where digits.count <= 39: return UUID(littleEndian: WideInteger.bytes(of: digits))
      default: return nil
      }
    }
    return nil
  }

  // MARK: - Times

  private func dateTime(_ arguments: [PickleItem]) -> PickleItem? {
    if arguments.count == 2, case .zone(let zone) = arguments[1], let fields = fields(arguments, count: 2) {
      return PythonTime.moment(fields, zone: zone).map { .value(.time($0)) }
    }
    return fields(arguments, count: 1).flatMap { PythonTime.moment($0, zone: nil) }.map { .value(.time($0)) }
  }

  private func fields(_ arguments: [PickleItem], count: Int) -> [UInt8]? {
    guard arguments.count == count, case .value(.bytes(let fields)) = arguments[0] else { return nil }
    return fields
  }

  private func duration(_ arguments: [PickleItem]) -> PickleItem? {
    guard arguments.count == 3, case .value(.integer(let days)) = arguments[0],
      case .value(.integer(let seconds)) = arguments[1], case .value(.integer(let microseconds)) = arguments[2]
    else { return nil }
    return PythonDuration(days: days, seconds: seconds, microseconds: microseconds).map { .duration($0) }
  }

  /// Within a day, in whole seconds, with or without a name.
  private func zone(_ arguments: [PickleItem]) -> PickleItem? {
    guard 1...2 ~= arguments.count, case .duration(let offset) = arguments[0],
      offset.microseconds % 1_000_000 == 0, -86_399...86_399 ~= offset.microseconds / 1_000_000
    else { return nil }
    if arguments.count == 2 {
      guard case .value(.text) = arguments[1] else { return nil }
    }
    return .zone(Int32(offset.microseconds / 1_000_000))
  }
}

extension UUID {
  /// Nil for a negative number and for one of more than 128 bits.
  fileprivate init?(littleEndian bytes: [UInt8]) {
    guard let last = bytes.last, last < 0x80, bytes.count <= 16 || (bytes.count == 17 && last == 0) else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for byte in bytes.reversed() {
      high = high << 8 | low >> 56
      low = low << 8 | UInt64(byte)
    }
    self.init(high: high, low: low)
  }
}
