// SPDX-License-Identifier: Apache-2.0

/// What `create` came to.
package enum Creation: Sendable {
  /// The record is there. No token where the server does not tell: load again before the next `replace`.
  case created(Token?)
  /// A live record was there and is untouched.
  case exists
  /// The request went out and no answer came; it was not sent again.
  case unknown
}
