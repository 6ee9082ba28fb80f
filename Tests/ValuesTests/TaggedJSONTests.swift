// SPDX-License-Identifier: Apache-2.0
import Foundation
import Support
import Testing

@testable import Values

@Suite struct TaggedJSONTests {
  // MARK: The vectors

  /// Each JSON that Flask wrote is read to the value that Flask reads, and written again to the byte.
  @Test func whatFlaskWrites() throws {
    let cases = try #require(try vectors("flask_cookie_session")["tagged_json"] as? [[String: String]])
    #expect(cases.count == 44)
    for vector in cases {
      let json = try #require(vector["json"])
      let value = try decode(json)
      if let expected = vector["loads_repr"] {
        #expect(representation(value) == expected, "\(vector["case"] ?? "")")
      }
      // What Flask reads there is not what it wrote: the year 1 comes back as 2001, and numbers as keys are text,
      // which sort otherwise. `whatIsWrittenOfOtherValues` has both.
      if vector["case"] != "datetime year 1", vector["case"] != "int keys" {
        #expect(try encode(value) == json, "\(vector["case"] ?? "")")
      }
    }
  }

  @Test func whatFlaskReads() throws {
    let cases = try #require(try vectors("flask_cookie_session")["tagged_json_loads"] as? [[String: String]])
    #expect(cases.count == 22)
    for vector in cases {
      let json = try #require(vector["json"])
      if let expected = vector["loads_repr"] {
        #expect(representation(try decode(json)) == expected, "\(json)")
      } else {
        #expect(status { try decode(json) } == .malformed, "\(json)")
      }
    }
  }

  /// Values that no JSON is read as, so `whatFlaskWrites` does not write them.
  @Test func whatIsWrittenOfOtherValues() throws {
    let moment: Int64 = 1_579_538_700
    #expect(
      try encode(.time(DateTime(seconds: moment, nanoseconds: 123_456_000)))
        == "{\" d\":\"Mon, 20 Jan 2020 16:45:00 GMT\"}")
    #expect(
      try encode(.time(DateTime(seconds: moment - 28_800, offset: 28_800)))
        == "{\" d\":\"Mon, 20 Jan 2020 08:45:00 GMT\"}")
    #expect(
      try encode(.time(DateTime(seconds: CivilDate.range.lowerBound))) == "{\" d\":\"Mon, 01 Jan 0001 00:00:00 GMT\"}")
    #expect(status { try encode(.time(DateTime(seconds: .max))) } == .wrongType)
    #expect(
      try encode(map([(.integer(10), "c"), (.integer(2), "b"), (.integer(1), "a")])) == #"{"1":"a","2":"b","10":"c"}"#)
    #expect(
      try encode(map([(.text("b"), .integer(1)), (.text("a"), .integer(2))]), style: .flaskUnsorted)
        == #"{"b":1,"a":2}"#)
  }

  /// Flask's errors for keys, by the list of the vectors.
  @Test func keysThatAreNotText() throws {
    #expect(status { try encode(map([(.integer(1), "a"), (.text("b"), "b")])) } == .wrongType)
    #expect(status { try encode(map([(.bytes([1]), .null)])) } == .wrongType)
    #expect(status { try encode(map([(.tuple([]), .null)])) } == .wrongType)
    #expect(try encode(map([(.null, .integer(1))])) == #"{"null":1}"#)
    #expect(try encode(map([(.bool(true), .integer(1))])) == #"{"true":1}"#)
    #expect(try encode(map([(.double(1.5), .integer(1))])) == #"{"1.5":1}"#)
    #expect(status { try encode(map([(.null, .null), (.integer(1), .null)])) } == .wrongType)
    #expect(try encode(map([(.integer(1), "a"), (.text("b"), "b")]), style: .flaskUnsorted) == #"{"1":"a","b":"b"}"#)
    let numbers: [Value] = [
      .wide("18446744073709551616"), .unsigned(.max), .integer(-9_007_199_254_740_993),
      .integer(-9_007_199_254_740_992),
      .double(2.5), .bool(true), .integer(.max), .integer(3), .wide("-18446744073709551616"), .integer(.max - 1),
    ]
    #expect(
      try encode(map(numbers.map { ($0, .null) }))
        == #"{"-18446744073709551616":null,"-9007199254740993":null,"-9007199254740992":null,"true":null,"2.5":null,"#
        + #""3":null,"9223372036854775806":null,"9223372036854775807":null,"18446744073709551615":null,"#
        + #""18446744073709551616":null}"#)
  }

  // MARK: The reader

  @Test(arguments: [
    "", " ", "{", "}", "[", "]", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "'a'",
    "{\"a\":1,,\"b\":2}", "{\"a\" 1}", "01", "-01", "-", "+1", "1.", ".5", "1.e5", "1e", "1e+", "-.5", "0x10", "1_0",
    "nul", "True", "nan",
    "-NaN", "+Infinity", "-Infinit", "\"", "\"a", "\"\\\"", "\"\\x41\"", "\"\\u12\"", "\"\\u123g\"", "\"\\u+123\"",
    "\"\\", "\"\\u",
    "\"\u{1}\"", "\"\n\"", "\"\u{0}\"", "\u{feff}{}", "{} x", "{}{}", "1 2", "//\n1", "/* */1", "\u{b}1", "\u{a0}1",
    "[\"a\":1]", "{\"a\",1}",
    "\"\\\u{e9}\"", "[1}", "{\"a\":1]",
  ])
  func whatIsNotJSON(_ json: String) {
    #expect(status { try decode(json) } == .malformed)
  }

  @Test(arguments: [
    [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
    [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0x80, 0x22], [0xC3, 0xA9], [0x22, 0x5C, 0x6E, 0xFF, 0x22],
  ])
  func whatIsNotUTF8(_ bytes: [UInt8]) {
    #expect(status { try TaggedJSON.decode(bytes) } == .malformed)
  }

  @Test func numbers() throws {
    #expect(try decode("-0") == .integer(0))
    #expect(try decode("-0.0") == .double(-0.0))
    #expect(try encode(decode("-0.0")) == "-0.0")
    #expect(try decode("9223372036854775807") == .integer(.max))
    #expect(try decode("-9223372036854775808") == .integer(.min))
    #expect(try decode("9223372036854775808") == .unsigned(1 << 63))
    #expect(try decode("18446744073709551615") == .unsigned(.max))
    #expect(try decode("18446744073709551616") == .wide("18446744073709551616"))
    #expect(try decode("-9223372036854775809") == .wide("-9223372036854775809"))
    #expect(try decode("1e999") == .double(.infinity))
    #expect(try decode("-1E+999") == .double(-.infinity))
    #expect(try decode("1e-999") == .double(0))
    #expect(try decode("-Infinity") == .double(-.infinity))
    #expect(try decode("1E2") == .double(100))
    let longest = String(repeating: "9", count: 4300)
    #expect(try encode(decode(longest)) == longest)
    #expect(status { try decode(longest + "9") } == .tooLarge)
    #expect(try decode(" \t\r\n1 \t\r\n") == .integer(1))
  }

  /// Python's `repr`, at the ends of its ranges.
  private static let writtenDoubles: [(Double, String)] = [
    (1.0, "1.0"), (0.1 + 0.2, "0.30000000000000004"), (1e15, "1000000000000000.0"),
    (9999999999999998, "9999999999999998.0"),
    (1e16, "1e+16"), (12345678901234567168, "1.2345678901234567e+19"), (0.0001, "0.0001"), (0.00012345, "0.00012345"),
    (0.00001, "1e-05"), (1.5e-7, "1.5e-07"), (1e22, "1e+22"), (1e23, "1e+23"),
    (.leastNonzeroMagnitude, "5e-324"), (-2.5, "-2.5"),
    (1.7976931348623157e308, "1.7976931348623157e+308"), (100, "100.0"), (1_700_000_000.123456, "1700000000.123456"),
    (9_007_199_254_740_992, "9007199254740992.0"), (18014398509481984, "1.8014398509481984e+16"),
  ]

  @Test(arguments: writtenDoubles)
  func doubles(_ double: Double, _ json: String) throws {
    #expect(try encode(.double(double)) == json)
    #expect(try decode(json) == .double(double))
  }

  @Test func textsAreBytes() throws {
    let both = map([(.text("\u{e9}"), .integer(1)), (.text("e\u{301}"), .integer(2))])
    #expect(try encode(both) == #"{"e\u0301":2,"\u00e9":1}"#)
    guard case .map(let read) = try decode(#"{"e\u0301":2,"\u00e9":1}"#) else { throw Unexpected() }
    #expect(read.count == 2)
    let lone = Value.text(Text([0x61, 0xED, 0xA0, 0xBD, 0x62, 0xED, 0xB8, 0x80]))
    #expect(try encode(lone) == #""a\ud83db\ude00""#)
    #expect(try decode(#""a\ud83db\ude00""#) == lone)
    #expect(try decode(#""\ud83d\ude00""#) == "\u{1F600}")
    #expect(try decode(#""\uD83D\uD83D\uDE00""#) == .text(Text([0xED, 0xA0, 0xBD, 0xF0, 0x9F, 0x98, 0x80])))
    #expect(try decode(#""\u0000\u00e9\u0800""#) == "\0\u{e9}\u{800}")
    #expect(try decode("\"\u{7f}\u{e9}日本語\u{1F600}/\\/\"") == "\u{7f}\u{e9}日本語\u{1F600}//")
    #expect(status { try encode(.text(Text([0xFF]))) } == .malformed)
    // Half pairs side by side become one character, in Python as here.
    #expect(try encode(.text(Text([0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80]))) == #""\ud83d\ude00""#)
    // By code point and not by UTF-16: U+FFFF comes before U+1F600.
    #expect(
      try encode(decode(#"{"\ud83d\ude00":1,"\uffff":2,"\udc00":3}"#)) == #"{"\udc00":3,"\uffff":2,"\ud83d\ude00":1}"#)
  }

  /// A byte of each kind at each place of a run that is looked at eight at a time.
  @Test func runs() throws {
    for size in 0..<20 {
      for place in 0...size {
        for byte: UInt8 in 0x00...0x7F {
          var bytes = [UInt8](repeating: 0x7A, count: size)
          bytes.insert(byte, at: place)
          let value = Value.text(Text(bytes))
          let json = try TaggedJSON.encode(value)
          #expect(try TaggedJSON.decode(json) == value)
          let isPlain = 0x20..<0x7F ~= byte && byte != 0x22 && byte != 0x5C
          #expect(isPlain == (json.count == size + 3))
          let raw = [0x22] + bytes + [0x22]
          let reads = isPlain || byte == 0x7F
          if byte != 0x22, byte != 0x5C { #expect((try? TaggedJSON.decode(raw)) == (reads ? value : nil)) }
        }
      }
    }
  }

  @Test func aKeyThatComesTwiceKeepsItsPlaceAndTheLastValue() throws {
    #expect(try encode(decode(#"{"b":1,"a":2,"b":3}"#), style: .flaskUnsorted) == #"{"b":3,"a":2}"#)
    #expect(try decode(#"{" t":1," t":[2]}"#) == .tuple([.integer(2)]))
    let many = "{" + (0..<100).map { "\"k\($0 % 50)\":\($0)" }.joined(separator: ",") + "}"
    let once = "{" + (50..<100).map { "\"k\($0 - 50)\":\($0)" }.joined(separator: ",") + "}"
    #expect(try encode(decode(many), style: .flaskUnsorted) == once)
  }

  // MARK: Tags

  @Test(arguments: [
    #"{" b":"YQ"}"#, #"{" b":"Y"}"#, #"{" b":"\u00e9YQ=="}"#, #"{" b":1}"#, #"{" b":[]}"#, #"{" b":null}"#,
    #"{" u":1}"#,
    #"{" u":"1234567812345678123456781234567"}"#, #"{" u":"123456781234567812345678123456789"}"#, #"{" u":null}"#,
    #"{" t":null}"#, #"{" t":1.5}"#, #"{" t":true}"#, #"{" di":[]}"#, #"{" di":"a"}"#, #"{" di":null}"#, #"{" d":1}"#,
    #"{" d":{"a":1}}"#, #"{" m":[1]}"#, #"{" m":{"a":1}}"#,
  ])
  func malformedTags(_ json: String) {
    #expect(status { try decode(json) } == .malformed)
  }

  @Test func tags() throws {
    let uuid = Value.uuid(UUID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210))
    #expect(try decode(#"{" u":"urn:uuid:01234567-89AB-cdef-fedc-ba9876543210"}"#) == uuid)
    #expect(try decode(#"{" u":"{0123456789abcdeffedcba9876543210}"}"#) == uuid)
    #expect(try encode(uuid) == #"{" u":"0123456789abcdeffedcba9876543210"}"#)
    #expect(try decode(#"{" m":{" m":"x"}}"#) == .markup("x"))
    #expect(try decode(#"{" m":null}"#) == .markup("None"))
    #expect(try decode(#"{" m":1e400}"#) == .markup("inf"))
    #expect(try decode(#"{" t":{" t":[1]}}"#) == .tuple([.integer(1)]))
    #expect(try decode(#"{" b":{" b":"WVE9PQ=="}}"#) == .bytes([0x61]))
    #expect(try decode(#"{" di":{"a\u00e9\u00e9":1}}"#) == map([(.text("a"), .integer(1))]))
    // One item once the child is untagged, which is no tag's key any more.
    #expect(try decode(#"{" t":[]," t":[]}"#) == .tuple([]))
    #expect(try encode(map([(.text(" t"), .markup("x"))])) == #"{" di":{" t__":{" m":"x"}}}"#)
  }

  private static let writtenDates: [(String, Int64, Int32?)] = [
    ("Tue, 14 Nov 2023 22:13:20 GMT", 1_700_000_000, nil), ("14 Nov 2023 22:13:20", 1_700_000_000, nil),
    ("Tue,14 Nov 2023 22:13:20 -0000", 1_700_000_000, nil), ("tuesday, 14-November-23 22:13:20 Z", 1_700_000_000, nil),
    ("Tue, 14 Nov 2023 22:13:20 +0530", 1_700_000_000 - 19_800, 19_800),
    ("Tue, 14 Nov 2023 22:13:20 EST", 1_700_000_000 + 18_000, -18_000),
    ("Tue Nov 14 22:13:20 2023", 1_700_000_000, nil), ("Nov 14 2023 22.13.20 GMT", 1_700_000_000, nil),
    ("14 Nov 2023 22:13 GMT", 1_699_999_980, nil), ("14 Nov 2023 22:13:20-0800", 1_700_000_000 + 28_800, -28_800),
    ("Thu, 01 Jan 70 00:00:00 GMT", 0, nil), ("Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000, nil),
  ]

  @Test(arguments: writtenDates)
  func dates(_ text: String, _ seconds: Int64, _ offset: Int32?) throws {
    #expect(EmailDate.read(Array(text.utf8)) == DateTime(seconds: seconds, offset: offset))
  }

  @Test(arguments: [
    "", " ", ",", "Tue", "14 Nov 2023", "14 Foo 2023 22:13:20 GMT", "30 Feb 2023 00:00:00 GMT",
    "14 Nov 2023 24:00:00 GMT",
    "14 Nov 2023 22:60:00 GMT", "14 Nov 2023 22:13:60 GMT", "14 Nov 10000 22:13:20 GMT", "0 Nov 2023 22:13:20 GMT",
    "14 Nov 2023 22 GMT",
    "14 Nov 2023 22:13:20 +2400", "01 Jan 99999999999999999999 00:00:00 GMT", "31 Dec 9999 23:59:59 -0100", "- - - - -",
    ": : : : :",
    "14 Nov , 22:13:20 GMT", "14 Nov : : :", "-1-Nov-2023 1:1 GMT",
  ])
  func noDates(_ text: String) throws {
    #expect(EmailDate.read(Array(text.utf8)) == nil)
  }

  // MARK: Limits

  @Test func depth() throws {
    let deepest = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(try encode(decode(deepest)) == deepest)
    #expect(status { try decode("[" + deepest + "]") } == .tooLarge)
    #expect(status { try decode(String(repeating: "[", count: 1 << 20)) } == .tooLarge)
    #expect(status { try decode(String(repeating: "{\"\":", count: 1 << 20)) } == .tooLarge)
    var tuple = Value.null
    for _ in 0..<100 { tuple = .tuple([tuple]) }
    #expect(try decode(encode(tuple)) == tuple)
    #expect(status { try encode(.tuple([tuple])) } == .tooLarge)
    #expect(status { try encode(.array([tuple])) } == .tooLarge)
  }

  @Test func sizeAndCount() throws {
    var limits = Limits()
    limits.size = 8
    #expect(
      try TaggedJSON.decode(Array("[1,2,34]".utf8), limits: limits) == .array([.integer(1), .integer(2), .integer(34)]))
    #expect(status { try TaggedJSON.decode(Array("[1,2,345]".utf8), limits: limits) } == .tooLarge)
    limits = Limits()
    limits.count = 4
    #expect(throws: Never.self) { try TaggedJSON.decode(Array("[1,2,3]".utf8), limits: limits) }
    #expect(status { try TaggedJSON.decode(Array("[1,2,3,4]".utf8), limits: limits) } == .tooLarge)
    #expect(status { try TaggedJSON.decode(Array(#"[{"a":1,"b":2}]"#.utf8), limits: limits) } == .tooLarge)
    let many = Value.array(Array(repeating: .null, count: 1 << 20))
    #expect(status { try encode(many) } == .tooLarge)
  }

  @Test func everyTruncationIsRefused() throws {
    let sample =
      #"{"a":{" t":[1,-2.5e+3,"x\n\u00e9\ud83d\ude00é",{" b":"AP8="}]},"b":{" di":{" t__":null}},"c":[true,false],"d":"#
      + #"{" d":"Mon, 20 Jan 2020 16:45:00 GMT"},"u":{" u":"12345678123456781234567812345678"}}"#
    let bytes = Array(sample.utf8)
    #expect(throws: Never.self) { try TaggedJSON.decode(bytes) }
    for count in bytes.indices {
      #expect(status { try TaggedJSON.decode(Array(bytes[..<count])) } == .malformed)
    }
  }

  // MARK: The exact style

  @Test(arguments: [
    (DateTime(seconds: 1_579_538_700), "2020-01-20T16:45:00Z"),
    (DateTime(seconds: 1_579_538_700, isNaive: true), "2020-01-20T16:45:00"),
    (DateTime(seconds: 1_579_538_700, nanoseconds: 123_456_000), "2020-01-20T16:45:00.123456Z"),
    (DateTime(seconds: 1_579_538_700, nanoseconds: 500_000_000), "2020-01-20T16:45:00.5Z"),
    (DateTime(seconds: 1_579_538_700, nanoseconds: 1), "2020-01-20T16:45:00.000000001Z"),
    (DateTime(seconds: 1_579_538_700, offset: 28_800), "2020-01-21T00:45:00+08:00"),
    (DateTime(seconds: 1_579_538_700, nanoseconds: 120, offset: -12_600), "2020-01-20T13:15:00.00000012-03:30"),
    (DateTime(seconds: CivilDate.range.lowerBound), "0001-01-01T00:00:00Z"),
    (DateTime(seconds: CivilDate.range.upperBound, nanoseconds: 999_999_999), "9999-12-31T23:59:59.999999999Z"),
  ])
  func exactTimes(_ time: DateTime, _ text: String) throws {
    let json = "{\" d\":\"\(text)\"}"
    #expect(try encode(.time(time), style: .exact) == json)
    #expect(try decode(json, style: .exact) == .time(time))
    // Not Flask's form: it reads null there, and so do we.
    #expect(try decode(json) == .null)
  }

  @Test func otherTimesInTheExactStyle() throws {
    let moment = DateTime(seconds: 1_579_538_700)
    #expect(try decode(#"{" d":"Mon, 20 Jan 2020 16:45:00 GMT"}"#, style: .exact) == .time(moment))
    #expect(try decode(#"{" d":"2020-01-20T16:45:00+00:00"}"#, style: .exact) == .time(moment))
    #expect(try decode(#"{" d":"2020-01-20T16:45:00.000-00:00"}"#, style: .exact) == .time(moment))
    #expect(try decode(#"{" d":null}"#, style: .exact) == .null)
    #expect(status { try encode(.time(DateTime(seconds: .max)), style: .exact) } == .wrongType)
    #expect(
      status { try encode(.time(DateTime(seconds: CivilDate.range.upperBound, offset: 60)), style: .exact) }
        == .wrongType)
  }

  @Test(arguments: [
    "", "x", "2020-01-20", "2020-01-20T16:45", "2020-01-20T16:45Z", "2020-01-20 16:45:00Z", "2020-1-20T16:45:00Z",
    "2020-02-30T16:45:00Z", "2020-13-01T16:45:00Z", "2020-01-20T24:00:00Z", "2020-01-20T16:60:00Z",
    "2020-01-20T16:45:60Z", "2020-01-20T16:45:00.Z", "2020-01-20T16:45:00.0123456789Z", "2020-01-20T16:45:00+0800",
    "2020-01-20T16:45:00+24:00", "2020-01-20T16:45:00+08:60", "2020-01-20T16:45:00Z ", "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "+020-01-20T16:45:00Z", "2020-01-20T16:45:00+-8:00",
  ])
  func whatIsNoExactTime(_ text: String) {
    #expect(status { try decode("{\" d\":\"\(text)\"}", style: .exact) } == .malformed)
  }

  @Test func theOrderOfKeysInTheExactStyle() throws {
    let value = map([("b", .integer(1)), ("a", .tuple([map([("d", .null), ("c", .null)])])), (" t", .bytes([1]))])
    let json = #"{"b":1,"a":{" t":[{"d":null,"c":null}]}," t":{" b":"AQ=="}}"#
    #expect(try encode(value, style: .exact) == json)
    #expect(try decode(json, style: .exact) == value)
    #expect(
      try encode(map([(.integer(1), "a"), (.text("b"), "b")]), style: .exact)
        == encode(map([(.integer(1), "a"), (.text("b"), "b")]), style: .flaskUnsorted))
    #expect(status { try encode(map([(.tuple([]), .null)]), style: .exact) } == .wrongType)
  }

  // MARK: Shorthands

  private struct Unexpected: Error {}

  private func decode(_ json: String, style: TaggedJSON.Style = .flask) throws -> Value {
    try TaggedJSON.decode(Array(json.utf8), style: style)
  }

  private func encode(_ value: Value, style: TaggedJSON.Style = .flask) throws -> String {
    String(decoding: try TaggedJSON.encode(value, style: style), as: UTF8.self)
  }
}
