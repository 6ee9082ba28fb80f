// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Backends
@testable import Sessions
@testable import Settings
@testable import Stores
@testable import StoresTesting
@testable import Support
@testable import Values

/// What sessions that live in their cookie ask of SESSION_REVOCATION's store, and what its failures do.
@Suite struct RevocationTests {
  let store = ScriptedStore(over: MemoryStore())

  private func manager(_ settings: [Text: Text] = [:], revokes: Bool = true) throws -> SessionManager {
    var all = Settings()
    try all.set("SESSION_TYPE", text: "cookie")
    try all.set("SECRET_KEY", text: "a key of thirty-two bytes or so.")
    for (name, value) in settings { try all.set(name, text: value) }
    return try SessionManager.make(all, store: nil, revocation: revokes ? store : nil, log: .silent)
  }

  private func logIn(_ manager: SessionManager, _ cookie: String = "") throws -> String {
    let session = manager.open(cookie)
    try session.logIn("jack", label: "")
    try session.save()
    return try #require(session.cookie)
  }

  private func status(_ body: () throws -> Void) -> Status? {
    do {
      try body()
      return nil
    } catch {
      return (error as? Failure)?.status
    }
  }

  @Test func sessionsOfNobodyAskNothing() throws {
    let manager = try manager()
    let session = manager.open("")
    try session.setPermanent(true)
    try session.set("n", .integer(1))
    try session.save()
    for _ in 0..<2 {
      let again = manager.open(try #require(session.cookie))
      #expect(try again.value("n") == .integer(1))
      #expect(try again.user() == nil)
      try again.renew()
      try again.save()
      #expect(again.cookie != nil)
    }
    let logout = manager.open(try #require(session.cookie))
    try logout.logOut()
    try logout.save()
    #expect(store.requests.isEmpty)
  }

  @Test func openingAsksNothingAndTheFirstReadAsksOnce() throws {
    let manager = try manager()
    let cookie = try logIn(manager)
    let before = store.requests.count
    let session = manager.open(cookie)
    #expect(store.requests.count == before)
    for _ in 0..<3 { #expect(try session.user() == "jack") }
    #expect(store.requests.count == before + 1)
    // Nothing is sent to the browser, so nothing more is asked.
    try session.save()
    #expect(store.requests.count == before + 1)
    // Nobody asked, and nothing is sent.
    try manager.open(cookie).save()
    #expect(store.requests.count == before + 1)
  }

  @Test func aStoreThatFailsIsNoLogin() throws {
    let manager = try manager()
    let cookie = try logIn(manager)
    let session = manager.open(cookie)
    let uses: [(Session) throws -> Void] = [
      { _ = try $0.value("user") }, { _ = try $0.entries() }, { _ = try $0.payload(.flask) }, { _ = try $0.user() },
      { try $0.set("n", .integer(1)) }, { try $0.clear() }, { try $0.load() }, { try $0.endOthers() },
      { try $0.setPayload(Array("{}".utf8), .flask) }, { try $0.logIn("jill", label: "") },
    ]
    for use in uses {
      store.script(.load, .failure(Failure(.unavailable, "no server")))
      #expect(status { try use(session) } == .unavailable)
      #expect(!session.modified)
    }
    try session.load()
    #expect(try session.user() == "jack")
    try session.set("n", .integer(1))
    store.script(.load, .failure(Failure(.timeout, "no answer")))
    #expect(status { try session.save() } == .timeout)
    #expect(session.cookie == nil)
    store.script(.load, .failure(Failure(.timeout, "no answer")))
    #expect(status { _ = try manager.open(value: Array(cookie.utf8.dropFirst("session=".utf8.count))) } == .timeout)
  }

  @Test func aLogoutThatFailedCanBeMadeAgain() throws {
    let manager = try manager()
    let cookie = try logIn(manager)
    let session = manager.open(cookie)
    try session.logOut()
    store.script(.load, .failure(Failure(.timeout, "no answer")))
    #expect(status { try session.save() } == .timeout)
    #expect(session.cookie == nil)
    #expect(try manager.open(cookie).user() == "jack")
    try session.save()
    #expect(session.cookie?.hasPrefix("session=;") == true)
    #expect(try manager.open(cookie).user() == nil)
  }

  @Test func whatIsLostLogsOutAndNeverIn() throws {
    let manager = try manager()
    let cookie = try logIn(manager)
    store.script(.load, .load(nil))
    let session = manager.open(cookie)
    #expect(try session.user() == nil)
    #expect(session.origin == .notFound && session.isNew)
    try session.save()
    #expect(session.cookie == nil)
    store.script(.load, .load(StoredRecord([0xC1])))
    #expect(try manager.open(cookie).user() == nil)
    #expect(try manager.open(cookie).user() == "jack")
    store.script(.load, .load(nil))
    #expect(status { _ = try manager.open(value: Array(cookie.utf8.dropFirst("session=".utf8.count))) } == .notFound)
  }

  @Test func theTieIsTheLibrarysAlone() throws {
    let manager = try manager()
    let cookie = try logIn(manager)
    let session = manager.open(cookie)
    #expect(try session.entries().isEmpty)
    #expect(try session.value("_swiftsession") == nil)
    #expect(String(decoding: try session.payload(.flask), as: UTF8.self) == "{}")
    #expect(status { try session.set("_swiftsession", .integer(1)) } == .argument)
    #expect(status { try session.setPayload(Array(#"{"_swiftsession":{}}"#.utf8), .flask) } == .argument)
    try session.setPayload(Array(#"{"n":1}"#.utf8), .flask)
    try session.save()
    #expect(try manager.open(try #require(session.cookie)).user() == "jack")
    // Without the setting it is a value as any other, as it is to Flask, and is carried along.
    let plain = try self.manager(revokes: false).open(try #require(session.cookie))
    #expect(try plain.entries().count == 2)
    try plain.set("n", .integer(2))
    try plain.save()
    let back = manager.open(try #require(plain.cookie))
    #expect(try back.user() == "jack")
    #expect(try back.value("n") == .integer(2))
  }

  @Test func whatIsTooLargeChangesNothingOfTheUser() throws {
    let manager = try manager()
    let cookie = try logIn(manager)
    let session = manager.open(cookie)
    var random = SystemRandomNumberGenerator()
    try session.set("large", .bytes((0..<80_000).map { _ in UInt8.random(in: 0...255, using: &random) }))
    for renews in [{ try session.renew() }, { try session.logIn("jack", label: "") }] {
      try renews()
      #expect(status { try session.save() } == .tooLarge)
    }
    #expect(try manager.open(cookie).user() == "jack")
    #expect(try manager.sessions(of: "jack", current: nil).count == 1)
  }

  @Test func theNewest256Count() throws {
    let manager = try manager()
    let cookies = try (0..<258).map { _ in try logIn(manager) }
    #expect(try manager.sessions(of: "jack", current: nil).count == 256)
    #expect(try [0, 1, 2, 257].map { try manager.open(cookies[$0]).user() } == [nil, nil, "jack", "jack"])
  }

  @Test func whatHasExpiredLeavesTheListWithALogin() throws {
    let clock = FakeClock(1_700_000_000)
    let manager = try manager(["PERMANENT_SESSION_LIFETIME": "100"])
    manager.clock = clock.clock
    _ = try logIn(manager)
    clock.now += 150
    let second = try logIn(manager)
    #expect(try manager.sessions(of: "jack", current: nil).count == 2)
    clock.now += 49
    _ = try logIn(manager)
    #expect(try manager.sessions(of: "jack", current: nil).count == 3)
    clock.now += 1
    _ = try logIn(manager)
    #expect(try manager.sessions(of: "jack", current: nil).count == 3)
    #expect(try manager.open(second).user() == "jack")
  }

  @Test func aKeyThatNoStoreTakesIsRefusedWhenTheManagerOpens() throws {
    let most = store.largestKey - UserSessions.longestName
    #expect(throws: Failure.self) {
      _ = try manager(["SESSION_KEY_PREFIX": Text(String(repeating: "p", count: most + 1))])
    }
    let fitting = try manager(["SESSION_KEY_PREFIX": Text(String(repeating: "p", count: most))])
    #expect(try fitting.open(try logIn(fitting)).user() == "jack")
  }

  @Test func withoutTheSettingThereAreNoUsers() throws {
    let manager = try manager(revokes: false)
    let session = manager.open("")
    for call in [
      { try session.logIn("jack", label: "") }, { try manager.endSessions(of: "jack") },
      { _ = try manager.sessions(of: "jack", current: session) }, { _ = try manager.endSession(of: "jack", "x") },
    ] {
      do {
        try call()
        Issue.record("It was done.")
      } catch {
        let failure = try #require(error as? Failure)
        #expect(failure.status == .unsupported && failure.message.contains("SESSION_REVOCATION"))
      }
    }
    try session.set("_swiftsession", .integer(1))
    try session.save()
    #expect(try manager.open(try #require(session.cookie)).value("_swiftsession") == .integer(1))
  }
}
