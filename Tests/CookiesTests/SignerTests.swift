// SPDX-License-Identifier: Apache-2.0
import Keys
import Support
import Testing

@testable import Cookies

/// What opens and what does not; that it is the signature of itsdangerous, its own vectors say.
struct SignerTests {
  private let now: Int64 = 1_700_000_000
  private let value = Array("value".utf8)

  private func key(_ byte: UInt8, notAfter: Int64 = .max) -> Key {
    Key(
      [UInt8](repeating: byte, count: 32).withUnsafeBufferPointer { Secret($0) },
      validity: Validity(notBefore: .min, notAfter: notAfter))
  }

  private func signer(_ keys: Key...) throws -> TimedSigner {
    var ring = KeyRing()
    for key in keys { ring.add(key) }
    return TimedSigner(try Signer.make(ring, salt: [1]))
  }

  private func sign(_ signer: TimedSigner) throws -> [UInt8] {
    var bytes = value + [UInt8](repeating: 0, count: signer.overhead)
    let count = try bytes.withUnsafeMutableBufferPointer { buffer in
      try signer.sign(try #require(buffer.baseAddress), count: value.count, issued: now, now: now)
    }
    return Array(bytes[..<count])
  }

  /// Nil where it opens.
  private func refusal(_ signer: TimedSigner, _ signed: [UInt8], now: Int64? = nil, maxAge: Int64? = nil) -> Status? {
    signed.withUnsafeBufferPointer { signed in
      do throws(Failure) {
        let opened = try signer.verify(signed, now: now ?? self.now, maxAge: maxAge)
        return Array(opened.value) == value ? nil : .internal
      } catch {
        return error.status
      }
    }
  }

  @Test func everyBitCounts() throws {
    let signer = try signer(key(1))
    let signed = try sign(signer)
    #expect(refusal(signer, signed) == nil)
    for place in signed.indices {
      for bit in 0..<8 {
        var other = signed
        other[place] ^= 1 << bit
        #expect(refusal(signer, other) == .tampered)
      }
    }
  }

  @Test func theLengthCounts() throws {
    let signer = try signer(key(1))
    let signed = try sign(signer)
    for count in signed.indices { #expect(refusal(signer, Array(signed[..<count])) == .tampered) }
    for more in [[0x41], [0x3D], [0], signed] as [[UInt8]] { #expect(refusal(signer, signed + more) == .tampered) }
  }

  @Test func everyKeyOpensInItsTime() throws {
    let all = try signer(key(1), key(2, notAfter: now + 10), key(3))
    for byte: UInt8 in 1...3 { #expect(refusal(all, try sign(try signer(key(byte)))) == nil) }
    #expect(refusal(all, try sign(try signer(key(4)))) == .tampered)
    let second = try sign(try signer(key(2)))
    #expect(refusal(all, second, now: now + 10) == nil)
    #expect(refusal(all, second, now: now + 11) == .tampered)
  }

  @Test func aValueHasItsTime() throws {
    let signer = try signer(key(1))
    let signed = try sign(signer)
    #expect(refusal(signer, signed, now: now + 20, maxAge: 20) == nil)
    #expect(refusal(signer, signed, now: now + 21, maxAge: 20) == .expired)
    #expect(refusal(signer, signed, now: now - 1, maxAge: 20) == .expired)
  }

  @Test func noPayloadExpandsBeyondTheLimit() throws {
    let large = [UInt8](repeating: 7, count: 100_000)
    let stream = try #require(try large.withUnsafeBufferPointer { try URLSafePayload.compress($0) })
    #expect(try URLSafePayload.expand(stream, limit: large.count) == large)
    for limit in [large.count - 1, 50_000, 10, 0] {
      #expect(throws: Failure.self) { try URLSafePayload.expand(stream, limit: limit) }
    }
  }
}
