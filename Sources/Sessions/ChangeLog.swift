// SPDX-License-Identifier: Apache-2.0
internal import Support
internal import Values

/// What one request did to its session, replayed on the newest record when another request has written meanwhile.
///
/// The log stays as small as what was touched: a value that is set forgets what was done to it before.
struct ChangeLog {
  /// Whether everything that is there at the replay goes first.
  private(set) var clears = false
  private(set) var changes: [Change] = []

  var isEmpty: Bool { !clears && changes.isEmpty }

  /// Whether a replay on a record that has the changes already would do them twice.
  var counts: Bool {
    changes.contains { $0.operation.counts }
  }

  mutating func clear() {
    clears = true
    changes = []
  }

  mutating func set(_ path: [Value], _ value: Value) {
    forget(path)
    changes.append(Change(path, .set(value)))
  }

  mutating func remove(_ path: [Value]) {
    forget(path)
    changes.append(Change(path, .remove))
  }

  mutating func setIfAbsent(_ path: [Value], _ value: Value) {
    changes.append(Change(path, .setIfAbsent(value)))
  }

  /// - Parameter sum: what the value is now.
  mutating func add(_ path: [Value], _ amount: Int64, sum: Value) {
    guard let last = lastIndex(path) else {
      return changes.append(Change(path, .add(amount)))
    }
    switch changes[last].operation {
    case .set: changes[last].operation = .set(sum)
    case .add(let before):
      let (total, overflow) = before.addingReportingOverflow(amount)
      if overflow {
        changes.append(Change(path, .add(amount)))
      } else {
        changes[last].operation = .add(total)
      }
    default: changes.append(Change(path, .add(amount)))
    }
  }

  mutating func append(_ path: [Value], _ item: Value) {
    if let last = lastIndex(path), case .append(let items) = changes[last].operation {
      changes[last].operation = .append(items + [item])
    } else if let last = lastIndex(path), case .set(.array(let items)) = changes[last].operation {
      changes[last].operation = .set(.array(items + [item]))
    } else {
      changes.append(Change(path, .append([item])))
    }
  }

  /// Logs what makes `new` of `old`: maps key by key to any depth, everything else as a whole.
  mutating func difference(_ path: [Value] = [], from old: Map, to new: Map) {
    for entry in old.entries where new[entry.key] == nil {
      remove(path + [entry.key])
    }
    for entry in new.entries {
      switch (old[entry.key], entry.value) {
      case (.map(let before), .map(let after)): difference(path + [entry.key], from: before, to: after)
      case (let before, let after) where before != after: set(path + [entry.key], after)
      default: break
      }
    }
  }

  /// Does to `values` what the request did to what it had loaded.
  ///
  /// - Throws: CONFLICT where a number or a list is due and something else is there.
  func replay(on values: Map) throws(Failure) -> Map {
    var result = clears ? Map() : values
    for change in changes {
      result = try change.operation.apply(change.path[...], to: result)
    }
    return result
  }

  private mutating func forget(_ path: [Value]) {
    changes.removeAll { $0.path.starts(with: path) }
  }

  /// The last change of this very value, if nothing around or within it was changed after.
  private func lastIndex(_ path: [Value]) -> Int? {
    guard let last = changes.lastIndex(where: { $0.path.starts(with: path) || path.starts(with: $0.path) }),
      changes[last].path == path
    else { return nil }
    return last
  }
}
