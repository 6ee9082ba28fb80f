// SPDX-License-Identifier: Apache-2.0
import Foundation
import Support
import Testing

@testable import Values

/// Pickles against what CPython's C pickler wrote: 33 values, protocols 0 to 5.
@Suite struct PickleTests {
  /// What becomes another type, as Flask-Session 0.8 would store it anew; and what has no value.
  private let converted: KeyValuePairs<String, String?> = [
    "bytearray": "{'b': b'ab'}",
    "set": "{'s': [1], 'f': [1]}",
    "date": "{'d': '2020-01-20'}",
    "timedelta": "{'d': 'P1DT2.000003S'}",
    "decimal": "{'d': '1.10'}",
    "markup": "{'m': Markup('<b>')}",
    "self ref list": nil,
  ]

  @Test func everyVectorIsRead() throws {
    var read = 0
    for row in try rows() {
      let name = try #require(row["case"] as? String)
      let shown = try #require(row["python_repr"] as? String)
      for version in 0...5 {
        guard let pickle = stored(row, version) else {
          #expect(name.contains("framing"))
          continue
        }
        read += 1
        let expected = conversion(of: name) ?? shown
        let value = try? Pickle.decode(pickle)
        // The longest are cut in the file.
        #expect(value.map(representation)?.prefix(400) == expected?.prefix(400), "\(name), protocol \(version)")
        #expect(Pickle.begins(pickle), "\(name), protocol \(version)")
        #expect((try? MessagePack.decode(pickle)) == nil && (try? JSON.decode(pickle)) == nil)
      }
    }
    #expect(read == 32 * 6)
  }

  /// Values that a pickle gives back as they were: they are written again to the byte, where nothing stands twice.
  @Test func everyVectorIsWritten() throws {
    var written = 0
    for row in try rows() {
      let name = try #require(row["case"] as? String)
      let isAsItWas = conversion(of: name) == nil || name == "markup"
      guard isAsItWas, !name.contains("memo"), !name.contains("framing") else { continue }
      for (version, number) in [(Pickle.Version.zero, 0), (.four, 4), (.five, 5)] {
        let pickle = try #require(stored(row, number))
        let again = try? Pickle.encode(try Pickle.decode(pickle), version)
        #expect(again == pickle, "\(name), protocol \(number)")
        written += 1
      }
    }
    #expect(written == 24 * 3)
  }

  @Test func aLongTextStandsOutsideOfFrames() throws {
    let row = try #require(try rows().first { ($0["case"] as? String)?.contains("framing") == true })
    let count = try #require(row["p0_len"] as? Int) - 18
    let value = map([("k", .text(Text(Array(repeating: 0x78, count: count))))])
    for (version, number) in [(Pickle.Version.zero, 0), (.four, 4), (.five, 5)] {
      let pickle = try Pickle.encode(value, version)
      #expect(pickle.count == row["p\(number)_len"] as? Int)
      let head = bytes(hexadecimal: try #require(row["p\(number)_head_hex"] as? String))
      let tail = bytes(hexadecimal: try #require(row["p\(number)_tail_hex"] as? String))
      #expect(Array(pickle.prefix(head.count)) == head, "protocol \(number)")
      #expect(Array(pickle.suffix(tail.count)) == tail, "protocol \(number)")
      #expect(try Pickle.decode(pickle) == value)
    }
  }

  /// CPython writes a text that stands twice once, when it is one object. Each is written in full, and means the same.
  @Test func whatStandsTwiceIsWrittenTwice() throws {
    let row = try #require(try rows().first { $0["case"] as? String == "repeated strings (memo)" })
    let pickle = try #require(stored(row, 4))
    let value = try Pickle.decode(pickle)
    let again = try Pickle.encode(value, .four)
    #expect(again.count > pickle.count)
    #expect(try Pickle.decode(again) == value)
  }

  @Test(arguments: [
    // A code of an extension, which the program would look up.
    "800482012e", "80048301002e", "80048401000000 2e",
    // Persistent ids.
    "50310a2e", "4e512e",
    // Calls by other opcodes.
    "2869736f730a73797374656d0a2e", "2863 6f730a73797374656d0a 6f2e",
    // Out-of-band buffers.
    "8005972e", "8005982e",
    // Known classes with what they are not pickled with.
    "8004 8c086275696c74696e73 8c066f626a656374 93 29 52 2e",
    "8004 8c047575696 4 8c0455554944 93 29 81 2e",
    // A protocol that is not there, and one in the middle.
    "80067d2e", "7d80047d2e",
    // Stack and memo.
    "302e", "612e", "282e", "7d68052e", "7d722000000030 2e", "", "2e", "7d", "7d7d2e", "7d2e2e",
    // A frame, a text and an integer that end behind the end.
    "800495ffffffffffffffff7d2e", "8004 7d 8d ffffffffffffffff 61 2e", "8004 8bffffff7f 01 2e",
    // A map as a key, an odd number of items, items for what holds none.
    "7d7d4e732e", "28 4e 64 2e", "4e4e612e",
  ])
  func isRefused(_ pickle: String) {
    let outcome = status { try Pickle.decode(bytes(hexadecimal: pickle)) }
    #expect(outcome == .malformed, "\(pickle)")
  }

  @Test func whatIsNotPlainDataIsNamed() throws {
    let pickle = Array("cposix\nsystem\n(S'true'\ntR.".utf8)
    let failure = #expect(throws: Failure.self) { try Pickle.decode(pickle) }
    #expect(failure?.status == .malformed)
    #expect(failure?.message.contains("posix system") == true)
    let injected = #expect(throws: Failure.self) { try Pickle.decode(Array("ca\u{1B}[2J\nb\n.".utf8)) }
    #expect(injected?.message.utf8.contains(0x1B) == false)
  }

  /// A shared list becomes copies, which all count: ten lists of ten lists of ten lists ...
  @Test func copiesAreBounded() throws {
    var laughs: [UInt8] = [0x80, 4, 0x5D, 0x94]
    for place in 0..<20 {
      laughs += [0x5D, 0x94, 0x28]
      for _ in 0..<10 { laughs += [0x68, UInt8(place)] }
      laughs.append(0x65)
    }
    // The lists but the last stand below it: a tuple of all.
    laughs = Array(laughs[0..<2]) + [0x28] + Array(laughs[2...]) + [0x74, 0x2E]
    #expect(status { try Pickle.decode(laughs) } == .tooLarge)
    let long = [0x80, 4, 0x28, 0x58, 0, 0, 1, 0] + [UInt8](repeating: 0x61, count: 65_536) + [0x94]
    let texts = long + (0..<300).flatMap { _ in [UInt8(0x68), 0] } + [0x74, 0x2E]
    #expect(status { try Pickle.decode(texts) } == .tooLarge)
  }

  @Test func depthIsBounded() throws {
    func nested(_ depth: Int) -> [UInt8] {
      [UInt8](repeating: 0x5D, count: depth) + [UInt8](repeating: 0x61, count: depth - 1) + [0x2E]
    }
    #expect(status { try Pickle.decode(nested(200)) } == nil)
    #expect(status { try Pickle.decode(nested(201)) } == .tooLarge)
    #expect(status { try Pickle.decode(nested(100_000)) } == .tooLarge)
  }

  @Test func wideIntegers() throws {
    for digits in ["18446744073709551615", "18446744073709551616", "-9223372036854775809", "-340282366920938463463"] {
      let value = digits.utf8.withContiguousStorageIfAvailable { Decimal.integer($0) } ?? .null
      for version in [Pickle.Version.zero, .four] {
        #expect(try Pickle.decode(try Pickle.encode(value, version)) == value)
      }
    }
  }

  /// The highest bit of an hour means something in a `time` alone.
  @Test func aMomentHasAnHourOfTheDay() {
    let start = "80049531000000000000007d948c0164948c086461746574696d65948c086461746574696d65949394430a07e40114"
    let end = "2d000000009485945294732e"
    #expect(status { try Pickle.decode(bytes(hexadecimal: start + "10" + end)) } == nil)
    for hour in ["18", "80", "90", "ff"] {
      #expect(status { try Pickle.decode(bytes(hexadecimal: start + hour + end)) } == .malformed)
    }
  }

  /// What a value becomes; nil where it stays.
  private func conversion(of name: String) -> String?? {
    converted.first { $0.key == name }?.value
  }

  private func rows() throws -> [[String: Any]] {
    let rows = try #require(try ValuesTests.vectors("pickle")["rows"] as? [[String: Any]])
    #expect(rows.count == 33)
    return rows
  }

  private func stored(_ row: [String: Any], _ version: Int) -> [UInt8]? {
    (row["p\(version)_hex"] as? String).map { bytes(hexadecimal: $0) }
  }
}
