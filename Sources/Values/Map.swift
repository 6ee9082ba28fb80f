// SPDX-License-Identifier: Apache-2.0
package import Support

/// A map that keeps the order in which its keys came. A key that is set again keeps its place.
///
/// Keys are values because MessagePack and pickle allow other keys than text; JSON and the C API have text alone.
package struct Map: Sendable {
  package private(set) var entries: [Entry] = []
  /// The position of each key, once there are enough of them that a search by eye would cost.
  private var positions: [Value: Int] = [:]

  package struct Entry: Equatable, Sendable {
    package let key: Value
    package var value: Value
  }

  package init() {}

  package var count: Int { entries.count }
  package var isEmpty: Bool { entries.isEmpty }

  package subscript(key: Value) -> Value? {
    get {
      position(of: key).map { entries[$0].value }
    }
    set {
      if let newValue {
        set(key, newValue)
      } else {
        remove(key)
      }
    }
  }

  package subscript(key: Text) -> Value? {
    get { self[.text(key)] }
    set { self[.text(key)] = newValue }
  }

  /// Removes a key and answers with what it held.
  @discardableResult
  package mutating func remove(_ key: Value) -> Value? {
    guard let position = position(of: key) else { return nil }
    let entry = entries.remove(at: position)
    index()
    return entry.value
  }

  package mutating func removeAll() {
    entries = []
    positions = [:]
  }

  package mutating func set(_ key: Value, _ value: Value) {
    if let position = position(of: key) {
      entries[position].value = value
      return
    }
    // An array that grows from nothing is copied for the second, third and fifth entry.
    if entries.isEmpty { entries.reserveCapacity(4) }
    entries.append(Entry(key: key, value: value))
    if !positions.isEmpty {
      positions[key] = entries.count - 1
    } else if entries.count > Map.searched {
      index()
    }
  }

  private func position(of key: Value) -> Int? {
    if !positions.isEmpty {
      return positions[key]
    }
    guard case .text(let name) = key else { return entries.firstIndex { $0.key == key } }
    return entries.withUnsafeBufferPointer { entries in
      for index in 0..<entries.count {
        if case .text(let other) = entries[index].key, other.bytes.count == name.bytes.count, other == name {
          return index
        }
      }
      return nil
    }
  }

  private mutating func index() {
    positions = [:]
    guard entries.count > Map.searched else { return }
    positions.reserveCapacity(entries.count)
    for index in entries.indices {
      positions[entries[index].key] = index
    }
  }

  /// Up to this many entries are searched one by one.
  private static var searched: Int { 16 }
}

extension Map: Equatable {
  package static func == (left: Map, right: Map) -> Bool {
    left.entries == right.entries
  }
}
