// SPDX-License-Identifier: Apache-2.0
internal import Support
internal import Values

/// One thing that a request did to a value.
struct Change {
  /// The keys from the top of the session down to the value; never empty.
  let path: [Value]
  var operation: Operation

  init(_ path: [Value], _ operation: Operation) {
    self.path = path
    self.operation = operation
  }

  enum Operation {
    case set(Value)
    case remove
    case add(Int64)
    case append([Value])
    case setIfAbsent(Value)
  }
}

extension Change.Operation {
  /// Whether doing it twice is another result than doing it once.
  var counts: Bool {
    switch self {
    case .add, .append: true
    case .set, .remove, .setIfAbsent: false
    }
  }

  /// Does it to the value at the end of a path. A map that is missing on the way is made where something is put into
  /// it; a value on the way that is no map was put there by a later save, and is replaced.
  func apply(_ path: ArraySlice<Value>, to map: Map) throws(Failure) -> Map {
    guard let key = path.first else { return map }
    var map = map
    let rest = path.dropFirst()
    guard rest.isEmpty else {
      if case .map(let inner) = map[key] {
        map[key] = .map(try apply(rest, to: inner))
      } else if case .remove = self {
        return map
      } else {
        map[key] = .map(try apply(rest, to: Map()))
      }
      return map
    }
    map[key] = try result(on: map[key])
    return map
  }

  private func result(on old: Value?) throws(Failure) -> Value? {
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
