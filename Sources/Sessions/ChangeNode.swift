// SPDX-License-Identifier: Apache-2.0
internal import Support
internal import Values

/// What a request did to one value, and then to values within it.
final class ChangeNode {
  private var operations: [ChangeOperation] = []
  /// In the order in which they were first touched.
  private var keys: [Value] = []
  private var children: [Value: ChangeNode] = [:]

  var isEmpty: Bool { operations.isEmpty && children.allSatisfy { $0.value.isEmpty } }

  var counts: Bool { operations.contains { $0.counts } || children.contains { $0.value.counts } }

  var count: Int { children.reduce(operations.isEmpty ? 0 : 1) { $0 + $1.value.count } }

  /// The node of a value within this one.
  func node(_ path: [Value]) -> ChangeNode {
    path.reduce(self) { $0.child($1) }
  }

  func replaceAll(_ operation: ChangeOperation) {
    operations = [operation]
    keys = []
    children = [:]
  }

  /// Adds what can be joined with the last operation to it.
  func add(_ operation: ChangeOperation) {
    if let last = operations.popLast() {
      operations.append(contentsOf: last.joined(with: operation))
    } else {
      operations.append(operation)
    }
  }

  func difference(from old: Map, to new: Map) {
    for entry in old.entries where new[entry.key] == nil {
      child(entry.key).replaceAll(.remove)
    }
    for entry in new.entries {
      switch (old[entry.key], entry.value) {
      case (.map(let before), .map(let after)):
        guard before != after else { continue }
        child(entry.key).difference(from: before, to: after)
      case (let before, let after) where before != after:
        child(entry.key).replaceAll(.set(after))
      default: break
      }
    }
  }

  /// Makes the changes of the children within a map.
  func replay(within map: Map) throws(Failure) -> Map {
    var result = map
    for key in keys {
      guard let child = children[key] else { continue }
      result[key] = try child.replay(on: result[key])
    }
    return result
  }

  /// The value after the changes. A map that is missing is made where something is put into it; a value that is no map
  /// was put there by a later save, and gives way.
  private func replay(on old: Value?) throws(Failure) -> Value? {
    var value = old
    for operation in operations {
      value = try operation.apply(to: value)
    }
    if keys.isEmpty { return value }
    if case .map(let map) = value { return .map(try replay(within: map)) }
    let made = try replay(within: Map())
    return made.isEmpty ? value : .map(made)
  }

  private func child(_ key: Value) -> ChangeNode {
    if let child = children[key] { return child }
    let child = ChangeNode()
    children[key] = child
    keys.append(key)
    return child
  }
}
