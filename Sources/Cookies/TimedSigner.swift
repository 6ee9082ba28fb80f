// SPDX-License-Identifier: Apache-2.0
package import Support

/// Signs bytes with the time, as the `TimestampSigner` of itsdangerous:
/// `value ‖ separator ‖ base64url(seconds since 1970, big-endian) ‖ separator ‖ signature`.
package struct TimedSigner: Sendable {
  package let signer: Signer

  package init(_ signer: Signer) {
    self.signer = signer
  }

  /// What was signed, and when.
  package struct Opened {
    package let value: UnsafeBufferPointer<UInt8>
    /// Seconds since 1970-01-01T00:00:00Z.
    package let signedAt: Int64
    /// Whether the key that signs now has signed it.
    package let isFresh: Bool
  }

  /// The most that a signature with its time adds to a value.
  package var overhead: Int { 2 * signer.separator.count + 11 + signer.overhead }

  /// Signs the first `count` bytes of `buffer`, which has room for `overhead` more, and answers with the new count.
  ///
  /// - Parameters:
  ///   - issued: the time that is signed with them.
  ///   - now: which key is used depends on it.
  package func sign(
    _ buffer: UnsafeMutablePointer<UInt8>, count: Int, issued: Int64, now: Int64
  ) throws(Failure) -> Int {
    guard issued >= 0 else { throw Failure(.argument, "The time to sign with is before 1970.") }
    var count = count
    for byte in signer.separator {
      buffer[count] = byte
      count += 1
    }
    count += write(issued, to: buffer + count)
    try signer.sign(buffer, count: count, now: now)
    return count + signer.overhead
  }

  /// - Parameter maxAge: in seconds; nil for any age. A value that is exactly as old is still good, one from the future
  ///   never is.
  /// - Throws: TAMPERED, MALFORMED (signed, but without a time) or EXPIRED, checked in this order.
  package func verify(
    _ signed: UnsafeBufferPointer<UInt8>, now: Int64, maxAge: Int64?
  ) throws(Failure) -> Opened {
    let verified = try signer.verify(signed, now: now)
    let timed = verified.value
    guard let split = signer.lastSeparator(in: timed) else {
      throw Failure(.malformed, "The value is signed but has no timestamp.")
    }
    let text = UnsafeBufferPointer(rebasing: timed[(split + signer.separator.count)...])
    guard let seconds = number(text) else {
      throw Failure(.malformed, "The value is signed but its timestamp is malformed.")
    }
    let opened = Opened(
      value: UnsafeBufferPointer(rebasing: timed[..<split]), signedAt: seconds, isFresh: verified.isFresh)
    if let maxAge {
      try check(opened, now: now, maxAge: maxAge)
    }
    return opened
  }

  private func check(_ opened: Opened, now: Int64, maxAge: Int64) throws(Failure) {
    let (age, overflow) = now.subtractingReportingOverflow(opened.signedAt)
    if overflow || age < 0 {
      throw Failure(.expired, "Signature age \(overflow ? Int64.min : age) < 0 seconds")
    }
    if age > maxAge {
      throw Failure(.expired, "Signature age \(age) > \(maxAge) seconds")
    }
  }

  /// Writes a time as base64url of its big-endian bytes, those that lead with zero left out: zero is no byte at all.
  private func write(_ time: Int64, to output: UnsafeMutablePointer<UInt8>) -> Int {
    let count = (64 - time.leadingZeroBitCount + 7) / 8
    withUnsafeBytes(of: time.bigEndian) { bytes in
      let bytes = bytes.bindMemory(to: UInt8.self)
      Base64URL.encode(UnsafeBufferPointer(rebasing: bytes[(8 - count)...]), into: output)
    }
    return Base64URL.encodedCount(count)
  }

  /// Nil for what is no number, or one beyond `Int64`.
  private func number(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard let count = Base64URL.decodedCount(text.count), count <= 8 else { return nil }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 8) { bytes in
      guard let start = bytes.baseAddress, Base64URL.decode(text, into: start) else { return nil }
      return Int64(exactly: bytes[..<count].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
  }
}
