// SPDX-License-Identifier: Apache-2.0
internal import CSupport
package import Support

/// The connections of one store in this process: opened when needed, the one used last first, at most `size`.
///
/// The lock is held to take and to give back, never while a call runs.
package final class ConnectionPool<Connection: PooledConnection>: ForkObserver, @unchecked Sendable {
  private let lock = Lock()
  private let size: Int
  private let closesBeforeFork: Bool
  private var idle: [Connection] = []
  private var busy: [Connection] = []
  /// Calls that run: each has a connection in `busy`, or is about to.
  private var calls = 0
  private var forking = false
  private var observation: ForkObservation?

  /// - Parameter closesBeforeFork: whether a fork waits for the calls that run and closes all connections, which both
  ///   sides then open again. Otherwise the parent keeps them and the child abandons them.
  package init(size: Int, closesBeforeFork: Bool = false) {
    self.size = max(size, 1)
    self.closesBeforeFork = closesBeforeFork
    observation = ForkObservation(self)
  }

  deinit {
    observation?.end()
    for connection in idle { connection.close() }
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
    while let connection = found {
      if connection.isAlive() { return connection }
      drop(connection)
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
  private func takeIdle(_ deadline: Deadline) throws(Failure) -> Connection? {
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

  private func popIdle() -> Connection? {
    guard let connection = idle.popLast() else { return nil }
    busy.append(connection)
    return connection
  }

  private func giveBack(_ connection: Connection) {
    let keeps = connection.isReusable
    if !keeps { drop(connection) }
    lock.holding {
      if keeps {
        forget(connection)
        idle.append(connection)
      }
      endCall()
    }
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
    for connection in idle { connection.close() }
    idle.removeAll(keepingCapacity: true)
  }

  package func forkedAsParent() {
    forking = false
    lock.broadcast()
    lock.drop()
  }

  package func forkedAsChild() {
    for connection in idle { connection.abandon() }
    for connection in busy { connection.abandon() }
    idle.removeAll(keepingCapacity: true)
    busy.removeAll(keepingCapacity: true)
    calls = 0
    forking = false
    lock.reset()
  }
}
