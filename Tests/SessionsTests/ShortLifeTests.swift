// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Backends
@testable import Sessions
@testable import Settings
@testable import Stores
@testable import StoresTesting
@testable import Support
@testable import Values

/// What visitors that never come back cost a store.
@Suite struct ShortLifeTests {
  let store = ScriptedStore(over: MemoryStore())

  private func manager(_ settings: [Text: Text] = [:]) throws -> SessionManager {
    var all = Settings()
    try all.set("SESSION_TYPE", text: "memory")
    for (name, value) in settings { try all.set(name, text: value) }
    return try SessionManager.make(all, store: store, log: .silent)
  }

  private func look(at session: Session) throws {
    _ = try session.value("user")
    _ = try session.entries()
    _ = try session.payload(.tagged)
    _ = try session.id()
    #expect(session.isNew && !session.isPermanent || session.isPermanent)
    #expect(try session.user() == nil)
    #expect(try session.remove("user") == nil)
    #expect(try !session.removeItem("items", .null))
    try session.save()
    #expect(session.cookie == nil)
  }

  @Test(arguments: ["", "60"]) func whoOnlyLooksStoresNothing(_ unconfirmed: Text) throws {
    let manager = try manager(unconfirmed.count == 0 ? [:] : ["SESSION_UNCONFIRMED_LIFETIME": unconfirmed])
    try look(at: manager.open(""))
    #expect(store.requests.isEmpty)
    // With a cookie that names nothing, too.
    try look(at: manager.open("session=0123456789abcdef"))
    #expect(store.count(.load) == 1 && store.requests.count == 1)
    try manager.open("session=0123456789abcdef").save()
    #expect(store.requests.allSatisfy { $0.operation == .load || $0.operation == .refresh })
  }

  @Test func theTimesThatAreSent() throws {
    let manager = try manager(["SESSION_UNCONFIRMED_LIFETIME": "60", "PERMANENT_SESSION_LIFETIME": "600"])
    let first = manager.open("")
    try first.set("user", .text("jack"))
    try first.save()
    #expect(store.requests.map { $0.timeToLive } == [60])
    // Saved again, and touched: it is still the request that made it.
    try first.set("user", .text("jill"))
    try first.save()
    try first.save()
    #expect(store.requests.dropFirst().allSatisfy { $0.timeToLive == 60 })
    let cookie = try #require(first.cookie)
    let sent = store.requests.count
    for _ in 0..<3 {
      let back = manager.open(cookie)
      #expect(try back.value("user") == .text("jill"))
      try back.save()
      #expect(back.cookie == cookie)
    }
    let rest = store.requests.dropFirst(sent).filter { $0.operation != .load }
    // One write says that the cookie is back; then it is touched as ever.
    #expect(rest.map { $0.operation } == [.replace, .touch, .touch])
    #expect(rest.allSatisfy { $0.timeToLive == 600 })
  }

  @Test func whoOnlyReadsIsNotToldThatTheSessionEndedMeanwhile() throws {
    let manager = try manager(["SESSION_UNCONFIRMED_LIFETIME": "60"])
    let first = manager.open("")
    try first.set("user", .text("jack"))
    try first.save()
    let reader = manager.open(try #require(first.cookie))
    let writer = manager.open(try #require(first.cookie))
    #expect(try reader.value("user") != nil)
    try writer.set("user", .text("jill"))
    try first.destroy()
    try first.save()
    try reader.save()
    #expect(reader.cookie == nil)
    #expect(throws: Failure.self) { try writer.save() }
    #expect(store.count(.create) == 1)
  }

  @Test func whatIsMarkedIsConfirmedWhereTheSettingIsGone() throws {
    let first = try manager(["SESSION_UNCONFIRMED_LIFETIME": "60"]).open("")
    try first.set("user", .text("jack"))
    try first.save()
    let back = try manager().open(try #require(first.cookie))
    #expect(try back.value("user") != nil)
    try back.save()
    #expect(store.requests.last?.operation == .replace)
    #expect(store.requests.last?.timeToLive == 2_678_400)
  }
}
