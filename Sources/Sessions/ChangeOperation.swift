// SPDX-License-Identifier: Apache-2.0
internal import Support
internal import Values

/// One thing that a request did to a value.
enum ChangeOperation {
  case set(Value)
  case remove
  case add(Int64)
  case append([Value])
  /// The first one that equals it, if there is one.
  case removeItem(Value)
  /// These items, and where none is left the array.
  case take([Value])
  case setIfAbsent(Value)

  /// Whether doing it twice is another result than doing it once.
  var counts: Bool {
    switch self {
    case .add, .append, .removeItem, .take: true
    case .set, .remove, .setIfAbsent: false
    }
  }

  /// The two, one after the other, as few as they can be.
  func joined(with next: ChangeOperation) -> [ChangeOperation] {
    switch (self, next) {
    case (.set(.integer(let number)), .add(let amount)):
      let (sum, overflow) = number.addingReportingOverflow(amount)
      return overflow ? [self, next] : [.set(.integer(sum))]
    case (.add(let number), .add(let amount)):
      let (sum, overflow) = number.addingReportingOverflow(amount)
      return overflow ? [self, next] : [.add(sum)]
    case (.set(.array(let items)), .append(let more)): return [.set(.array(items + more))]
    case (.set(.array(let items)), .removeItem(let item)): return [.set(.array(items.removingFirst(item)))]
    case (.append(let items), .append(let more)): return [.append(items + more)]
    default: return [self, next]
    }
  }

  /// - Throws: CONFLICT where a number or a list is due and something else is there.
  func apply(to old: Value?) throws(Failure) -> Value? {
    switch self {
    case .set(let value): return value
    case .remove: return nil
    case .setIfAbsent(let value): return old ?? value
    case .add(let amount): return try sum(old, amount)
    case .append(let items):
      switch old {
      case nil: return .array(items)
      case .array(let before): return .array(before + items)
      default: throw Failure(.conflict, "Another request put something that is no array where this one appends.")
      }
    case .removeItem(let item):
      switch old {
      case nil: return nil
      case .array(let items): return .array(items.removingFirst(item))
      default:
        throw Failure(.conflict, "Another request put something that is no array where this one removes an item.")
      }
    case .take(let items):
      // What is there is no array of that time any more: nothing of it was taken.
      guard case .array(let before) = old else { return old }
      var left = before
      for item in items {
        if let place = left.firstIndex(where: { item.isStored(as: $0) }) { left.remove(at: place) }
      }
      return left.isEmpty ? nil : .array(left)
    }
  }

  private func sum(_ old: Value?, _ amount: Int64) throws(Failure) -> Value {
    guard let old else { return .integer(amount) }
    guard case .integer(let number) = old else {
      throw Failure(.conflict, "Another request put something that is no integer where this one adds.")
    }
    let (sum, overflow) = number.addingReportingOverflow(amount)
    guard !overflow else { throw Failure(.conflict, "Together with another request the sum exceeds 64 bits.") }
    return .integer(sum)
  }
}

extension [Value] {
  func removingFirst(_ item: Value) -> [Value] {
    guard let place = firstIndex(of: item) else { return self }
    var items = self
    items.remove(at: place)
    return items
  }
}

extension Value {
  /// Whether a record may have made the other one of this one: most formats have no tuples.
  fileprivate func isStored(as other: Value) -> Bool {
    switch (self, other) {
    case (.tuple(let items), .array(let others)): items == others
    default: self == other
    }
  }
}
