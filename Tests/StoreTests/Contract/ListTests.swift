// SPDX-License-Identifier: Apache-2.0
import Stores
import Support
import Testing

/// Listing keys in batches.
@Suite struct ListTests {
  private func all(_ store: any SessionStore, limit: Int, between: () throws -> Void = {}) throws -> [Text] {
    var keys: [Text] = []
    var place: [UInt8] = []
    for _ in 0..<100 {
      let list = try store.list("session:", after: place, limit: limit, at())
      keys += list.keys.filter { $0.bytes.starts(with: Text("session:").bytes) }
      guard let next = list.next else { return keys }
      #expect(!next.isEmpty && next.count <= 255)
      place = next
      try between()
    }
    Issue.record("the list has no end")
    return keys
  }

  @Test(arguments: StoreUnderTest.all.filter { $0.lists }, [3, 1000])
  func everyKeyIsListed(_ under: StoreUnderTest, _ limit: Int) throws {
    let bed = try under.make()
    var made: Set<Text> = []
    for number in 0..<25 {
      // Both cases and what a pattern of Redis, or one of SQL, would take for another.
      let key = Text("session:\(number % 2 == 0 ? "a" : "B")%_-\(number)".utf8.map { $0 })
      made.insert(key)
      #expect(try bed.store.create(key, [1], timeToLive: 1000, at()).isCreated)
    }
    #expect(try made.isSubset(of: all(bed.other, limit: limit)))
  }

  @Test(arguments: StoreUnderTest.all.filter { $0.lists })
  func whatIsListedMayGoMeanwhile(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    for number in 0..<40 {
      #expect(
        try bed.store.create(Text("session:\(1000 + number)".utf8.map { $0 }), [1], timeToLive: 1000, at()).isCreated)
    }
    var place: [UInt8] = []
    var left = 40
    for _ in 0..<100 {
      let list = try bed.store.list("session:", after: place, limit: 7, at())
      for key in Set(list.keys) where try bed.store.record(key) != nil {
        try bed.other.remove(key, at())
        left -= 1
      }
      guard let next = list.next else { break }
      place = next
    }
    #expect(left == 0)
    #expect(try all(bed.store, limit: 7).isEmpty)
  }

  @Test(arguments: StoreUnderTest.all.filter { $0.lists })
  func anEmptyStoreHasAnEmptyList(_ under: StoreUnderTest) throws {
    #expect(try all(under.make().store, limit: 10).isEmpty)
  }

  @Test(arguments: StoreUnderTest.all.filter { !$0.lists })
  func whatCannotBeListedSaysSo(_ under: StoreUnderTest) throws {
    let store = try under.make().store
    #expect(
      status { () throws(Failure) in _ = try store.list("session:", after: [], limit: 10, at()) } == .unsupported)
  }
}
