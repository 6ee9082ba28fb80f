// SPDX-License-Identifier: Apache-2.0
import Stores
import Support
import Testing

/// Each operation and each of its answers.
@Suite struct OperationTests {
  private let key: Text = "session:a"
  private let first = [UInt8]("first")
  private let second = [UInt8]("second")
  private let third = [UInt8]("third")

  @Test(arguments: StoreUnderTest.all)
  func nothingIsThereAtFirst(_ under: StoreUnderTest) throws {
    let store = try under.make().store
    try store.prepare(at())
    try store.prepare(at())
    try store.ping(at())
    #expect(try store.load(key, at()) == nil)
    #expect(try store.touch(key, timeToLive: 10, at()) == false)
    #expect(try store.replace(key, first, timeToLive: 10, token: .bytes(second), at()).isGone)
    #expect(try store.remove(key, token: .bytes(first), at()) == .gone)
    try store.remove(key, at())
    #expect(try store.load(key, at()) == nil)
    #expect(try store.sweep(limit: 10, at()) == false)
  }

  @Test(arguments: StoreUnderTest.all)
  func whatIsCreatedIsThere(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    guard case .created(let token) = try bed.store.create(key, first, timeToLive: 10, at()) else {
      Issue.record("not created")
      return
    }
    let loaded = try #require(try bed.other.load(key, at()))
    #expect(loaded.record == first)
    if let token { #expect(token == loaded.token) }
    #expect(try bed.store.record("session:b") == nil)
  }

  @Test(arguments: StoreUnderTest.all)
  func aRefreshReadsAndSetsTheFullTime(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    #expect(try bed.store.refresh(key, timeToLive: 10, at()) == nil)
    #expect(try bed.store.create(key, first, timeToLive: 10, at()).isCreated)
    let refreshed = try #require(try bed.store.refresh(key, timeToLive: 100, at()))
    #expect(refreshed.record == first)
    #expect(try bed.store.replace(key, second, timeToLive: 10, token: refreshed.token, at()).isReplaced)
    _ = try bed.other.refresh(key, timeToLive: 100, at())
    guard under.tellsRemaining else { return }
    let remaining = try #require(try bed.other.load(key, telling())?.remaining)
    #expect(90...100 ~= remaining)
  }

  @Test(arguments: StoreUnderTest.all)
  func createNeverOverwrites(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    #expect(try bed.store.create(key, first, timeToLive: 10, at()).isCreated)
    #expect(try bed.other.create(key, second, timeToLive: 10, at()).exists)
    #expect(try bed.store.create(key, first, timeToLive: 10, at()).exists)
    #expect(try bed.store.record(key) == first)
  }

  @Test(arguments: StoreUnderTest.all)
  func replaceComparesAndSets(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    #expect(try bed.store.create(key, first, timeToLive: 10, at()).isCreated)
    let token = try #require(try bed.store.token(key))
    let stale = try #require(try bed.other.token(key))
    guard case .replaced(let next) = try bed.store.replace(key, second, timeToLive: 10, token: token, at()) else {
      Issue.record("not replaced")
      return
    }
    guard case .changed(let there) = try bed.other.replace(key, third, timeToLive: 10, token: stale, at()) else {
      Issue.record("a stale token replaced")
      return
    }
    if let there {
      #expect(there.record == second)
      #expect(try bed.other.replace(key, third, timeToLive: 10, token: there.token, at()).isReplaced)
    } else {
      let newest = try #require(try next ?? bed.store.token(key))
      #expect(try bed.store.replace(key, third, timeToLive: 10, token: newest, at()).isReplaced)
    }
    #expect(try bed.store.record(key) == third)
  }

  @Test(arguments: StoreUnderTest.all)
  func theTokenOfAWriteServesTheNext(_ under: StoreUnderTest) throws {
    let store = try under.make().store
    var token: Token?
    if case .created(let made) = try store.create(key, [0], timeToLive: 10, at()) { token = made }
    for number in 1...20 {
      let last = try #require(try token ?? store.token(key))
      guard case .replaced(let next) = try store.replace(key, [UInt8(number)], timeToLive: 10, token: last, at()) else {
        Issue.record("write \(number) was refused")
        return
      }
      token = next
    }
    #expect(try store.record(key) == [20])
  }

  @Test(arguments: StoreUnderTest.all)
  func theSameBytesAgain(_ under: StoreUnderTest) throws {
    let store = try under.make().store
    #expect(try store.create(key, first, timeToLive: 10, at()).isCreated)
    let token = try #require(try store.token(key))
    #expect(try store.replace(key, first, timeToLive: 20, token: token, at()).isReplaced)
    #expect(try store.record(key) == first)
  }

  /// Equal bytes are an equal session; a store that counts writes may see the difference.
  @Test(arguments: StoreUnderTest.all)
  func thereAndBackAgain(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    #expect(try bed.store.create(key, first, timeToLive: 10, at()).isCreated)
    let old = try #require(try bed.store.token(key))
    let toSecond = try #require(try bed.other.token(key))
    #expect(try bed.other.replace(key, second, timeToLive: 10, token: toSecond, at()).isReplaced)
    let toFirst = try #require(try bed.other.token(key))
    #expect(try bed.other.replace(key, first, timeToLive: 10, token: toFirst, at()).isReplaced)
    let answer = try bed.store.replace(key, third, timeToLive: 10, token: old, at())
    if case .bytes = old {
      #expect(answer.isReplaced)
      #expect(try bed.store.record(key) == third)
    } else {
      #expect(answer.isChanged)
      #expect(try bed.store.record(key) == first)
    }
  }

  @Test(arguments: StoreUnderTest.all)
  func whatIsRemovedStaysAway(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    #expect(try bed.store.create(key, first, timeToLive: 10, at()).isCreated)
    let token = try #require(try bed.store.token(key))
    try bed.other.remove(key, at())
    try bed.other.remove(key, at())
    #expect(try bed.store.replace(key, second, timeToLive: 10, token: token, at()).isGone)
    #expect(try bed.store.touch(key, timeToLive: 10, at()) == false)
    #expect(try bed.store.remove(key, token: token, at()) == .gone)
    #expect(try bed.store.load(key, at()) == nil)
    #expect(try bed.store.create(key, third, timeToLive: 10, at()).isCreated)
    #expect(try bed.store.record(key) == third)
  }

  @Test(arguments: StoreUnderTest.all)
  func removeWithAToken(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    #expect(try bed.store.create(key, first, timeToLive: 10, at()).isCreated)
    let old = try #require(try bed.store.token(key))
    #expect(try bed.other.replace(key, second, timeToLive: 10, token: old, at()).isReplaced)
    #expect(try bed.store.remove(key, token: old, at()) == .changed)
    #expect(try bed.store.record(key) == second)
    let token = try #require(try bed.store.token(key))
    #expect(try bed.store.remove(key, token: token, at()) == .removed)
    #expect(try bed.other.load(key, at()) == nil)
    #expect(try bed.other.remove(key, token: token, at()) == .gone)
    #expect(try bed.other.create(key, third, timeToLive: 10, at()).isCreated)
  }

  @Test(arguments: StoreUnderTest.all)
  func touchLeavesTheRecord(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    #expect(try bed.store.create(key, first, timeToLive: 10, at()).isCreated)
    let token = try #require(try bed.store.token(key))
    #expect(try bed.other.touch(key, timeToLive: 10, at()))
    // Twice within a second: nothing changes, the record is there all the same.
    #expect(try bed.other.touch(key, timeToLive: 10, at()))
    #expect(try bed.store.record(key) == first)
    if case .bytes = token {
      #expect(try bed.store.replace(key, second, timeToLive: 10, token: token, at()).isReplaced)
    }
  }

  @Test(arguments: StoreUnderTest.all)
  func aTimeToLiveBelowOneSecond(_ under: StoreUnderTest) throws {
    let store = try under.make().store
    #expect(try store.create(key, first, timeToLive: 10, at()).isCreated)
    let token = try #require(try store.token(key))
    for seconds: Int64 in [0, -1, .min] {
      #expect(status { () throws(Failure) in _ = try store.create("b", first, timeToLive: seconds, at()) } == .argument)
      #expect(
        status { () throws(Failure) in _ = try store.replace(key, second, timeToLive: seconds, token: token, at()) }
          == .argument)
      #expect(status { () throws(Failure) in _ = try store.touch(key, timeToLive: seconds, at()) } == .argument)
    }
    #expect(try store.record(key) == first)
    #expect(try store.record("b") == nil)
  }
}
