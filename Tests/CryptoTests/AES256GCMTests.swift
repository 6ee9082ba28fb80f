// SPDX-License-Identifier: Apache-2.0
import Crypto
import Support
import Testing

struct AES256GCMTests {
  private func whole(_ bytes: [UInt8], _ body: (UnsafeBufferPointer<UInt8>) throws -> Void) rethrows {
    try bytes.withUnsafeBufferPointer(body)
  }

  /// Test cases 14 and 16 of the specification of GCM (McGrew and Viega).
  @Test func vectors() throws {
    let cipher = try AES256GCM.make()
    var zeros = [UInt8](repeating: 0, count: 16)
    var tag = [UInt8](repeating: 0, count: 16)
    let nothing = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    try zeros.withUnsafeMutableBufferPointer { text in
      try cipher.seal(
        text, key: [UInt8](repeating: 0, count: 32), nonce: [UInt8](repeating: 0, count: 12),
        associated: (nothing, nothing, nothing), tag: &tag)
    }
    #expect(zeros == bytes("cea7403d4d606b6e074ec5d3baf39d18"))
    #expect(tag == bytes("d0d1c8a799996bf0265b98b5d48ab919"))

    let key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
    let nonce = bytes("cafebabefacedbaddecaf888")
    var text = bytes(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    let plain = text
    let associated = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    for split in 0...associated.count {
      text = plain
      try whole(Array(associated[..<split])) { one in
        try whole(Array(associated[split...])) { two in
          try text.withUnsafeMutableBufferPointer { text in
            try cipher.seal(text, key: key, nonce: nonce, associated: (one, nothing, two), tag: &tag)
          }
        }
      }
      #expect(tag == bytes("76fc6ece0f4e1768cddf8853bb2d551b"))
      #expect(Array(text.suffix(4)) == bytes("bcc9f662"))
    }
    // Opened, and not with another tag: then nothing of the text is left.
    try whole(associated) { associated in
      for isWrong in [false, true] {
        var copy = text
        tag[15] ^= isWrong ? 1 : 0
        let opened = try copy.withUnsafeMutableBufferPointer { text in
          try cipher.open(text, key: key, nonce: nonce, associated: (nothing, associated, nothing), tag: tag)
        }
        #expect(opened == !isWrong)
        #expect(copy == (isWrong ? [UInt8](repeating: 0, count: plain.count) : plain))
      }
    }
  }

  @Test func everyByteIsCompared() {
    let one = Array<UInt8>(0..<32)
    for position in 0..<32 {
      var other = one
      #expect(constantTimeEqual(one, other, count: 32))
      other[position] ^= 0x80
      #expect(!constantTimeEqual(one, other, count: 32))
      #expect(constantTimeEqual(one, other, count: position))
    }
  }

  private func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.compactMap { $0.hexDigitValue }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
