// SPDX-License-Identifier: Apache-2.0

/// How far a migration in bulk has come.
package struct MigrationProgress: Sendable {
  /// Records that are in the new store now, users' records among them.
  package var moved: Int64
  /// What ended before its turn came, or was in the new store already.
  package var skipped: Int64
  /// Records that nobody can read; they stay where they are.
  package var unreadable: Int64
  /// Where the list of the old store's keys goes on; empty at the beginning.
  package var place: [UInt8]

  package init(moved: Int64 = 0, skipped: Int64 = 0, unreadable: Int64 = 0, place: [UInt8] = []) {
    self.moved = moved
    self.skipped = skipped
    self.unreadable = unreadable
    self.place = place
  }
}
