// SPDX-License-Identifier: Apache-2.0
internal import CCrypto
package import Support

/// AES-256-GCM (NIST SP 800-38D) on bytes where they stand. Any number of threads may use it at the same time.
///
/// A key and a nonce that were used once must never be used again for other bytes.
package final class AES256GCM: @unchecked Sendable {
  private let cipher: OpaquePointer

  package static var keyCount: Int { 32 }
  package static var nonceCount: Int { 12 }
  package static var tagCount: Int { 16 }

  package static func make() throws(Failure) -> AES256GCM {
    guard let cipher = ccrypto_gcm_new() else {
      throw Failure(.crypto, "libcrypto has no AES-256-GCM.")
    }
    return AES256GCM(cipher)
  }

  private init(_ cipher: OpaquePointer) {
    self.cipher = cipher
  }

  deinit {
    ccrypto_gcm_free(cipher)
  }

  /// The bytes that are authenticated beside the text and not encrypted: three runs, one after the other.
  package typealias Associated = (
    UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>
  )

  /// Encrypts `text` and writes `tagCount` bytes to `tag`.
  ///
  /// - Parameters:
  ///   - key: `keyCount` bytes.
  ///   - nonce: `nonceCount` bytes.
  package func seal(
    _ text: UnsafeMutableBufferPointer<UInt8>, key: UnsafePointer<UInt8>, nonce: UnsafePointer<UInt8>,
    associated: Associated, tag: UnsafeMutablePointer<UInt8>
  ) throws(Failure) {
    let sealed = withParts(associated) {
      ccrypto_gcm_seal(cipher, key, nonce, $0, 3, text.baseAddress, text.count, tag)
    }
    guard sealed == 1 else { throw Failure(.crypto, "libcrypto refused to encrypt.") }
  }

  /// Decrypts `text`, or overwrites it with zeros.
  ///
  /// - Returns: whether the tag holds for key, nonce, text and associated bytes.
  package func open(
    _ text: UnsafeMutableBufferPointer<UInt8>, key: UnsafePointer<UInt8>, nonce: UnsafePointer<UInt8>,
    associated: Associated, tag: UnsafePointer<UInt8>
  ) throws(Failure) -> Bool {
    let opened = withParts(associated) {
      ccrypto_gcm_open(cipher, key, nonce, $0, 3, text.baseAddress, text.count, tag)
    }
    guard opened >= 0 else { throw Failure(.crypto, "libcrypto refused to decrypt.") }
    return opened == 1
  }

  private func withParts(_ associated: Associated, _ body: (UnsafePointer<ccrypto_part>) -> Int32) -> Int32 {
    var parts = (part(associated.0), part(associated.1), part(associated.2))
    return withUnsafeMutablePointer(to: &parts) { parts in
      parts.withMemoryRebound(to: ccrypto_part.self, capacity: 3) { body($0) }
    }
  }

  private func part(_ bytes: UnsafeBufferPointer<UInt8>) -> ccrypto_part {
    ccrypto_part(bytes: bytes.baseAddress, size: bytes.count)
  }
}
