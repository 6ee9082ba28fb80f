// SPDX-License-Identifier: Apache-2.0
import Foundation
import Stores
import Support
import Testing

@Suite struct ConnectionPoolTests {
  private final class Fake: PooledConnection, @unchecked Sendable {
    let number: Int
    var isReusable = true
    var stands = true
    private(set) var isClosed = false
    private(set) var isAbandoned = false

    init(_ number: Int) {
      self.number = number
    }

    func isAlive() -> Bool { stands }
    func close() { isClosed = true }
    func abandon() { isAbandoned = true }
  }

  private final class Counter: @unchecked Sendable {
    var opened: [Fake] = []
    func open() -> Fake {
      let fake = Fake(opened.count)
      opened.append(fake)
      return fake
    }
  }

  private let counter = Counter()

  @Test func theOneUsedLastComesFirst() throws {
    let pool = ConnectionPool<Fake>(size: 3)
    try pool.use(.never, open: counter.open) { (first) throws(Failure) in
      try pool.use(.never, open: counter.open) { (second) throws(Failure) in #expect(second !== first) }
    }
    let number = try pool.use(.never, open: counter.open) { (fake) throws(Failure) in fake.number }
    #expect(number == 0)
    #expect(counter.opened.count == 2)
  }

  @Test func noMoreThanItsSize() throws {
    let pool = ConnectionPool<Fake>(size: 1)
    try pool.use(.never, open: counter.open) { (_) throws(Failure) in
      let start = Date()
      #expect(
        status { () throws(Failure) in
          try pool.use(.after(milliseconds: 30), open: counter.open) { (_) throws(Failure) in }
        } == .timeout)
      #expect(Date().timeIntervalSince(start) >= 0.029)
    }
    try pool.use(.after(milliseconds: 0), open: counter.open) { (_) throws(Failure) in }
    #expect(counter.opened.count == 1)
  }

  @Test func oneThatCannotBeUsedAgainIsClosed() throws {
    let pool = ConnectionPool<Fake>(size: 1)
    try pool.use(.never, open: counter.open) { (fake) throws(Failure) in fake.isReusable = false }
    #expect(counter.opened[0].isClosed)
    try pool.use(.never, open: counter.open) { (_) throws(Failure) in }
    counter.opened[1].stands = false
    let number = try pool.use(.never, open: counter.open) { (fake) throws(Failure) in fake.number }
    #expect(number == 2)
    #expect(counter.opened[1].isClosed)
  }

  @Test func oneThatWasIdleForTooLongIsClosed() throws {
    let pool = ConnectionPool<Fake>(size: 2, idleTime: 0)
    try pool.use(.never, open: counter.open) { (_) throws(Failure) in }
    try pool.use(.never, open: counter.open) { (fake) throws(Failure) in #expect(fake.number == 1) }
    #expect(counter.opened[0].isClosed)
  }

  /// After a rush: the ones below are not asked for any more.
  @Test func thoseThatARushLeftAreClosed() throws {
    let pool = ConnectionPool<Fake>(size: 2, idleTime: 60)
    try pool.use(.never, open: counter.open) { (_) throws(Failure) in
      try pool.use(.never, open: counter.open) { (_) throws(Failure) in }
    }
    // 1 was given back first and lies below 0.
    let end = Date() + 5
    while !counter.opened[1].isClosed, Date() < end {
      try pool.use(.never, open: counter.open) { (_) throws(Failure) in }
      usleep(1_000)
    }
    #expect(counter.opened[1].isClosed && !counter.opened[0].isClosed)
    #expect(counter.opened.count == 2)
  }

  @Test func aFailureGivesTheTurnBack() throws {
    let pool = ConnectionPool<Fake>(size: 1)
    for _ in 0..<3 {
      let opening = status { () throws(Failure) in
        try pool.use(.after(milliseconds: 0), open: { () throws(Failure) in throw Failure(.unavailable, "") }) {
          (_: Fake) throws(Failure) in
        }
      }
      #expect(opening == .unavailable)
    }
    for _ in 0..<3 {
      let running = status { () throws(Failure) in
        try pool.use(.after(milliseconds: 0), open: counter.open) { (_) throws(Failure) in throw Failure(.backend, "") }
      }
      #expect(running == .backend)
    }
    #expect(counter.opened.count == 1)
  }

  @Test func whoWaitsIsServed() throws {
    let pool = ConnectionPool<Fake>(size: 2)
    let counter = NSLock()
    nonisolated(unsafe) var done = 0
    nonisolated(unsafe) var most = 0
    nonisolated(unsafe) var now = 0
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      for _ in 0..<200 {
        try? pool.use(.never, open: { Fake(0) }) { (_) throws(Failure) in
          counter.withLock {
            now += 1
            most = max(most, now)
          }
          counter.withLock {
            now -= 1
            done += 1
          }
        }
      }
    }
    #expect(done == 1600)
    #expect(most <= 2)
  }

  /// What the hooks do, without a fork.
  @Test func aChildAbandonsWhatTheParentKeeps() throws {
    let pool = ConnectionPool<Fake>(size: 2)
    try pool.use(.never, open: counter.open) { (_) throws(Failure) in }
    pool.prepareForFork()
    pool.forkedAsParent()
    #expect(try pool.use(.never, open: counter.open) { (fake) throws(Failure) in fake.number } == 0)
    pool.prepareForFork()
    pool.forkedAsChild()
    #expect(counter.opened[0].isAbandoned && !counter.opened[0].isClosed)
    #expect(try pool.use(.never, open: counter.open) { (fake) throws(Failure) in fake.number } == 1)
  }

  @Test func aForkWaitsForTheCallsThatRun() throws {
    let pool = ConnectionPool<Fake>(size: 2, closesBeforeFork: true)
    try pool.use(.never, open: counter.open) { (_) throws(Failure) in }
    let isRunning = DispatchSemaphore(value: 0)
    let mayEnd = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var ended = false
    let thread = Thread { [counter] in
      try? pool.use(.never, open: counter.open) { (_) throws(Failure) in
        isRunning.signal()
        mayEnd.wait()
        ended = true
      }
    }
    thread.start()
    isRunning.wait()
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.05) { mayEnd.signal() }
    pool.prepareForFork()
    #expect(ended)
    #expect(counter.opened[0].isClosed && counter.opened.count == 1)
    pool.forkedAsParent()
    #expect(try pool.use(.never, open: counter.open) { (fake) throws(Failure) in fake.number } == 1)
  }
}
