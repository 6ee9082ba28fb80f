// SPDX-License-Identifier: Apache-2.0

/// Where the contents of a session come from: the `SWIFTSESSION_ORIGIN_*` of the C header, with its numbers.
package enum Origin: Int32, Sendable {
  case cookie = 1
  case new = 2
  case expired = 3
  case tampered = 4
  case malformed = 5
  /// There is no key to sign with: the session can be read and not written.
  case null = 6
  /// The store has no live record under the id of the cookie.
  case notFound = 7
}
