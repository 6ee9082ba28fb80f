// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Values

/// What the vectors do not have; each case was tried with msgspec 0.22.
@Suite struct MessagePackTests {
  @Test(arguments: [
    "", "c1", "92c0", "c400ff", "a1ff", "a3eda080", "8180c0", "819180c0", "d7ffffffffffffffffff",
    "d7ffee6b280000000005",
    "c70cff3b9aca000000000000000000", "c70cff000000007fffffffffffffff", "c70cff000000000000003afff44180",
    "c705ff0000000000",
    "d4ff00", "c700ff", "c70005", "d40500", "d80500000000000000000000000000000000", "c80001ff00", "c9ffffffff05",
    "c0c0",
    "cb00000000000000", "cf00", "d9", "da00", "db000000", "dc00", "dd000000", "de00", "df000000", "c4", "c5ff",
    // Counts beyond what follows.
    "ddffffffff", "dfffffffff", "dfffffffffc0c0", "dbffffffff", "c6ffffffff", "dcffff", "deffff", "9f", "8f", "bf",
  ])
  func whatIsNotRead(_ text: String) {
    #expect(status { try MessagePack.decode(bytes(hexadecimal: text)) } == .malformed)
  }

  @Test func whatIsRead() throws {
    #expect(try decode("ca3f800000") == .double(1))
    #expect(representation(try decode("ca7fc00000")) == "nan")
    #expect(try decode("c704ff00000000") == .time(DateTime(seconds: 0)))
    #expect(try decode("d7ff0000000000000001") == .time(DateTime(seconds: 1)))
    #expect(try decode("d6ffffffffff") == .time(DateTime(seconds: 0xFFFF_FFFF)))
    #expect(try decode("c70cff00000000ffffffffffffffff") == .time(DateTime(seconds: -1)))
    #expect(try decode("8190c0") == map([(.tuple([]), .null)]))
    #expect(try decode("819190c0") == map([(.tuple([.tuple([])]), .null)]))
    #expect(try decode("d900") == "")
    // Longer forms than needed.
    #expect(try decode("cc01") == .integer(1))
    #expect(try decode("d3ffffffffffffffff") == .integer(-1))
    #expect(try decode("cf8000000000000000") == .unsigned(1 << 63))
    #expect(try decode("dd00000001c0") == .array([.null]))
    #expect(try decode("df00000001a161c0") == map([("a", .null)]))
    #expect(try decode("82a16101a16102") == map([("a", .integer(2))]))
  }

  private static let writtenTimes: [(Int64, Int32, String)] = [
    (253_402_300_799, 999_999_000, "c70cff3b9ac6180000003afff4417f"),
    (-62_135_596_800, 0, "c70cff00000000fffffff1886e0900"), (17_179_869_184, 0, "c70cff000000000000000400000000"),
    (17_179_869_183, 5000, "d7ff00004e23ffffffff"), (17_179_869_184, 5000, "c70cff000013880000000400000000"),
    (-315_619_200, 0, "c70cff00000000ffffffffed300880"), (4_294_967_296, 0, "d7ff0000000100000000"),
    (0, 0, "d6ff00000000"), (0, 999_999_999, "d7ffee6b27fc00000000"),
  ]

  @Test(arguments: writtenTimes)
  func times(_ seconds: Int64, _ nanoseconds: Int32, _ packed: String) throws {
    let time = Value.time(DateTime(seconds: seconds, nanoseconds: nanoseconds))
    #expect(try MessagePack.encode(time) == bytes(hexadecimal: packed))
    #expect(try decode(packed) == time)
    #expect(
      try MessagePack.encode(.time(DateTime(seconds: seconds, nanoseconds: nanoseconds, offset: 3600)))
        == bytes(hexadecimal: packed))
  }

  @Test func whatIsNotWritten() {
    #expect(status { try MessagePack.encode(.time(DateTime(seconds: .max))) } == .wrongType)
    #expect(status { try MessagePack.encode(.text(Text([0xED, 0xA0, 0x80]))) } == .malformed)
    #expect(status { try MessagePack.encode(.array(Array(repeating: .null, count: 1 << 20))) } == .tooLarge)
    #expect(status { try MessagePack.encode(.bytes(Array(repeating: 0, count: 16 << 20))) } == .tooLarge)
  }

  @Test func everyTruncationIsRefused() throws {
    let value = map([
      ("a", .array([.integer(-1), .integer(300), .double(1.5), .null, .bool(true)])), ("b", .bytes([1, 2, 3])),
      ("t", .time(DateTime(seconds: 1, nanoseconds: 1))), (.integer(5), .text(Text(Array(repeating: 0x78, count: 40)))),
    ])
    let packed = try MessagePack.encode(value)
    #expect(try MessagePack.decode(packed) == value)
    for count in packed.indices {
      #expect(status { try MessagePack.decode(Array(packed[..<count])) } == .malformed)
    }
  }

  @Test func limits() throws {
    let deepest = [UInt8](repeating: 0x91, count: 200)
    #expect(try MessagePack.encode(MessagePack.decode(deepest + [0xC0])) == deepest + [0xC0])
    #expect(status { try MessagePack.decode([0x91] + deepest + [0xC0]) } == .tooLarge)
    #expect(status { try MessagePack.decode(Array(repeating: 0x91, count: 1 << 20)) } == .tooLarge)
    let key = [UInt8](repeating: 0x91, count: 199)
    #expect(status { try MessagePack.decode([0x81] + key + [0xC0, 0xC0]) } == nil)
    #expect(status { try MessagePack.decode([0x81, 0x91] + key + [0xC0, 0xC0]) } == .tooLarge)
    // A count is checked before memory is taken for it, also where what is within is short.
    #expect(
      status { try MessagePack.decode([0xDD, 0, 0x10, 0, 0] + Array(repeating: 0xC0, count: 1 << 20)) } == .tooLarge)
    var limits = Limits()
    limits.count = 3
    #expect(try MessagePack.decode([0x81, 0x01, 0x02], limits: limits) == map([(.integer(1), .integer(2))]))
    #expect(status { try MessagePack.decode([0x93, 0x01, 0x02, 0x03], limits: limits) } == .tooLarge)
    limits.size = 2
    #expect(status { try MessagePack.decode([0x81, 0x01, 0x02], limits: limits) } == .tooLarge)
  }

  /// A NaN is one key however often it comes: else each would be compared with all before.
  @Test func sameKeys() throws {
    let count = 50_000
    var packed: [UInt8] = [0xDF, 0, 0, UInt8(count >> 8), UInt8(count & 0xFF)]
    for _ in 0..<count { packed += [0xCB, 0x7F, 0xF8, 0, 0, 0, 0, 0, 0, 0xC0] }
    #expect(try MessagePack.encode(MessagePack.decode(packed)).count == 11)
  }

  private func decode(_ text: some StringProtocol) throws -> Value {
    try MessagePack.decode(bytes(hexadecimal: String(text)))
  }
}
