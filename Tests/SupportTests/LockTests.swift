// SPDX-License-Identifier: Apache-2.0
import CSupport
import Foundation
import Testing

@testable import Support

@Suite struct LockTests {
  /// As the library uses it: in an object.
  private final class Guarded: @unchecked Sendable {
    let lock = Lock()
    var number = 0
  }

  @Test func oneAtATime() {
    let guarded = Guarded()
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      for _ in 0..<10_000 { guarded.lock.holding { guarded.number += 1 } }
    }
    #expect(guarded.number == 80_000)
  }

  @Test func aFailureLetsGo() {
    let guarded = Guarded()
    for _ in 0..<2 {
      #expect(throws: Failure.self) {
        try guarded.lock.holding { () throws(Failure) in throw Failure(.gone, "") }
      }
    }
  }

  @Test func waitingEndsAtItsTime() {
    let guarded = Guarded()
    let start = csupport_monotonic_clock()
    guarded.lock.holding {
      while guarded.lock.wait(until: start + 30) {}
    }
    let elapsed = csupport_monotonic_clock() - start
    #expect(elapsed >= 30 && elapsed < 10_000)
  }

  @Test func waitingEndsWithASignal() {
    let guarded = Guarded()
    let thread = Thread {
      guarded.lock.holding {
        guarded.number = 1
        guarded.lock.broadcast()
      }
    }
    guarded.lock.holding {
      thread.start()
      while guarded.number == 0 { _ = guarded.lock.wait(until: .max) }
    }
    #expect(guarded.number == 1)
  }

  @Test func aResetLockIsFree() {
    let guarded = Guarded()
    guarded.lock.take()
    guarded.lock.reset()
    guarded.lock.holding { guarded.number = 1 }
    #expect(guarded.number == 1)
  }
}
