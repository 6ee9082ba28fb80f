// SPDX-License-Identifier: Apache-2.0
import Foundation
import Sessions
import Stores
import StoresTesting
import Support
import Testing
import Values

/// The sessions of a user on every store.
@Suite struct UserTests {
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
  func aLoginTiesTheSessionAndLeavesNothingUnderTheOldId(_ under: StoreUnderTest) throws {
    let servers = try Servers(under)
    let before = try servers.start()
    let after = try logIn(servers, before)
    #expect(after != before)
    #expect(try user(servers, after) == "jack")
    #expect(try servers.open(after).value("user") == .text("jack"))
    #expect(try !servers.isThere(before, at: 0))
    // With nothing else in it, too.
    #expect(try user(servers, try logIn(servers)) == "jack")
  }

  @Test(arguments: StoreUnderTest.living)
  func allSessionsOfAUserEndByOneWrite(_ under: StoreUnderTest) throws {
    let servers = try Servers(under)
    let cookies = try (0..<5).map { _ in try logIn(servers, try servers.start()) }
    let other = try servers.start()
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
    #expect(try servers.isThere(other, at: 0))
    // A new login is a new beginning, for itself alone.
    let again = try logIn(servers)
    #expect(try user(servers, again) == "jack")
    for cookie in cookies { #expect(try !servers.isThere(cookie, at: 0)) }
  }

  @Test(arguments: StoreUnderTest.living)
  func allOthersEndAndThisOneGoesOn(_ under: StoreUnderTest) throws {
    let servers = try Servers(under)
    let cookies = try (0..<3).map { _ in try logIn(servers) }
    let session = servers.open(cookies[1])
    try session.endOthers()
    try session.save()
    #expect(try user(servers, cookies[0]) == nil)
    #expect(try user(servers, cookies[1]) == "jack")
    #expect(try user(servers, cookies[2]) == nil)
    let list = try servers.managers[0].sessions(of: "jack", current: servers.open(cookies[1]))
    #expect(list.count == 1 && list[0].isCurrent)
  }

  @Test(arguments: StoreUnderTest.living)
  func nothingBringsBackWhatEndedWithTheUsersSessions(_ under: StoreUnderTest) throws {
    for way in 0..<6 {
      let servers = try Servers(under)
      let cookie = try logIn(servers, try servers.start())
      let parked = servers.open(cookie)
      switch way {
      case 0: try parked.clear()
      case 1:
        try parked.clear()
        try parked.set("n", .integer(1))
      case 2: try parked.renew()
      case 3: try parked.logIn("jack", label: "")
      case 4: try parked.logIn("jill", label: "")
      default: try parked.endOthers()
      }
      try servers.managers[1].endSessions(of: "jack")
      let again = try logIn(servers)
      #expect(status { () throws(Failure) in try parked.save() } == .gone)
      #expect(parked.cookie == nil)
      #expect(try !servers.isThere(cookie, at: 0))
      #expect(try user(servers, again) == "jack")
      #expect(try servers.managers[0].sessions(of: "jack", current: nil).count == 1)
    }
  }

  @Test(arguments: StoreUnderTest.living)
  func othersEndAgainAndAgain(_ under: StoreUnderTest) throws {
    let servers = try Servers(under)
    let cookie = try logIn(servers)
    for _ in 0..<3 {
      let other = try logIn(servers)
      // Two requests of one browser at once.
      let pair = [servers.open(cookie), servers.open(cookie)]
      for session in pair { try session.endOthers() }
      for session in pair {
        try session.save()
        #expect(try user(servers, cookie) == "jack")
      }
      #expect(try user(servers, other) == nil)
    }
  }

  @Test(arguments: StoreUnderTest.living)
  func aLoginMayEndAllOthers(_ under: StoreUnderTest) throws {
    let servers = try Servers(under)
    for start in ["", try servers.start()] {
      let other = try logIn(servers)
      let session = servers.open(start)
      try session.logIn("jack", label: "")
      try session.endOthers()
      try session.save()
      #expect(try user(servers, other) == nil)
      #expect(try user(servers, try #require(session.cookie)) == "jack")
    }
  }

  @Test(arguments: StoreUnderTest.living)
  func aReaderWhoseRenewalIsDueNeedNotKnowThatTheSessionEnded(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_RENEW_AFTER": "50"])
    let cookie = try logIn(servers)
    let parked = servers.open(cookie)
    #expect(try parked.user() == "jack")
    let other = servers.open(cookie)
    try other.logOut()
    try other.save()
    servers.clock.now = epoch + 50
    try parked.save()
    #expect(parked.cookie == nil)
  }

  @Test(arguments: StoreUnderTest.living)
  func sessionsAreListedAndEndedOneByOne(_ under: StoreUnderTest) throws {
    let servers = try Servers(under)
    let phone = try logIn(servers, label: "phone")
    servers.clock.now += 5
    let laptop = try logIn(servers, label: "laptop")
    _ = try servers.read(laptop, at: 7)
    servers.clock.now = epoch + 9
    let manager = servers.managers[1]
    let list = try manager.sessions(of: "jack", current: manager.open(laptop))
    #expect(list.map { $0.label } == ["phone", "laptop"])
    #expect(list.map { $0.created } == [epoch, epoch + 5])
    #expect(list.map { $0.isCurrent } == [false, true])
    if under.keepsOurTime, under.tellsRemaining { #expect(list.map { $0.lastSeen } == [epoch, epoch + 7]) }
    let reference = try #require(list.first?.reference)
    #expect(!phone.contains(reference.string))
    #expect(try manager.endSession(of: "jack", reference))
    #expect(try !manager.endSession(of: "jack", reference))
    #expect(try user(servers, phone) == nil)
    #expect(try user(servers, laptop) == "jack")
    #expect(try manager.sessions(of: "jack", current: nil).count == 1)
    #expect(try manager.sessions(of: "nobody", current: nil).isEmpty)
  }

  @Test(arguments: StoreUnderTest.living)
  func aRenewedSessionStaysInTheList(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_RENEW_AFTER": "50"])
    let first = try logIn(servers, label: "phone")
    servers.clock.now = epoch + 50
    let session = servers.open(first)
    #expect(try session.user() == "jack")
    try session.save()
    let second = try #require(session.cookie)
    #expect(second != first)
    let list = try servers.managers[0].sessions(of: "jack", current: servers.open(second))
    #expect(list.count == 1 && list[0].isCurrent && list[0].label == "phone")
  }

  @Test(arguments: StoreUnderTest.living)
  func aLogoutLeavesTheList(_ under: StoreUnderTest) throws {
    let servers = try Servers(under)
    let cookie = try logIn(servers)
    let session = servers.open(cookie)
    #expect(try session.user() == "jack")
    try session.destroy()
    try session.save()
    #expect(try user(servers, cookie) == nil)
    #expect(try servers.managers[0].sessions(of: "jack", current: nil).isEmpty)
  }

  @Test(arguments: StoreUnderTest.living)
  func aClearedSessionIsNobodys(_ under: StoreUnderTest) throws {
    let servers = try Servers(under)
    let cookie = try logIn(servers)
    let session = servers.open(cookie)
    try session.clear()
    try session.set("n", .integer(1))
    #expect(try session.user() == nil)
    try session.save()
    let again = servers.open(try #require(session.cookie))
    #expect(try again.value("n") == .integer(1))
    #expect(try again.user() == nil)
  }

  @Test(arguments: StoreUnderTest.living)
  func ofTooManySessionsTheOldestEnd(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_USER_LIMIT": "2"])
    let cookies = try (0..<4).map { _ in try logIn(servers) }
    #expect(try cookies.map { try user(servers, $0) } == [nil, nil, "jack", "jack"])
  }

  @Test(arguments: StoreUnderTest.living)
  func oneSessionTooManyIsRefusedWherePolicySaysSo(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_USER_LIMIT": "2", "SESSION_USER_LIMIT_POLICY": "refuse"])
    let cookies = try (0..<2).map { _ in try logIn(servers) }
    let third = servers.open("")
    try third.logIn("jack", label: "")
    #expect(status { () throws(Failure) in try third.save() } == .conflict)
    #expect(third.cookie == nil)
    let first = servers.open(cookies[0])
    // A login that was refused is taken back: what else there is can be saved.
    try third.set("n", .integer(1))
    try third.save()
    #expect(try user(servers, try #require(third.cookie)) == nil)
    try first.destroy()
    try first.save()
    try third.logIn("jack", label: "")
    try third.save()
    #expect(try user(servers, try #require(third.cookie)) == "jack")
  }

  @Test(arguments: StoreUnderTest.living, ["end-oldest", "refuse"] as [Text])
  func whoLogsInAgainIsNotOneMore(_ under: StoreUnderTest, _ policy: Text) throws {
    let servers = try Servers(under, ["SESSION_USER_LIMIT": "2", "SESSION_USER_LIMIT_POLICY": policy])
    var cookies = try (0..<2).map { _ in try logIn(servers) }
    for place in [0, 1, 1, 0] { cookies[place] = try logIn(servers, cookies[place]) }
    #expect(try cookies.map { try user(servers, $0) } == ["jack", "jack"])
    #expect(try servers.managers[0].sessions(of: "jack", current: nil).count == 2)
    // Where all others end, none has to give way.
    let only = servers.open("")
    try only.logIn("jack", label: "")
    try only.endOthers()
    try only.save()
    #expect(try user(servers, try #require(only.cookie)) == "jack")
    #expect(try cookies.map { try user(servers, $0) } == [nil, nil])
  }

  @Test(arguments: StoreUnderTest.living)
  func loginsAtOnceAreNotTooMany(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["SESSION_USER_LIMIT": "1"])
    for _ in 0..<3 {
      let sessions = try (0..<6).map { _ in
        let session = servers.open("")
        try session.logIn("jack", label: "")
        return session
      }
      nonisolated(unsafe) let all = sessions
      DispatchQueue.concurrentPerform(iterations: all.count) { number in try? all[number].save() }
      let alive = try all.compactMap { $0.cookie }.filter { try user(servers, $0) == "jack" }
      #expect(alive.count <= 1)
      #expect(try servers.managers[0].sessions(of: "jack", current: nil).count == alive.count)
    }
  }

  @Test(arguments: StoreUnderTest.living)
  func othersEndThoughThisOneEndsToo(_ under: StoreUnderTest) throws {
    for way in 0..<5 {
      let servers = try Servers(under)
      let other = try logIn(servers)
      let session = servers.open(try logIn(servers))
      try session.endOthers()
      switch way {
      case 0: try session.logOut()
      case 1: try session.destroy()
      case 2: try session.clear()
      case 3:
        try session.logOut()
        try session.logIn("jack", label: "")
      default: try session.logIn("jill", label: "")
      }
      try session.save()
      #expect(try user(servers, other) == nil)
      #expect(try servers.managers[0].sessions(of: "jack", current: nil).count == (way == 3 ? 1 : 0))
    }
  }

  @Test(arguments: StoreUnderTest.living)
  func aReferenceNamesASessionForItsLife(_ under: StoreUnderTest) throws {
    let servers = try Servers(under)
    var cookie = try logIn(servers)
    let reference = try #require(try servers.managers[0].sessions(of: "jack", current: nil).first?.reference)
    for _ in 0..<2 {
      let session = servers.open(cookie)
      try session.renew()
      try session.save()
      cookie = try #require(session.cookie)
    }
    #expect(try servers.managers[0].sessions(of: "jack", current: nil).map { $0.reference } == [reference])
    #expect(try servers.managers[1].endSession(of: "jack", reference))
    #expect(try user(servers, cookie) == nil)
  }

  @Test(arguments: StoreUnderTest.livingInOurTime)
  func aUsersRecordOutlivesTheSessions(_ under: StoreUnderTest) throws {
    let servers = try Servers(under, ["PERMANENT_SESSION_LIFETIME": "100"])
    let cookie = try logIn(servers)
    for second: Int64 in [99, 198, 297, 396, 495] {
      servers.clock.now = epoch + second
      let session = servers.open(cookie)
      #expect(try session.user() == "jack")
      try session.save()
    }
  }
}
