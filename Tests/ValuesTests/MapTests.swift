// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Support
@testable import Values

@Suite struct MapTests {
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
