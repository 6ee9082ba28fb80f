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

/// Servers of an application whose sessions move: an old one, a new one that moves them, and one beside it.
struct Fleet: @unchecked Sendable {
  /// Whether records are sealed.
  struct Formats: Sendable {
    var old = false
    var new = false
  }

  let old = MemoryStore()
  let new = MemoryStore()
  let formats: Formats
  /// The stores as their servers see them.
  let oldView: any SessionStore
  let newView: any SessionStore
  /// As servers were before.
  let former: SessionManager
  let beside: SessionManager
  let clock = FakeClock(1_700_000_000)

  init(_ formats: Formats = Formats()) throws {
    self.formats = formats
    var settings = try Fleet.settings(["SESSION_KEY_PREFIX": "old:"])
    if formats.old { try settings.set("SESSION_RECORD_FORMAT", text: "sealed") }
    let moving = try Fleet.moving(formats)
    oldView = try SealingStore.make(old, settings) ?? old
    newView = try SealingStore.make(new, moving) ?? new
    former = try SessionManager.make(settings, store: old, log: .silent)
    beside = try SessionManager.make(moving, store: new, from: old, log: .silent)
    former.clock = clock.clock
    beside.clock = clock.clock
  }

  /// A new server before one of whose operations something happens.
  func mover(_ steps: SteppedStore.Steps) throws -> SessionManager {
    let manager = try SessionManager.make(
      Fleet.moving(formats), store: SteppedStore(new, steps), from: SteppedStore(old, steps), log: .silent)
    manager.clock = clock.clock
    return manager
  }

  static func moving(_ formats: Formats) throws -> Settings {
    try settings([
      "SESSION_KEY_PREFIX": "new:", "SESSION_MIGRATE_KEY_PREFIX": "old:", "SESSION_MIGRATE_FROM": "sqlite",
      "SESSION_MIGRATE_UNTIL": "2023-12-01T00:00:00Z", "SESSION_SERIALIZATION_FORMAT": "json",
      "SESSION_RECORD_FORMAT": formats.new ? "sealed" : "flask-session",
      "SESSION_MIGRATE_RECORD_FORMAT": formats.old ? "sealed" : "flask-session",
    ])
  }

  static func settings(_ more: [String: String]) throws -> Settings {
    var settings = Settings()
    try settings.set("SESSION_TYPE", text: "memory")
    try settings.set("SECRET_KEY", text: "a key of thirty-two bytes or so.")
    for (name, value) in more { try settings.set(Text(name), text: Text(value)) }
    return settings
  }

  /// A session of the old server, with `a` in it.
  func start(user: Text? = nil) throws -> String {
    let session = former.open("")
    try session.set("a", .integer(1))
    if let user { try session.logIn(user, label: "") }
    try session.save()
    return try #require(session.cookie)
  }

  func value(_ key: Text, _ cookie: String, _ manager: SessionManager? = nil) -> Int64? {
    let value = try? (manager ?? beside).open(cookie).value(key)
    return try? value?.integer
  }

  func write(_ key: Text, _ cookie: String, _ manager: SessionManager) throws(Failure) {
    let session = manager.open(cookie)
    guard try session.value("a") != nil else { throw Failure(.notFound, "") }
    try session.set(key, .integer(2))
    try session.save()
  }

  func end(_ cookie: String, _ manager: SessionManager) throws(Failure) {
    let session = manager.open(cookie)
    try session.destroy()
    try session.save()
  }

  /// As Flask-Session does it.
  func remove(_ cookie: String) {
    try? oldView.remove(Text("old:" + Fleet.id(cookie)), call)
  }

  var call: Call { Call(now: clock.now, deadline: .never) }

  static func id(_ cookie: String) -> Substring { cookie.dropFirst("session=".count) }

  /// How many sessions and users the old store has, and the new one; where it is sealed, whether it has this session.
  func alive(_ cookie: String) -> [Int] {
    [
      (try? formats.old ? live(oldView, Text("old:" + Fleet.id(cookie))) : live(old)) ?? -1,
      (try? formats.new ? live(newView, Text("new:" + Fleet.id(cookie))) : live(new)) ?? -1,
    ]
  }

  private func live(_ view: any SessionStore, _ key: Text) throws -> Int {
    guard let record = try view.load(key, call)?.record else { return 0 }
    return !MoveMark.isPlace(record) && MoveMark.record(leaving: record) == nil ? 1 : 0
  }

  /// How many records a store has that are more than a mark of a move.
  func live(_ store: MemoryStore) throws -> Int {
    try store.list("", after: [], limit: 1000, call).keys.filter { key in
      guard let record = try store.load(key, call)?.record else { return false }
      return !MoveMark.isPlace(record) && MoveMark.record(leaving: record) == nil
    }.count
  }
}
