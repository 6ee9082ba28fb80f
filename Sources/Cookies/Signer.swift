// SPDX-License-Identifier: Apache-2.0
internal import CSupport
package import Crypto
package import Keys
package import Support

/// Signs bytes as the `Signer` of itsdangerous: `value ‖ separator ‖ base64url(HMAC(derived key, value))`.
///
/// Immutable: any number of threads may use it at the same time.
package final class Signer: Sendable {
  /// A key of the ring, derived.
  private struct DerivedKey: Sendable, Dated {
    let hmac: HMAC
    let validity: Validity
  }

  /// The newest first.
  private let keys: [DerivedKey]
  private let digest: DigestAlgorithm
  package let separator: [UInt8]

  /// - Throws: CONFIG for a separator that may stand within a signature.
  package static func make(
    _ ring: KeyRing, salt: [UInt8], separator: [UInt8] = [0x2E], derivation: KeyDerivation = .djangoConcat,
    digest: DigestAlgorithm = .sha1
  ) throws(Failure) -> Signer {
    try Signer.check(separator)
    var keys: [DerivedKey] = []
    for key in ring.newestFirst(for: .cookies) {
      let derived = try derivation.key(from: key.secret, salt: salt, digest: digest)
      keys.append(DerivedKey(hmac: try HMAC(digest, key: derived), validity: key.validity))
    }
    return Signer(keys, digest, separator)
  }

  private init(_ keys: [DerivedKey], _ digest: DigestAlgorithm, _ separator: [UInt8]) {
    self.keys = keys
    self.digest = digest
    self.separator = separator
  }

  /// What a signature adds to a value.
  package var overhead: Int { separator.count + Base64URL.encodedCount(digest.count) }

  /// Appends separator and signature to the first `count` bytes of `buffer`, which has room for `overhead` more.
  package func sign(_ buffer: UnsafeMutablePointer<UInt8>, count: Int, now: Int64) throws(Failure) {
    guard let key = keys.makingIndex(now).map({ keys[$0].hmac }) else {
      throw Failure(.config, "There is no key to sign with that is good at this time; add one.")
    }
    let value = UnsafeBufferPointer(start: buffer, count: count)
    var end = buffer + count
    for byte in separator {
      end.pointee = byte
      end += 1
    }
    try signature(of: value, key, into: end)
  }

  /// A value whose signature holds.
  package struct Verified {
    package let value: UnsafeBufferPointer<UInt8>
    /// Whether it was signed with the key that signs now.
    package let isFresh: Bool
  }

  /// The part of `signed` that is the value, once one of the keys proves to have signed it.
  ///
  /// A signature is compared as text, so that only the canonical spelling passes.
  package func verify(
    _ signed: UnsafeBufferPointer<UInt8>, now: Int64
  ) throws(Failure) -> Verified {
    guard let split = lastSeparator(in: signed) else {
      throw Failure(.tampered, "There is no separator in the value; it was not signed by this kind of signer.")
    }
    let value = UnsafeBufferPointer(rebasing: signed[..<split])
    let given = UnsafeBufferPointer(rebasing: signed[(split + separator.count)...])
    let count = Base64URL.encodedCount(digest.count)
    guard given.count == count, let given = given.baseAddress else { throw Signer.mismatch }
    let found = try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { expected throws(Failure) -> Int? in
      guard let expected = expected.baseAddress else { return nil }
      for position in keys.indices where keys[position].validity.includes(now) {
        try signature(of: value, keys[position].hmac, into: expected)
        if constantTimeEqual(expected, given, count: count) { return position }
      }
      return nil
    }
    guard let found else { throw Signer.mismatch }
    return Verified(value: value, isFresh: found == keys.makingIndex(now))
  }

  /// Where the last separator begins.
  package func lastSeparator(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    if separator.count == 1 {
      let place = csupport_last_place(bytes.baseAddress, bytes.count, separator[0])
      return place < 0 ? nil : Int(place)
    }
    var start = bytes.count - separator.count
    while start >= 0 {
      if separator.indices.allSatisfy({ bytes[start + $0] == separator[$0] }) { return start }
      start -= 1
    }
    return nil
  }

  private func signature(
    of value: UnsafeBufferPointer<UInt8>, _ key: HMAC, into text: UnsafeMutablePointer<UInt8>
  ) throws(Failure) {
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: DigestAlgorithm.maxCount) { raw throws(Failure) in
      guard let start = raw.baseAddress else { return }
      try key.sign(value, into: start)
      Base64URL.encode(UnsafeBufferPointer(start: start, count: digest.count), into: text)
    }
  }

  private static var mismatch: Failure {
    Failure(.tampered, "The signature does not match: the value was changed, or signed with another key.")
  }

  private static func check(_ separator: [UInt8]) throws(Failure) {
    let alphabet = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=".utf8)
    var start = 0
    while start + separator.count <= alphabet.count {
      if alphabet[start..<start + separator.count].elementsEqual(separator) {
        throw Failure(
          .config, "The separator must not be empty and not be a piece of the base64url alphabet; use for example '.'.")
      }
      start += 1
    }
  }
}
