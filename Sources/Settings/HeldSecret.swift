// SPDX-License-Identifier: Apache-2.0
internal import Support

/// A secret as it was set.
struct HeldSecret: Sendable {
  let secret: Secret
  /// The path of the file that it is from, or the name of its credential: it may be read again. Nil for one that was
  /// given itself.
  let file: Text?
}
