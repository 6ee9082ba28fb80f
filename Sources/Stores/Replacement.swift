// SPDX-License-Identifier: Apache-2.0

/// What `replace` came to.
package enum Replacement: Sendable {
  /// The record is there with its full time to live. No token where the server does not tell: load again before the
  /// next `replace`.
  case replaced(Token?)
  /// Somebody else has written; nothing was. With the record that is there now where that costs no round trip.
  case changed(StoredRecord?)
  /// There is no live record, and none was made.
  case gone
  /// The request went out and no answer came; it was not sent again.
  case unknown
}
