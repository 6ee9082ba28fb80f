// SPDX-License-Identifier: Apache-2.0

/// What every call of a store is given: the time it is, and the time it has.
package struct Call: Sendable {
  /// Seconds since 1970-01-01T00:00:00Z by the manager's clock: what stores compare with that keep no clock of their own.
  package let now: Int64
  /// For everything: waiting for a connection, connecting, repeating.
  package let deadline: Deadline
  /// Whether a loaded record is to say how long it has still.
  package let tellsRemaining: Bool

  package init(now: Int64, deadline: Deadline, tellsRemaining: Bool = false) {
    self.now = now
    self.deadline = deadline
    self.tellsRemaining = tellsRemaining
  }

  /// `now` and a time to live; the end of time where that is more than a number holds.
  package func expiry(_ timeToLive: Int64) -> Int64 {
    let (end, overflow) = now.addingReportingOverflow(timeToLive)
    return overflow ? .max : end
  }
}
