// SPDX-License-Identifier: Apache-2.0
internal import Crypto
package import Support

/// What a sealed record is called in a store and in the list of a user: a hash of its id, or of what else it is found by.
///
/// It has a dot, and so is no id: who has it opens nothing with it.
package enum SealedName {
  package static func make(_ id: Text) throws(Failure) -> Text {
    try key(id, prefix: 0)
  }

  /// The key of a store in which a name takes the place of what it is made of.
  ///
  /// - Parameter prefix: the bytes that stand before it in the key, and stay.
  static func key(_ key: Text, prefix: Int) throws(Failure) -> Text {
    let prefix = min(prefix, key.count)
    let id = prefix..<key.count
    return Text(
      try [UInt8](unsafeUninitializedCapacity: prefix + count) { output, written throws(Failure) in
        guard let name = output.baseAddress.map({ $0 + prefix }), let start = output.baseAddress else { return }
        try withWipedBytes(label.utf8CodeUnitCount + id.count + DigestAlgorithm.sha256.count) { bytes throws(Failure) in
          guard let input = bytes.baseAddress else { return }
          label.withUTF8Buffer { copyBytes($0, to: input) }
          key.bytes.withUnsafeBufferPointer { key in
            copyBytes(UnsafeBufferPointer(rebasing: key[..<prefix]), to: start)
            copyBytes(UnsafeBufferPointer(rebasing: key[id]), to: input + label.utf8CodeUnitCount)
          }
          let size = label.utf8CodeUnitCount + id.count
          try DigestAlgorithm.sha256.hash(UnsafeBufferPointer(start: input, count: size), into: input + size)
          beginning.withUTF8Buffer { copyBytes($0, to: name) }
          let digest = UnsafeBufferPointer(start: UnsafePointer(input + size), count: DigestAlgorithm.sha256.count)
          Base64URL.encode(digest, into: name + beginning.utf8CodeUnitCount)
        }
        written = prefix + count
      })
  }

  /// - Parameter prefix: the bytes that stand before the name.
  package static func isOne(_ name: Text, prefix: Int = 0) -> Bool {
    let length = beginning.utf8CodeUnitCount
    guard name.count - length >= prefix else { return false }
    return beginning.withUTF8Buffer { beginning in
      (0..<length).allSatisfy { name.bytes[prefix + $0] == beginning[$0] }
    }
  }

  /// The bytes of a name.
  package static var count: Int { beginning.utf8CodeUnitCount + Base64URL.encodedCount(DigestAlgorithm.sha256.count) }

  private static var beginning: StaticString { "sealed." }
  private static var label: StaticString { "swiftsession sealed name " }
}
