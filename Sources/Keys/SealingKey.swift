// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import Support

/// A key of the ring, made ready for the messages of one context.
struct SealingKey: Sendable, Dated {
  /// The same in every context: which key of a ring opens a message.
  let id: UInt64
  let validity: Validity
  private let hmac: HMAC

  /// The bytes of an id.
  static var idCount: Int { 8 }

  init(_ key: Key, _ context: [UInt8]) throws(Failure) {
    let salt = Array("swiftsession sealed 1".utf8)
    let name = try HKDF.key(from: key.secret, salt: salt, info: SealingContext.framed("key id"))
    id = name.withBytes { $0.prefix(SealingKey.idCount).reduce(0) { $0 << 8 | UInt64($1) } }
    hmac = try HMAC(.sha256, key: try HKDF.key(from: key.secret, salt: salt, info: context))
    validity = key.validity
  }

  func isNamed(_ bytes: UnsafePointer<UInt8>) -> Bool {
    (0..<SealingKey.idCount).reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[$1]) } == id
  }

  func copyID(to output: UnsafeMutablePointer<UInt8>) {
    for position in 0..<SealingKey.idCount {
      output[position] = UInt8(truncatingIfNeeded: id >> UInt64(56 - 8 * position))
    }
  }

  /// What one message is sealed with: the key of the cipher, its nonce, and the commitment to both, in this order; and
  /// four bytes that mean nothing.
  static var derivedCount: Int { 2 * DigestAlgorithm.sha256.count }
  static var nonce: Int { AES256GCM.keyCount }
  static var commitment: Int { nonce + AES256GCM.nonceCount }

  /// Writes `derivedCount` bytes to `output`: `HMAC(key, 1 ‖ salt ‖ secret)` and `HMAC(key, 2 ‖ salt ‖ secret)`.
  func derive(
    _ salt: UnsafeBufferPointer<UInt8>, _ secret: UnsafeBufferPointer<UInt8>, into output: UnsafeMutablePointer<UInt8>
  ) throws(Failure) {
    let count = 1 + salt.count + secret.count
    try withWipedBytes(count) { bytes throws(Failure) in
      guard let input = bytes.baseAddress else { return }
      copyBytes(salt, to: input + 1)
      copyBytes(secret, to: input + 1 + salt.count)
      let message = UnsafeBufferPointer(start: input, count: count)
      input.pointee = 1
      try hmac.sign(message, into: output)
      input.pointee = 2
      try hmac.sign(message, into: output + DigestAlgorithm.sha256.count)
    }
  }
}
