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

  var native: Int32 {
    switch self {
    case .sha1: Int32(CCRYPTO_SHA1)
    case .sha256: Int32(CCRYPTO_SHA256)
    case .sha512: Int32(CCRYPTO_SHA512)
    }
  }

  package func digest(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
    var fine: Int32 = 0
    let digest = [UInt8](unsafeUninitializedCapacity: count) { output, written in
      fine = ccrypto_digest(native, bytes, bytes.count, output.baseAddress)
      written = fine == 1 ? count : 0
    }
    guard fine == 1 else { throw Failure(.crypto, "libcrypto refused to make a digest.") }
    return digest
  }
}
