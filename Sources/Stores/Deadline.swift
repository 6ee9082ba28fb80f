// SPDX-License-Identifier: Apache-2.0
internal import CSupport

/// When a call has to have ended, by the clock that nobody sets.
package struct Deadline: Sendable {
  /// Milliseconds of the monotonic clock; `Int64.max` is never.
  package let milliseconds: Int64

  package init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  package static func after(milliseconds: Int64) -> Deadline {
    let (end, overflow) = csupport_monotonic_clock().addingReportingOverflow(max(milliseconds, 0))
    return Deadline(milliseconds: overflow ? .max : end)
  }

  package static var never: Deadline { Deadline(milliseconds: .max) }

  /// Milliseconds, never below 0.
  package var remaining: Int64 {
    milliseconds == .max ? .max : max(milliseconds - csupport_monotonic_clock(), 0)
  }

  package var hasPassed: Bool { remaining == 0 }
}
