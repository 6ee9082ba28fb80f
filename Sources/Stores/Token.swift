// SPDX-License-Identifier: Apache-2.0

/// What a store compares by to see whether a record is still the one that was read.
package enum Token: Sendable, Equatable {
  /// The stored bytes themselves. Equal bytes are an equal session: a record that went from A to B and back is A.
  case bytes([UInt8])
  /// The number that the server gives each write (memcached's cas).
  case number(UInt64)
}
