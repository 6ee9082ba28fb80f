// SPDX-License-Identifier: Apache-2.0
internal import Support
internal import Values

/// What one request did to its session, replayed on the newest record when another request has written meanwhile.
///
/// A tree with the keys of the session: each node has what was done to its value, and below it what was done within. A
/// value that is set forgets what was done to it and within it before, so that the log is as long as what was touched.
struct ChangeLog {
  /// Whether everything that is there at the replay goes first.
  private(set) var clears = false
  private var root = ChangeNode()

  var isEmpty: Bool { !clears && root.isEmpty }

  /// Whether a replay on a record that has the changes already would do them twice.
  var counts: Bool { root.counts }

  /// The values that were touched.
  var count: Int { root.count }

  mutating func clear() {
    clears = true
    root = ChangeNode()
  }

  mutating func set(_ path: [Value], _ value: Value) {
    root.node(path).replaceAll(.set(value))
  }

  mutating func remove(_ path: [Value]) {
    root.node(path).replaceAll(.remove)
  }

  mutating func setIfAbsent(_ path: [Value], _ value: Value) {
    root.node(path).add(.setIfAbsent(value))
  }

  mutating func add(_ path: [Value], _ amount: Int64) {
    root.node(path).add(.add(amount))
  }

  mutating func append(_ path: [Value], _ item: Value) {
    root.node(path).add(.append([item]))
  }

  mutating func removeItem(_ path: [Value], _ item: Value) {
    root.node(path).add(.removeItem(item))
  }

  mutating func take(_ path: [Value], _ items: [Value]) {
    root.node(path).add(.take(items))
  }

  /// Logs what makes `new` of `old`: maps key by key to any depth, everything else as a whole.
  mutating func difference(_ path: [Value] = [], from old: Map, to new: Map) {
    root.node(path).difference(from: old, to: new)
  }

  /// Does to `values` what the request did to what it had loaded.
  ///
  /// - Throws: CONFLICT where a number or a list is due and something else is there.
  func replay(on values: Map) throws(Failure) -> Map {
    try root.replay(within: clears ? Map() : values)
  }
}
