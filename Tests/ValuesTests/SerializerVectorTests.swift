// SPDX-License-Identifier: Apache-2.0
import Foundation
import Support
import Testing

@testable import Values

/// MessagePack and JSON against what Flask-Session's serializers wrote and read.
@Suite struct SerializerVectorTests {
  /// What msgspec wrote is read to what msgspec reads, and written again to the byte.
  @Test func whatMsgspecWrites() throws {
    let cases = try vectors()
    #expect(cases.count == 57)
    for vector in cases {
      let name = vector["case"] ?? ""
      if let packed = vector["msgpack_hex"].map({ bytes(hexadecimal: $0) }) {
        let value = try MessagePack.decode(packed)
        #expect(representation(value) == vector["msgpack_decoded_repr"], "\(name)")
        #expect(try MessagePack.encode(value) == packed, "\(name)")
      }
      if let json = vector["json_hex"].map({ bytes(hexadecimal: $0) }) {
        let value = try JSON.decode(json)
        // The file has the first 700 characters of what was read.
        #expect(String(representation(value).prefix(700)) == vector["json_decoded_repr"], "\(name)")
        #expect(try JSON.encode(value) == json, "\(name)")
      }
    }
  }

  /// The values that come back as another type, so `whatMsgspecWrites` does not write them.
  @Test func whatIsWrittenOfOtherValues() throws {
    let seconds: Int64 = 1_579_538_700
    let values: [String: Value] = [
      "tuple": entry("t", .tuple([.integer(1), .integer(2)])),
      "nan/inf": entry("v", .array([.double(.nan), .double(.infinity), .double(-.infinity)])),
      "int too big": entry("v", .wide("18446744073709551616")),
      "int too small": entry("v", .wide("-9223372036854775809")),
      "bytearray": entry("b", .bytes(Array("ab".utf8))),
      "int keys": entry("m", map([(.integer(1), "a"), (.integer(-1), "b")])),
      "float keys": entry("m", map([(.double(1.5), "a")])),
      "None key": entry("m", map([(.null, .integer(1))])),
      "bytes key": entry("m", map([(.bytes(Array("k".utf8)), .integer(1))])),
      "tuple key": entry("m", map([(.tuple([.integer(1), .integer(2)]), .integer(1))])),
      "bool key": entry("m", map([(.bool(true), .integer(1))])),
      "datetime utc": entry("d", .time(DateTime(seconds: seconds))),
      "datetime utc us": entry("d", .time(DateTime(seconds: seconds, nanoseconds: 123_456_000))),
      "datetime +8": entry("d", .time(DateTime(seconds: seconds - 28_800, offset: 28_800))),
      "datetime far future utc": entry("d", .time(DateTime(seconds: 19_880_899_200))),
      "datetime pre-1970 utc": entry("d", .time(DateTime(seconds: -315_619_200, nanoseconds: 500_000_000))),
      "uuid": entry("u", .uuid(UUID(high: 0x1234_5678_1234_5678, low: 0x1234_5678_1234_5678))),
    ]
    let cases = try vectors().filter { values[$0["case"] ?? ""] != nil }
    #expect(cases.count == values.count)
    for vector in cases {
      let name = try #require(vector["case"])
      let value = try #require(values[name])
      let packed = vector["msgpack_hex"].map { bytes(hexadecimal: $0) }
      let json = vector["json_hex"].map { bytes(hexadecimal: $0) }
      #expect((try? MessagePack.encode(value)) == packed, "\(name)")
      #expect((try? JSON.encode(value)) == json, "\(name)")
      if packed == nil { #expect(status { try MessagePack.encode(value) } == .tooLarge, "\(name)") }
      if json == nil { #expect(status { try JSON.encode(value) } == .wrongType, "\(name)") }
    }
  }

  /// Ours, where msgspec refuses: Markup is written as the text that it is.
  @Test func markupIsText() throws {
    #expect(try MessagePack.encode(.markup("<b>")) == [0xA3] + Array("<b>".utf8))
    #expect(try JSON.encode(.markup("<b>")) == Array("\"<b>\"".utf8))
  }

  /// Flask-Session tries the configured format, then the other. Its third try, pickle, is not of these two codecs.
  @Test func whatFlaskSessionReads() throws {
    let cases = try #require(
      try ValuesTests.vectors("flask_session_serializer")["decode"] as? [[String: Any]]
    ).compactMap { $0 as? [String: String] }
    #expect(cases.count == 36)
    for vector in cases {
      let name = try #require(vector["case"])
      let stored = bytes(hexadecimal: try #require(vector["hex"]))
      let packedFirst = (try? MessagePack.decode(stored)) ?? (try? JSON.decode(stored))
      let jsonFirst = (try? JSON.decode(stored)) ?? (try? MessagePack.decode(stored))
      if name.hasPrefix("pickle") || name == "msgpack ext unknown" {
        #expect(packedFirst == nil && jsonFirst == nil, "\(name)")
        #expect(status { try MessagePack.decode(stored) } == .malformed, "\(name)")
        #expect(status { try JSON.decode(stored) } == .malformed, "\(name)")
      } else {
        #expect(packedFirst.map(representation) == vector["as_msgpack_config"], "\(name)")
        #expect(jsonFirst.map(representation) == vector["as_json_config"], "\(name)")
      }
    }
  }

  @Test func longHeads() throws {
    let heads = try #require(
      try ValuesTests.vectors("flask_session_serializer")["big_prefixes"] as? [String: [String: Any]])
    let values: [String: Value] = [
      "s16": .text(Text(Array(repeating: 0x78, count: 65_535))),
      "s32": .text(Text(Array(repeating: 0x78, count: 65_536))),
      "b32": .bytes(Array(repeating: 0x79, count: 65_536)),
      "arr16": .array(Array(repeating: .integer(0), count: 65_535)),
      "arr32": .array(Array(repeating: .integer(0), count: 65_536)),
    ]
    #expect(heads.count == values.count)
    for (name, head) in heads {
      let value = entry("k", try #require(values[name]))
      let packed = try MessagePack.encode(value)
      #expect(packed.count == head["len"] as? Int)
      #expect(Array(packed.prefix(10)) == bytes(hexadecimal: try #require(head["head_hex"] as? String)))
      #expect(try MessagePack.decode(packed) == value)
    }
  }

  private func vectors() throws -> [[String: String]] {
    let cases = try ValuesTests.vectors("flask_session_serializer")["vectors"] as? [[String: Any]]
    return (cases ?? []).map { vector in vector.compactMapValues { $0 as? String } }
  }

  private func entry(_ key: StaticString, _ value: Value) -> Value {
    map([(Value(stringLiteral: key), value)])
  }
}
