// SPDX-License-Identifier: Apache-2.0
internal import Cookies
internal import Crypto
internal import Keys
internal import Support

/// A signer as a C caller sets it up: options and keys, and the signer that they make.
final class SignerHandle: Handle {
  private var ring = KeyRing()
  private var salt = Array("itsdangerous.Signer".utf8)
  private var separator = Array(".".utf8)
  private var derivation = KeyDerivation.djangoConcat
  private var digest = DigestAlgorithm.sha1
  private(set) var timed = false
  private(set) var urlSafe = false
  private(set) var compresses = true
  private(set) var largestPayload = 1 << 20
  private(set) var signer: Signer
  /// Whether values are sealed instead of signed.
  private(set) var seals = false
  private var application: Text = ""
  private var name: Text = ""
  private var padding = 0
  private var sealed: SealedValue?

  private init(_ signer: Signer) {
    self.signer = signer
    super.init(.signer)
  }

  static func make() throws(Failure) -> SignerHandle {
    SignerHandle(try Signer.make(KeyRing(), salt: Array("itsdangerous.Signer".utf8)))
  }

  func add(_ key: Secret) throws(Failure) {
    guard key.count > 0 else { throw Failure(.config, "A key is empty; give the bytes of a secret.") }
    ring.add(key)
    try remake()
  }

  func set(_ option: Text, _ value: UnsafeBufferPointer<UInt8>) throws(Failure) {
    let word = Text(Array(value))
    switch option {
    case "salt": salt = word.bytes
    case "separator": try set(separator: word.bytes)
    case "key_derivation": derivation = try choose(word, SignerHandle.derivations, option)
    case "digest_method": digest = try choose(word, SignerHandle.digests, option)
    case "timed": timed = try choose(word, SignerHandle.flags, option)
    case "url_safe": urlSafe = try choose(word, SignerHandle.flags, option)
    case "compress": compresses = try choose(word, SignerHandle.flags, option)
    case "sealed": seals = try choose(word, SignerHandle.flags, option)
    case "application": application = word
    case "name": name = word
    case "padding": padding = try size(word, of: option, upTo: 1 << 20)
    case "max_size": largestPayload = try size(word, of: option, upTo: 1 << 28)
    default:
      throw Failure(
        .config,
        "A signer has no option '\(option.string)'; there are salt, separator, key_derivation, digest_method, timed, "
          + "url_safe, compress, max_size, sealed, application, name and padding.")
    }
    try remake()
  }

  func sealing() throws(Failure) -> SealedValue {
    guard let sealed else { throw Failure(.config, "There is no key to seal with; add at least one.") }
    return sealed
  }

  private func set(separator new: [UInt8]) throws(Failure) {
    _ = try Signer.make(KeyRing(), salt: salt, separator: new)
    separator = new
  }

  private func remake() throws(Failure) {
    signer = try Signer.make(ring, salt: salt, separator: separator, derivation: derivation, digest: digest)
    sealed = nil
    guard seals, !ring.isEmpty else { return }
    let context = SealingContext(.cookies, purpose: Text(salt), application: application, name: name)
    sealed = try SealedValue(ring, context, padding: padding, compresses: compresses && urlSafe)
  }

  private func choose<Choice>(
    _ word: Text, _ choices: [(Text, Choice)], _ option: Text
  ) throws(Failure) -> Choice {
    for (name, choice) in choices where name == word { return choice }
    let names = choices.map { $0.0.string }.joined(separator: ", ")
    throw Failure(.config, "The option \(option.string) takes one of: \(names).")
  }

  private func size(_ word: Text, of option: Text, upTo limit: Int) throws(Failure) -> Int {
    var number = 0
    for byte in word.bytes {
      guard 0x30...0x39 ~= byte, number <= 1 << 26 else { number = 0; break }
      number = number * 10 + Int(byte - 0x30)
    }
    guard 1...limit ~= number else {
      throw Failure(.config, "The option \(option.string) takes a number of bytes from 1 to \(limit).")
    }
    return number
  }

  private static var derivations: [(Text, KeyDerivation)] {
    [("concat", .concat), ("django-concat", .djangoConcat), ("hmac", .hmac), ("none", .none)]
  }

  private static var digests: [(Text, DigestAlgorithm)] {
    [("sha1", .sha1), ("sha256", .sha256), ("sha512", .sha512)]
  }

  private static var flags: [(Text, Bool)] {
    [("false", false), ("true", true)]
  }
}
