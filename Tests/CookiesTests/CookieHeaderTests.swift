// SPDX-License-Identifier: Apache-2.0
import Foundation
import Support
import Testing

@testable import Cookies

struct CookieHeaderTests {
  private func value(of name: String, in header: [UInt8]) -> [UInt8]? {
    header.withUnsafeBufferPointer { CookieHeader($0).value(of: Text(name)) }
  }

  private func value(of name: String, in header: String) -> String? {
    value(of: name, in: Array(header.utf8)).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func readsWhatWerkzeugReads() throws {
    let cases = try vectors("werkzeug_cookie.json").cases("parse_cookie")
    #expect(cases.count == 26)
    for vector in cases {
      guard let text = vector["header_latin1"] as? String, let parsed = vector["parsed"] as? [[String]] else {
        #expect(vector["error"] != nil)
        continue
      }
      let header = text.unicodeScalars.map { UInt8($0.value) }
      for (index, cookie) in parsed.enumerated() where !parsed[..<index].contains(where: { $0[0] == cookie[0] }) {
        #expect(value(of: cookie[0], in: header) == Array(cookie[1].utf8), "\(text)")
      }
      for absent in ["", "z", "bad"] + (parsed.isEmpty ? ["a"] : []) {
        #expect(value(of: absent, in: header) == nil, "\(text)")
      }
    }
  }

  /// Werkzeug refuses the whole header then; here other people's bytes do not hide our cookie.
  @Test func passesOverBytesThatAreNotUTF8() {
    let header = Array("a=".utf8) + [0xE9] + Array("; s=1; ".utf8) + [0xE9] + Array("=2".utf8)
    #expect(value(of: "a", in: header) == [0xE9])
    #expect(value(of: "s", in: header) == [UInt8(ascii: "1")])
  }

  @Test func findsNamesByteForByte() {
    #expect(value(of: "séance", in: "s=0; séance=1") == "1")
    #expect(value(of: "se\u{301}ance", in: "séance=1") == nil)
    #expect(value(of: "session", in: "Session=1; sessio=2; sessionn=3; x.session=4") == nil)
  }

  @Test func takesTheFirstOfSeveral() {
    #expect(value(of: "s", in: "s=bad value; s=1; s=2") == "1")
  }

  @Test func namelessCookiesStandForNothing() {
    #expect(value(of: "s", in: "=s=evil; s=1") == "1")
    #expect(value(of: "s", in: "s=evil\"; s=1") == "1")
    #expect(value(of: "", in: "=s") == nil)
  }

  @Test func aQuoteThatDoesNotEndHidesNothing() {
    #expect(value(of: "s", in: "a=\"x; s=1") == "1")
    #expect(value(of: "s", in: "a=\"x; s=1\"; s=2") == "2")
    #expect(value(of: "a", in: "a=\"x\\") == nil)
    #expect(value(of: "a", in: "a=\"x\\\"") == nil)
    #expect(value(of: "a", in: "a=\"") == nil)
  }

  @Test func aQuotedValueMayHoldAnyByte() {
    #expect(
      value(of: "a", in: Array("a=\"\\000\\015\\377\\\\\\\"\\01\"".utf8)) == [0, 13, 255, 0x5C, 0x22, 0x30, 0x31])
    #expect(value(of: "a", in: "a=\"\"") == "")
    #expect(value(of: "a", in: "a=\"\\\n\"") == nil)
  }

  @Test func readsNoMoreThanTheLimit() {
    let padding = String(repeating: "x", count: CookieHeader.limit - 10)
    #expect(value(of: "s", in: "p=\(padding); s=1234567; t=1") == nil)
    #expect(value(of: "s", in: "p=\(padding.dropLast(20)); s=1; t=1\(padding)") == "1")
    let exact = String(repeating: "y", count: CookieHeader.limit - 2)
    #expect(value(of: "s", in: "s=\(exact)") == exact)
    #expect(value(of: "s", in: "s=\(exact)y") == nil)
  }
}
