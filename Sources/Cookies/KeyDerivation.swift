// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import Keys
internal import Support

/// How a signing key comes from a secret key and a salt: the four ways of itsdangerous (FORMATS: Signer).
package enum KeyDerivation: Sendable {
  /// `H(salt ‖ key)`
  case concat
  /// `H(salt ‖ "signer" ‖ key)`
  case djangoConcat
  /// `HMAC(key, salt)`
  case hmac
  /// The key itself.
  case none

  func key(from secret: Secret, salt: [UInt8], digest: DigestAlgorithm) throws(Failure) -> Secret {
    switch self {
    case .concat: try hash(salt, secret, digest)
    case .djangoConcat: try hash(salt + Array("signer".utf8), secret, digest)
    case .hmac: try sign(salt, secret, digest)
    case .none: secret
    }
  }

  private func hash(_ prefix: [UInt8], _ secret: Secret, _ digest: DigestAlgorithm) throws(Failure) -> Secret {
    let joined = prefix.withUnsafeBufferPointer { prefix in secret.withBytes { Secret([prefix, $0]) } }
    return try Secret(count: digest.count) { output throws(Failure) in
      try joined.withBytes { input throws(Failure) in try digest.hash(input, into: output) }
    }
  }

  private func sign(_ salt: [UInt8], _ secret: Secret, _ digest: DigestAlgorithm) throws(Failure) -> Secret {
    let hmac = try HMAC(digest, key: secret)
    return try Secret(count: digest.count) { output throws(Failure) in
      try salt.withUnsafeBufferPointer { salt throws(Failure) in try hmac.sign(salt, into: output) }
    }
  }
}
