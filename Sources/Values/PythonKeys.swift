// SPDX-License-Identifier: Apache-2.0
import Support

/// The keys of a map as Python's `json` makes text of them, in the order in which it writes them.
enum PythonKeys {
  /// The entries of `map`, each key as text.
  ///
  /// - Throws: `wrongType` for a key that `json` does not take, and for keys that Python cannot sort.
  static func entries(of map: Map, sorted: Bool) throws(Failure) -> [Map.Entry] {
    guard map.entries.allSatisfy({ $0.isNamed }) else { return try converted(map, sorted: sorted) }
    guard sorted, !isInOrder(map.entries) else { return map.entries }
    return ordered(map.entries.map { Key($0) })
  }

  private static func isInOrder(_ entries: [Map.Entry]) -> Bool {
    for index in entries.indices.dropFirst() where entries[index].name < entries[index - 1].name { return false }
    return true
  }

  private static func converted(_ map: Map, sorted: Bool) throws(Failure) -> [Map.Entry] {
    var numbers: [Key] = []
    var entries: [Map.Entry] = []
    for entry in map.entries {
      guard let name = name(entry.key) else {
        throw Failure(.wrongType, "a key is neither text, number, bool nor null, so Flask's JSON cannot hold it")
      }
      let named = Map.Entry(key: .text(name), value: entry.value)
      entries.append(named)
      if let number = Key(entry.key, named) { numbers.append(number) }
    }
    guard sorted, entries.count > 1 else { return entries }
    guard numbers.count == entries.count else {
      throw Failure(.wrongType, "a map has keys of several types, which Flask's JSON cannot sort: use text alone")
    }
    return ordered(numbers)
  }

  private static func ordered(_ keys: [Key]) -> [Map.Entry] {
    keys.sorted { $0 < $1 }.map { $0.entry }
  }

  private static func name(_ key: Value) -> Text? {
    switch key {
    case .text(let text), .markup(let text), .wide(let text): return text
    case .null: return "null"
    case .bool(let bool): return bool ? "true" : "false"
    case .integer(let integer): return Text("\(integer)")
    case .unsigned(let integer): return Text("\(integer)")
    case .double(let double):
      var text = Text([])
      Decimal.append(double, .flask, to: &text.bytes)
      return text
    default: return nil
    }
  }

  /// Text, or a key that Python orders by its value: all of one map are of one kind.
  private struct Key {
    let entry: Map.Entry
    /// Nil for text.
    private let double: Double?
    /// Decimal digits, when it is an integer.
    private let digits: Text?

    init(_ entry: Map.Entry) {
      self.entry = entry
      (double, digits) = (nil, nil)
    }

    init?(_ key: Value, _ entry: Map.Entry) {
      self.entry = entry
      switch key {
      case .bool(let bool): (double, digits) = (bool ? 1 : 0, bool ? "1" : "0")
      case .integer, .unsigned, .wide:
        double = entry.name.bytes.withUnsafeBufferPointer { Decimal.double($0) }
        digits = entry.name
      case .double(let number): (double, digits) = (number, nil)
      default: return nil
      }
    }

    static func < (left: Key, right: Key) -> Bool {
      guard let value = left.double, let otherValue = right.double else { return left.entry.name < right.entry.name }
      guard value == otherValue, let one = left.digits, let other = right.digits else { return value < otherValue }
      // Two integers too near for doubles: then both have the same sign, and the longer one is farther from zero.
      let isNearer = one.count == other.count ? one < other : one.count < other.count
      return value < 0 ? !isNearer && one != other : isNearer
    }
  }
}

extension Map.Entry {
  fileprivate var isNamed: Bool {
    if case .text = key { true } else { false }
  }

  /// Empty for a key that is not text.
  fileprivate var name: Text {
    if case .text(let text) = key { text } else { Text([]) }
  }
}
