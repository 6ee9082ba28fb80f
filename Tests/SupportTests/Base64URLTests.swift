// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Support

@Suite struct Base64URLTests {
  @Test func theVectorsOfRFC4648() {
    let vectors = [
      "": "", "f": "Zg", "fo": "Zm8", "foo": "Zm9v", "foob": "Zm9vYg", "fooba": "Zm9vYmE", "foobar": "Zm9vYmFy",
    ]
    for (plain, encoded) in vectors {
      #expect(encode(Array(plain.utf8)) == encoded)
      #expect(decode(encoded) == Array(plain.utf8))
    }
  }

  @Test func everySizeComesBack() {
    var bytes: [UInt8] = []
    for size in 0..<300 {
      #expect(decode(encode(bytes)) == bytes)
      bytes.append(UInt8(truncatingIfNeeded: size &* 151 &+ 7))
    }
  }

  @Test(arguments: ["Z", "Zh", "Zg=", "Zg==", "Z g", "Zm9v\n", "Zm9", "+/8", "Zm9v!", "ZZZZZ", "Zm\u{e9}v"])
  func onlyTheCanonicalSpellingIsRead(_ text: String) {
    #expect(decode(text) == nil)
  }

  /// One character of no meaning at each place, for each such character.
  @Test func noOtherCharacterIsReadAnywhere() {
    let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    for count in [4, 16, 20, 36, 43, 64] {
      let text = Array(encode((0..<count * 3 / 4).map { _ in UInt8.random(in: 0...255) }).utf8)
      for place in text.indices {
        for byte in UInt8.min...UInt8.max {
          var changed = text
          changed[place] = byte
          let isRead = changed.withUnsafeBufferPointer { Base64URL.decode($0) } != nil
          // The last character may have bits that mean nothing.
          #expect(place == text.count - 1 ? !isRead || alphabet.contains(byte) : isRead == alphabet.contains(byte))
        }
      }
    }
  }

  private func encode(_ bytes: [UInt8]) -> String {
    let text = [UInt8](unsafeUninitializedCapacity: Base64URL.encodedCount(bytes.count)) { output, written in
      bytes.withUnsafeBufferPointer { input in
        if let base = output.baseAddress { Base64URL.encode(input, into: base) }
      }
      written = Base64URL.encodedCount(bytes.count)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private func decode(_ text: String) -> [UInt8]? {
    Array(text.utf8).withUnsafeBufferPointer { Base64URL.decode($0) }
  }
}
