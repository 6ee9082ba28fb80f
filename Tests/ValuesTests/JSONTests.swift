// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Values

/// What the vectors do not have; each case was tried with msgspec 0.22.
@Suite struct JSONTests {
  @Test(arguments: [
    "", "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "01",
    "1.e5", "[1,]", "1 2", "\"\\x\"", "\"\u{1f}\"", "\u{feff}1", "tru",
  ])
  func whatIsNotRead(_ json: String) {
    #expect(status { try decode(json) } == .malformed)
  }

  @Test func whatIsRead() throws {
    #expect(try decode("-0") == .integer(0))
    #expect(try decode("-0.0") == .double(-0.0))
    #expect(try decode("18446744073709551616") == .wide("18446744073709551616"))
    #expect(try decode("1E5") == .double(100_000))
    #expect(try decode(#""\ud83d\ude00""#) == "\u{1F600}")
    #expect(try decode(#"{"a":1,"\u0061":2,"b":3}"#) == map([("a", .integer(2)), ("b", .integer(3))]))
    // Tags are Flask's alone.
    #expect(try decode(#"{" t":[1]}"#) == map([(" t", .array([.integer(1)]))]))
    #expect(try encode(map([(" t", .array([.integer(1)]))])) == #"{" t":[1]}"#)
  }

  private static let writtenDoubles: [(Double, String)] = [
    (1e15, "1000000000000000.0"), (1e16, "1e16"), (1.2345678901234568e17, "1.2345678901234568e17"), (1e-5, "0.00001"),
    (1e-6, "1e-6"), (1.5e-7, "1.5e-7"), (0.00012, "0.00012"), (.leastNonzeroMagnitude, "5e-324"), (1e22, "1e22"),
    (1.7976931348623157e308, "1.7976931348623157e308"), (-0.0, "-0.0"),
  ]

  @Test(arguments: writtenDoubles)
  func doubles(_ double: Double, _ json: String) throws {
    #expect(try encode(.double(double)) == json)
    #expect(try decode(json) == .double(double))
  }

  @Test func keys() throws {
    let uuid = UUID(high: 0, low: 5)
    #expect(try encode(map([(.uuid(uuid), .null)])) == #"{"00000000-0000-0000-0000-000000000005":null}"#)
    #expect(try encode(map([(.time(DateTime(seconds: 0)), .null)])) == #"{"1970-01-01T00:00:00Z":null}"#)
    #expect(try encode(map([(.double(.nan), .null), (.double(-.infinity), .null)])) == #"{"nan":null,"-inf":null}"#)
    #expect(try encode(map([(.wide("1180591620717411303424"), .null)])) == #"{"1180591620717411303424":null}"#)
    #expect(
      try encode(map([(.integer(1), .null), ("a", .null), (.double(1e300), .null)]))
        == #"{"1":null,"a":null,"1e300":null}"#)
    #expect(status { try encode(map([(map([]), .null)])) } == .wrongType)
  }

  @Test func times() throws {
    #expect(
      try encode(.time(DateTime(seconds: 1_577_833_323, nanoseconds: 400_000_999, offset: 3661)))
        == "\"2020-01-01T00:03:03.400000+01:01\"")
    #expect(try encode(.time(DateTime(seconds: 1_577_856_600, offset: -19_800))) == "\"2020-01-01T00:00:00-05:30\"")
    #expect(try encode(.time(DateTime(seconds: CivilDate.range.lowerBound))) == "\"0001-01-01T00:00:00Z\"")
    #expect(status { try encode(.time(DateTime(seconds: CivilDate.range.upperBound, offset: 60))) } == .wrongType)
    #expect(status { try encode(.time(DateTime(seconds: .max, offset: .max))) } == .wrongType)
  }

  @Test func texts() throws {
    #expect(try encode("\u{7f}\u{e9}\u{1F600}/\u{1}\n") == "\"\u{7f}\u{e9}\u{1F600}/\\u0001\\n\"")
    #expect(status { try encode(.text(Text([0xED, 0xA0, 0x80]))) } == .malformed)
    #expect(status { try encode(map([(.text(Text([0xFF])), .null)])) } == .malformed)
  }

  @Test func depth() throws {
    let deepest = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(try encode(decode(deepest)) == deepest)
    #expect(status { try decode("[" + deepest + "]") } == .tooLarge)
    #expect(status { try encode(.array([decode(deepest)])) } == .tooLarge)
  }

  private func decode(_ json: String) throws -> Value {
    try JSON.decode(Array(json.utf8))
  }

  private func encode(_ value: Value) throws -> String {
    String(decoding: try JSON.encode(value), as: UTF8.self)
  }
}
