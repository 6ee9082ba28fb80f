// SPDX-License-Identifier: Apache-2.0

/// What `remove` with a token came to.
package enum Removal: Sendable, Equatable {
  case removed
  /// Somebody else has written since; the record is untouched.
  case changed
  /// There was no live record.
  case gone
  /// The request went out and no answer came; it was not sent again.
  case unknown
}
