// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Backends
@testable import Records
@testable import Sessions
@testable import Settings
@testable import Stores
@testable import StoresTesting
@testable import Support
@testable import Values

/// A session that moves, and what may happen at each step of that: nobody is lost, and nobody comes back.
@Suite struct MigrationTests {
  /// What moves it, and between which formats.
  struct Mover: Sendable, CustomTestStringConvertible {
    enum Kind { case request, unread, bulk }

    let kind: Kind
    let formats: Fleet.Formats

    var testDescription: String { "\(kind), \(formats.old ? "sealed" : "open") to \(formats.new ? "sealed" : "open")" }

    /// Sealed records do not tell their ids, and so none moves in bulk.
    static var allCases: [Mover] {
      [false, true].flatMap { old in
        [false, true].flatMap { new in
          (old ? [Kind.request, .unread] : [.request, .unread, .bulk]).map {
            Mover(kind: $0, formats: Fleet.Formats(old: old, new: new))
          }
        }
      }
    }
  }

  private func move(_ cookie: String, by mover: Mover.Kind, _ manager: SessionManager) throws(Failure) {
    switch mover {
    case .request: _ = try manager.open(cookie).value("a")
    case .unread: try manager.open(cookie).save()
    case .bulk:
      var progress = MigrationProgress()
      while try manager.migrate(&progress, limit: 10) {}
    }
  }

  /// Runs a move once for each of its steps, with an event before that one.
  private func atEachStep(
    _ mover: Mover, user: Text? = nil, _ event: (Fleet, String) -> SteppedStore.Event,
    _ check: (Fleet, String, Int) -> Void
  ) throws {
    for number in 1..<100 {
      let fleet = try Fleet(mover.formats)
      let cookie = try fleet.start(user: user)
      let steps = SteppedStore.Steps(number, event(fleet, cookie))
      let manager = try fleet.mover(steps)
      try? move(cookie, by: mover.kind, manager)
      guard steps.hasHappened else {
        #expect(number > 6)
        return
      }
      check(fleet, cookie, number)
    }
    Issue.record("the move has no end")
  }

  // MARK: - Moving

  @Test(arguments: Mover.allCases)
  func aSessionMoves(_ mover: Mover) throws {
    let fleet = try Fleet(mover.formats)
    let cookie = try fleet.start()
    try move(cookie, by: mover.kind, fleet.beside)
    #expect(fleet.alive(cookie) == [0, 1])
    #expect(fleet.old.count == 0)
    #expect(fleet.value("a", cookie) == 1)
    #expect(fleet.value("a", cookie, fleet.former) == nil)
    let key = Text("new:" + Fleet.id(cookie))
    #expect((try fleet.new.load(key, fleet.call) == nil) == mover.formats.new)
    let record = try #require(try fleet.newView.load(key, fleet.call)?.record)
    #expect(record.starts(with: Array(#"{"_permanent":true,"a":1"#.utf8)))
  }

  @Test(arguments: Mover.allCases)
  func itKeepsItsTime(_ mover: Mover) throws {
    let fleet = try Fleet(mover.formats)
    let cookie = try fleet.start()
    fleet.clock.now += 86_400
    try move(cookie, by: mover.kind, fleet.beside)
    let telling = Call(now: fleet.clock.now, deadline: .never, tellsRemaining: true)
    let days: Int64 = mover.kind == .unread ? 31 : 30
    #expect(try fleet.newView.load(Text("new:" + Fleet.id(cookie)), telling)?.remaining == days * 86_400)
  }

  @Test func nothingMovesFromItsTimeOn() throws {
    let fleet = try Fleet()
    let cookie = try fleet.start()
    fleet.clock.now = 1_701_388_799
    #expect(fleet.value("a", try fleet.start()) == 1)
    fleet.clock.now += 1
    #expect(fleet.value("a", cookie) == nil)
    #expect(try fleet.live(fleet.old) == 1)
    #expect(throws: Failure.self) { try move(cookie, by: .bulk, fleet.beside) }
  }

  @Test func whatCannotBeReadStaysWhereItIs() throws {
    let fleet = try Fleet()
    _ = try fleet.old.create("old:unreadable", [1, 2, 3], timeToLive: 1000, fleet.call)
    _ = try fleet.old.create("old:no session of ours", [1, 2, 3], timeToLive: 1000, fleet.call)
    let session = fleet.beside.open("session=unreadable")
    #expect(try session.value("a") == nil)
    #expect(session.origin == .malformed)
    var progress = MigrationProgress()
    #expect(try !fleet.beside.migrate(&progress, limit: 10))
    #expect(progress.unreadable == 1 && progress.moved == 0 && progress.skipped == 0)
    #expect(fleet.old.count == 2 && fleet.new.count == 0)
  }

  @Test func aBulkCountsWhatItDid() throws {
    let fleet = try Fleet()
    let cookies = try (0..<25).map { _ in try fleet.start() }
    _ = try fleet.start(user: "jack")
    for cookie in cookies[..<5] { #expect(fleet.value("a", cookie) == 1) }
    var progress = MigrationProgress()
    var calls = 1
    while try fleet.beside.migrate(&progress, limit: 4) { calls += 1 }
    // With the record of the user.
    #expect(progress.moved == 22 && progress.skipped == 0 && calls == 6)
    for cookie in cookies { #expect(fleet.value("a", cookie) == 1) }
    #expect(fleet.old.count == 0)
  }

  @Test(arguments: Mover.allCases)
  func aUserComesAlong(_ mover: Mover) throws {
    let fleet = try Fleet(mover.formats)
    let cookie = try fleet.start(user: "jack")
    try move(cookie, by: mover.kind, fleet.beside)
    #expect(try fleet.beside.open(cookie).user() == "jack")
    #expect(try fleet.beside.sessions(of: "jack", current: nil).count == 1)
    try fleet.beside.endSessions(of: "jack")
    #expect(fleet.value("a", cookie) == nil)
  }

  // MARK: - Ending

  @Test(arguments: Mover.allCases)
  func whatEndsOnANewServerHasEnded(_ mover: Mover) throws {
    try atEachStep(mover) { fleet, cookie in
      .before { try? fleet.end(cookie, fleet.beside) }
    } _: { fleet, cookie, step in
      #expect(fleet.value("a", cookie) == nil, "step \(step)")
      #expect(fleet.alive(cookie) == [0, 0] && fleet.new.count == 0, "step \(step)")
    }
  }

  @Test(arguments: Mover.allCases)
  func whatEndsOnAnOldServerHasEnded(_ mover: Mover) throws {
    try atEachStep(mover) { fleet, cookie in
      .before { fleet.remove(cookie) }
    } _: { fleet, cookie, step in
      // From then on it is in the new store alone, and requests there use it.
      guard mover.kind == .bulk ? step <= 7 : step <= 6 else { return }
      #expect(fleet.value("a", cookie) == nil, "step \(step)")
      #expect(fleet.alive(cookie) == [0, 0] && fleet.new.count == 0, "step \(step)")
    }
  }

  @Test(arguments: Mover.allCases)
  func allSessionsOfAUserEndMeanwhile(_ mover: Mover) throws {
    try atEachStep(mover, user: "jack") { fleet, cookie in
      .before { try? fleet.beside.endSessions(of: "jack") }
    } _: { fleet, cookie, step in
      #expect(fleet.value("a", cookie) == nil, "step \(step)")
    }
  }

  @Test(arguments: Mover.allCases)
  func whatIsLeftOfAMoveEndsToo(_ mover: Mover) throws {
    try atEachStep(mover) { _, _ in
      .end
    } _: { fleet, cookie, step in
      try? fleet.end(cookie, fleet.beside)
      #expect(fleet.value("a", cookie) == nil, "step \(step)")
      #expect(fleet.alive(cookie) == [0, 0] && fleet.new.count == 0, "step \(step)")
    }
  }

  @Test func whatMovesWhileItEndsHasEnded() throws {
    for number in 1..<4 {
      let fleet = try Fleet()
      let cookie = try fleet.start()
      let steps = SteppedStore.Steps(number, .before { _ = fleet.value("a", cookie) })
      try fleet.end(cookie, fleet.mover(steps))
      #expect(steps.hasHappened == (number < 3))
      #expect(fleet.value("a", cookie) == nil, "step \(number)")
      #expect(fleet.alive(cookie) == [0, 0], "step \(number)")
    }
  }

  @Test func whatEndsWhileAnotherGoesOnHasEnded() throws {
    for left in 2..<7 {
      for number in 1..<10 {
        let fleet = try Fleet()
        let cookie = try fleet.start()
        try? move(cookie, by: .request, fleet.mover(SteppedStore.Steps(left, .end)))
        let steps = SteppedStore.Steps(number, .before { try? fleet.end(cookie, fleet.beside) })
        try? move(cookie, by: .request, fleet.mover(steps))
        guard steps.hasHappened else { break }
        #expect(fleet.value("a", cookie) == nil, "steps \(left) and \(number)")
        #expect(fleet.alive(cookie) == [0, 0], "steps \(left) and \(number)")
      }
    }
  }

  // MARK: - Losing nobody

  @Test(arguments: Mover.allCases)
  func anotherServerGoesOnWithAMoveThatEnded(_ mover: Mover) throws {
    try atEachStep(mover) { _, _ in
      .end
    } _: { fleet, cookie, step in
      #expect(fleet.value("a", cookie) == 1, "step \(step)")
      #expect(fleet.alive(cookie) == [0, 1], "step \(step)")
    }
  }

  @Test(arguments: Mover.allCases)
  func anAnswerThatIsLostLosesNobody(_ mover: Mover) throws {
    try atEachStep(mover) { _, _ in
      .unanswered
    } _: { fleet, cookie, step in
      #expect(fleet.value("a", cookie) == 1, "step \(step)")
      #expect(fleet.alive(cookie) == [0, 1], "step \(step)")
    }
  }

  @Test(arguments: Mover.allCases)
  func twoServersMoveOneSession(_ mover: Mover) throws {
    try atEachStep(mover) { fleet, cookie in
      .before { #expect(throws: Never.self) { try fleet.write("b", cookie, fleet.beside) } }
    } _: { fleet, cookie, step in
      #expect(fleet.value("a", cookie) == 1 && fleet.value("b", cookie) == 2, "step \(step)")
      #expect(fleet.alive(cookie) == [0, 1], "step \(step)")
    }
  }

  @Test(arguments: Mover.allCases)
  func whatAnOldServerSavedIsThere(_ mover: Mover) throws {
    try atEachStep(mover) { fleet, cookie in
      .before {
        do throws(Failure) { try fleet.write("b", cookie, fleet.former) } catch { try? fleet.former.refuse(fleet) }
      }
    } _: { fleet, cookie, step in
      #expect(fleet.value("a", cookie) == 1, "step \(step)")
      let wasRefused = (try? fleet.old.load("refused", fleet.call)) != nil
      #expect(fleet.value("b", cookie) == (wasRefused ? nil : 2), "step \(step)")
    }
  }

  @Test func threadsMoveOneSession() throws {
    for _ in 0..<50 {
      let fleet = try Fleet()
      let cookie = try fleet.start()
      let isThere = Results()
      DispatchQueue.concurrentPerform(iterations: 8) { number in
        let session = fleet.beside.open(cookie)
        let wasThere = (try? session.value("a")) != nil
        _ = try? session.set(Text("\(number)"), .integer(2))
        let isSaved = (try? session.save()) != nil
        isThere.add(wasThere && isSaved)
      }
      #expect(isThere.all == Array(repeating: true, count: 8))
      for number in 0..<8 { #expect(fleet.value(Text("\(number)"), cookie) == 2) }
      #expect(fleet.old.count == 0 && fleet.new.count == 1)
    }
  }

  private final class Results: @unchecked Sendable {
    private let lock = NSLock()
    private var results: [Bool] = []
    func add(_ result: Bool) { lock.withLock { results.append(result) } }
    var all: [Bool] { lock.withLock { results } }
  }
}

extension SessionManager {
  /// Notes that an old server was told that it saved nothing.
  fileprivate func refuse(_ fleet: Fleet) throws(Failure) {
    _ = try fleet.old.create("refused", [1], timeToLive: 1000, fleet.call)
  }
}
