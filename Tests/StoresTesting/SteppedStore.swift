// SPDX-License-Identifier: Apache-2.0
package import Stores
package import Support

/// A store before one of whose operations something happens. Several may count theirs together. One thread at a time.
package final class SteppedStore: SessionStore, @unchecked Sendable {
  package enum Event: Sendable {
    /// Somebody else comes first.
    case before(@Sendable () -> Void)
    /// The caller ends there: this and every later operation fails.
    case end
    /// The operation is done and its answer lost.
    case unanswered
  }

  /// Counts operations, and knows before which one what happens.
  package final class Steps: @unchecked Sendable {
    package private(set) var count = 0
    private let number: Int
    private let event: Event

    package init(_ number: Int, _ event: Event) {
      (self.number, self.event) = (number, event)
    }

    /// Whether it has happened.
    package var hasHappened: Bool { count >= number }

    /// - Returns: whether the answer gets lost.
    fileprivate func next() throws(Failure) -> Bool {
      count += 1
      switch event {
      case .before(let body):
        if count == number { body() }
        return false
      case .end:
        if hasHappened { throw SteppedStore.lost }
        return false
      case .unanswered: return count == number
      }
    }
  }

  private let store: any SessionStore
  private let steps: Steps

  package init(_ store: any SessionStore, _ steps: Steps) {
    (self.store, self.steps) = (store, steps)
  }

  package var largestRecord: Int? { store.largestRecord }

  package func load(_ key: Text, _ call: Call) throws(Failure) -> StoredRecord? {
    if try steps.next() { throw SteppedStore.lost }
    return try store.load(key, call)
  }

  package func create(_ key: Text, _ record: [UInt8], timeToLive: Int64, _ call: Call) throws(Failure) -> Creation {
    let isUnanswered = try steps.next()
    let answer = try store.create(key, record, timeToLive: timeToLive, call)
    return isUnanswered ? .unknown : answer
  }

  package func replace(
    _ key: Text, _ record: [UInt8], timeToLive: Int64, token: Token, _ call: Call
  ) throws(Failure) -> Replacement {
    let isUnanswered = try steps.next()
    let answer = try store.replace(key, record, timeToLive: timeToLive, token: token, call)
    return isUnanswered ? .unknown : answer
  }

  package func touch(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> Bool {
    if try steps.next() { throw SteppedStore.lost }
    return try store.touch(key, timeToLive: timeToLive, call)
  }

  package func remove(_ key: Text, _ call: Call) throws(Failure) {
    let isUnanswered = try steps.next()
    try store.remove(key, call)
    if isUnanswered { throw SteppedStore.lost }
  }

  package func remove(_ key: Text, token: Token, _ call: Call) throws(Failure) -> Removal {
    let isUnanswered = try steps.next()
    let answer = try store.remove(key, token: token, call)
    return isUnanswered ? .unknown : answer
  }

  package func list(_ prefix: Text, after place: [UInt8], limit: Int, _ call: Call) throws(Failure) -> KeyList {
    if try steps.next() { throw SteppedStore.lost }
    return try store.list(prefix, after: place, limit: limit, call)
  }

  package func sweep(limit: Int, _ call: Call) throws(Failure) -> Bool { try store.sweep(limit: limit, call) }
  package func ping(_ call: Call) throws(Failure) { try store.ping(call) }
  package func prepare(_ call: Call) throws(Failure) { try store.prepare(call) }

  fileprivate static var lost: Failure { Failure(.unavailable, "The connection was lost") }
}
