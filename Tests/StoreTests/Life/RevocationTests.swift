// SPDX-License-Identifier: Apache-2.0
import Sessions
import Stores
import StoresTesting
import Support
import Testing
import Values

/// Sessions that live in their cookie and are ended by a store, on every store.
@Suite struct RevocationTests {
  private func servers(_ under: StoreUnderTest, _ settings: [Text: Text] = [:]) throws -> Servers {
    try Servers(under, settings, inCookies: true)
  }

  private func logIn(_ servers: Servers, _ cookie: String = "", label: Text = "") throws -> String {
    let session = servers.open(cookie)
    try session.logIn("jack", label: label)
    try session.save()
    return try #require(session.cookie)
  }

  private func user(_ servers: Servers, _ cookie: String) throws -> Text? {
    let session = servers.open(cookie)
    session.isPassive = true
    return try session.user()
  }

  @Test(arguments: StoreUnderTest.living)
  func aLoginTiesTheCookieAndKeepsItsValues(_ under: StoreUnderTest) throws {
    let servers = try servers(under)
    let before = try servers.start()
    let after = try logIn(servers, before)
    #expect(try user(servers, after) == "jack")
    #expect(try servers.open(after).entries().map { $0.key } == [.text("user")])
    // A cookie that was nobody's stays one: what it says, it says of nobody.
    #expect(try servers.isThere(before, at: 0))
    #expect(try user(servers, before) == nil)
  }

  @Test(arguments: StoreUnderTest.living)
  func allSessionsOfAUserEndByOneWrite(_ under: StoreUnderTest) throws {
    let servers = try servers(under)
    let cookies = try (0..<3).map { _ in try logIn(servers, try servers.start()) }
    let nobodys = try servers.start()
    let parked = cookies.flatMap { [servers.open($0), servers.open($0), servers.open($0)] }
    for (number, session) in parked.enumerated() where number % 3 > 0 {
      _ = try session.value("user")
      if number % 3 == 2 { try session.set("late", .bool(true)) }
    }
    try servers.managers[0].endSessions(of: "jack")
    for (number, session) in parked.enumerated() {
      let failure = status { () throws(Failure) in try session.save() }
      #expect(failure == (number % 3 == 2 ? .gone : nil))
      #expect(session.cookie == nil)
    }
    for cookie in cookies { #expect(try !servers.isThere(cookie, at: 0)) }
    #expect(try servers.isThere(nobodys, at: 0))
    let again = try logIn(servers)
    #expect(try user(servers, again) == "jack")
    for cookie in cookies { #expect(try user(servers, cookie) == nil) }
  }

  @Test(arguments: StoreUnderTest.living)
  func allOthersEndAndThisOneGoesOn(_ under: StoreUnderTest) throws {
    let servers = try servers(under)
    let cookies = try (0..<3).map { _ in try logIn(servers) }
    let session = servers.open(cookies[1])
    try session.endOthers()
    try session.save()
    // The cookie from before too, so that a lost answer logs nobody out.
    let mine = [cookies[1], try #require(session.cookie)]
    #expect(
      try [cookies[0], mine[0], mine[1], cookies[2]].map { try user(servers, $0) } == [nil, "jack", "jack", nil])
  }

  @Test(arguments: StoreUnderTest.living)
  func aLoginThatEndsAllOthersDoes(_ under: StoreUnderTest) throws {
    for inCookies in [true, false] {
      let servers = try Servers(under, [:], inCookies: inCookies)
      let other = try logIn(servers)
      for before in ["", try logIn(servers)] {
        let session = servers.open(before)
        try session.logIn("jack", label: "")
        try session.endOthers()
        try session.save()
        #expect(try user(servers, try #require(session.cookie)) == "jack")
        #expect(try user(servers, other) == nil)
        #expect(try servers.managers[0].sessions(of: "jack", current: nil).count == 1)
      }
    }
  }

  @Test(arguments: StoreUnderTest.living)
  func sessionsAreListedAndEndedOneByOne(_ under: StoreUnderTest) throws {
    let servers = try servers(under)
    let phone = try logIn(servers, label: "phone")
    servers.clock.now += 5
    let laptop = try logIn(servers, label: "laptop")
    let manager = servers.managers[1]
    let list = try manager.sessions(of: "jack", current: manager.open(laptop))
    #expect(list.map { $0.label } == ["phone", "laptop"])
    #expect(list.map { $0.created } == [epoch, epoch + 5])
    #expect(list.map { $0.isCurrent } == [false, true])
    #expect(list.allSatisfy { $0.lastSeen == nil })
    let reference = try #require(list.first?.reference)
    #expect(try manager.endSession(of: "jack", reference))
    #expect(try !manager.endSession(of: "jack", reference))
    #expect(try !manager.endSession(of: "jill", list[1].reference))
    #expect(try user(servers, phone) == nil)
    #expect(try user(servers, laptop) == "jack")
    #expect(try manager.sessions(of: "jack", current: nil).count == 1)
  }

  @Test(arguments: StoreUnderTest.living)
  func aLogoutEndsEveryCopyOfTheCookie(_ under: StoreUnderTest) throws {
    for ends in [{ (session: Session) in try session.logOut() }, { try $0.destroy() }, { try $0.clear() }] {
      let servers = try servers(under)
      let copy = try logIn(servers, try servers.start())
      let refreshed = servers.open(copy)
      try refreshed.set("n", .integer(1))
      try refreshed.save()
      let session = servers.open(try #require(refreshed.cookie))
      try ends(session)
      #expect(try session.user() == nil)
      try session.save()
      #expect(session.cookie?.hasPrefix("session=;") == true)
      #expect(try !servers.isThere(copy, at: 0))
      #expect(try user(servers, try #require(refreshed.cookie)) == nil)
      #expect(try servers.managers[0].sessions(of: "jack", current: nil).isEmpty)
    }
  }

  @Test(arguments: StoreUnderTest.living)
  func anotherLoginAndARenewalEndTheCookiesFromBefore(_ under: StoreUnderTest) throws {
    let servers = try servers(under)
    let first = try logIn(servers, label: "phone")
    let second = try logIn(servers, first, label: "phone again")
    let session = servers.open(second)
    try session.renew()
    try session.save()
    let third = try #require(session.cookie)
    #expect(try [first, second, third].map { try user(servers, $0) } == [nil, nil, "jack"])
    let other = servers.open(third)
    try other.logIn("jill", label: "")
    try other.save()
    #expect(try user(servers, third) == nil)
    #expect(try user(servers, try #require(other.cookie)) == "jill")
    #expect(try servers.managers[0].sessions(of: "jack", current: nil).isEmpty)
  }

  @Test(arguments: StoreUnderTest.living)
  func oneSessionTooManyEndsTheOldest(_ under: StoreUnderTest) throws {
    let servers = try servers(under, ["SESSION_USER_LIMIT": "2"])
    let cookies = try (0..<4).map { _ in try logIn(servers) }
    #expect(try cookies.map { try user(servers, $0) } == [nil, nil, "jack", "jack"])
  }

  @Test(arguments: StoreUnderTest.livingInOurTime)
  func aUsersRecordOutlivesTheCookies(_ under: StoreUnderTest) throws {
    let servers = try servers(under, ["PERMANENT_SESSION_LIFETIME": "100"])
    let session = servers.open("")
    try session.setPermanent(true)
    try session.logIn("jack", label: "")
    try session.save()
    var cookie = try #require(session.cookie)
    // Flask's cookie is as old as its lifetime and still opens.
    for second: Int64 in [99, 199, 299, 398, 498, 598] {
      servers.clock.now = epoch + second
      let session = servers.open(cookie)
      #expect(try session.user() == "jack")
      try session.save()
      cookie = try #require(session.cookie)
    }
    #expect(try user(servers, cookie) == "jack")
    servers.clock.now = epoch + 699
    #expect(try user(servers, cookie) == nil)
  }
}
