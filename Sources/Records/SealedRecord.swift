// SPDX-License-Identifier: Apache-2.0
internal import Crypto
package import Keys
package import Support

/// Records that only who has the keys and the session's id can read or make (docs/formats.md, *Sealed records*).
///
/// Immutable: any number of threads may use it at the same time.
package final class SealedRecord: Sendable {
  private let sealer: Sealer

  /// - Throws: CONFIG where no key of the ring may seal records.
  package static func make(_ ring: KeyRing, application: Text, prefix: Text) throws(Failure) -> SealedRecord {
    let context = SealingContext(.records, purpose: "session record", application: application, name: prefix)
    return SealedRecord(try Sealer(ring, context))
  }

  private init(_ sealer: Sealer) {
    self.sealer = sealer
  }

  /// Where a record is: nobody opens it under another key, or without the name that the key is made of.
  package struct Place {
    /// In the store.
    package let key: Text
    private let open: Text
    private let prefix: Int

    /// - Parameters:
    ///   - open: the key with the id of a session in it, or with what else the record is found by.
    ///   - prefix: how many bytes stand before that.
    package init(_ open: Text, prefix: Int) throws(Failure) {
      self.open = open
      self.prefix = min(prefix, open.count)
      key = try SealedName.key(open, prefix: prefix)
    }

    /// What has to be known to open the record, and what has to be the same.
    func withParts<Result>(
      _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      try open.bytes.withUnsafeBufferPointer { open throws(Failure) in
        try key.bytes.withUnsafeBufferPointer { key throws(Failure) in
          try body(UnsafeBufferPointer(rebasing: open[prefix...]), key)
        }
      }
    }
  }

  /// What a record has beside its bytes.
  package static var overhead: Int { Sealer.overhead + expiryCount }

  private static var expiryCount: Int { 8 }

  /// - Parameter expiry: when it ends, in seconds since 1970-01-01T00:00:00Z.
  package func seal(_ record: [UInt8], _ place: Place, expiry: Int64, now: Int64) throws(Failure) -> [UInt8] {
    let count = SealedRecord.overhead + record.count
    return try [UInt8](unsafeUninitializedCapacity: count) { output, written throws(Failure) in
      guard let start = output.baseAddress else { return }
      let text = start + Sealer.headerCount
      for position in 0..<SealedRecord.expiryCount {
        text[position] = UInt8(truncatingIfNeeded: expiry >> Int64(56 - 8 * position))
      }
      record.withUnsafeBufferPointer { copyBytes($0, to: text + SealedRecord.expiryCount) }
      try place.withParts { name, key throws(Failure) in
        try sealer.seal(
          UnsafeMutableBufferPointer(start: start, count: count), secret: name, associated: key, now: now)
      }
      written = count
    }
  }

  /// What was sealed.
  package struct Opened {
    package let record: [UInt8]
    /// Seconds since 1970-01-01T00:00:00Z. Whether that has passed, is for the caller to see.
    package let expiry: Int64
    /// Whether it was sealed with the key that seals now.
    package let isFresh: Bool
  }

  /// Nil for what was not sealed for this place, was changed, or has a key that is not good.
  package func open(_ sealed: [UInt8], _ place: Place, now: Int64) throws(Failure) -> Opened? {
    var message = sealed.withUnsafeBufferPointer { Array($0) }
    do throws(Failure) {
      return try message.withUnsafeMutableBufferPointer { message throws(Failure) in
        try place.withParts { name, key throws(Failure) in
          SealedRecord.parsed(try sealer.open(message, secret: name, associated: key, now: now))
        }
      }
    } catch {
      guard error.status == .tampered || error.status == .expired else { throw error }
      return nil
    }
  }

  private static func parsed(_ message: Sealer.Opened) -> Opened? {
    guard message.text.count >= expiryCount else { return nil }
    let expiry = message.text[..<expiryCount].reduce(Int64(0)) { $0 << 8 | Int64($1) }
    return Opened(
      record: Array(UnsafeBufferPointer(rebasing: message.text[expiryCount...])), expiry: expiry,
      isFresh: message.isFresh)
  }
}
