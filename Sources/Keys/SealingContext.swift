// SPDX-License-Identifier: Apache-2.0
package import Support

/// What messages are sealed for: one that was sealed in a context opens in no other.
package struct SealingContext: Sendable {
  /// The keys of the ring that may be used.
  package let keys: KeyPurpose
  /// The three texts, each after its length as four bytes, the highest first.
  let bytes: [UInt8]

  /// - Parameters:
  ///   - purpose: what kind of message; no two kinds have the same.
  ///   - application: keeps apart what applications with one key make.
  ///   - name: of the cookie, or of what else there may be several of.
  package init(_ keys: KeyPurpose, purpose: Text, application: Text, name: Text) {
    self.keys = keys
    bytes = [purpose, application, name].reduce(into: []) { $0 += SealingContext.framed($1) }
  }

  static func framed(_ text: Text) -> [UInt8] {
    let count = UInt32(clamping: text.count)
    return [UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)] + text.bytes
  }
}
