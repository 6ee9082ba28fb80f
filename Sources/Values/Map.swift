// SPDX-License-Identifier: Apache-2.0
package import Support

/// A map that keeps the order in which its keys came. A key that is set again keeps its place.
///
/// Keys are values because MessagePack and pickle allow other keys than text; JSON and the C API have text alone.
package struct Map: Sendable {
  package private(set) var entries: [Entry] = []
  /// Once there are so many keys that a search by eye would cost.
  private var index: MapIndex?

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
    ownIndex()?.remove(key, at: position)
    let value = entries.remove(at: position).value
    if entries.isEmpty { removeAll() }
    return value
  }

  package mutating func removeAll() {
    self = Map()
  }

  @_optimize(speed)
  package mutating func set(_ key: Value, _ value: Value) {
    let own = ownIndex()
    if let position = own == nil ? position(of: key) : own?.enter(key) {
      entries[position].value = value
      return
    }
    // An array that grows from nothing is copied for the second, third and fifth entry.
    if entries.isEmpty { entries.reserveCapacity(4) }
    entries.append(Entry(key: key, value: value))
    if own == nil, entries.count > Map.searched {
      index = MapIndex(entries)
    }
  }

  /// The index, to be changed.
  private mutating func ownIndex() -> MapIndex? {
    if !isKnownUniquelyReferenced(&index), let shared = index { index = MapIndex(shared) }
    return index
  }

  @_optimize(speed)
  private func position(of key: Value) -> Int? {
    if let index { return index.position(of: key) }
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

  /// Up to this many entries are searched one by one.
  private static var searched: Int { 16 }
}

extension Map: Equatable {
  package static func == (left: Map, right: Map) -> Bool {
    left.entries == right.entries
  }
}
