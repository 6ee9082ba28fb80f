// SPDX-License-Identifier: Apache-2.0
import Foundation
import Stores
import Support
import Testing

/// Threads on one record. Processes and forks race in tests of the built library: a test process must not fork.
@Suite struct RaceTests {
  private let key: Text = "session:a"
  private static let threads = 8

  /// Runs the body in eight threads at once; the errors of all.
  private func race(_ body: @escaping @Sendable (Int) throws -> Void) -> [String] {
    let problems = Problems()
    DispatchQueue.concurrentPerform(iterations: RaceTests.threads) { thread in
      do { try body(thread) } catch { problems.add("\(error)") }
    }
    return problems.all
  }

  private final class Problems: @unchecked Sendable {
    private let lock = NSLock()
    private var texts: [String] = []
    func add(_ text: String) { lock.withLock { texts.append(text) } }
    var all: [String] { lock.withLock { texts } }
  }

  /// - Parameter padding: Redis alone compares large records in another way, where it takes more rounds to meet.
  @Test(arguments: StoreUnderTest.all, [0, 5_000])
  func noReplaceIsLost(_ under: StoreUnderTest, _ padding: Int) throws {
    guard padding == 0 || under.testDescription == "redis" else { return }
    let bed = try under.make()
    let padding = [UInt8](repeating: 7, count: padding)
    #expect(try bed.store.create(key, [0, 0] + padding, timeToLive: 100, at()).isCreated)
    let rounds = padding.isEmpty ? 50 : 300
    let problems = race { thread in
      let store = thread % 2 == 0 ? bed.store : bed.other
      for _ in 0..<rounds {
        var done = false
        while !done {
          guard let there = try store.load(key, at()) else { throw Failure(.gone, "the record is gone") }
          let sum = Int(there.record[0]) << 8 + Int(there.record[1]) + 1
          let next = [UInt8(sum >> 8), UInt8(sum & 0xFF)] + padding
          switch try store.replace(key, next, timeToLive: 100, token: there.token, at()) {
          case .replaced: done = true
          case .changed: continue
          case .gone, .unknown: throw Failure(.gone, "the record is gone")
          }
        }
      }
    }
    #expect(problems.isEmpty, "\(problems)")
    let sum = rounds * RaceTests.threads
    #expect(try bed.store.record(key) == [UInt8(sum >> 8), UInt8(sum & 0xFF)] + padding)
  }

  @Test(arguments: StoreUnderTest.all)
  func oneCreates(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    for round in 0..<20 {
      let name = Text("session:\(round)")
      let winners = Winners()
      let problems = race { thread in
        let store = thread % 2 == 0 ? bed.store : bed.other
        if try store.create(name, [UInt8(thread)], timeToLive: 100, at()).isCreated { winners.add(UInt8(thread)) }
      }
      #expect(problems.isEmpty, "\(problems)")
      #expect(winners.all.count == 1)
      #expect(try bed.store.record(name) == winners.all)
    }
  }

  @Test(arguments: StoreUnderTest.all)
  func oneRemoves(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    for _ in 0..<20 {
      #expect(try bed.store.create(key, [7], timeToLive: 100, at()).isCreated)
      let token = try #require(try bed.store.token(key))
      let winners = Winners()
      let problems = race { thread in
        let store = thread % 2 == 0 ? bed.store : bed.other
        if try store.remove(key, token: token, at()) == .removed { winners.add(UInt8(thread)) }
      }
      #expect(problems.isEmpty, "\(problems)")
      #expect(winners.all.count == 1)
      #expect(try bed.store.load(key, at()) == nil)
    }
  }

  /// A logout amid writers: nobody brings the record back.
  @Test(arguments: StoreUnderTest.all)
  func aRemovedRecordStaysRemoved(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    for round in 0..<10 {
      let name = Text("session:\(round)")
      #expect(try bed.store.create(name, [0], timeToLive: 100, at()).isCreated)
      let problems = race { thread in
        let store = thread % 2 == 0 ? bed.store : bed.other
        for number in 0..<20 {
          if thread == 0, number == 10 { try store.remove(name, at()) }
          if let there = try store.load(name, at()) {
            _ = try store.replace(name, [UInt8(thread), UInt8(number)], timeToLive: 100, token: there.token, at())
          }
          _ = try store.touch(name, timeToLive: 100, at())
        }
      }
      #expect(problems.isEmpty, "\(problems)")
      #expect(try bed.store.load(name, at()) == nil)
    }
  }

  private final class Winners: @unchecked Sendable {
    private let lock = NSLock()
    private var threads: [UInt8] = []
    func add(_ thread: UInt8) { lock.withLock { threads.append(thread) } }
    var all: [UInt8] { lock.withLock { threads } }
  }
}
