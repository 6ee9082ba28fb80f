// SPDX-License-Identifier: Apache-2.0
import Sessions
import Settings
import Stores
import StoresTesting
import Support
import Testing
import Values

/// Sessions that live in their cookie while they are small, and in a store while they are large, on every store.
@Suite struct AutoTests {
  private let browser = Browser()

  private func servers(_ under: StoreUnderTest, _ settings: [Text: Text] = [:]) throws -> Servers {
    try Servers(
      under,
      ["SESSION_TYPE": "auto", "SESSION_AUTO_SIZE": "1000"].merging(settings, uniquingKeysWith: { $1 }))
  }

  private func text(_ count: Int) -> Value {
    .text(Text((0..<count).map { _ in UInt8.random(in: 35...126) }.map { $0 == 92 ? 33 : $0 }))
  }

  /// One request of the browser.
  @discardableResult
  private func request(
    _ servers: Servers, _ browser: Browser, _ body: (Session) throws -> Void
  ) throws -> Session {
    let session = servers.open(browser.header)
    try body(session)
    try session.save()
    browser.take(session)
    #expect(browser.refused.isEmpty)
    return session
  }

  /// Whether the browser's cookie is an id.
  private var isStored: Bool { (browser.value("session")?.utf8.count ?? 0) < 50 }

  /// What a session may hold in a cookie.
  private let everything: [(Text, Value)] = [
    ("b", .bytes([0, 255])), ("d", .time(DateTime(seconds: 1_700_000_000))),
    ("l", .array([.tuple([.integer(1), .null]), .double(0.5)])), ("m", .markup("<b>")),
    ("n", .integer(-7)), ("u", .uuid(UUID(high: 1, low: 2))),
  ]

  @Test(arguments: StoreUnderTest.all, ["signed", "sealed"])
  func aSessionMovesWithoutTheHostNoticing(_ under: StoreUnderTest, _ form: Text) throws {
    let records: Text = form == "sealed" ? "sealed" : "flask-session"
    let servers = try servers(
      under, ["SESSION_COOKIE_FORMAT": form, "SESSION_RECORD_FORMAT": records, "SESSION_AUTO_SIZE": "2000"])
    var expected = Map()
    try request(servers, browser) { session in
      #expect(session.origin == .new)
      #expect(try session.id() == nil)
      for (key, value) in everything {
        try session.set(key, value)
        expected[key] = value
      }
    }
    for count in [0, 4000, 10, 4000, 5000, 0, 9000] {
      let session = try request(servers, browser) { session in
        #expect(session.origin == .cookie)
        for (key, value) in everything { #expect(try session.value(key) == value) }
        let value = text(count)
        expected["text"] = value
        try session.set("text", value)
      }
      #expect((browser.value("session")?.utf8.count ?? 0) < 2000)
      #expect((try session.id() != nil) == (count > 1000))
      let next = servers.open(browser.header)
      #expect(next.origin == .cookie)
      #expect(try next.entries().count == expected.count)
      for entry in expected.entries {
        #expect(try next.entries().contains { $0.key == entry.key && $0.value == entry.value })
      }
      #expect(next.origin == .cookie)
    }
    // A request that changes nothing moves nothing.
    let cookie = browser.header
    let reading = try request(servers, browser) { _ = try $0.value("text") }
    #expect(reading.cookie == nil && browser.header == cookie)
    try request(servers, browser) { try $0.destroy() }
    #expect(browser.cookies.isEmpty)
    #expect(try servers.open(cookie).value("text") == nil)
  }

  @Test(arguments: StoreUnderTest.all, ["flask-session", "sealed"])
  func whatALogoutEndsHasEnded(_ under: StoreUnderTest, _ records: Text) throws {
    let servers = try servers(under, ["SESSION_RECORD_FORMAT": records])
    try request(servers, browser) { try $0.set("text", text(5000)) }
    #expect(isStored)
    let old = browser.header
    let slow = servers.open(old)
    try slow.set("late", .bool(true))
    try request(servers, browser) { try $0.destroy() }
    #expect(browser.cookies.isEmpty)
    #expect(status { () throws(Failure) in try slow.save() } == .gone)
    #expect(slow.cookie == nil)
    #expect(try servers.open(old).value("text") == nil)
    // And so it has where the same request begins another one.
    try request(servers, browser) { try $0.set("text", text(5000)) }
    let second = browser.header
    try request(servers, browser) { session in
      try session.destroy()
      try session.set("small", .integer(1))
    }
    #expect(!isStored)
    #expect(try servers.open(second).value("text") == nil)
    #expect(try servers.open(browser.header).value("small") == .integer(1))
  }

  /// Where several requests change a session that leaves the store, nothing is lost.
  @Test(arguments: StoreUnderTest.all, ["flask-session", "sealed"])
  func requestsThatAreUnderWayMeet(_ under: StoreUnderTest, _ records: Text) throws {
    let servers = try servers(under, ["SESSION_RECORD_FORMAT": records])
    try request(servers, browser) { session in
      try session.set("text", text(5000))
      try session.set("count", .integer(1))
    }
    let old = browser.header
    let (one, other, reader) = (servers.open(old), servers.open(old), servers.open(old))
    for session in [one, other] { _ = try session.add("count", 1) }
    #expect(try reader.value("count") == .integer(1))
    try request(servers, browser) { try $0.remove("text") }
    #expect(!isStored)
    try one.save()
    browser.take(one)
    #expect(!isStored)
    try other.set("text", text(6000))
    try other.save()
    browser.take(other)
    #expect(isStored)
    #expect(try servers.open(browser.header).value("count") == .integer(3))
    try reader.save()
    browser.take(reader)
    #expect(try servers.open(browser.header).value("count") == .integer(3))
    #expect(try servers.open(browser.header).value("text") != nil)
  }

  /// The answer with the cookie got lost: the id that the browser still has leads to it for a while.
  @Test(arguments: StoreUnderTest.all, [true, false])
  func aLostAnswerLosesNothing(_ under: StoreUnderTest, _ permanent: Bool) throws {
    let servers = try servers(
      under, ["SESSION_RENEW_GRACE": "20", "SESSION_RECORD_FORMAT": permanent ? "sealed" : "flask-session"])
    for reads in [true, false] {
      servers.clock.now = epoch
      let browser = Browser()
      try request(servers, browser) { session in
        try session.set("text", text(5000))
        try session.setPermanent(permanent)
      }
      let old = browser.header
      let lost = servers.open(old)
      try lost.set("text", .text("a"))
      try lost.save()
      servers.clock.now = epoch + 19
      try request(servers, browser) { if reads { _ = try $0.value("text") } }
      #expect(browser.header != old)
      #expect(try servers.open(browser.header).value("text") == .text("a"))
      // Changes go on from there, in either place.
      for count in [10, 5000] {
        let late = Browser()
        late.take(old + "; Path=/")
        try request(servers, late) { session in
          #expect(try session.value("text") == .text("a"))
          try session.set("more", text(count))
        }
        #expect(late.header != old)
        #expect(try servers.open(late.header).value("text") == .text("a"))
        #expect(try servers.open(late.header).value("more") != nil)
      }
      guard under.keepsOurTime else { continue }
      servers.clock.now = epoch + 20
      #expect(try servers.open(old).value("text") == nil)
      #expect(try servers.open(browser.header).value("text") == .text("a"))
    }
  }

  /// A logout with the id of a session that has left the store ends what is left there.
  @Test(arguments: StoreUnderTest.all)
  func aLogoutEndsWhatIsLeft(_ under: StoreUnderTest) throws {
    let servers = try servers(under)
    try request(servers, browser) { try $0.set("text", text(5000)) }
    let old = browser.header
    try request(servers, browser) { try $0.set("text", .text("a")) }
    let late = servers.open(old)
    #expect(try late.value("text") == .text("a"))
    try late.destroy()
    try late.save()
    #expect(try servers.open(old).value("text") == nil)
  }

  /// What was moved into the store has an id that nobody gets to with the cookie from before.
  @Test(arguments: StoreUnderTest.all)
  func anOldCookieIsOnlyWhatItWas(_ under: StoreUnderTest) throws {
    let servers = try servers(under)
    try request(servers, browser) { try $0.set("a", .integer(1)) }
    let old = browser.header
    try request(servers, browser) { try $0.set("text", text(5000)) }
    let new = browser.header
    let replayed = Browser()
    replayed.take(old + "; Path=/")
    try request(servers, replayed) { session in
      #expect(try session.value("text") == nil)
      try session.set("b", text(5000))
    }
    #expect(replayed.header != new)
    #expect(try servers.open(new).value("b") == nil)
    #expect(try servers.open(replayed.header).value("a") == .integer(1))
  }

  @Test(arguments: StoreUnderTest.all)
  func aUsersSessionIsInTheStore(_ under: StoreUnderTest) throws {
    let servers = try servers(under)
    let manager = servers.managers[0]
    let browsers = [Browser(), Browser(), Browser()]
    for browser in browsers {
      try request(servers, browser) { try $0.set("cart", .integer(3)) }
      let before = browser.header
      try request(servers, browser) { try $0.logIn("jack", label: "phone") }
      #expect(browser.header.utf8.count < 60)
      #expect(try servers.open(before).user() == nil)
      let session = try request(servers, browser) { try $0.set("cart", .integer(4)) }
      #expect(try session.user() == "jack")
      #expect(try session.id() != nil)
    }
    let list = try manager.sessions(of: "jack", current: manager.open(browsers[1].header))
    #expect(list.map { $0.isCurrent } == [false, true, false])
    #expect(try manager.endSession(of: "jack", list[0].reference))
    #expect(try servers.open(browsers[0].header).user() == nil)
    try request(servers, browsers[1]) { try $0.endOthers() }
    #expect(try servers.open(browsers[2].header).user() == nil)
    #expect(try servers.open(browsers[1].header).user() == "jack")
    let copy = browsers[1].header
    try request(servers, browsers[1]) { try $0.logOut() }
    #expect(try servers.open(copy).user() == nil)
    #expect(try manager.sessions(of: "jack", current: nil).isEmpty)
    // What is cleared is nobody's, and may go back.
    try request(servers, browser) { try $0.logIn("jill", label: "") }
    let jills = browser.header
    try request(servers, browser) { session in
      try session.clear()
      try session.set("a", .integer(1))
    }
    #expect(!isStored)
    #expect(try servers.open(jills).user() == nil)
    #expect(try servers.open(browser.header).value("a") == .integer(1))
    #expect(try manager.sessions(of: "jill", current: nil).isEmpty)
  }

  /// A renewed session, and one that becomes large with it.
  @Test(arguments: StoreUnderTest.all)
  func aRenewalEndsTheOldId(_ under: StoreUnderTest) throws {
    let servers = try servers(under)
    try request(servers, browser) { try $0.set("text", text(5000)) }
    let old = browser.header
    try request(servers, browser) { try $0.renew() }
    #expect(isStored && browser.header != old)
    #expect(try servers.open(old).value("text") == nil)
    let second = browser.header
    try request(servers, browser) { session in
      try session.renew()
      try session.set("text", .text("a"))
    }
    #expect(!isStored)
    #expect(try servers.open(second).value("text") == nil)
    #expect(try servers.open(browser.header).value("text") == .text("a"))
  }

  @Test(arguments: ["signed", "sealed"])
  func whatIsNoCookieOpensNothing(_ form: Text) throws {
    let servers = try servers(
      StoreUnderTest.all[0], ["SESSION_COOKIE_FORMAT": form, "PERMANENT_SESSION_LIFETIME": "100"])
    try request(servers, browser) { try $0.set("a", .integer(1)) }
    let whole = browser.header
    try request(servers, browser) { try $0.set("text", text(5000)) }
    let id = browser.header
    for cookie in [whole, id] {
      #expect(servers.open(cookie).origin == .cookie)
      let bytes = Array(cookie.utf8)
      for position in bytes.indices.dropFirst(8) {
        var changed = bytes
        changed[position] = changed[position] == 65 ? 66 : 65
        let session = servers.open(String(decoding: changed, as: UTF8.self))
        #expect(try session.value("a") == nil)
        #expect(session.origin == (cookie == id && form == "signed" ? .notFound : .tampered))
      }
    }
    servers.clock.now += 101
    #expect(servers.open(whole).origin == .expired)
  }

  /// In pieces as long as that goes, then in the store.
  @Test func piecesComeBeforeTheStore() throws {
    let servers = try servers(
      StoreUnderTest.all[0], ["SESSION_COOKIE_CHUNKS": "3", "SESSION_AUTO_SIZE": "36864"])
    for (count, cookies) in [(100, 1), (8000, 3), (20_000, 1), (20_001, 1), (2000, 1), (5000, 2)] {
      try request(servers, browser) { try $0.set("text", text(count)) }
      #expect(browser.cookies.count == cookies)
      #expect(isStored == (count >= 20_000))
    }
    try request(servers, browser) { try $0.destroy() }
    #expect(browser.cookies.isEmpty)
  }
}
