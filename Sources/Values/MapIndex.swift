// SPDX-License-Identifier: Apache-2.0

/// Where the keys of a map with many entries stand. A map that is changed has one of its own.
///
/// An object, so that a map, and with it every value, is small: most maps never have one.
final class MapIndex: @unchecked Sendable {
  /// The number of each key, in the order in which keys came.
  private var numbers: [Value: Int] = [:]
  /// The numbers of the entries, where some were removed and so a number is no position.
  private var remaining: [Int] = []
  private var nextNumber = 0

  init(_ entries: [Map.Entry]) {
    numbers.reserveCapacity(2 * entries.count)
    for entry in entries { _ = enter(entry.key) }
  }

  init(_ other: MapIndex) {
    numbers = other.numbers
    remaining = other.remaining
    nextNumber = other.nextNumber
  }

  func position(of key: Value) -> Int? {
    guard let number = numbers[key] else { return nil }
    return remaining.isEmpty ? number : place(of: number)
  }

  /// Where a key stands. Nil: it is new, and comes behind all others.
  func enter(_ key: Value) -> Int? {
    let number = read(&numbers[key, default: nextNumber])
    guard number == nextNumber else { return remaining.isEmpty ? number : place(of: number) }
    if !remaining.isEmpty { remaining.append(number) }
    nextNumber += 1
    return nil
  }

  /// By reference, so that a default is entered while the table is searched, and the key is hashed once.
  private func read(_ number: inout Int) -> Int { number }

  /// - Parameter position: of the key, which is there.
  func remove(_ key: Value, at position: Int) {
    if remaining.isEmpty { remaining = Array(0..<nextNumber) }
    numbers[key] = nil
    remaining.remove(at: position)
  }

  /// Where a number stands in `remaining`, which ascends.
  private func place(of number: Int) -> Int {
    var low = 0
    var high = remaining.count
    while low < high {
      let middle = (low + high) / 2
      if remaining[middle] < number {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}
