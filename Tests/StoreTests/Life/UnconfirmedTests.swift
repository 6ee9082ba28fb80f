// SPDX-License-Identifier: Apache-2.0
import Sessions
import Stores
import StoresTesting
import Support
import Testing
import Values

/// A new session's short life until its cookie has come back, on every store: a second before its end and at it.
@Suite struct UnconfirmedTests {
  private let short: [Text: Text] = ["SESSION_UNCONFIRMED_LIFETIME": "10", "PERMANENT_SESSION_LIFETIME": "100"]

  @Test(arguments: StoreUnderTest.livingInOurTime)
  func itEndsSoonWhereTheCookieDoesNotComeBack(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, short)
    let cookie = try servers.start()
    // Who only looks brings nothing back.
    #expect(try servers.isThere(cookie, at: 9))
    #expect(try !servers.isThere(cookie, at: 10))
  }

  @Test(arguments: StoreUnderTest.livingInOurTime)
  func itLivesInFullOnceTheCookieHasComeBack(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, short)
    let cookie = try servers.start()
    #expect(try servers.read(cookie, at: 9).isThere)
    #expect(try servers.isThere(cookie, at: 108))
    #expect(try !servers.isThere(cookie, at: 109))
  }

  @Test(arguments: StoreUnderTest.livingInOurTime)
  func aRequestThatDoesNotEvenReadBringsItBack(_ under: StoreUnderTest) throws {
    let ways: [[Text: Text]] = [
      [:], ["SESSION_REFRESH_EACH_REQUEST": "false"], ["SESSION_TOUCH_INTERVAL": "50"], ["SESSION_RENEW_AFTER": "90"],
    ]
    for settings in ways {
      for reads in [true, false] {
        let servers = try Servers(under, short.merging(settings) { $1 })
        let cookie = try servers.start()
        servers.clock.now = epoch + 9
        let session = servers.open(cookie)
        if reads { #expect(try session.value("user") != nil) }
        try session.save()
        #expect(try servers.isThere(cookie, at: 108))
        #expect(try !servers.isThere(cookie, at: 109))
      }
    }
  }

  @Test(arguments: StoreUnderTest.livingInOurTime)
  func aSecondSaveOfTheFirstRequestBringsNothingBack(_ under: StoreUnderTest) throws {
    for login in [false, true] {
      let servers = try Servers(under, short)
      let session = servers.open("")
      for number: Int64 in 0...2 {
        try session.set("user", .integer(number))
        if login { try session.logIn("jack", label: "") }
        try session.save()
      }
      let cookie = try #require(session.cookie)
      #expect(try servers.isThere(cookie, at: 9))
      #expect(try !servers.isThere(cookie, at: 10))
    }
  }

  @Test(arguments: StoreUnderTest.livingInOurTime)
  func aLoginWithTheCookieLivesInFull(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, short)
    let before = try servers.start()
    servers.clock.now = epoch + 9
    let session = servers.open(before)
    try session.logIn("jack", label: "")
    try session.save()
    let cookie = try #require(session.cookie)
    #expect(try servers.isThere(cookie, at: 108))
    #expect(try !servers.isThere(cookie, at: 109))
  }

  @Test(arguments: StoreUnderTest.livingInOurTime)
  func aTimeOutThatIsShorterStands(_ under: StoreUnderTest) throws {
    for name: Text in ["SESSION_IDLE_TIMEOUT", "SESSION_ABSOLUTE_TIMEOUT"] {
      let servers = try Servers(under, short.merging([name: "7"]) { $1 })
      let cookie = try servers.start()
      #expect(try servers.isThere(cookie, at: 6))
      #expect(try !servers.isThere(cookie, at: 7))
    }
    let servers = try Servers(under, short.merging(["SESSION_ABSOLUTE_TIMEOUT": "20"]) { $1 })
    let cookie = try servers.start()
    #expect(try servers.read(cookie, at: 9).isThere)
    #expect(try servers.isThere(cookie, at: 19))
    #expect(try !servers.isThere(cookie, at: 20))
  }

  @Test(arguments: StoreUnderTest.living)
  func theCookieIsSentForItsFullTime(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, short)
    let session = servers.open("")
    try session.set("user", .text("jack"))
    try session.save()
    let line = session.headers.first.map { String(decoding: $0.value, as: UTF8.self) }
    // The epoch and 100 seconds.
    #expect(line?.contains("Expires=Tue, 14 Nov 2023 22:15:00 GMT") == true)
    let back = servers.open(try #require(session.cookie))
    #expect(try back.entries().count == 2)
    try back.save()
    #expect(back.cookie == session.cookie)
  }
}
