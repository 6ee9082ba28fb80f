// SPDX-License-Identifier: Apache-2.0
import Foundation
import Support
import Testing

@testable import Cookies

struct SetCookieTests {
  private func text(_ cookie: SetCookie) -> String { String(decoding: cookie.text, as: UTF8.self) }

  @Test func quotesValuesAsWerkzeugDoes() throws {
    let file = try vectors("werkzeug_cookie.json")
    let cases = file.cases("dump_cookie_value")
    #expect(cases.count == 15)
    for vector in cases {
      let value = try #require(vector["value"] as? String)
      #expect(text(SetCookie(name: "k", value: Array(value.utf8), path: nil)) == vector["header"] as? String)
    }
    let table = try #require(file["octal_table"] as? [String: String])
    #expect(table.count == 52)
    for (byte, written) in table {
      let cookie = SetCookie(name: "k", value: [try #require(UInt8(byte, radix: 16))], path: nil)
      #expect(text(cookie) == "k=\(written)")
    }
  }

  @Test func writesAttributesInWerkzeugsOrder() throws {
    let cases = try vectors("werkzeug_cookie.json").cases("dump_cookie_args")
    #expect(cases.count == 6)
    for vector in cases {
      let arguments = try #require(vector["args"] as? [String: String])
      var cookie = SetCookie(name: "k", value: Array("v".utf8))
      if let age = arguments["max_age"] {
        // Python's callers give an integer or a duration, which is cut to one.
        let age = try #require(Int64(age) ?? (age == "0:00:20.900000" ? 20 : nil))
        cookie.maxAge = age
        cookie.expires = 1_700_000_000 + age
      }
      if let expires = arguments["expires"] { cookie.expires = Int64(try #require(Double(expires))) }
      if let path = arguments["path"] { cookie.path = Text(path) }
      if let domain = arguments["domain"] { cookie.domain = Text(domain) }
      if arguments["samesite"] != nil { cookie.sameSite = "Lax" }
      cookie.secure = arguments["secure"] != nil
      cookie.httpOnly = arguments["httponly"] != nil
      cookie.partitioned = arguments["partitioned"] != nil
      #expect(text(cookie) == vector["header"] as? String)
    }
  }

  @Test func writesDatesAsWerkzeugDoes() throws {
    for vector in try vectors("werkzeug_cookie.json").cases("http_date") {
      guard let seconds = vector["t"] as? Int64, let date = vector["s"] as? String else { continue }
      #expect(text(SetCookie(name: "k", value: [], expires: seconds, path: nil)) == "k=; Expires=\(date)")
    }
  }

  @Test func quotesEveryByteOfAPath() {
    let all = Text((0x20...0x7E).map { UInt8($0) })
    let quoted =
      "%20!%22%23$%&'()*+,-./0123456789:%3B%3C=%3E%3F@ABCDEFGHIJKLMNOPQRSTUVWXYZ"
      + "%5B%5C%5D%5E_%60abcdefghijklmnopqrstuvwxyz%7B%7C%7D~"
    #expect(text(SetCookie(name: "k", value: [], path: all)) == "k=; Path=\(quoted)")
    #expect(text(SetCookie(name: "k", value: [], path: "/é\r\n")) == "k=; Path=/%C3%A9%0D%0A")
  }

  @Test func partitionedIsSecure() {
    #expect(text(SetCookie(name: "k", value: [], path: nil, partitioned: true)) == "k=; Secure; Partitioned")
  }
}
