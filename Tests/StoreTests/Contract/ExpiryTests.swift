// SPDX-License-Identifier: Apache-2.0
import Stores
import Support
import Testing

/// The second in which a record ends.
@Suite struct ExpiryTests {
  private let key: Text = "session:a"

  private func made(_ under: StoreUnderTest, timeToLive: Int64 = 20) throws -> Bed {
    let bed = try under.make()
    #expect(try bed.store.create(key, [1], timeToLive: timeToLive, at()).isCreated)
    return bed
  }

  @Test(arguments: StoreUnderTest.ofOurTime)
  func aRecordEndsInItsSecond(_ under: StoreUnderTest) throws {
    let bed = try made(under)
    #expect(try bed.other.record(key, at(0)) == [1])
    #expect(try bed.other.record(key, at(19)) == [1])
    #expect(try bed.other.record(key, at(20)) == nil)
    #expect(try bed.other.record(key, at(21)) == nil)
    // Whose clock is behind still sees it: loading removes nothing.
    #expect(try bed.other.record(key, at(19)) == [1])
  }

  @Test(arguments: StoreUnderTest.ofOurTime, [Int64(19), 20, 21])
  func noOperationSeesADeadRecord(_ under: StoreUnderTest, _ second: Int64) throws {
    let lives = second < 20
    func bed() throws -> any SessionStore { try made(under).store }
    #expect(try bed().touch(key, timeToLive: 5, at(second)) == lives)
    #expect(try bed().create(key, [2], timeToLive: 5, at(second)).exists == lives)
    let replacement = try bed().replace(key, [2], timeToLive: 5, token: .bytes([1]), at(second))
    #expect(replacement.isReplaced == lives && replacement.isGone == !lives)
    let stale = try bed().replace(key, [2], timeToLive: 5, token: .bytes([9]), at(second))
    #expect(stale.isChanged == lives && stale.isGone == !lives)
    #expect(try bed().remove(key, token: .bytes([1]), at(second)) == (lives ? .removed : .gone))
    #expect(try bed().remove(key, token: .bytes([9]), at(second)) == (lives ? .changed : .gone))
  }

  @Test(arguments: StoreUnderTest.ofOurTime)
  func aDeadRecordMakesRoom(_ under: StoreUnderTest) throws {
    let bed = try made(under)
    #expect(try bed.store.create(key, [2], timeToLive: 20, at(20)).isCreated)
    #expect(try bed.other.record(key, at(39)) == [2])
    #expect(try bed.other.record(key, at(40)) == nil)
  }

  @Test(arguments: StoreUnderTest.ofOurTime)
  func touchAndReplaceSetTheFullTime(_ under: StoreUnderTest) throws {
    let bed = try made(under)
    #expect(try bed.store.touch(key, timeToLive: 20, at(10)))
    #expect(try bed.store.record(key, at(29)) == [1])
    #expect(try bed.store.record(key, at(30)) == nil)
    #expect(try bed.store.replace(key, [2], timeToLive: 20, token: .bytes([1]), at(15)).isReplaced)
    #expect(try bed.store.record(key, at(34)) == [2])
    #expect(try bed.store.record(key, at(35)) == nil)
    // A shorter one counts as well.
    #expect(try bed.store.touch(key, timeToLive: 1, at(16)))
    #expect(try bed.store.record(key, at(16)) == [2])
    #expect(try bed.store.record(key, at(17)) == nil)
  }

  @Test(arguments: StoreUnderTest.ofOurTime)
  func whatIsDoneToARecordIsDoneToNoOther(_ under: StoreUnderTest) throws {
    let bed = try made(under)
    #expect(try bed.store.create("session:b", [1], timeToLive: 20, at()).isCreated)
    #expect(try bed.store.touch(key, timeToLive: 40, at()))
    #expect(try bed.store.refresh(key, timeToLive: 40, at())?.record == [1])
    #expect(try bed.store.replace(key, [2], timeToLive: 40, token: .bytes([1]), at()).isReplaced)
    #expect(try bed.other.record("session:b", at(19)) == [1])
    #expect(try bed.other.record("session:b", at(20)) == nil)
    #expect(try bed.store.remove(key, token: .bytes([2]), at()) == .removed)
    #expect(try bed.other.record("session:b", at(19)) == [1])
  }

  @Test(arguments: StoreUnderTest.ofOurTime)
  func aRecordSaysHowLongItHasStill(_ under: StoreUnderTest) throws {
    guard under.tellsRemaining else { return }
    let bed = try made(under)
    #expect(try bed.other.load(key, telling(0))?.remaining == 20)
    #expect(try bed.other.load(key, telling(19))?.remaining == 1)
    #expect(try bed.other.load(key, telling(-5))?.remaining == 25)
    #expect(try bed.other.load(key, telling(20)) == nil)
  }

  @Test(arguments: StoreUnderTest.ofOurTime)
  func theEndsOfTime(_ under: StoreUnderTest) throws {
    let bed = try made(under, timeToLive: .max)
    #expect(try bed.other.record(key, at(min(4_000_000_000, under.endOfTime - epoch - 2))) == [1])
    let early = Call(now: -5_000_000_000, deadline: .never)
    #expect(try bed.store.create("early", [2], timeToLive: 10, early).isCreated)
    #expect(try bed.store.record("early", early) == [2])
    #expect(try bed.store.record("early", at()) == nil)
  }

  @Test(arguments: StoreUnderTest.ofOurTime)
  func aSweepTakesTheDeadInBatches(_ under: StoreUnderTest) throws {
    let store = try under.make().store
    for number in 0..<25 {
      #expect(try store.create(Text("dead\(number)"), [1], timeToLive: 10, at()).isCreated)
      #expect(try store.create(Text("live\(number)"), [1], timeToLive: 20, at()).isCreated)
    }
    var rounds = 1
    while try store.sweep(limit: 10, at(10)) { rounds += 1 }
    #expect(rounds >= 3 && rounds <= 6)
    for number in 0..<25 {
      // By a clock that is behind, so that only the sweep can have taken them.
      #expect(try store.record(Text("dead\(number)"), at(5)) == nil)
      #expect(try store.record(Text("live\(number)"), at(10)) == [1])
    }
    _ = try store.sweep(limit: 0, at(30))
    #expect(try store.record("live3", at(10)) == [1])
  }
}
