// SPDX-License-Identifier: Apache-2.0
import Sessions
import Settings
import Stores
import StoresTesting
import Support
import Testing
import Values

/// Two servers of one application, whose requests take turns, on one store.
final class Servers {
  let clock = FakeClock(epoch)
  let managers: [SessionManager]
  private var turn = 0

  /// - Parameter inCookies: whether sessions live in their cookie, and the store keeps the users alone.
  init(_ under: StoreUnderTest, _ settings: [Text: Text] = [:], inCookies: Bool = false) throws {
    let bed = try under.make()
    var all = Settings()
    try all.set("SESSION_TYPE", text: inCookies ? "cookie" : "memory")
    try all.set("SECRET_KEY", text: "a key of thirty-two bytes or so.")
    for (name, value) in settings.merging(under.settings, uniquingKeysWith: { $1 }) { try all.set(name, text: value) }
    managers = try [bed.store, bed.other].map {
      try SessionManager.make(all, store: inCookies ? nil : $0, revocation: inCookies ? $0 : nil, log: .silent)
    }
    for manager in managers { manager.clock = clock.clock }
  }

  func open(_ cookie: String) -> Session {
    turn += 1
    return managers[turn % 2].open(cookie)
  }

  /// The cookie of a new session.
  func start() throws -> String {
    let session = open("")
    try session.set("user", .text("jack"))
    try session.save()
    return try #require(session.cookie)
  }

  /// Whether a request that reads finds the session `second` seconds after the start, and what cookie it is given.
  func read(_ cookie: String, at second: Int64) throws -> (isThere: Bool, cookie: String?) {
    clock.now = epoch + second
    let session = open(cookie)
    let isThere = try session.value("user") != nil
    try session.save()
    return (isThere, session.cookie)
  }

  func isThere(_ cookie: String, at second: Int64) throws -> Bool {
    clock.now = epoch + second
    let session = open(cookie)
    session.isPassive = true
    return try session.value("user") != nil
  }
}
