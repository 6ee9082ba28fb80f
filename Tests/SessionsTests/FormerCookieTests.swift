// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Backends
@testable import Sessions
@testable import Settings
@testable import Stores
@testable import StoresTesting
@testable import Support
@testable import Values

/// Cookies of the time before a migration: whole sessions that move into a store, and ids of another form.
@Suite struct FormerCookieTests {
  let store = MemoryStore()
  let clock = FakeClock(1_700_000_000)

  private func manager(_ settings: [String: String], store: MemoryStore?) throws -> SessionManager {
    var all = Settings()
    try all.set("SECRET_KEY", text: "a key that is long enough")
    try all.set("SESSION_TYPE", text: store == nil ? "cookie" : "memory")
    for (name, value) in settings { try all.set(Text(name), text: Text(value)) }
    let manager = try SessionManager.make(all, store: store, from: store, log: .silent)
    manager.clock = clock.clock
    return manager
  }

  private func fromCookies(_ more: [String: String] = [:]) throws -> SessionManager {
    let settings = ["SESSION_MIGRATE_FROM": "cookie", "SESSION_MIGRATE_UNTIL": "1700100000"]
    return try manager(settings.merging(more) { $1 }, store: store)
  }

  private func start(_ manager: SessionManager, permanent: Bool = false) throws -> String {
    let session = manager.open("")
    try session.set("a", .integer(1))
    if permanent { try session.setPermanent(true) }
    try session.save()
    return try #require(session.cookie)
  }

  @Test(arguments: [true, false], [true, false])
  func aSessionInItsCookieBecomesOneInAStore(_ reads: Bool, _ isSigned: Bool) throws {
    let cookie = try start(try manager([:], store: nil))
    let now = try fromCookies(["SESSION_USE_SIGNER": isSigned ? "1" : "0"])
    let session = now.open(cookie)
    if reads { #expect(try session.value("a")?.integer == 1) }
    try session.save()
    let next = try #require(session.cookie)
    #expect(next != cookie && store.count == 1)
    #expect(try now.open(next).value("a")?.integer == 1)
    let again = now.open(next)
    _ = try again.value("a")
    try again.save()
    #expect(again.cookie == nil)
  }

  @Test func twoRequestsHaveOneRecord() throws {
    let cookie = try start(try manager([:], store: nil))
    let now = try fromCookies()
    let (one, other) = (now.open(cookie), now.open(cookie))
    try one.set("b", .integer(2))
    try other.set("c", .integer(3))
    try one.save()
    try other.save()
    #expect(one.cookie == other.cookie && store.count == 1)
    let session = now.open(try #require(one.cookie))
    #expect(try session.entries().count == 3)
  }

  @Test func whatEndsWhileARequestRunsHasEnded() throws {
    let cookie = try start(try manager([:], store: nil))
    let now = try fromCookies()
    let slow = now.open(cookie)
    try slow.set("b", .integer(2))
    let other = now.open(cookie)
    try other.destroy()
    try other.save()
    #expect(other.cookie?.hasPrefix("session=;") == true)
    #expect(throws: Failure.self) { try slow.save() }
    #expect(slow.cookie == nil && store.count == 0)
  }

  @Test func aCookieThatIsNoGoodOpensNothing() throws {
    let before = try manager([:], store: nil)
    let cookie = try start(before)
    let now = try fromCookies()
    #expect(try now.open(cookie + "x").value("a") == nil)
    #expect(now.open(cookie + "x").origin == .tampered)
    clock.now = 1_700_100_000
    #expect(now.open(cookie).origin == .malformed)
    #expect(store.count == 0)
  }

  @Test func anEmptySessionIsNotStored() throws {
    let before = try manager([:], store: nil)
    let session = before.open("")
    try session.setPermanent(true)
    try session.save()
    let now = try fromCookies().open(try #require(session.cookie))
    #expect(try now.value("a") == nil)
    try now.save()
    #expect(store.count == 0 && now.cookie == nil)
  }

  @Test(arguments: [true, false])
  func idsChangeTheirForm(_ wasSigned: Bool) throws {
    let cookie = try start(try manager(["SESSION_USE_SIGNER": wasSigned ? "1" : "0"], store: store))
    let form = ["SESSION_USE_SIGNER": wasSigned ? "0" : "1"]
    #expect(try manager(form, store: store).open(cookie).value("a") == nil)
    let former = [
      "SESSION_MIGRATE_FROM": "sqlite", "SESSION_MIGRATE_UNTIL": "1700100000",
      "SESSION_MIGRATE_USE_SIGNER": wasSigned ? "1" : "0",
    ]
    let now = try manager(form.merging(former) { $1 }, store: store)
    let session = now.open(cookie)
    #expect(try session.value("a")?.integer == 1)
    try session.save()
    let next = try #require(session.cookie)
    #expect(next != cookie)
    #expect(try now.open(next).value("a")?.integer == 1)
    clock.now = 1_700_100_000
    #expect(try now.open(cookie).value("a") == nil)
    #expect(try now.open(next).value("a")?.integer == 1)
  }
}
