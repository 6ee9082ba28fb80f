// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Keys
@testable import Records
@testable import Support

/// A record opens as it was sealed, for its place alone, and no otherwise.
@Suite struct SealedRecordTests {
  private let now: Int64 = 1_700_000_000
  private let id = Text([UInt8](repeating: 0x41, count: 43))

  private func secret(_ byte: UInt8) -> Secret {
    [UInt8](repeating: byte, count: 32).withUnsafeBufferPointer { Secret($0) }
  }

  private func ring(_ bytes: UInt8..., purpose: KeyPurpose = .all) -> KeyRing {
    var ring = KeyRing()
    for byte in bytes { ring.add(Key(secret(byte), purpose: purpose)) }
    return ring
  }

  private func form(_ ring: KeyRing? = nil, application: Text = "shop", prefix: Text = "s:") throws -> SealedRecord {
    try SealedRecord.make(ring ?? self.ring(1), application: application, prefix: prefix)
  }

  private func place(_ id: Text? = nil, prefix: Text = "s:") throws -> SealedRecord.Place {
    try SealedRecord.Place(Text(prefix.bytes + (id ?? self.id).bytes), prefix: prefix.count)
  }

  @Test func whatIsSealedOpens() throws {
    let form = try form()
    for record in [[], [1], Array("some values".utf8), [UInt8](repeating: 7, count: 5000)] as [[UInt8]] {
      for expiry in [0, 1, now, .max, -1, .min] {
        let sealed = try form.seal(record, try place(), expiry: expiry, now: now)
        #expect(sealed.count == record.count + SealedRecord.overhead)
        let opened = try #require(try form.open(sealed, try place(), now: now))
        #expect(opened.record == record && opened.expiry == expiry && opened.isFresh)
        #expect(try form.seal(record, try place(), expiry: expiry, now: now) != sealed)
      }
    }
  }

  @Test func aPlaceHasNoId() throws {
    let place = try place()
    #expect(place.key == "s:sealed.tVg4QYGyy6U-85AIp7P44509P_ELAUXEKiICnxmKOPE")
    #expect(SealedName.isOne(try SealedName.make(id)) && !SealedName.isOne(id))
    #expect(try SealedName.make(id).count == SealedName.count)
    #expect(SealedName.isOne("sealed.") && !SealedName.isOne("sealed"))
    // The name of a session does not depend on where it is.
    #expect(try self.place(prefix: "").key == SealedName.make(id))
  }

  /// A thousand records, and every bit of each.
  @Test(arguments: 0..<4) func everyBitCounts(_ part: Int) throws {
    let form = try form(ring(1, 2))
    for number in 0..<250 {
      let place = try place(Text("id-of-session-\(part)-\(number)"))
      let record = (0..<number % 41).map { UInt8(truncatingIfNeeded: $0 &* number &+ part) }
      var sealed = try form.seal(record, place, expiry: now + Int64(number), now: now)
      for bit in 0..<sealed.count * 8 {
        sealed[bit / 8] ^= 1 << (bit % 8)
        if try form.open(sealed, place, now: now) != nil { Issue.record("bit \(bit) of \(record.count) bytes") }
        sealed[bit / 8] ^= 1 << (bit % 8)
      }
      #expect(try form.open(sealed, place, now: now)?.record == record)
    }
  }

  @Test func everyLengthCounts() throws {
    let form = try form()
    let sealed = try form.seal([1, 2, 3], try place(), expiry: now, now: now)
    for count in 0..<sealed.count { #expect(try form.open(Array(sealed[..<count]), try place(), now: now) == nil) }
    for more in [[0], [0, 0], sealed] as [[UInt8]] {
      #expect(try form.open(sealed + more, try place(), now: now) == nil)
    }
    #expect(try form.open([], try place(), now: now) == nil)
  }

  @Test func nothingElseOpensIt() throws {
    let sealed = try form().seal([1], try place(), expiry: now, now: now)
    func opens(_ form: SealedRecord, _ place: SealedRecord.Place) throws -> Bool {
      try form.open(sealed, place, now: now) != nil
    }
    #expect(try opens(form(), place()))
    #expect(try !opens(form(application: "shop2"), place()))
    #expect(try !opens(form(application: ""), place()))
    #expect(try !opens(form(prefix: "s"), place()))
    #expect(try !opens(form(), place(prefix: "t:")))
    #expect(try !opens(form(prefix: "t:"), place(prefix: "t:")))
    #expect(try !opens(form(ring(2)), place()))
    for other in ["B", ""] {
      #expect(try !opens(form(), place(Text(other))))
    }
  }

  /// All swaps of the parts of two records: header, key id, salt, commitment, text, tag.
  @Test func partsOfOneRecordDoNotServeAnother() throws {
    let form = try form(ring(1, 2))
    var records: [(id: Text, sealed: [UInt8])] = []
    for maker in [form, try self.form(ring(1)), try self.form(ring(2))] {
      for id in [id, "BBBBBBBBBBBBBBBB"] {
        records.append((id, try maker.seal([1, 2, 3], place(id), expiry: now, now: now)))
      }
    }
    let parts = [0..<1, 1..<9, 9..<33, 33..<49, 49..<57, 57..<60, 60..<76]
    for (number, one) in records.enumerated() {
      for (other, two) in records.enumerated() where other != number {
        for part in parts where one.sealed[part] != two.sealed[part] {
          var swapped = one.sealed
          swapped.replaceSubrange(part, with: two.sealed[part])
          #expect(try form.open(swapped, place(one.id), now: now) == nil)
        }
      }
    }
  }

  @Test func anotherPurposeIsNoRecord() throws {
    for purpose in ["session cookie", "session id cookie", "Session record", ""] as [Text] {
      let context = SealingContext(.records, purpose: purpose, application: "shop", name: "s:")
      let sealer = try Sealer(ring(1), context)
      var message = [UInt8](repeating: 0, count: SealedRecord.overhead)
      let place = try place()
      try message.withUnsafeMutableBufferPointer { message in
        try id.bytes.withUnsafeBufferPointer { id in
          try place.key.bytes.withUnsafeBufferPointer { key in
            try sealer.seal(message, secret: id, associated: key, now: now)
          }
        }
      }
      #expect(try form().open(message, place, now: now) == nil)
    }
  }

  /// Well sealed, and too short to have a time.
  @Test func aTextWithoutItsTimeIsNone() throws {
    let sealer = try Sealer(
      ring(1), SealingContext(.records, purpose: "session record", application: "shop", name: "s:"))
    let place = try place()
    for count in 0...8 {
      var message = [UInt8](repeating: 0, count: Sealer.overhead + count)
      try message.withUnsafeMutableBufferPointer { message in
        try id.bytes.withUnsafeBufferPointer { id in
          try place.key.bytes.withUnsafeBufferPointer { key in
            try sealer.seal(message, secret: id, associated: key, now: now)
          }
        }
      }
      #expect((try form().open(message, place, now: now) != nil) == (count == 8))
    }
  }

  @Test func keysForCookiesSealNoRecord() throws {
    #expect(throws: Failure.self) { try form(ring(1, purpose: .cookies)) }
    #expect(throws: Never.self) { try form(ring(1, purpose: .records)) }
  }

  @Test func theNewestKeySeals() throws {
    let old = try form(ring(1)).seal([1], try place(), expiry: now, now: now)
    #expect(try form(ring(1, 2)).open(old, place(), now: now)?.isFresh == false)
    let new = try form(ring(1, 2)).seal([1], try place(), expiry: now, now: now)
    #expect(try form(ring(2)).open(new, place(), now: now)?.isFresh == true)
  }
}
