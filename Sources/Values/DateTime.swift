// SPDX-License-Identifier: Apache-2.0

/// A moment, and the offset from UTC in which it was written.
package struct DateTime: Hashable, Sendable {
  /// Since 1970-01-01T00:00:00Z, rounded down.
  package let seconds: Int64
  /// 0 to 999,999,999.
  package let nanoseconds: Int32
  /// Seconds east of Greenwich; nil for a moment that was written in UTC.
  package let offset: Int32?
  /// Whether it was written without a zone, as Python's naive times are: then it counts as UTC, and only pickle and our
  /// own tagged JSON keep that there was none. The others have the text that msgspec writes.
  package let isNaive: Bool

  package init(seconds: Int64, nanoseconds: Int32 = 0, offset: Int32? = nil, isNaive: Bool = false) {
    self.isNaive = isNaive
    self.seconds = seconds
    self.nanoseconds = nanoseconds
    self.offset = offset
  }
}
