// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Backends
@testable import Records
@testable import Sessions
@testable import Settings
@testable import Stores
@testable import StoresTesting
@testable import Support
@testable import Values

/// What a save does with each answer of a store.
@Suite struct SavingTests {
  let store = ScriptedStore(over: MemoryStore())

  // MARK: - New sessions

  @Test func aNewSessionIsStoredOnceSomethingIsInIt() throws {
    let manager = try manager()
    let session = manager.open("")
    try session.save()
    #expect(session.headers.isEmpty && store.requests.isEmpty)
    _ = try session.value("user")
    try session.save()
    #expect(session.cookie == nil && session.headers.count == 1 && store.requests.isEmpty)
    try session.set("user", .text("jack"))
    try session.save()
    #expect(store.count(.create) == 1)
    #expect(try read(manager, session.cookie) == #"{"_permanent":true,"user":"jack"}"#)
  }

  @Test func anIdThatIsTakenIsNotUsed() throws {
    let manager = try manager()
    let session = manager.open("")
    try session.set("a", .integer(1))
    let first = try session.id()
    store.script(.create, .create(.exists))
    try session.save()
    #expect(try session.id() != first)
    #expect(try read(manager, session.cookie) == #"{"_permanent":true,"a":1}"#)
  }

  @Test func aFirstSaveWhoseAnswerIsLostIsDoneOnce() throws {
    let manager = try manager()
    let session = manager.open("")
    try session.add("n", 1).ignore()
    let id = try session.id()
    store.script(.create, .doneButUnanswered)
    try session.save()
    #expect(try session.id() == id)
    #expect(try read(manager, session.cookie) == #"{"_permanent":true,"n":1}"#)
  }

  // MARK: - Merging

  @Test func twoRequestsThatChangeDifferentKeysBothSurvive() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let one = manager.open(cookie)
    let other = manager.open(cookie)
    try one.set("one", .integer(1))
    try other.set("other", .integer(2))
    try one.save()
    try other.save()
    #expect(try read(manager, cookie) == #"{"_permanent":true,"user":"jack","one":1,"other":2}"#)
    // What the host sees afterwards is what is stored.
    #expect(try other.value("one") == .integer(1))
  }

  @Test func itemsAreRemovedFromWhatIsThereThen() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let first = manager.open(cookie)
    try first.set("l", .array([.integer(1), .integer(2), .integer(3)]))
    try first.save()
    let one = manager.open(cookie)
    let other = manager.open(cookie)
    #expect(try one.removeItem("l", .integer(1)))
    #expect(try one.removeItem("l", .integer(2)))
    #expect(try other.removeItem("l", .integer(2)))
    #expect(try !other.removeItem("l", .integer(9)))
    try one.save()
    try other.save()
    #expect(try read(manager, cookie) == #"{"_permanent":true,"user":"jack","l":[3]}"#)
  }

  @Test func aLogoutEndsARecordThatCannotBeRead() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let key = Text("session:" + cookie.split(separator: "=")[1])
    let call = Call(now: manager.clock.now(), deadline: .after(milliseconds: 5_000))
    try store.remove(key, call)
    _ = try store.create(key, Array("nothing of ours".utf8), timeToLive: 60, call)
    let reader = manager.open(cookie)
    #expect(try reader.value("user") == nil)
    try reader.save()
    #expect(try store.load(key, call) != nil)
    for loadsFirst in [true, false] {
      let session = manager.open(cookie)
      if loadsFirst { _ = try session.value("user") }
      try session.logOut()
      try session.save()
      #expect(session.cookie?.hasPrefix("session=;") == true)
      #expect(try store.load(key, call) == nil)
      _ = try store.create(key, Array("nothing of ours".utf8), timeToLive: 60, call)
    }
  }

  @Test func nothingToRemoveIsNoChange() throws {
    let manager = try manager()
    let session = manager.open(try stored(manager))
    #expect(try !session.removeItem("l", .null))
    #expect(throws: Failure.self) { try session.removeItem("user", .null) }
    try session.set("l", .array([]))
    try session.save()
    let reader = manager.open(session.cookie ?? "")
    #expect(try !reader.removeItem("l", .null))
    #expect(!reader.modified)
  }

  @Test func addsOfTwoRequestsAreBothCounted() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let one = manager.open(cookie)
    let other = manager.open(cookie)
    try one.add("n", 1).ignore()
    try other.add("n", 10).ignore()
    try one.save()
    try other.save()
    #expect(try other.value("n") == .integer(11))
    try other.add("n", 100).ignore()
    try other.save()
    #expect(try read(manager, cookie) == #"{"_permanent":true,"user":"jack","n":111}"#)
  }

  @Test func aConflictThatCannotBeMergedStoresNothing() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let one = manager.open(cookie)
    let other = manager.open(cookie)
    try one.set("n", .text("text"))
    try other.add("n", 1).ignore()
    try one.save()
    expect(.conflict) { try other.save() }
    #expect(other.headers.isEmpty)
    #expect(try read(manager, cookie) == #"{"_permanent":true,"user":"jack","n":"text"}"#)
  }

  @Test func whoKeepsLosingEndsAtTheDeadline() throws {
    let manager = try manager(["SESSION_TIMEOUT": "0.05"])
    let session = manager.open(try stored(manager))
    try session.set("a", .integer(1))
    for _ in 0..<1_000 { store.script(.replace, .replace(.changed(nil))) }
    expect(.conflict) { try session.save() }
    #expect(session.headers.isEmpty)
  }

  @Test func aRecordThatAnotherProgramMadeUnreadableIsNotOverwritten() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let session = manager.open(cookie)
    try session.set("a", .integer(1))
    store.script(.replace, .replace(.changed(StoredRecord(Array("garbage".utf8)))))
    expect(.conflict) { try session.save() }
  }

  // MARK: - Unanswered writes

  @Test func aReplaceWhoseAnswerIsLostIsDoneOnce() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let session = manager.open(cookie)
    try session.add("n", 1).ignore()
    store.script(.replace, .doneButUnanswered)
    try session.save()
    #expect(session.cookie != nil && store.count(.replace) == 1)
    #expect(try read(manager, cookie) == #"{"_permanent":true,"user":"jack","n":1}"#)
  }

  @Test func aReplaceThatDidNotArriveIsMadeAgainWhereThatDoesNoHarm() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let session = manager.open(cookie)
    try session.set("a", .integer(1))
    store.script(.replace, .replace(.unknown))
    try session.save()
    #expect(try read(manager, cookie) == #"{"_permanent":true,"user":"jack","a":1}"#)
  }

  @Test func anAddWhoseFateIsUnknownIsSaidToBeSo() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let session = manager.open(cookie)
    try session.add("n", 1).ignore()
    store.script(.replace, .replace(.unknown))
    expect(.unavailable) { try session.save() }
    #expect(session.headers.isEmpty)
  }

  @Test func anUnansweredReplaceOfASessionThatIsGoneIsGone() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let session = manager.open(cookie)
    try session.set("a", .integer(1))
    store.script(.replace, .replace(.unknown))
    store.script(.load, .load(nil))
    expect(.gone) { try session.save() }
  }

  // MARK: - Ended sessions

  @Test func nobodyIsBroughtBackAndNoLateAnswerSetsTheCookie() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let writer = manager.open(cookie)
    let reader = manager.open(cookie)
    let counter = manager.open(cookie)
    let emptier = manager.open(cookie)
    try writer.set("a", .integer(1))
    _ = try reader.value("user")
    try counter.add("n", 1).ignore()
    try emptier.clear()

    let logout = manager.open(cookie)
    try logout.destroy()
    try logout.save()
    #expect(logout.cookie?.hasPrefix("session=; Expires=Thu, 01 Jan 1970") == true)

    expect(.gone) { try writer.save() }
    expect(.gone) { try counter.save() }
    expect(.gone) { try emptier.save() }
    try reader.save()
    #expect([writer, reader, counter, emptier].allSatisfy { $0.cookie == nil })
    let late = manager.open(cookie)
    try late.load()
    #expect(late.origin == .notFound)
  }

  @Test func emptyingASessionRemovesItUnlessAnotherPutSomethingIn() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let emptier = manager.open(cookie)
    let writer = manager.open(cookie)
    try emptier.remove("user")
    try writer.set("a", .integer(1))
    try writer.save()
    try emptier.save()
    #expect(try read(manager, cookie) == #"{"_permanent":true,"a":1}"#)
    let again = manager.open(cookie)
    try again.remove("a")
    try again.save()
    #expect(again.cookie?.hasPrefix("session=;") == true)
    #expect(try read(manager, cookie) == nil)
  }

  @Test func anUnknownIdIsNeverUsed() throws {
    let manager = try manager()
    let session = manager.open("session=attacker-chosen-id")
    try session.set("a", .integer(1))
    try session.save()
    #expect(session.cookie?.contains("attacker") == false)
    #expect(try read(manager, "session=attacker-chosen-id") == nil)
  }

  @Test(arguments: [
    "short", "has space in it", "semi%3Bcolon", "crlf\\015\\012set", String(repeating: "a", count: 201),
  ])
  func noStoreIsAskedForWhatIsNoId(_ value: String) throws {
    let session = try manager().open("session=\"\(value)\"")
    try session.load()
    #expect(session.isNew && store.requests.isEmpty)
  }

  // MARK: - Refreshing

  @Test func aSessionThatIsReadIsTouchedAndNotWritten() throws {
    let manager = try manager()
    let session = manager.open(try stored(manager))
    _ = try session.value("user")
    try session.save()
    #expect(session.cookie != nil && store.count(.touch) == 1 && store.count(.replace) == 0)
  }

  @Test func anUntouchedSessionCostsOneRequest() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let before = store.requests.count
    let session = manager.open(cookie)
    try session.save()
    #expect(session.cookie != nil && store.requests.count == before + 1 && store.count(.refresh) == 1)
  }

  @Test func aSessionThatEndedGetsNoCookieForBeingUntouched() throws {
    let manager = try manager()
    let session = manager.open(try stored(manager))
    store.script(.refresh, .refresh(nil))
    try session.save()
    #expect(session.headers.isEmpty)
  }

  @Test func withinTheIntervalNothingIsTouched() throws {
    let manager = try manager(["PERMANENT_SESSION_LIFETIME": "100", "SESSION_TOUCH_INTERVAL": "60"])
    let clock = FakeClock(0)
    manager.clock = clock.clock
    let cookie = try stored(manager)
    func request(_ second: Int64, reads: Bool) throws -> (cookie: String?, touches: Int) {
      clock.now = second
      let before = store.count(.touch)
      let session = manager.open(cookie)
      if reads { _ = try session.value("user") }
      try session.save()
      return (session.cookie, store.count(.touch) - before)
    }
    for reads in [true, false] {
      let start: Int64 = reads ? 0 : 60
      for second in [start + 1, start + 59] {
        let (cookie, touches) = try request(second, reads: reads)
        #expect(cookie == nil && touches == 0)
      }
      let (cookie, touches) = try request(start + 60, reads: reads)
      #expect(cookie != nil && touches == 1)
    }
    #expect(store.count(.refresh) == 0)
  }

  @Test func anIntervalIsShorterThanTheLifetime() {
    let failure = #expect(throws: Failure.self) {
      try manager(["PERMANENT_SESSION_LIFETIME": "60", "SESSION_TOUCH_INTERVAL": "60"])
    }
    #expect(failure?.status == .config)
  }

  @Test func withoutRefreshAnUntouchedSessionCostsNothing() throws {
    let manager = try manager(["SESSION_REFRESH_EACH_REQUEST": "false"])
    let cookie = try stored(manager)
    let before = store.requests.count
    let session = manager.open(cookie)
    try session.save()
    #expect(session.headers.isEmpty && store.requests.count == before)
  }

  @Test func aBrowserSessionGetsNoCookieForBeingRead() throws {
    let manager = try manager(["SESSION_PERMANENT": "false"])
    let session = manager.open(try stored(manager))
    _ = try session.value("user")
    try session.save()
    #expect(session.cookie == nil && session.headers.count == 1)
  }

  // MARK: - Renewal

  @Test func aRenewedSessionKeepsWhatOthersWroteAndTheOldIdIsDead() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let login = manager.open(cookie)
    let other = manager.open(cookie)
    try login.set("admin", .bool(true))
    try login.renew()
    try other.set("late", .integer(1))
    try other.save()
    try login.save()
    #expect(try read(manager, login.cookie) == #"{"_permanent":true,"user":"jack","late":1,"admin":true}"#)
    #expect(try read(manager, cookie) == nil)
  }

  @Test func renewingWhatWasEndedLeavesNothingBehind() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let login = manager.open(cookie)
    try login.renew()
    let logout = manager.open(cookie)
    try logout.destroy()
    try logout.save()
    expect(.gone) { try login.save() }
    let created = store.requests.filter { $0.operation == .create }.map(\.key)
    let removed = store.requests.filter { $0.operation == .remove }.map(\.key)
    #expect(removed.contains(try #require(created.last)))
  }

  @Test func everythingWorksWhereTheStoreGivesNoTokens() throws {
    var settings = Settings()
    try settings.set("SESSION_TYPE", text: "memory")
    let manager = try SessionManager.make(settings, store: TokenlessStore(), log: .silent)
    let cookie = try stored(manager)
    let login = manager.open(cookie)
    let other = manager.open(cookie)
    try login.add("n", 1).ignore()
    try login.save()
    try login.add("n", 1).ignore()
    try login.renew()
    try other.set("late", .integer(1))
    try other.save()
    try login.save()
    #expect(try read(manager, login.cookie) == #"{"_permanent":true,"user":"jack","n":2,"late":1}"#)
    #expect(try read(manager, cookie) == nil)
  }

  @Test func aRenewalWhoseOldRecordCannotBeRemovedKeepsTheSession() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let login = manager.open(cookie)
    try login.renew()
    store.script(.removeWithToken, .failure(Failure(.timeout, "locked")))
    expect(.timeout) { try login.save() }
    #expect(login.headers.isEmpty)
    // The old one is as it was, and no copy is left.
    #expect(try read(manager, cookie) == #"{"_permanent":true,"user":"jack"}"#)
    let created = store.requests.filter { $0.operation == .create }.map(\.key)
    #expect(store.requests.last { $0.operation == .remove }?.key == created.last)
  }

  @Test func aKeyThatNoStoreTakesIsRefusedWhenTheManagerOpens() throws {
    #expect(throws: Failure.self) {
      _ = try manager(["SESSION_KEY_PREFIX": Text(String(repeating: "p", count: 213))])
    }
    let fitting = try manager(["SESSION_KEY_PREFIX": Text(String(repeating: "p", count: 212))])
    let session = fitting.open("session=" + String(repeating: "a", count: 44))
    try session.load()
    #expect(session.isNew && store.requests.isEmpty)
  }

  @Test func aFailingStoreIsReported() throws {
    let manager = try manager()
    let cookie = try stored(manager)
    let session = manager.open(cookie)
    store.script(.load, .failure(Failure(.unavailable, "no server")))
    expect(.unavailable) { try session.load() }
    try session.load()
    #expect(try session.value("user") == .text("jack"))
  }

  @Test(arguments: [true, false]) func aRecordThatNobodyUnderstandsIsLeftAlone(_ reads: Bool) throws {
    let manager = try manager()
    let cookie = try stored(manager)
    store.script(reads ? .load : .refresh, reads ? .load(StoredRecord([0xC1])) : .refresh(StoredRecord([0xC1])))
    let session = manager.open(cookie)
    if reads { try session.load() }
    try session.save()
    #expect(session.origin == .malformed && session.cookie == nil && store.count(.remove) == 0)
    #expect(try read(manager, cookie) != nil)
  }
}

extension SavingTests {
  private func manager(_ settings: [Text: Text] = [:]) throws -> SessionManager {
    var all = Settings()
    try all.set("SESSION_TYPE", text: "memory")
    for (name, value) in settings { try all.set(name, text: value) }
    return try SessionManager.make(all, store: store, log: .silent)
  }

  /// The cookie of a session with a user in it.
  private func stored(_ manager: SessionManager) throws -> String {
    let session = manager.open("")
    try session.set("user", .text("jack"))
    try session.save()
    return try #require(session.cookie)
  }

  /// What is stored under a cookie, as JSON; nil for nothing.
  private func read(_ manager: SessionManager, _ cookie: String?) throws -> String? {
    let session = manager.open(try #require(cookie))
    try session.load()
    guard !session.isNew else { return nil }
    return String(decoding: try session.payload(.tagged), as: UTF8.self)
  }

  private func expect(
    _ status: Status, at place: SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) {
    do {
      try body()
      Issue.record("nothing was thrown", sourceLocation: place)
    } catch {
      #expect((error as? Failure)?.status == status, sourceLocation: place)
    }
  }
}

/// A store that does not tell the tokens of what it wrote.
private final class TokenlessStore: SessionStore, @unchecked Sendable {
  private let store = MemoryStore()

  var largestRecord: Int? { nil }

  func load(_ key: Text, _ call: Call) throws(Failure) -> StoredRecord? { try store.load(key, call) }

  func create(_ key: Text, _ record: [UInt8], timeToLive: Int64, _ call: Call) throws(Failure) -> Creation {
    let creation = try store.create(key, record, timeToLive: timeToLive, call)
    if case .created = creation { return .created(nil) }
    return creation
  }

  func replace(
    _ key: Text, _ record: [UInt8], timeToLive: Int64, token: Token, _ call: Call
  ) throws(Failure) -> Replacement {
    switch try store.replace(key, record, timeToLive: timeToLive, token: token, call) {
    case .replaced: .replaced(nil)
    case .changed: .changed(nil)
    case let other: other
    }
  }

  func touch(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> Bool {
    try store.touch(key, timeToLive: timeToLive, call)
  }

  func remove(_ key: Text, _ call: Call) throws(Failure) { try store.remove(key, call) }

  func remove(_ key: Text, token: Token, _ call: Call) throws(Failure) -> Removal {
    try store.remove(key, token: token, call)
  }

  func sweep(limit: Int, _ call: Call) throws(Failure) -> Bool { false }
  func ping(_ call: Call) throws(Failure) {}
  func prepare(_ call: Call) throws(Failure) {}
}

extension Int64 {
  fileprivate func ignore() {}
}
