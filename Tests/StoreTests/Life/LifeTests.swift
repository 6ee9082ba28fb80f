// SPDX-License-Identifier: Apache-2.0
import Sessions
import Settings
import Stores
import StoresTesting
import Support
import Testing
import Values

/// The life of a session on every store: each rule a second before its time and at it.
@Suite struct LifeTests {
  // MARK: - Time-outs

  @Test(arguments: StoreUnderTest.livingInOurTime)
  func anUnusedSessionEndsWithTheIdleTime(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_IDLE_TIMEOUT": "60"])
    let cookie = try servers.start()
    #expect(try servers.read(cookie, at: 59).isThere)
    #expect(try servers.read(cookie, at: 118).isThere)
    #expect(try servers.isThere(cookie, at: 177))
    #expect(try !servers.isThere(cookie, at: 178))
  }

  @Test(arguments: StoreUnderTest.living)
  func anySessionEndsWithTheAbsoluteTime(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_ABSOLUTE_TIMEOUT": "100", "PERMANENT_SESSION_LIFETIME": "90"])
    let cookie = try servers.start()
    for second: Int64 in [1, 50, 80, 98, 99] { #expect(try servers.read(cookie, at: second).isThere) }
    #expect(try !servers.isThere(cookie, at: 100))
    #expect(try !servers.isThere(cookie, at: 101))
  }

  @Test(arguments: StoreUnderTest.living)
  func theRecordAndTheCookieEndWithTheAbsoluteTimeToo(_ under: StoreUnderTest) throws {
    guard under.tellsRemaining else { return }
    let servers = try Servers(
      under, ["SESSION_ABSOLUTE_TIMEOUT": "100", "SESSION_IDLE_TIMEOUT": "50", "SESSION_KEY_PREFIX": "k:"])
    let cookie = try servers.start()
    #expect(try servers.read(cookie, at: 40).isThere)
    servers.clock.now = epoch + 70
    let session = servers.managers[1].open(cookie)
    _ = try session.value("user")
    try session.save()
    let expires = session.headers.first.map { String(decoding: $0.value, as: UTF8.self) }
    // The epoch and 100 seconds.
    #expect(expires?.contains("Expires=Tue, 14 Nov 2023 22:15:00 GMT") == true)
  }

  @Test(arguments: StoreUnderTest.living)
  func aPassiveRequestExtendsNothing(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, [:])
    let cookie = try servers.start()
    for reads in [true, false] {
      let session = servers.open(cookie)
      session.isPassive = true
      if reads { #expect(try session.value("user") != nil) }
      try session.save()
      #expect(session.cookie == nil)
    }
  }

  @Test(arguments: StoreUnderTest.livingInOurTime)
  func aPassiveRequestDoesNotKeepASessionAlive(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_IDLE_TIMEOUT": "60"])
    let cookie = try servers.start()
    servers.clock.now = epoch + 59
    let session = servers.open(cookie)
    session.isPassive = true
    #expect(try session.value("user") != nil)
    try session.save()
    #expect(try !servers.isThere(cookie, at: 60))
  }

  // MARK: - Renewal by time

  @Test(arguments: StoreUnderTest.living)
  func anIdIsRenewedInItsTime(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_RENEW_AFTER": "50"])
    let first = try servers.start()
    #expect(try servers.read(first, at: 49).cookie == first)
    let renewed = try servers.read(first, at: 50)
    let second = try #require(renewed.cookie)
    #expect(renewed.isThere && second != first)
    // The old one leads on, and every answer says so.
    #expect(try servers.read(first, at: 51).cookie == second)
    #expect(try servers.read(second, at: 99).cookie == second)
    let third = try #require(try servers.read(second, at: 100).cookie)
    #expect(third != second)
    // Through two forwards.
    if !under.keepsOurTime { #expect(try servers.read(first, at: 100).cookie == third) }
  }

  @Test(arguments: StoreUnderTest.livingInOurTime)
  func anOldIdLeadsOnForTheGrace(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_RENEW_AFTER": "50", "SESSION_RENEW_GRACE": "7"])
    let first = try servers.start()
    let second = try #require(try servers.read(first, at: 50).cookie)
    #expect(try servers.isThere(first, at: 56))
    #expect(try !servers.isThere(first, at: 57))
    #expect(try servers.isThere(second, at: 57))
  }

  @Test(arguments: StoreUnderTest.living)
  func withoutGraceAnOldIdIsDeadAtOnce(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_RENEW_AFTER": "50", "SESSION_RENEW_GRACE": "0"])
    let first = try servers.start()
    let second = try #require(try servers.read(first, at: 50).cookie)
    #expect(try !servers.isThere(first, at: 50))
    #expect(try servers.isThere(second, at: 50))
  }

  @Test(arguments: StoreUnderTest.living)
  func requestsThatOverlapEndWithOneId(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_RENEW_AFTER": "50"])
    let first = try servers.start()
    servers.clock.now = epoch + 50
    let sessions = (0..<20).map { _ in servers.open(first) }
    for (number, session) in sessions.enumerated() {
      // Some read, some write.
      _ = try session.value("user")
      if number % 2 == 0 { try session.set(Text("key\(number)"), .integer(Int64(number))) }
    }
    var cookies: Set<String?> = []
    for session in sessions {
      try session.save()
      cookies.insert(session.cookie)
    }
    #expect(cookies.count == 1 && !cookies.contains(nil) && !cookies.contains(first))
    let last = servers.open(try #require(cookies.first ?? nil))
    for number in stride(from: 0, to: 20, by: 2) {
      #expect(try last.value(Text("key\(number)")) == .integer(Int64(number)))
    }
  }

  @Test(arguments: StoreUnderTest.living)
  func whatWasSavedUnderTheOldIdIsNotLost(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_RENEW_AFTER": "50"])
    let first = try servers.start()
    let late = servers.open(first)
    try late.set("late", .integer(1))
    let second = try #require(try servers.read(first, at: 50).cookie)
    try late.save()
    #expect(late.cookie == second)
    #expect(try servers.open(second).value("late") == .integer(1))
  }

  @Test(arguments: StoreUnderTest.living)
  func aLogoutUnderTheOldIdEndsTheNewOne(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_RENEW_AFTER": "50"])
    let first = try servers.start()
    let early = servers.open(first)
    _ = try early.value("user")
    let second = try #require(try servers.read(first, at: 50).cookie)
    try early.destroy()
    try early.save()
    #expect(try !servers.isThere(first, at: 50))
    #expect(try !servers.isThere(second, at: 50))
  }

  @Test(arguments: StoreUnderTest.living)
  func aLoginUnderTheOldIdLeavesNothing(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_RENEW_AFTER": "50"])
    let first = try servers.start()
    let second = try #require(try servers.read(first, at: 50).cookie)
    let login = servers.open(first)
    try login.renew()
    try login.save()
    let third = try #require(login.cookie)
    #expect(try servers.isThere(third, at: 50))
    #expect(try !servers.isThere(second, at: 50))
    #expect(try !servers.isThere(first, at: 50))
  }

  @Test(arguments: StoreUnderTest.living)
  func aParkedReaderDoesNotSetTheOldId(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_RENEW_AFTER": "50"])
    let first = try servers.start()
    let parked = [servers.open(first), servers.open(first)]
    _ = try parked[0].value("user")
    let second = try #require(try servers.read(first, at: 50).cookie)
    for session in parked {
      try session.save()
      #expect(session.cookie == second)
    }
  }

  @Test(arguments: StoreUnderTest.living)
  func theApplicationDoesNotSeeTheReservedKey(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_RENEW_AFTER": "50"])
    let session = servers.open(try servers.start())
    #expect(try session.value("_swiftsession") == nil)
    #expect(try session.entries().count == 2)
    #expect(status { () throws(Failure) in try session.set("_swiftsession", .integer(1)) } == .argument)
    try session.clear()
    try session.set("n", .integer(1))
    try session.save()
    let again = servers.open(try #require(session.cookie))
    #expect(try again.entries().map { $0.key } == [.text("_permanent"), .text("n")])
  }
}
