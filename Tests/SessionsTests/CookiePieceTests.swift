// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Backends
@testable import Sessions
@testable import Settings
@testable import StoresTesting
@testable import Support

/// Cookies that browsers keep: names with a promise, and large ones in pieces.
@Suite struct CookiePieceTests {
  private let browser = Browser()

  private func manager(_ settings: [String: String]) throws -> SessionManager {
    var all = Settings()
    let defaults = ["SECRET_KEY": "0123456789abcdef0123456789abcdef", "SESSION_COOKIE_CHUNKS": "4"]
    for (name, value) in settings.merging(defaults, uniquingKeysWith: { given, _ in given }) {
      try all.set(Text(name), text: Text(value))
    }
    return try SessionManager.make(all, store: nil, log: .silent)
  }

  /// Text that zlib makes nothing of.
  private func text(_ count: Int) -> Text {
    Text((0..<count).map { _ in UInt8.random(in: 35...126) }.map { $0 == 92 ? 33 : $0 })
  }

  /// A request that leaves so many bytes in the session.
  private func put(_ manager: SessionManager, _ count: Int) throws {
    let session = manager.open(browser.header)
    try session.set("text", .text(text(count)))
    try session.save()
    browser.take(session)
    #expect(browser.refused.isEmpty)
  }

  private var names: [String] { browser.cookies.map { $0.name }.sorted() }

  @Test(arguments: ["signed", "sealed"], ["session", "__Host-session"])
  func aLargeSessionIsCutAndPutTogether(_ form: String, _ name: String) throws {
    let manager = try self.manager([
      "SESSION_COOKIE_FORMAT": form, "SESSION_COOKIE_NAME": name, "SESSION_COOKIE_SECURE": "true",
    ])
    for (count, pieces) in [(100, 1), (11_000, 4), (4500, 2), (7800, 3), (100, 1), (11_000, 4)] {
      let before = browser.cookies.count
      let session = manager.open(browser.header)
      let text = text(count)
      try session.set("text", .text(text))
      try session.save()
      browser.take(session)
      #expect(browser.refused.isEmpty)
      #expect(names == [name] + (1..<pieces).map { "\(name).\($0)" })
      for line in session.headers where "\(line.name)" == "Set-Cookie" { #expect(line.value.count <= 4093) }
      #expect(session.headers.count { "\($0.name)" == "Set-Cookie" } == max(before, pieces))
      let next = manager.open(browser.header)
      #expect(try next.value("text") == .text(text))
      #expect(next.origin == .cookie)
    }
    let session = manager.open(browser.header)
    try session.destroy()
    try session.save()
    browser.take(session)
    #expect(browser.cookies.isEmpty)
  }

  @Test(arguments: ["signed", "sealed"])
  func piecesOfTwoCookiesAreNone(_ form: String) throws {
    let manager = try self.manager(["SESSION_COOKIE_FORMAT": form])
    try put(manager, 11_000)
    let old = browser.cookies
    try put(manager, 11_000)
    let new = browser.cookies
    #expect(old.count == 4 && new.count == 4)
    for mask in 0..<16 {
      for position in 0..<4 {
        browser.change(old[position].name, (mask >> position & 1 == 0 ? old : new)[position].value)
      }
      #expect(manager.open(browser.header).origin == (mask == 0 || mask == 15 ? .cookie : .tampered))
    }
  }

  @Test(arguments: ["signed", "sealed"])
  func missingExchangedAndSurplusPieces(_ form: String) throws {
    let manager = try self.manager(["SESSION_COOKIE_FORMAT": form])
    try put(manager, 11_000)
    let all = browser.header
    #expect(manager.open(all).origin == .cookie)
    for name in ["session.1", "session.2", "session.3"] {
      let value = try #require(browser.value(name))
      browser.change(name, nil)
      #expect(manager.open(browser.header).origin == .tampered)
      #expect(manager.open(browser.header + "; \(name)=").origin == .tampered)
      #expect(manager.open(browser.header + "; \(name)=\(value)").origin == .cookie)
      browser.take("\(name)=\(value); Path=/")
    }
    let first = try #require(browser.value("session"))
    for lead in ["~1", "~2", "~3", "~5", "~9", "~0", "~:", "~", "", "~4~4"] {
      browser.change("session", lead + first.dropFirst(2))
      #expect(manager.open(browser.header).origin == .tampered)
    }
    for text in ["~4", "~4;session.1;session.2=x", "~"] {
      #expect(manager.open("session=" + text).origin == .tampered)
    }
    // One that is of no use does no harm, and goes with the next answer.
    browser.change("session", first)
    for surplus in ["session.8=x", "session.9=x", "session.=x", "session.01=x", "session.11=x", "Session.1=x"] {
      #expect(manager.open(all + "; " + surplus).origin == .cookie)
    }
    let session = manager.open("session.3=x; session.8=y; session.9=z")
    try session.set("a", .integer(1))
    try session.save()
    #expect(session.headers.count { "\($0.name)" == "Set-Cookie" } == 3)
    // What gave nobody a session is deleted all the same.
    browser.change("session.2", "x")
    let tampered = manager.open(browser.header)
    #expect(tampered.origin == .tampered)
    try tampered.destroy()
    try tampered.save()
    browser.take(tampered)
    #expect(browser.cookies.isEmpty)
  }

  @Test(arguments: ["signed", "sealed"])
  func tooManyPiecesAreTooLarge(_ form: String) throws {
    for pieces in 2...9 {
      let browser = Browser()
      let manager = try self.manager(["SESSION_COOKIE_FORMAT": form, "SESSION_COOKIE_CHUNKS": "\(pieces)"])
      var largest = 0
      for count in stride(from: pieces * 2800, to: pieces * 3700, by: 23) {
        let session = manager.open("")
        try session.set("text", .text(text(count)))
        do throws(Failure) {
          try session.save()
        } catch {
          #expect(error.status == .tooLarge && session.headers.isEmpty)
          break
        }
        largest = count
        browser.take(session)
        #expect(browser.refused.isEmpty && browser.cookies.count <= pieces)
        #expect(manager.open(browser.header).origin == .cookie)
      }
      #expect(browser.cookies.count == pieces)
      #expect(pieces * 2800..<pieces * 3700 - 23 ~= largest)
    }
  }

  /// A server that does not cut reads no pieces, and sends none.
  @Test func withoutTheSettingNothingIsDifferent() throws {
    let cutting = try self.manager([:])
    let plain = try self.manager(["SESSION_COOKIE_CHUNKS": "1"])
    try put(cutting, 11_000)
    #expect(plain.open(browser.header).origin == .tampered)
    let session = plain.open("session.1=x")
    try session.set("text", .text(text(11_000)))
    try session.save()
    #expect(session.headers.count { "\($0.name)" == "Set-Cookie" } == 1)
    #expect(cutting.open(try #require(session.cookie)).origin == .cookie)
  }

  /// For who has no Cookie header: the values one after the other.
  @Test func oneValueIsAllPiecesJoined() throws {
    let manager = try self.manager([:])
    try put(manager, 11_000)
    let joined = browser.cookies.sorted { $0.name < $1.name }.map { $0.value }.joined()
    #expect(try manager.open(value: Array(joined.utf8)).origin == .cookie)
    #expect(throws: Failure.self) { try manager.open(value: Array(joined.dropLast().utf8)) }
  }

  @Test func savingTwiceLeavesNoPieceBehind() throws {
    let manager = try self.manager([:])
    let session = manager.open("")
    for count in [11_000, 100] {
      try session.set("text", .text(text(count)))
      try session.save()
      browser.take(session)
    }
    #expect(names == ["session"])
  }

  @Test func aPieceHasToHoldSomething() throws {
    let failure = #expect(throws: Failure.self) { try self.manager(["MAX_COOKIE_SIZE": "300"]) }
    #expect(failure?.status == .config)
    #expect(throws: Never.self) { try self.manager(["MAX_COOKIE_SIZE": "0"]) }
    #expect(throws: Failure.self) { try self.manager(["SESSION_COOKIE_CHUNKS": "10"]) }
    let manager = try self.manager(["MAX_COOKIE_SIZE": "1000"])
    try put(manager, 2000)
    #expect(browser.cookies.count == 3)
  }

  // MARK: - Names with a promise

  @Test(arguments: ["__Host-s", "__Secure-s", "__host-s", "__SECURE-s", "s"])
  func aBrowserKeepsAndDeletesWhatIsSet(_ name: String) throws {
    var settings = ["SESSION_COOKIE_NAME": name, "SESSION_COOKIE_SECURE": "true"]
    let isHost = name.lowercased().hasPrefix("__host-")
    for (domain, path) in [(nil, nil), ("example.com", nil), ("example.com", "/app"), (nil, "/app")]
      as [(String?, String?)]
    {
      settings["SESSION_COOKIE_DOMAIN"] = domain
      settings["SESSION_COOKIE_PATH"] = path
      if isHost, domain != nil || path != nil {
        let failure = #expect(throws: Failure.self) { try self.manager(settings) }
        #expect(failure?.status == .config)
        continue
      }
      let manager = try self.manager(settings)
      for count in [10, 11_000] {
        try put(manager, count)
        #expect(browser.cookies.count == (count == 10 ? 1 : 4))
        let session = manager.open(browser.header)
        try session.destroy()
        try session.save()
        browser.take(session)
        #expect(browser.cookies.isEmpty && browser.refused.isEmpty)
      }
    }
    settings["SESSION_COOKIE_SECURE"] = "false"
    if name == "s" { return }
    let failure = #expect(throws: Failure.self) { try self.manager(settings) }
    #expect(failure?.status == .config)
  }
}
