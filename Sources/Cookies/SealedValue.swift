// SPDX-License-Identifier: Apache-2.0
internal import CSupport
package import Keys
package import Support

/// Values as text that only who has the keys can read or make (docs/formats.md, *Sealed values*): base64url of a sealed
/// message with the time, flags and the payload.
///
/// Immutable: any number of threads may use it at the same time.
package struct SealedValue: Sendable {
  private let sealer: Sealer
  private let padding: Int
  private let compresses: Bool

  /// - Parameters:
  ///   - padding: what is sealed is made as long as a multiple of this; 0 is none.
  ///   - compresses: whether a payload that zlib makes shorter is compressed. Its length then tells of its contents.
  package init(
    _ ring: KeyRing, _ context: SealingContext, padding: Int = 0, compresses: Bool = false
  ) throws(Failure) {
    sealer = try Sealer(ring, context)
    self.padding = padding
    self.compresses = compresses
  }

  /// The most characters that a payload of `count` bytes takes.
  package func largestCount(_ count: Int) -> Int {
    Base64URL.encodedCount(Sealer.overhead + textCount(count))
  }

  /// Writes at most `largestCount` characters to `output` and answers with their number.
  ///
  /// - Parameters:
  ///   - issued: the time that is sealed in.
  ///   - now: which key is used depends on it.
  package func seal(
    _ payload: UnsafeBufferPointer<UInt8>, issued: Int64, now: Int64, into output: UnsafeMutablePointer<UInt8>
  ) throws(Failure) -> Int {
    guard issued >= 0 else { throw Failure(.argument, "The time to seal with is before 1970.") }
    if compresses, let stream = try URLSafePayload.compress(payload) {
      return try stream.withUnsafeBufferPointer { stream throws(Failure) in
        try seal(stream, flags: SealedValue.compressed, issued, now, output)
      }
    }
    return try seal(payload, flags: 0, issued, now, output)
  }

  private func seal(
    _ payload: UnsafeBufferPointer<UInt8>, flags: UInt8, _ issued: Int64, _ now: Int64,
    _ output: UnsafeMutablePointer<UInt8>
  ) throws(Failure) -> Int {
    let count = Sealer.overhead + textCount(payload.count)
    let characters = Base64URL.encodedCount(count)
    // At the end of the room, where the characters do not overtake what they are made of.
    let message = UnsafeMutableBufferPointer(start: output + characters - count, count: count)
    let text = output + characters - count + Sealer.headerCount
    for position in 0..<8 {
      text[position] = UInt8(truncatingIfNeeded: issued >> Int64(56 - 8 * position))
    }
    text[8] = flags | (padding > 1 ? SealedValue.padded : 0)
    let payloadEnd = SealedValue.leadCount + payload.count
    if let start = payload.baseAddress {
      memcpy(text + SealedValue.leadCount, start, payload.count)
    }
    if padding > 1 {
      text[payloadEnd] = 0x80
      memset(text + payloadEnd + 1, 0, textCount(payload.count) - payloadEnd - 1)
    }
    try sealer.seal(message, now: now)
    Base64URL.encode(UnsafeBufferPointer(message), into: output)
    return characters
  }

  /// What was sealed.
  package struct Opened {
    /// Within the room that `open` was given.
    package let payload: UnsafeBufferPointer<UInt8>
    /// Whether the payload has still to be expanded.
    package let isCompressed: Bool
    /// Seconds since 1970-01-01T00:00:00Z.
    package let issued: Int64
    /// Whether it was sealed with the key that seals now.
    package let isFresh: Bool
  }

  /// Opens a text into `room`, which has `Base64URL.decodedCount(text.count)` bytes, or 0
  /// where there is no such count.
  ///
  /// - Parameter maxAge: in seconds; nil for any age.
  /// - Throws: TAMPERED, MALFORMED or EXPIRED.
  package func open(
    _ text: UnsafeBufferPointer<UInt8>, into room: UnsafeMutableBufferPointer<UInt8>, now: Int64, maxAge: Int64?
  ) throws(Failure) -> Opened {
    guard let start = room.baseAddress, Base64URL.decodedCount(text.count) == room.count,
      Base64URL.decode(text, into: start)
    else {
      throw Failure(.tampered, "The value is not base64url; it was not sealed.")
    }
    let message = try sealer.open(room, now: now)
    let opened = try SealedValue.parsed(message)
    try SealedValue.check(opened.issued, now: now, maxAge: maxAge)
    return opened
  }

  /// The payload as an array.
  ///
  /// - Parameter limit: the most bytes that a compressed payload may expand to.
  /// - Throws: TOO_LARGE too.
  package func payload(
    _ text: UnsafeBufferPointer<UInt8>, now: Int64, maxAge: Int64?, limit: Int
  ) throws(Failure) -> (payload: [UInt8], issued: Int64, isFresh: Bool) {
    var facts: (isCompressed: Bool, issued: Int64, isFresh: Bool) = (false, 0, false)
    let size = Base64URL.decodedCount(text.count) ?? 0
    let bytes = try [UInt8](unsafeUninitializedCapacity: size) { room, count throws(Failure) in
      let room = UnsafeMutableBufferPointer(rebasing: room[..<size])
      let opened = try open(text, into: room, now: now, maxAge: maxAge)
      facts = (opened.isCompressed, opened.issued, opened.isFresh)
      count = opened.payload.count
      if let start = room.baseAddress, let payload = opened.payload.baseAddress {
        memmove(start, payload, count)
      }
    }
    let payload = facts.isCompressed ? try URLSafePayload.expand(bytes, limit: limit) : bytes
    return (payload, facts.issued, facts.isFresh)
  }

  /// What stands before the payload: the time and the flags.
  private static var leadCount: Int { 9 }
  private static var compressed: UInt8 { 1 }
  private static var padded: UInt8 { 2 }

  /// What is sealed for a payload of `count` bytes.
  private func textCount(_ count: Int) -> Int {
    let bare = SealedValue.leadCount + count
    return padding > 1 ? (bare + padding) / padding * padding : bare
  }

  private static func parsed(_ message: Sealer.Opened) throws(Failure) -> Opened {
    let text = message.text
    guard text.count >= leadCount else { throw malformed }
    let time = text[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let flags = text[8]
    guard let issued = Int64(exactly: time), flags & ~(compressed | padded) == 0 else { throw malformed }
    var end = text.count
    if flags & padded != 0 {
      guard let marker = text.lastIndex(where: { $0 != 0 }), marker >= leadCount, text[marker] == 0x80 else {
        throw malformed
      }
      end = marker
    }
    return Opened(
      payload: UnsafeBufferPointer(rebasing: text[leadCount..<end]), isCompressed: flags & compressed != 0,
      issued: issued, isFresh: message.isFresh)
  }

  /// A value that is exactly as old is still good; one from the future is where clocks may differ so.
  private static func check(_ issued: Int64, now: Int64, maxAge: Int64?) throws(Failure) {
    guard let maxAge else { return }
    let (age, overflow) = now.subtractingReportingOverflow(issued)
    guard !overflow, age >= -Validity.settling else {
      throw Failure(.expired, "The value was sealed at a time that is yet to come.")
    }
    guard age <= maxAge else {
      throw Failure(.expired, "The value was sealed \(age) seconds ago; \(maxAge) are allowed.")
    }
  }

  private static var malformed: Failure {
    Failure(.malformed, "The value was sealed well, but not in this format.")
  }
}
