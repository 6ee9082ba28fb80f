// SPDX-License-Identifier: Apache-2.0
package import Support

/// A secret key of an application.
package struct Key: Sendable, Dated {
  package let secret: Secret
  /// What people call it; empty for those of SECRET_KEY and SECRET_KEY_FALLBACKS.
  package let name: Text
  package let validity: Validity
  package let purpose: KeyPurpose

  package init(_ secret: Secret, name: Text = "", validity: Validity = .always, purpose: KeyPurpose = .all) {
    self.secret = secret
    self.name = name
    self.validity = validity
    self.purpose = purpose
  }

  /// The fewest bytes of a key that seals.
  package static var leastForSealing: Int { 32 }
}
