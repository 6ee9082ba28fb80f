// SPDX-License-Identifier: Apache-2.0
internal import Crypto
package import Support

/// Encrypts and authenticates messages of one context (docs/formats.md, *Sealed messages*): what cookies and records are
/// both locked with.
///
/// A message is `version (1) ‖ key id (8) ‖ salt (24) ‖ commitment (16) ‖ ciphertext ‖ tag (16)`. Each has a key of its
/// own, made of the salt, so that 2^48 messages and more are safe under one key of the ring, and no server has to count.
///
/// Immutable: any number of threads may use it at the same time.
package struct Sealer: Sendable {
  /// The newest first.
  private let keys: [SealingKey]
  private let context: [UInt8]
  private let cipher: AES256GCM

  /// Takes the keys of the ring that the context may use and that have 32 bytes.
  ///
  /// - Throws: CONFIG where there is none.
  package init(_ ring: KeyRing, _ context: SealingContext) throws(Failure) {
    var keys: [SealingKey] = []
    for key in ring.newestFirst(for: context.keys) where key.secret.count >= Key.leastForSealing {
      keys.append(try SealingKey(key, context.bytes))
    }
    guard !keys.isEmpty else {
      throw Failure(
        .config,
        "There is no key of at least \(Key.leastForSealing) random bytes to seal with: SECRET_KEY may be one, or a key of "
          + "a key file that is for this purpose."
      )
    }
    self.keys = keys
    self.context = context.bytes
    cipher = try AES256GCM.make()
  }

  /// What stands before the text of a message.
  package static var headerCount: Int { saltPosition + saltCount + commitmentCount }

  /// What a message has beside its text.
  package static var overhead: Int { headerCount + AES256GCM.tagCount }

  /// Seals the text that stands in `message` after `headerCount` bytes; what is before and behind it is written.
  ///
  /// - Parameters:
  ///   - message: `overhead` bytes more than its text.
  ///   - secret: what has to be known beside the keys to open the message.
  ///   - associated: what else has to be the same when it is opened.
  package func seal(
    _ message: UnsafeMutableBufferPointer<UInt8>, secret: UnsafeBufferPointer<UInt8> = Sealer.nothing,
    associated: UnsafeBufferPointer<UInt8> = Sealer.nothing, now: Int64
  ) throws(Failure) {
    guard let key = keys.makingIndex(now).map({ keys[$0] }) else {
      throw Failure(.config, "None of the keys is good at this time; add one to the key file.")
    }
    guard let parts = Parts(message) else { throw Failure(.internal, "There is no room to seal a message in.") }
    parts.start.pointee = Sealer.version
    key.copyID(to: parts.start + 1)
    try Random.fill(parts.salt, count: Sealer.saltCount)
    try withWipedBytes(SealingKey.derivedCount) { derived throws(Failure) in
      guard let derived = derived.baseAddress else { return }
      try key.derive(UnsafeBufferPointer(start: parts.salt, count: Sealer.saltCount), secret, into: derived)
      copyBytes(
        UnsafeBufferPointer(start: derived + SealingKey.commitment, count: Sealer.commitmentCount), to: parts.commitment
      )
      try context.withUnsafeBufferPointer { context throws(Failure) in
        try cipher.seal(
          parts.text, key: derived, nonce: derived + SealingKey.nonce, associated: (parts.header, context, associated),
          tag: parts.tag)
      }
    }
  }

  /// A message that was opened.
  package struct Opened {
    /// The text, where it stood.
    package let text: UnsafeBufferPointer<UInt8>
    /// Whether it was sealed with the key that seals now; else it is time to seal it anew.
    package let isFresh: Bool
  }

  /// Opens a message that was sealed in this context, with this secret and these associated bytes, decrypting its text
  /// where it stands. What does not open is overwritten.
  ///
  /// - Throws: TAMPERED, or EXPIRED where its key is out of its time.
  package func open(
    _ message: UnsafeMutableBufferPointer<UInt8>, secret: UnsafeBufferPointer<UInt8> = Sealer.nothing,
    associated: UnsafeBufferPointer<UInt8> = Sealer.nothing, now: Int64
  ) throws(Failure) -> Opened {
    guard let parts = Parts(message), parts.start.pointee == Sealer.version,
      let position = keys.firstIndex(where: { $0.isNamed(parts.start + 1) })
    else { throw Sealer.mismatch }
    let key = keys[position]
    let isSound = try withWipedBytes(SealingKey.derivedCount) { derived throws(Failure) -> Bool in
      guard let derived = derived.baseAddress else { return false }
      try key.derive(UnsafeBufferPointer(start: parts.salt, count: Sealer.saltCount), secret, into: derived)
      // AES-GCM alone would open one message under two keys. Both are looked at in any case, so that the time tells
      // nothing of what was wrong.
      let isOurs = constantTimeEqual(
        parts.commitment, derived + SealingKey.commitment, count: Sealer.commitmentCount)
      let isWhole = try context.withUnsafeBufferPointer { context throws(Failure) in
        try cipher.open(
          parts.text, key: derived, nonce: derived + SealingKey.nonce, associated: (parts.header, context, associated),
          tag: parts.tag)
      }
      return isOurs && isWhole
    }
    guard isSound else {
      message.update(repeating: 0)
      throw Sealer.mismatch
    }
    guard key.validity.includes(now) else {
      throw Failure(.expired, "The value was sealed with a key that is not good at this time.")
    }
    return Opened(text: UnsafeBufferPointer(parts.text), isFresh: keys.makingIndex(now) == position)
  }

  package static var nothing: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: nil, count: 0) }

  private static var version: UInt8 { 1 }
  private static var saltPosition: Int { 1 + SealingKey.idCount }
  private static var saltCount: Int { 24 }
  private static var commitmentCount: Int { 16 }

  private static var mismatch: Failure {
    Failure(.tampered, "The value was changed, or sealed with another key or for something else.")
  }

  /// Where the parts of a message stand.
  private struct Parts {
    let start: UnsafeMutablePointer<UInt8>
    let text: UnsafeMutableBufferPointer<UInt8>

    init?(_ message: UnsafeMutableBufferPointer<UInt8>) {
      guard message.count >= Sealer.overhead, let start = message.baseAddress else { return nil }
      self.start = start
      text = UnsafeMutableBufferPointer(start: start + Sealer.headerCount, count: message.count - Sealer.overhead)
    }

    var header: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: Sealer.headerCount) }
    var salt: UnsafeMutablePointer<UInt8> { start + Sealer.saltPosition }
    var commitment: UnsafeMutablePointer<UInt8> { salt + Sealer.saltCount }
    var tag: UnsafeMutablePointer<UInt8> { start + Sealer.headerCount + text.count }
  }
}
