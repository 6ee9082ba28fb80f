// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import Crypto
internal import Support

/// The names of files: the digest of a key in base 16, so that no key reaches another folder.
struct FileName: Equatable, Sendable {
  let text: Text

  init(_ text: Text) {
    self.text = text
  }

  /// That of cachelib since 0.16: SHA-256.
  init(of key: Text) throws(Failure) {
    let digest = try key.bytes.withUnsafeBufferPointer { (key) throws(Failure) -> [UInt8] in
      try [UInt8](unsafeUninitializedCapacity: DigestAlgorithm.sha256.count) { digest, count throws(Failure) in
        guard let start = digest.baseAddress else { return }
        try DigestAlgorithm.sha256.hash(key, into: start)
        count = DigestAlgorithm.sha256.count
      }
    }
    text = FileName.hexadecimal(digest)
  }

  /// That of cachelib up to 0.15: MD5. Nil where libcrypto has none: then there are no such files.
  init?(old key: Text) {
    var isMade = false
    let digest = key.bytes.withUnsafeBufferPointer { key in
      [UInt8](unsafeUninitializedCapacity: MD5.count) { digest, count in
        guard let start = digest.baseAddress, MD5.hash(key, into: start) else { return }
        (isMade, count) = (true, MD5.count)
      }
    }
    guard isMade else { return nil }
    text = FileName.hexadecimal(digest)
  }

  var isOld: Bool { text.count == 32 }

  /// Whether it is that of a record, or could be.
  var isDigest: Bool {
    guard text.count == 64 || text.count == 32 else { return false }
    return text.bytes.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }
  }

  /// Whether it is that of a file that is being written, by us or by cachelib, which leaves such files alone.
  var isDraft: Bool {
    self != FileName.lock && text.bytes.suffix(FileName.suffix.count).elementsEqual(FileName.suffix.bytes)
  }

  /// Where in the lock file the file of this name is locked.
  var place: Int64 {
    var place: Int64 = 0
    for byte in text.bytes.prefix(15) { place = place << 4 | Int64(byte < 0x3A ? byte & 15 : byte & 15 + 9) }
    return place & .max
  }

  /// A name that nobody has.
  static func draft() throws(Failure) -> FileName {
    var number: UInt64 = 0
    let error = csupport_random(&number, 8)
    guard error == 0 else { throw Failure(.crypto, "The system gave no random bytes.", native: error) }
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
    return FileName(Text(hexadecimal(bytes).bytes + suffix.bytes))
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> Text {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      for half in [byte >> 4, byte & 15] { text.append(half < 10 ? 0x30 + half : 0x57 + half) }
    }
    return Text(text)
  }

  static var lock: FileName { FileName("lock.__wz_cache") }

  private static var suffix: Text { ".__wz_cache" }
}
