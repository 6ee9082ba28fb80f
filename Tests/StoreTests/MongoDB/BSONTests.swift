// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  import Support
  import Testing

  @testable import Backends

  @Suite struct BSONTests {
    private func bytes(_ hex: String) -> [UInt8] {
      var bytes: [UInt8] = []
      var rest = hex.filter { $0 != " " }[...]
      while !rest.isEmpty {
        bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
        rest = rest.dropFirst(2)
      }
      return bytes
    }

    @Test func whatIsWritten() {
      let document = BSON(
        ("a", .text("x\0")), ("b", .binary([1, 2])), ("c", .number(-2)), ("d", .flag(true)), ("e", .date(-1)),
        ("f", .document(BSON(("g", .word("y"))))), ("h", .array([.number(1), .flag(false)])))
      let expected = bytes(
        "5b000000 02 6100 03000000 780000 05 6200 02000000 00 0102 10 6300 feffffff 08 6400 01"
          + "09 6500 ffffffffffffffff 03 6600 0e000000 02 6700 02000000 7900 00"
          + "04 6800 10000000 10 3000 01000000 08 3100 00 00 00")
      #expect(document.bytes.count == expected.count)
      #expect(Array(document.bytes.dropFirst(4)) == Array(expected.dropFirst(4)))
      #expect(Int(document.bytes[0]) == document.bytes.count)
    }

    @Test func whatIsRead() throws {
      let inner = BSON(("n", .number(7)))
      let document = BSON(
        ("r", .copy(BSONField(type: 0x0B, bytes: [0x61, 0, 0x62, 0]))),
        ("l", .copy(BSONField(type: 0x12, bytes: [255, 255, 255, 255, 255, 255, 255, 255]))),
        ("x", .copy(BSONField(type: 0x01, bytes: [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]))),
        ("v", .binary([9, 8])), ("e", .date(-5)), ("i", .document(inner)), ("w", .word("Not Primary")))
      let fields = try #require(BSONFields(document.bytes[...]))
      #expect(fields["l"]?.number == -1 && fields["x"]?.number == 1 && fields["v"]?.number == nil)
      #expect(fields["v"]?.binary == [9, 8] && fields["e"]?.date == -5 && fields["e"]?.binary == nil)
      #expect(fields["i"]?.fields?["n"]?.number == 7)
      #expect(fields["w"]?.word == "Not" && fields["none"] == nil)
    }

    /// Any byte of a document may be any other.
    @Test func whateverComesIsRead() {
      let document = BSON(
        ("ok", .number(1)), ("v", .binary([1, 2, 3])), ("t", .text("abc")), ("e", .date(1)),
        ("cursor", .document(BSON(("firstBatch", .array([.document(BSON(("val", .binary([1]))))]))))))
      let good = document.bytes
      var found = 0
      for place in good.indices {
        for byte in UInt8.min...UInt8.max {
          var bad = good
          bad[place] = byte
          found += read(bad[...])
        }
        found += read(good[..<place])
        found += read(good[place...])
      }
      #expect(found > 0)
    }

    private func read(_ bytes: ArraySlice<UInt8>) -> Int {
      guard var fields = BSONFields(bytes) else { return 0 }
      var count = 0
      while let (_, field) = fields.next() {
        count += 1
        _ = (field.number, field.date, field.binary, field.word)
        if let inner = field.fields {
          var inner = inner
          while let (_, field) = inner.next() { _ = (field.fields, field.binary) }
        }
      }
      return count
    }
  }
#endif
