// SPDX-License-Identifier: Apache-2.0
internal import CSupport
package import Support

/// The connections of one store in this process: opened when needed, the one used last first, at most `size`.
///
/// The lock is held to take and to give back, never while a call runs.
package final class ConnectionPool<Connection: PooledConnection>: ForkObserver, @unchecked Sendable {
  private struct Idle {
    let connection: Connection
    /// When it was given back, by the monotonic clock.
    let since: Int64
  }

  private let lock = Lock()
  private let size: Int
  private let idleTime: Int64
  private let closesBeforeFork: Bool
  /// The one used last at the end.
  private var idle: [Idle] = []
  private var busy: [Connection] = []
  /// Calls that run: each has a connection in `busy`, or is about to.
  private var calls = 0
  private var forking = false
  private var observation: ForkObservation?

  /// - Parameters:
  ///   - idleTime: milliseconds for which a connection that nobody uses is kept. A later call closes it.
  ///   - closesBeforeFork: whether a fork waits for the calls that run and closes all connections, which both sides then
  ///     open again. Otherwise the parent keeps them and the child abandons them.
  package init(size: Int, idleTime: Int64 = .max, closesBeforeFork: Bool = false) {
    self.size = max(size, 1)
    self.idleTime = idleTime
    self.closesBeforeFork = closesBeforeFork
    observation = ForkObservation(self)
  }

  deinit {
    observation?.end()
    for entry in idle { entry.connection.close() }
  }

  /// Runs a call on a connection of its own. Waiting for one counts against the deadline.
  package func use<Result>(
    _ deadline: Deadline, open: () throws(Failure) -> Connection, _ body: (Connection) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let cancellation = csupport_cancellation_off()
    defer { csupport_cancellation_restore(cancellation) }
    let connection = try take(deadline, open)
    defer { giveBack(connection) }
    return try body(connection)
  }

  private func take(_ deadline: Deadline, _ open: () throws(Failure) -> Connection) throws(Failure) -> Connection {
    var found = try takeIdle(deadline)
    while let entry = found {
      if !isOld(entry), entry.connection.isAlive() { return entry.connection }
      drop(entry.connection)
      found = lock.holding { popIdle() }
    }
    let connection: Connection
    do throws(Failure) {
      connection = try open()
    } catch {
      lock.holding { endCall() }
      throw error
    }
    lock.holding { busy.append(connection) }
    return connection
  }

  /// The turn of this call, with a connection if one is idle.
  private func takeIdle(_ deadline: Deadline) throws(Failure) -> Idle? {
    lock.take()
    defer { lock.drop() }
    while forking || calls >= size {
      guard lock.wait(until: deadline.milliseconds) else {
        // A signal that came together with the deadline is for somebody else.
        lock.signal()
        throw Failure(.timeout, "All \(size) connections were in use until the time for the call was over")
      }
    }
    calls += 1
    return popIdle()
  }

  private func popIdle() -> Idle? {
    guard let entry = idle.popLast() else { return nil }
    busy.append(entry.connection)
    return entry
  }

  private func isOld(_ entry: Idle) -> Bool {
    idleTime != .max && csupport_monotonic_clock() - entry.since >= idleTime
  }

  private func giveBack(_ connection: Connection) {
    let keeps = connection.isReusable
    if !keeps { drop(connection) }
    let now = csupport_monotonic_clock()
    let old = lock.holding {
      // The one that was not used for longest: after a rush the others would stay for ever.
      let old = idle.first.flatMap { isOld($0) ? idle.removeFirst().connection : nil }
      if keeps {
        forget(connection)
        idle.append(Idle(connection: connection, since: now))
      }
      endCall()
      return old
    }
    old?.close()
  }

  /// Closes one outside the lock; the call keeps its turn.
  private func drop(_ connection: Connection) {
    connection.close()
    lock.holding { forget(connection) }
  }

  private func forget(_ connection: Connection) {
    if let place = busy.firstIndex(where: { $0 === connection }) {
      busy.swapAt(place, busy.count - 1)
      busy.removeLast()
    }
  }

  private func endCall() {
    calls -= 1
    // A fork that waits for the last call, and the calls that wait for the fork, share the condition.
    if forking { lock.broadcast() } else { lock.signal() }
  }

  package func prepareForFork() {
    lock.take()
    guard closesBeforeFork else { return }
    forking = true
    while calls > 0 { _ = lock.wait(until: .max) }
    for entry in idle { entry.connection.close() }
    idle.removeAll(keepingCapacity: true)
  }

  package func forkedAsParent() {
    forking = false
    lock.broadcast()
    lock.drop()
  }

  package func forkedAsChild() {
    for entry in idle { entry.connection.abandon() }
    for connection in busy { connection.abandon() }
    idle.removeAll(keepingCapacity: true)
    busy.removeAll(keepingCapacity: true)
    calls = 0
    forking = false
    lock.reset()
  }
}
