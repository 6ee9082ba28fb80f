// SPDX-License-Identifier: Apache-2.0
import Foundation
import Settings
import Support
import Testing

@testable import Cookies

struct CookiePolicyTests {
  private func policy(_ settings: [String: String]) throws -> CookiePolicy {
    var all = Settings()
    for (name, value) in settings { try all.set(Text(name), text: Text(value)) }
    return try CookiePolicy(all)
  }

  private func line(_ settings: [String: String]) throws -> String {
    String(decoding: try policy(settings).cookie(value: [0x76], expires: nil).text, as: UTF8.self)
  }

  /// Flask's `config` as text, None and False being no setting.
  private func text(_ config: [String: Any]) -> [String: String] {
    var settings: [String: String] = [:]
    for (name, value) in config
    where !(value is NSNull) && name.hasPrefix("SESSION_COOKIE_") || name == "APPLICATION_ROOT" {
      if name == "SESSION_COOKIE_DOMAIN", value is NSNumber { continue }
      settings[name] = value as? String ?? ((value as? Bool) == true ? "true" : "false")
    }
    return settings
  }

  @Test func writesTheLinesThatFlaskWrites() throws {
    var lines = 0
    for cycle in try vectors("flask_cookie_session.json").cases("request_cycles") {
      let config = try #require(cycle["config"] as? [String: Any])
      guard let expected = (cycle["set_cookie"] as? [String])?.first else { continue }
      if cycle["case"] as? String == "domain 'пример.рф'" { continue }
      let policy = try policy(text(config))
      let value = Array(expected.utf8.drop { $0 != UInt8(ascii: "=") }.dropFirst().prefix { $0 != UInt8(ascii: ";") })
      let now = try #require(cycle["now"] as? Int64)
      let lifetime: Int64
      switch config["PERMANENT_SESSION_LIFETIME"] {
      case let seconds as Int64: lifetime = seconds
      case .some: lifetime = 20
      case nil: lifetime = 31 * 86_400
      }
      let isDeletion = expected.contains("Max-Age=0")
      let cookie =
        isDeletion
        ? policy.deletion() : policy.cookie(value: value, expires: expected.contains("Expires=") ? now + lifetime : nil)
      // Python shows header bytes as Latin-1.
      #expect(String(decoding: cookie.text.map { UInt16($0) }, as: UTF16.self) == expected)
      lines += 1
    }
    #expect(lines > 40)
  }

  @Test func deletesWithEveryAttribute() throws {
    let policy = try policy([
      "SESSION_COOKIE_NAME": "sid", "SESSION_COOKIE_DOMAIN": ".example.com:80", "SESSION_COOKIE_PATH": "/app",
      "SESSION_COOKIE_SAMESITE": "nonE", "SESSION_COOKIE_PARTITIONED": "1",
    ])
    let expected =
      "sid=; Domain=example.com; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure; HttpOnly; "
      + "Path=/app; SameSite=None; Partitioned"
    #expect(String(decoding: policy.deletion().text, as: UTF8.self) == expected)
  }

  @Test func anEmptyPathIsNone() throws {
    #expect(try line(["SESSION_COOKIE_PATH": "", "APPLICATION_ROOT": "/r"]) == "session=v; HttpOnly; Path=/r")
    #expect(try line(["SESSION_COOKIE_PATH": "", "APPLICATION_ROOT": ""]) == "session=v; HttpOnly; Path=/")
  }

  @Test func knowsTheSizeLimit() throws {
    #expect(try policy([:]).maximumSize == 4093)
    #expect(try policy(["MAX_COOKIE_SIZE": "0"]).maximumSize == 0)
  }

  @Test(arguments: ["", "a b", "a=b", "a;b", "a,b", "a\"b"])
  func refusesNamesThatNoCookieHas(_ name: String) {
    #expect(throws: Failure.self) { try policy(["SESSION_COOKIE_NAME": name]) }
  }

  @Test(arguments: ["пример.рф", "a b", "a;Secure", "a..b", "a,b", String(repeating: "a", count: 64)])
  func refusesDomainsThatAreNone(_ domain: String) {
    #expect(throws: Failure.self) { try policy(["SESSION_COOKIE_DOMAIN": domain]) }
  }

  @Test func aForeignDomainIsAskedForInItsOwnForm() {
    let failure = #expect(throws: Failure.self) { try policy(["SESSION_COOKIE_DOMAIN": "пример.рф"]) }
    #expect(failure?.status == .config)
    #expect(failure?.message.contains("xn--") == true)
  }

  @Test func aPrefixIsAPromise() throws {
    let secure = ["SESSION_COOKIE_SECURE": "true"]
    for name in ["__Host-s", "__host-s", "__Secure-s"] {
      #expect(throws: Failure.self) { try policy(["SESSION_COOKIE_NAME": name]) }
      #expect(throws: Never.self) { try policy(secure.merging(["SESSION_COOKIE_NAME": name]) { $1 }) }
    }
    for (name, value) in [("SESSION_COOKIE_DOMAIN", "a.b"), ("SESSION_COOKIE_DOMAIN", ""), ("APPLICATION_ROOT", "/a")] {
      let settings = secure.merging([name: value]) { $1 }
      #expect(throws: Failure.self) { try policy(settings.merging(["SESSION_COOKIE_NAME": "__Host-s"]) { $1 }) }
      #expect(throws: Never.self) { try policy(settings.merging(["SESSION_COOKIE_NAME": "__Secure-s"]) { $1 }) }
    }
  }
}
