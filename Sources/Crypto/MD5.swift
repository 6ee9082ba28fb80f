// SPDX-License-Identifier: Apache-2.0
internal import CCrypto

/// MD5, for the names that older software gave its files. It protects nothing.
package enum MD5 {
  package static var count: Int { 16 }

  /// Writes `count` bytes to `digest`. False where libcrypto has no MD5, as in FIPS mode.
  package static func hash(_ bytes: UnsafeBufferPointer<UInt8>, into digest: UnsafeMutablePointer<UInt8>) -> Bool {
    ccrypto_digest(Int32(CCRYPTO_MD5), bytes.baseAddress, bytes.count, digest) == 1
  }
}
