// SPDX-License-Identifier: Apache-2.0
import Stores
import Support
import Testing

/// Keys that an enemy would choose.
@Suite struct KeyTests {
  /// No two of them are the same record.
  static var hostile: [Text] {
    var keys: [Text] = [
      "a", "A", "a ", " a", "a\0", "a\0b", "\0", " ", "a\r\nset b 0 0 1\r\nx\r\n", "a\nb",
      "a'; DROP TABLE sessions; --",
      "a\"b", "a`b", "a\\b", "a%b", "a_b", "%", "*", "?", "$1", "{a}", "../a", "/a", ".", "..", "1", "01", "1.0", "1e0",
      "null", "NULL", "\u{e9}", "e\u{301}", "e", "\u{c9}", "\u{1F600}", "\u{130}", "i", "I", "\u{df}", "ss",
      "\u{feff}a",
      "\u{7f}", "a\t",
    ]
    keys.append(Text([0xFF]))
    keys.append(Text([0xFE]))
    keys.append(Text([0xED, 0xA0, 0x80]))
    keys.append(Text([0xC3]))
    keys.append(Text([UInt8](repeating: 0x61, count: 255)))
    keys.append(Text([UInt8](repeating: 0x61, count: 254)))
    keys.append(Text([UInt8](repeating: 0x61, count: 254) + [0x62]))
    for byte in UInt8.min...UInt8.max { keys.append(Text([0x6B, byte, 0x6B])) }
    return keys
  }

  @Test(arguments: StoreUnderTest.all)
  func everyKeyIsItsOwnRecord(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    var taken: [(Text, [UInt8])] = []
    for (number, key) in KeyTests.hostile.enumerated() {
      let record = [UInt8(number >> 8), UInt8(number & 0xFF)]
      do throws(Failure) {
        #expect(try bed.store.create(key, record, timeToLive: 10, at()).isCreated, "key \(number)")
        taken.append((key, record))
      } catch {
        #expect(error.status == .argument && !under.takesAnyKey, "key \(number)")
      }
    }
    if under.takesAnyKey { #expect(taken.count == KeyTests.hostile.count) }
    for (key, record) in taken {
      let loaded = try #require(try bed.other.load(key, at()))
      #expect(loaded.record == record)
      #expect(try bed.store.touch(key, timeToLive: 10, at()))
      let token = try #require(try bed.other.token(key))
      #expect(try bed.other.replace(key, record + [1], timeToLive: 10, token: token, at()).isReplaced)
    }
    for (key, record) in taken {
      #expect(try bed.store.record(key) == record + [1])
      try bed.store.remove(key, at())
      #expect(try bed.other.load(key, at()) == nil)
    }
  }

  @Test(arguments: StoreUnderTest.all, [0, 256, 100_000])
  func keysOfNoLengthOrTooLong(_ under: StoreUnderTest, _ count: Int) throws {
    let store = try under.make().store
    let key = Text([UInt8](repeating: 0x61, count: count))
    #expect(status { () throws(Failure) in _ = try store.load(key, at()) } == .argument)
    #expect(status { () throws(Failure) in _ = try store.create(key, [1], timeToLive: 1, at()) } == .argument)
    #expect(
      status { () throws(Failure) in _ = try store.replace(key, [1], timeToLive: 1, token: .bytes([1]), at()) }
        == .argument)
    #expect(status { () throws(Failure) in _ = try store.touch(key, timeToLive: 1, at()) } == .argument)
    #expect(status { () throws(Failure) in try store.remove(key, at()) } == .argument)
    #expect(status { () throws(Failure) in _ = try store.remove(key, token: .bytes([1]), at()) } == .argument)
  }
}
