// SPDX-License-Identifier: Apache-2.0
import Crypto
import Support
import Testing

/// RFC 5869, test cases 1 and 3, the first 32 bytes.
struct HKDFTests {
  @Test func vectors() throws {
    let secret = try Secret(count: 22) { $0.update(repeating: 0x0B, count: 22) }
    let first = try HKDF.key(from: secret, salt: Array(0...12), info: Array(0xF0...0xF9))
    #expect(hexadecimal(first) == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")
    let third = try HKDF.key(from: secret, salt: [], info: [])
    #expect(hexadecimal(third) == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d")
  }

  private func hexadecimal(_ secret: Secret) -> String {
    secret.withBytes { bytes in
      bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
  }
}
