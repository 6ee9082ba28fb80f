// SPDX-License-Identifier: Apache-2.0

/// What a key may be used for.
package enum KeyPurpose: Sendable {
  case all
  /// Signed and sealed cookies.
  case cookies
  /// Sealed records in a store.
  case records

  /// Whether a key for `self` may be used for `purpose`.
  func allows(_ purpose: KeyPurpose) -> Bool {
    switch (self, purpose) {
    case (.all, _), (.cookies, .cookies), (.records, .records): true
    default: false
    }
  }
}
