// SPDX-License-Identifier: Apache-2.0
internal import Crypto
package import Support

/// What a sealed record is called in a store and in the list of a user: a hash of its id, or of what else it is found by.
///
/// It has a dot, and so is no id: who has it opens nothing with it.
package enum SealedName {
  package static func make(_ id: Text) throws(Failure) -> Text {
    let digest = try DigestAlgorithm.sha256.digest(Text("swiftsession sealed name ").bytes + id.bytes)
    return Text(start.bytes + Base64URL.encoded(digest))
  }

  package static func isOne(_ name: Text) -> Bool {
    name.bytes.starts(with: start.bytes)
  }

  /// The bytes of a name.
  package static var count: Int { 7 + 43 }

  private static var start: Text { "sealed." }
}
