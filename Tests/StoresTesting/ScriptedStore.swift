// SPDX-License-Identifier: Apache-2.0
package import Stores
package import Support

/// A store that does as it is told: keeps what it was asked, and answers from a script before it asks another store.
///
/// For tests of what a caller does with `unknown`, `changed`, `gone` and errors. One thread at a time.
package final class ScriptedStore: SessionStore, @unchecked Sendable {
  /// One call, as it came.
  package struct Request: Sendable {
    package let operation: Operation
    package let key: Text
    package let record: [UInt8]
    package let timeToLive: Int64
    package let token: Token?
    package let call: Call
  }

  package enum Operation: Sendable, Equatable {
    case load, create, replace, touch, refresh, remove, removeWithToken, sweep, list, ping, prepare
  }

  /// What the next call of an operation does.
  package enum Step: Sendable {
    case failure(Failure)
    case load(StoredRecord?)
    case create(Creation)
    case replace(Replacement)
    case touch(Bool)
    case refresh(StoredRecord?)
    case removeWithToken(Removal)
    /// The store underneath does it; the answer is lost: `unknown`, or UNAVAILABLE from an operation without one.
    case doneButUnanswered
    /// Something happens first (another process writes), then the store underneath answers.
    case after(@Sendable (any SessionStore) -> Void)
  }

  private let store: any SessionStore
  private var steps: [(operation: Operation, step: Step)] = []
  package private(set) var requests: [Request] = []

  /// - Parameter store: answers what the script does not.
  package init(over store: any SessionStore) {
    self.store = store
  }

  /// Adds a step for the next call of the operation that has none yet.
  package func script(_ operation: Operation, _ step: Step) {
    steps.append((operation, step))
  }

  package func count(_ operation: Operation) -> Int {
    requests.reduce(0) { $1.operation == operation ? $0 + 1 : $0 }
  }

  package var largestRecord: Int? { store.largestRecord }

  package func load(_ key: Text, _ call: Call) throws(Failure) -> StoredRecord? {
    switch next(.load, key, call) {
    case .failure(let failure): throw failure
    case .load(let answer): return answer
    case .doneButUnanswered: throw ScriptedStore.lost
    default: return try store.load(key, call)
    }
  }

  package func create(_ key: Text, _ record: [UInt8], timeToLive: Int64, _ call: Call) throws(Failure) -> Creation {
    switch next(.create, key, call, record: record, timeToLive: timeToLive) {
    case .failure(let failure): throw failure
    case .create(let answer): return answer
    case .doneButUnanswered:
      _ = try store.create(key, record, timeToLive: timeToLive, call)
      return .unknown
    default: return try store.create(key, record, timeToLive: timeToLive, call)
    }
  }

  package func replace(
    _ key: Text, _ record: [UInt8], timeToLive: Int64, token: Token, _ call: Call
  ) throws(Failure) -> Replacement {
    switch next(.replace, key, call, record: record, timeToLive: timeToLive, token: token) {
    case .failure(let failure): throw failure
    case .replace(let answer): return answer
    case .doneButUnanswered:
      _ = try store.replace(key, record, timeToLive: timeToLive, token: token, call)
      return .unknown
    default: return try store.replace(key, record, timeToLive: timeToLive, token: token, call)
    }
  }

  package func touch(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> Bool {
    switch next(.touch, key, call, timeToLive: timeToLive) {
    case .failure(let failure): throw failure
    case .touch(let answer): return answer
    case .doneButUnanswered:
      _ = try store.touch(key, timeToLive: timeToLive, call)
      throw ScriptedStore.lost
    default: return try store.touch(key, timeToLive: timeToLive, call)
    }
  }

  package func refresh(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> StoredRecord? {
    switch next(.refresh, key, call, timeToLive: timeToLive) {
    case .failure(let failure): throw failure
    case .refresh(let answer): return answer
    case .doneButUnanswered:
      _ = try store.refresh(key, timeToLive: timeToLive, call)
      throw ScriptedStore.lost
    default: return try store.refresh(key, timeToLive: timeToLive, call)
    }
  }

  package func remove(_ key: Text, _ call: Call) throws(Failure) {
    switch next(.remove, key, call) {
    case .failure(let failure): throw failure
    case .doneButUnanswered:
      try store.remove(key, call)
      throw ScriptedStore.lost
    default: try store.remove(key, call)
    }
  }

  package func remove(_ key: Text, token: Token, _ call: Call) throws(Failure) -> Removal {
    switch next(.removeWithToken, key, call, token: token) {
    case .failure(let failure): throw failure
    case .removeWithToken(let answer): return answer
    case .doneButUnanswered:
      _ = try store.remove(key, token: token, call)
      return .unknown
    default: return try store.remove(key, token: token, call)
    }
  }

  package func sweep(limit: Int, _ call: Call) throws(Failure) -> Bool {
    if case .failure(let failure) = next(.sweep, Text([]), call) { throw failure }
    return try store.sweep(limit: limit, call)
  }

  package func list(_ prefix: Text, after place: [UInt8], limit: Int, _ call: Call) throws(Failure) -> KeyList {
    if case .failure(let failure) = next(.list, prefix, call) { throw failure }
    return try store.list(prefix, after: place, limit: limit, call)
  }

  package func ping(_ call: Call) throws(Failure) {
    if case .failure(let failure) = next(.ping, Text([]), call) { throw failure }
    try store.ping(call)
  }

  package func prepare(_ call: Call) throws(Failure) {
    if case .failure(let failure) = next(.prepare, Text([]), call) { throw failure }
    try store.prepare(call)
  }

  private static var lost: Failure { Failure(.unavailable, "The connection was lost") }

  private func next(
    _ operation: Operation, _ key: Text, _ call: Call, record: [UInt8] = [], timeToLive: Int64 = 0, token: Token? = nil
  ) -> Step? {
    requests.append(
      Request(operation: operation, key: key, record: record, timeToLive: timeToLive, token: token, call: call))
    guard let place = steps.firstIndex(where: { $0.operation == operation }) else { return nil }
    let step = steps.remove(at: place).step
    if case .after(let event) = step { event(store) }
    return step
  }
}
