// SPDX-License-Identifier: Apache-2.0
internal import CSupport

/// A mutex, and what waits for a change of the state that it guards.
///
/// Who holds one over a fork (`ForkObserver`) drops it in the parent and resets it in the child.
@usableFromInline
package struct Lock: ~Copyable, @unchecked Sendable {
  private let lock: OpaquePointer

  package init() {
    lock = csupport_lock_new()
  }

  deinit {
    csupport_lock_free(lock)
  }

  package func take() {
    csupport_lock_take(lock)
  }

  package func drop() {
    csupport_lock_drop(lock)
  }

  package func holding<Result, E: Error>(_ body: () throws(E) -> Result) throws(E) -> Result {
    take()
    defer { drop() }
    return try body()
  }

  /// Lets go, waits for a signal and takes again; it may wake up without one.
  ///
  /// - Parameter milliseconds: of the monotonic clock; `Int64.max` is never.
  /// - Returns: false when that time has come.
  package func wait(until milliseconds: Int64) -> Bool {
    csupport_lock_wait(lock, milliseconds) != 0
  }

  /// Wakes one who waits.
  package func signal() {
    csupport_lock_signal(lock)
  }

  /// Wakes all who wait.
  package func broadcast() {
    csupport_lock_broadcast(lock)
  }

  /// In a forked child: free, and nobody waits; the threads that did are not there.
  package func reset() {
    csupport_lock_reset(lock)
  }
}
