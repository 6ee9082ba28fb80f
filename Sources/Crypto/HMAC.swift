// SPDX-License-Identifier: Apache-2.0
internal import CCrypto
package import Support

/// A key for HMAC (RFC 2104), made ready for many messages. Any number of threads may use it at the same time.
package final class HMAC: @unchecked Sendable {
  package let algorithm: DigestAlgorithm
  private let state: OpaquePointer

  package init(_ algorithm: DigestAlgorithm, key: Secret) throws(Failure) {
    guard let state = key.withBytes({ ccrypto_hmac_new(algorithm.native, $0.baseAddress, $0.count) }) else {
      throw Failure(.crypto, "libcrypto refused to make an HMAC key.")
    }
    self.algorithm = algorithm
    self.state = state
  }

  deinit {
    ccrypto_hmac_free(state)
  }

  /// Writes `algorithm.count` bytes to `signature`, which must have room for them.
  package func sign(
    _ message: UnsafeBufferPointer<UInt8>, into signature: UnsafeMutablePointer<UInt8>
  ) throws(Failure) {
    guard ccrypto_hmac_sign(state, message.baseAddress, message.count, signature) == 1 else {
      throw Failure(.crypto, "libcrypto refused to sign.")
    }
  }
}
