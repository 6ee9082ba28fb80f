// SPDX-License-Identifier: Apache-2.0
internal import CCrypto
package import Support

/// The hash functions that signatures are made with (FIPS 180-4).
package enum DigestAlgorithm: Sendable, CaseIterable {
  case sha1
  case sha256
  case sha512

  /// The bytes of one digest.
  package var count: Int {
    switch self {
    case .sha1: 20
    case .sha256: 32
    case .sha512: 64
    }
  }

  /// The bytes of the longest digest, for buffers on the stack.
  package static var maxCount: Int { Int(CCRYPTO_MAX_DIGEST) }

  var native: Int32 {
    switch self {
    case .sha1: Int32(CCRYPTO_SHA1)
    case .sha256: Int32(CCRYPTO_SHA256)
    case .sha512: Int32(CCRYPTO_SHA512)
    }
  }

  /// The digest of some bytes.
  package func digest(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { output, written throws(Failure) in
      guard let start = output.baseAddress else { return }
      try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) in try hash(bytes, into: start) }
      written = count
    }
  }

  /// Writes `count` bytes to `digest`.
  package func hash(
    _ bytes: UnsafeBufferPointer<UInt8>, into digest: UnsafeMutablePointer<UInt8>
  ) throws(Failure) {
    guard ccrypto_digest(native, bytes.baseAddress, bytes.count, digest) == 1 else {
      throw Failure(.crypto, "libcrypto refused to make a digest.")
    }
  }
}
