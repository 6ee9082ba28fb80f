// SPDX-License-Identifier: Apache-2.0
package import Support

/// HKDF with SHA-256 (RFC 5869), as far as one block: keys of 32 bytes.
package enum HKDF {
  package static func key(from secret: Secret, salt: [UInt8], info: [UInt8]) throws(Failure) -> Secret {
    let salt = try HMAC(.sha256, key: salt.withUnsafeBufferPointer { Secret($0) })
    let pseudorandom = try Secret(count: DigestAlgorithm.sha256.count) { output throws(Failure) in
      try secret.withBytes { secret throws(Failure) in try salt.sign(secret, into: output) }
    }
    let expanding = try HMAC(.sha256, key: pseudorandom)
    return try Secret(count: DigestAlgorithm.sha256.count) { output throws(Failure) in
      try (info + [1]).withUnsafeBufferPointer { info throws(Failure) in try expanding.sign(info, into: output) }
    }
  }
}
