// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import Backends
@testable import Sessions
@testable import Settings
@testable import Stores
@testable import StoresTesting
@testable import Support
@testable import Values

/// What is reported of answers that only a scripted store gives. What hosts see is tested through the package for Python.
@Suite struct ReportingTests {
  let store = ScriptedStore(over: MemoryStore())
  let told = Told()

  @Test func aWriteThatCameThroughUnansweredIsAnErrorOfTheStoreAndASave() throws {
    let (session, _) = try stored()
    store.script(.replace, .doneButUnanswered)
    try session.set("n", .integer(2))
    try session.save()
    #expect(told.take() == [.opened, .storeError(.unavailable), .saved])
  }

  @Test func aWriteThatNeverArrivedIsMadeAgainAndNotMerged() throws {
    let (session, _) = try stored()
    store.script(.replace, .replace(.unknown))
    try session.set("n", .integer(2))
    try session.save()
    #expect(told.take() == [.opened, .storeError(.unavailable), .saved])
  }

  @Test func whatOthersWroteIsMerged() throws {
    let (session, other) = try stored()
    try other.set("m", .integer(1))
    try other.save()
    try session.set("n", .integer(2))
    _ = told.take()
    try session.save()
    #expect(told.take() == [.merged, .saved])
  }

  @Test func othersWhoWriteUntilTheDeadlineAreAConflict() throws {
    let (session, _) = try stored(["SESSION_TIMEOUT": "0.05"])
    try session.set("n", .integer(2))
    _ = told.take()
    for _ in 0..<1000 { store.script(.replace, .replace(.changed(nil))) }
    #expect(throws: Failure.self) { try session.save() }
    #expect(told.take() == [.conflict])
  }

  @Test func aFirstSaveWhoseAnswerIsLostIsCountedOnce() throws {
    let manager = try manager()
    let session = manager.open("")
    try session.set("n", .integer(1))
    store.script(.create, .doneButUnanswered)
    try session.save()
    #expect(told.take() == [.storeError(.unavailable), .created])
    let text = String(decoding: manager.metrics, as: UTF8.self)
    #expect(text.contains("\nswiftsession_created_total 1\n"))
    #expect(text.contains("\nswiftsession_store_error_total{reason=\"UNAVAILABLE\"} 1\n"))
    #expect(text.contains("\nswiftsession_store_seconds_count{call=\"create\"} 2\n"))
  }

  @Test func aReasonThatIsNotUsualIsToldOnceItWasMet() throws {
    let manager = try manager()
    store.script(.ping, .failure(Failure(.config, "wrong")))
    #expect(!String(decoding: manager.metrics, as: UTF8.self).contains("CONFIG"))
    #expect(throws: Failure.self) { try manager.ping() }
    let text = String(decoding: manager.metrics, as: UTF8.self)
    #expect(text.contains("\nswiftsession_store_error_total{reason=\"CONFIG\"} 1\n"))
  }

  @Test(arguments: [(0, 0), (100_000, 0), (100_001, 1), (500_000, 1), (500_001, 2), (1_000_000, 2), (5_000_000_000, 9)])
  func aTimeIsInTheFirstBucketThatHoldsIt(_ nanoseconds: UInt64, _ bucket: Int) {
    #expect(TimeBucket.of(nanoseconds: nanoseconds) == bucket)
  }

  @Test func whatTookLongerThanAllLimitsIsInTheLastBucket() {
    #expect(TimeBucket.of(nanoseconds: 5_000_000_001) == TimeBucket.last)
    #expect(TimeBucket.of(nanoseconds: .max) == TimeBucket.last)
  }
}

/// Keeps what was told.
final class Told: Sendable {
  enum What: Equatable {
    case opened, created, saved, merged, conflict
    case storeError(Status)
    case other(EventKind)
  }

  private let events = Mutex<[What]>([])

  func note(_ event: Event) {
    let what: What =
      switch event.kind {
      case .opened: .opened
      case .created: .created
      case .saved: .saved
      case .merged: .merged
      case .conflict: .conflict
      case .storeError: .storeError(event.reason)
      default: .other(event.kind)
      }
    events.withLock { $0.append(what) }
  }

  func take() -> [What] {
    events.withLock { events in
      defer { events = [] }
      return events
    }
  }
}

extension ReportingTests {
  private func manager(_ settings: [Text: Text] = [:]) throws -> SessionManager {
    var all = Settings()
    try all.set("SESSION_TYPE", text: "memory")
    for (name, value) in settings { try all.set(name, text: value) }
    return try SessionManager.make(all, store: store, log: .silent) { [told] in told.note($0) }
  }

  /// A session that is stored, opened by two requests. The first has loaded it, and that is told.
  private func stored(_ settings: [Text: Text] = [:]) throws -> (Session, Session) {
    let manager = try manager(settings)
    let session = manager.open("")
    try session.set("n", .integer(1))
    try session.save()
    let cookie = try #require(session.cookie)
    let (first, second) = (manager.open(cookie), manager.open(cookie))
    _ = told.take()
    try first.load()
    return (first, second)
  }
}
