// SPDX-License-Identifier: Apache-2.0
import Stores
import Support
import Testing

/// Records of any size and of any bytes.
@Suite struct RecordTests {
  private let key: Text = "session:a"

  @Test(arguments: StoreUnderTest.all)
  func everySizeComesBack(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    var sizes = [1, 2, 255, 256, 4095, 4096, 4097, 65_535, 65_536, 100_000, 1 << 20]
    sizes.removeAll { $0 > under.largestRecord }
    sizes.append(under.largestRecord)
    #expect(try bed.store.create(key, [0], timeToLive: 10, at()).isCreated)
    for size in sizes {
      let record = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ $0 >> 8) }
      let token = try #require(try bed.store.token(key))
      #expect(try bed.store.replace(key, record, timeToLive: 10, token: token, at()).isReplaced)
      #expect(try bed.other.record(key) == record)
      let new = Text("new\(size)")
      #expect(try bed.store.create(new, record, timeToLive: 10, at()).isCreated)
      let loaded = try #require(try bed.other.load(new, at()))
      #expect(loaded.record == record)
      #expect(try bed.other.remove(new, token: loaded.token, at()) == .removed)
    }
  }

  @Test(arguments: StoreUnderTest.all)
  func everyByteComesBack(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    for byte in UInt8.min...UInt8.max {
      let name = Text("byte\(byte)")
      for record in [[byte], [byte, 0, byte], [0x41, byte]] {
        if let token = try bed.store.token(name) {
          #expect(try bed.store.replace(name, record, timeToLive: 10, token: token, at()).isReplaced)
        } else {
          #expect(try bed.store.create(name, record, timeToLive: 10, at()).isCreated)
        }
        #expect(try bed.other.record(name) == record)
      }
    }
  }

  /// Bytes that a text column, a trimming or a case-folding comparison would take for equal.
  @Test(arguments: StoreUnderTest.all)
  func aCompareSeesEveryByte(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    let alike: [[UInt8]] = [
      [UInt8]("abc"), [UInt8]("ABC"), [UInt8]("abc "), [UInt8]("abc\0"), [UInt8]("abc\0x"), [UInt8]("abc\0y"),
      [UInt8]("123"), [UInt8]("0123"), [UInt8]("123.0"), [0xC3, 0xA9], [0x65, 0xCC, 0x81], [0xFF], [0xFE],
    ]
    for (place, record) in alike.enumerated() {
      let name = Text("alike\(place)")
      #expect(try bed.store.create(name, record, timeToLive: 10, at()).isCreated)
      guard case .bytes = try #require(try bed.store.token(name)) else { return }
      for other in alike where other != record {
        #expect(try bed.store.replace(name, [1], timeToLive: 10, token: .bytes(other), at()).isChanged)
        #expect(try bed.store.remove(name, token: .bytes(other), at()) == .changed)
      }
      #expect(try bed.other.record(name) == record)
    }
  }

  @Test(arguments: StoreUnderTest.all)
  func aRecordThatIsTooLargeLeavesTheOldOne(_ under: StoreUnderTest) throws {
    let bed = try under.make()
    let large = [UInt8](repeating: 7, count: under.largestRecord + 1)
    #expect(status { () throws(Failure) in _ = try bed.store.create(key, large, timeToLive: 10, at()) } == .tooLarge)
    #expect(try bed.other.load(key, at()) == nil)
    #expect(try bed.store.create(key, [1], timeToLive: 10, at()).isCreated)
    let token = try #require(try bed.store.token(key))
    #expect(
      status { () throws(Failure) in _ = try bed.store.replace(key, large, timeToLive: 10, token: token, at()) }
        == .tooLarge)
    #expect(try bed.other.record(key) == [1])
    #expect(try bed.other.replace(key, [2], timeToLive: 10, token: token, at()).isReplaced)
  }
}
