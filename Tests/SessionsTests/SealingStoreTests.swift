// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Backends
@testable import Records
@testable import Sessions
@testable import Settings
@testable import Stores
@testable import StoresTesting
@testable import Support

/// A store that seals what it keeps: the operations, and what somebody does who can write to the store below.
@Suite struct SealingStoreTests {
  private let key: Text = "session:an-id-of-a-session"
  private let below = MemoryStore()

  private func at(_ seconds: Int64, tells: Bool = false) -> Call {
    Call(now: 1_700_000_000 + seconds, deadline: .after(milliseconds: 5_000), tellsRemaining: tells)
  }

  private func store(_ settings: [String: String] = [:], over store: (any SessionStore)? = nil) throws -> SealingStore {
    var all = Settings()
    let defaults = [
      "SESSION_TYPE": "memory", "SESSION_RECORD_FORMAT": "sealed", "SECRET_KEY": "a key of thirty-two bytes or so.",
    ]
    for (name, value) in settings.merging(defaults, uniquingKeysWith: { given, _ in given }) where !value.isEmpty {
      try all.set(Text(name), text: Text(value))
    }
    return try #require(try SealingStore.make(store ?? below, all))
  }

  private func place(_ key: Text? = nil) throws -> Text {
    Text("session:" + (try SealedName.make(Text(String((key ?? self.key).string.dropFirst(8))))).string)
  }

  private func raw() throws -> [UInt8] { try #require(try below.load(try place(), at(0))?.record) }

  @Test func theStoreBelowHasNeitherIdNorValues() throws {
    let store = try store()
    _ = try store.create(key, Array("some values".utf8), timeToLive: 10, at(0))
    #expect(try store.load(key, at(0))?.record == Array("some values".utf8))
    #expect(try below.load(key, at(0)) == nil)
    let keys = try below.list("", after: [], limit: 9, at(0)).keys
    #expect(keys == [try place()])
    #expect(try !String(decoding: raw(), as: UTF8.self).contains("some"))
  }

  @Test func theOperations() throws {
    let store = try store()
    #expect(try store.load(key, at(0)) == nil)
    #expect(try !store.touch(key, timeToLive: 10, at(0)))
    guard case .gone = try store.replace(key, [1], timeToLive: 10, token: .bytes([1]), at(0)) else {
      Issue.record("not gone")
      return
    }
    #expect(try store.remove(key, token: .bytes([1]), at(0)) == .gone)
    guard case .created(let token?) = try store.create(key, [1], timeToLive: 10, at(0)),
      case .exists = try store.create(key, [2], timeToLive: 10, at(0)),
      case .replaced(let next?) = try store.replace(key, [2], timeToLive: 10, token: token, at(0)),
      case .changed(let there?) = try store.replace(key, [3], timeToLive: 10, token: token, at(0))
    else {
      Issue.record("not as a store answers")
      return
    }
    #expect(there.record == [2] && there.token == next)
    #expect(try store.remove(key, token: token, at(0)) == .changed)
    #expect(try store.remove(key, token: next, at(0)) == .removed)
    #expect(try store.load(key, at(0)) == nil)
    _ = try store.create(key, [4], timeToLive: 10, at(0))
    try store.remove(key, at(0))
    #expect(below.count == 0)
  }

  @Test func aTouchMovesTheEndThatIsSealedIn() throws {
    let store = try store()
    _ = try store.create(key, [1], timeToLive: 10, at(0))
    let before = try raw()
    let stale = try #require(try store.load(key, at(0))?.token)
    #expect(try store.touch(key, timeToLive: 10, at(9)))
    #expect(try raw() != before)
    #expect(try store.load(key, at(18, tells: true))?.remaining == 1)
    #expect(try store.load(key, at(19)) == nil)
    // A touch is a write: who read before it compares with what was there.
    guard case .changed(let newest?) = try store.replace(key, [2], timeToLive: 10, token: stale, at(9)) else {
      Issue.record("replaced")
      return
    }
    #expect(newest.record == [1])
    let refreshed = try #require(try store.refresh(key, timeToLive: 20, at(9, tells: true)))
    #expect(refreshed.record == [1] && refreshed.remaining == 20)
    guard case .replaced = try store.replace(key, [2], timeToLive: 10, token: refreshed.token, at(9)) else {
      Issue.record("not replaced")
      return
    }
  }

  @Test func aTouchBringsNothingBack() throws {
    let scripted = ScriptedStore(over: below)
    let store = try store(over: scripted)
    _ = try store.create(key, [1], timeToLive: 10, at(0))
    #expect(try !store.touch(key, timeToLive: 10, at(10)))
    let place = try place()
    scripted.script(.replace, .after { try? $0.remove(place, Call(now: 0, deadline: .never)) })
    #expect(try !store.touch(key, timeToLive: 10, at(0)))
    #expect(below.count == 0)
  }

  /// Who wrote it meanwhile has set its time, and a write that is not answered is looked at again.
  @Test func aTouchMeetsOthers() throws {
    let scripted = ScriptedStore(over: below)
    let store = try store(over: scripted)
    let other = try self.store()
    _ = try store.create(key, [1], timeToLive: 10, at(0))
    let (key, call) = (key, at(0))
    scripted.script(
      .replace,
      .after { _ in
        guard let stored = try? other.load(key, call) else { return }
        _ = try? other.replace(key, [2], timeToLive: 30, token: stored.token, call)
      })
    #expect(try store.refresh(key, timeToLive: 20, at(0))?.record == [2])
    #expect(try store.load(key, at(0, tells: true))?.remaining == 30)
    scripted.script(.replace, .doneButUnanswered)
    #expect(try store.touch(key, timeToLive: 40, at(0)))
    #expect(try store.load(key, at(0, tells: true))?.remaining == 40)
    scripted.script(.replace, .replace(.unknown))
    scripted.script(.replace, .replace(.unknown))
    #expect(throws: Failure.self) { try store.touch(key, timeToLive: 50, at(0)) }
    scripted.script(.replace, .replace(.changed(nil)))
    #expect(try store.touch(key, timeToLive: 50, at(0)))
  }

  @Test func whatIsPutBackAfterItsEndIsGone() throws {
    let store = try store()
    _ = try store.create(key, [1], timeToLive: 10, at(0))
    let kept = try raw()
    _ = try store.remove(key, at(0))
    _ = try below.create(try place(), kept, timeToLive: 1000, at(20))
    #expect(try store.load(key, at(9))?.record == [1])
    #expect(try store.load(key, at(10)) == nil)
    #expect(try store.refresh(key, timeToLive: 10, at(10)) == nil)
    guard case .gone = try store.replace(key, [2], timeToLive: 10, token: .bytes([1]), at(10)) else {
      Issue.record("not gone")
      return
    }
    // And makes room for another one.
    guard case .created = try store.create(key, [3], timeToLive: 10, at(10)) else {
      Issue.record("not created")
      return
    }
    #expect(try store.load(key, at(19))?.record == [3])
  }

  @Test func whatIsPutElsewhereDoesNotOpen() throws {
    let store = try store()
    let other: Text = "session:another-id-of-one"
    _ = try store.create(key, [1], timeToLive: 10, at(0))
    _ = try store.create(other, [2], timeToLive: 10, at(0))
    func put(_ record: [UInt8]) throws {
      let token = try #require(try below.load(try place(other), at(0))?.token)
      _ = try below.replace(try place(other), record, timeToLive: 10, token: token, at(0))
    }
    let foreign = MemoryStore()
    let elsewhere = try self.store(["SESSION_APPLICATION": "another"], over: foreign)
    _ = try elsewhere.create(other, [3], timeToLive: 10, at(0))
    let ofAnother = try #require(try foreign.load(try place(other), at(0))?.record)
    // MessagePack of {"a": 1}, as Flask-Session would write it.
    for record in [try raw(), ofAnother, [0x81, 0xA1, 0x61, 0x01], [0]] {
      try put(record)
      let stored = try #require(try store.load(other, at(0)))
      #expect(stored.record.isEmpty)
      #expect(try store.touch(other, timeToLive: 100, at(0)))
      #expect(try below.load(try place(other), at(0, tells: true))?.remaining == 10)
      // Who may overwrite it can.
      guard case .replaced = try store.replace(other, [4], timeToLive: 10, token: stored.token, at(0)) else {
        Issue.record("not replaced")
        return
      }
      #expect(try store.load(other, at(0))?.record == [4])
    }
  }

  @Test func aNewKeySealsWhatIsLookedAt() throws {
    let (new, old) = ("b key of thirty-two bytes or so.", "a key of thirty-two bytes or so.")
    let (before, after) = (try store(["SECRET_KEY": old]), try store(["SECRET_KEY": new]))
    let between = try store(["SECRET_KEY": new, "SECRET_KEY_FALLBACKS": "[\"\(old)\"]"])
    _ = try before.create(key, [1], timeToLive: 10, at(0))
    #expect(try after.load(key, at(0))?.record == [])
    let sealed = try raw()
    let loaded = try #require(try between.load(key, at(4, tells: true)))
    #expect(loaded.record == [1] && loaded.remaining == 6)
    #expect(try raw() != sealed)
    #expect(try after.load(key, at(9))?.record == [1])
    #expect(try after.load(key, at(10)) == nil)
    guard case .replaced = try between.replace(key, [2], timeToLive: 10, token: loaded.token, at(4)) else {
      Issue.record("the token is not of what is there")
      return
    }
    // Once: it is as it would be made now.
    let fresh = try raw()
    _ = try between.load(key, at(4))
    #expect(try raw() == fresh)
  }

  @Test func aNameTellsThatItIsThere() throws {
    let store = try store()
    let name = try place()
    #expect(try store.load(name, at(0)) == nil)
    _ = try store.create(key, [1], timeToLive: 10, at(0))
    let stored = try #require(try store.load(name, at(0, tells: true)))
    #expect(stored.record.isEmpty && stored.remaining == 10)
    #expect(try store.remove(name, token: .bytes([]), at(0)) == .changed)
    #expect(try store.remove(name, token: stored.token, at(0)) == .removed)
    _ = try store.create(key, [1], timeToLive: 10, at(0))
    try store.remove(name, at(0))
    #expect(try store.load(key, at(0)) == nil)
  }

  @Test func limitsAreThoseOfTheStoreBelow() throws {
    let store = try store(over: MemoryStore(largestRecord: 1000))
    #expect(store.largestRecord == 1000 - SealedRecord.overhead)
    _ = try store.create(key, [UInt8](repeating: 1, count: 1000 - SealedRecord.overhead), timeToLive: 10, at(0))
    #expect(throws: Failure.self) {
      try store.create("session:b", [UInt8](repeating: 1, count: 1001 - SealedRecord.overhead), timeToLive: 10, at(0))
    }
    #expect(throws: Failure.self) { try store.touch(key, timeToLive: 0, at(0)) }
    #expect(throws: Failure.self) { try store.list("", after: [], limit: 9, at(0)) }
    #expect(throws: Failure.self) { try self.store(["SESSION_KEY_PREFIX": String(repeating: "k", count: 206)]) }
    #expect(throws: Never.self) { try self.store(["SESSION_KEY_PREFIX": String(repeating: "k", count: 205)]) }
  }

  @Test func itTakesAKeyThatIsLongEnough() throws {
    for key in ["", "thirty-one bytes are not enough"] {
      #expect(throws: Failure.self) { try store(["SECRET_KEY": key]) }
    }
    // A fallback does not stand in.
    #expect(throws: Failure.self) {
      try store(["SECRET_KEY": "short", "SECRET_KEY_FALLBACKS": "[\"a key of thirty-two bytes or so.\"]"])
    }
    #expect(try SealingStore.make(below, Settings()) == nil)
  }
}
