// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Support
@testable import Values

@Suite struct MapTests {
  /// Keys from outside that all fell on one place would cost the square of their number.
  @Test func noTwoKeysAreMadeToCollide() {
    var keys: [Value] = []
    for number in 0..<100 {
      keys.append(.uuid(UUID(high: UInt64(number), low: 7)))
      keys.append(.uuid(UUID(high: 7, low: UInt64(number + 1000))))
      keys.append(.time(DateTime(seconds: 900_007, nanoseconds: Int32(number))))
      keys.append(.time(DateTime(seconds: 8, offset: Int32(number + 1))))
      keys.append(.tuple(Array(repeating: .tuple([]), count: number + 1)))
      keys.append((0...number).reduce(.tuple([.tuple([]), .tuple([])])) { inner, _ in .tuple([inner]) })
    }
    #expect(Set(keys.map { $0.hashValue }).count == Set(keys).count)
    #expect(Set(keys).count == keys.count)
  }

  /// Random sets and removals beside an array of pairs, below and above the number of entries that are searched by eye.
  @Test(arguments: [4, 40, 400])
  func keepsOrderThroughSetsAndRemovals(_ keys: Int) {
    var map = Map()
    var pairs: [(Int, Int64)] = []
    var state: UInt32 = 7
    for step in 0..<20_000 {
      state = state &* 1_664_525 &+ 1_013_904_223
      let key = Int(state >> 8) % keys
      let place = pairs.firstIndex { $0.0 == key }
      if state >> 28 < 7 {
        #expect(map.remove(.text(Text("k\(key)"))) == place.map { .integer(pairs[$0].1) })
        if let place { pairs.remove(at: place) }
      } else {
        map[Text("k\(key)")] = .integer(Int64(step))
        if let place { pairs[place].1 = Int64(step) } else { pairs.append((key, Int64(step))) }
      }
    }
    #expect(map.entries.map(\.value) == pairs.map { .integer($0.1) })
    for (key, value) in pairs {
      #expect(map[Text("k\(key)")] == .integer(value))
    }
    #expect(map[Text("k\(keys)")] == nil)
  }
}
