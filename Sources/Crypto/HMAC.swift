// SPDX-License-Identifier: Apache-2.0
internal import CCrypto
package import Support

/// A key for HMAC (RFC 2104), made ready for many messages. Any number of threads may use it at the same time.
package final class HMAC {
  package let algorithm: DigestAlgorithm
  private let state: OpaquePointer

  /// The longest signature, for buffers on the stack.
  package static var maxCount: Int { Int(CCRYPTO_MAX_DIGEST) }

  package init(_ algorithm: DigestAlgorithm, key: UnsafeBufferPointer<UInt8>) throws(Failure) {
    guard let state = ccrypto_hmac_new(algorithm.native, key.baseAddress, key.count) else {
      throw Failure(.crypto, "libcrypto refused to make an HMAC key.")
    }
    self.algorithm = algorithm
    self.state = state
  }

  deinit {
    ccrypto_hmac_free(state)
  }

  /// Writes `algorithm.count` bytes to `signature`, which must have room for `maxCount`.
  package func sign(
    _ message: UnsafeBufferPointer<UInt8>, into signature: UnsafeMutablePointer<UInt8>
  ) throws(Failure) {
    guard ccrypto_hmac_sign(state, message.baseAddress, message.count, signature) == 1 else {
      throw Failure(.crypto, "libcrypto refused to sign.")
    }
  }
}
