// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Support

@Suite struct WellFormedTests {
  /// Every sequence of one to three bytes of interest, at every place within ASCII text, judged by Swift's own decoder.
  @Test func agreesWithTheStandardLibrary() {
    let bytes: [UInt8] = [
      0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1,
      0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
    ]
    for first in bytes {
      for second in bytes {
        for third in bytes {
          for fourth in [0x41, 0x80, 0xBF, 0xC0] as [UInt8] {
            for padding in [0, 1, 7, 8, 9] {
              let text = Array(repeating: 0x61, count: padding) + [first, second, third, fourth]
              if isUTF8(text) != (String(validating: text, as: UTF8.self) != nil) {
                Issue.record("\(text)")
              }
            }
          }
        }
      }
    }
  }

  @Test func surrogatesAreTakenWhereTheyMay() {
    #expect(!isUTF8([0xED, 0xA0, 0x80]))
    #expect(isUTF8([0xED, 0xA0, 0x80], surrogates: true))
    #expect(!isUTF8([0xED, 0xA0], surrogates: true))
    #expect(isUTF8([]))
  }
}
