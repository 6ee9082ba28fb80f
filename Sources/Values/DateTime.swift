// SPDX-License-Identifier: Apache-2.0

/// A moment, and the offset from UTC in which it was written.
package struct DateTime: Hashable, Sendable {
  /// Since 1970-01-01T00:00:00Z, rounded down.
  package let seconds: Int64
  /// 0 to 999,999,999.
  package let nanoseconds: Int32
  /// Seconds east of Greenwich; nil for a moment that was written in UTC.
  package let offset: Int32?

  package init(seconds: Int64, nanoseconds: Int32 = 0, offset: Int32? = nil) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
    self.offset = offset
  }
}
