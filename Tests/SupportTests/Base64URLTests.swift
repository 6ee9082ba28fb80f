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
