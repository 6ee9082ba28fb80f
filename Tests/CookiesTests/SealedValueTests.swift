// SPDX-License-Identifier: Apache-2.0
import Foundation
import Keys
import Support
import Testing

@testable import Cookies

/// Sealed values, and the published vectors, which an independent program made.
struct SealedValueTests {
  private let now: Int64 = 1_800_000_000

  private struct Vectors: Decodable {
    struct One: Decodable {
      let what, purpose, application, name, key: String
      let secret, associated, text, message: String?
      let payload, value: String?
      let issued: Int64?
    }
    let messages, values: [One]

    static func load() throws -> Vectors {
      let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Vectors/sealed.json")
      return try JSONDecoder().decode(Vectors.self, from: try Data(contentsOf: file))
    }
  }

  private func bytes(_ hexadecimal: String?) -> [UInt8] {
    let digits = (hexadecimal ?? "").compactMap { $0.hexDigitValue }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  private func ring(_ keys: [[UInt8]]) -> KeyRing {
    var ring = KeyRing()
    for key in keys { ring.add(key.withUnsafeBufferPointer { Secret($0) }) }
    return ring
  }

  private func context(_ vector: Vectors.One) -> SealingContext {
    SealingContext(
      .cookies, purpose: Text(vector.purpose), application: Text(vector.application), name: Text(vector.name))
  }

  private func sealed(_ sealer: Sealer, _ text: [UInt8]) throws -> String {
    var message = [UInt8](repeating: 0, count: Sealer.headerCount) + text
    message += [UInt8](repeating: 0, count: Sealer.overhead - Sealer.headerCount)
    try message.withUnsafeMutableBufferPointer { try sealer.seal($0, now: now) }
    return String(decoding: Base64URL.encoded(message), as: UTF8.self)
  }

  private func open(
    _ form: SealedValue, _ text: String, now: Int64? = nil, maxAge: Int64? = nil, limit: Int = 1 << 20
  ) -> Result<(payload: [UInt8], issued: Int64, isFresh: Bool), Failure> {
    Array(text.utf8).withUnsafeBufferPointer { text in
      Result { () throws(Failure) in
        try form.payload(text, now: now ?? self.now, maxAge: maxAge, limit: limit)
      }
    }
  }

  private func status(_ result: Result<(payload: [UInt8], issued: Int64, isFresh: Bool), Failure>) -> Status {
    if case .failure(let failure) = result { failure.status } else { .ok }
  }

  private func seal(_ form: SealedValue, _ payload: [UInt8], issued: Int64? = nil) throws -> String {
    let count = form.largestCount(payload.count)
    let text = try [UInt8](unsafeUninitializedCapacity: count) { output, written in
      guard let output = output.baseAddress else { return }
      written = try payload.withUnsafeBufferPointer {
        try form.seal($0, issued: issued ?? now, now: now, into: output)
      }
      #expect(written <= count)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private func form(padding: Int = 0, compresses: Bool = false) throws -> SealedValue {
    try SealedValue(ring([Array(0..<32)]), test, padding: padding, compresses: compresses)
  }

  private var test: SealingContext { SealingContext(.cookies, purpose: "test", application: "", name: "") }

  @Test func publishedMessagesOpen() throws {
    let messages = try Vectors.load().messages
    #expect(messages.count >= 4)
    for vector in messages {
      let sealer = try Sealer(ring([bytes(vector.key)]), context(vector))
      var message = bytes(vector.message)
      let text = try message.withUnsafeMutableBufferPointer { message in
        try bytes(vector.secret).withUnsafeBufferPointer { secret in
          try bytes(vector.associated).withUnsafeBufferPointer { associated in
            Array(try sealer.open(message, secret: secret, associated: associated, now: now).text)
          }
        }
      }
      #expect(text == bytes(vector.text), "\(vector.what)")
    }
  }

  @Test func publishedValuesOpen() throws {
    let values = try Vectors.load().values
    #expect(values.count >= 6)
    for vector in values {
      let form = try SealedValue(ring([bytes(vector.key)]), context(vector))
      let opened = try open(form, vector.value ?? "").get()
      #expect(opened.payload == bytes(vector.payload) && opened.issued == vector.issued, "\(vector.what)")
      #expect(opened.isFresh)
    }
  }

  @Test(arguments: [0, 1, 2, 16, 64, 100], [false, true])
  func opensWhatItSealed(padding: Int, compresses: Bool) throws {
    let form = try form(padding: padding, compresses: compresses)
    for count in Array(0...70) + [1000, 4000] {
      for payload in [[UInt8](repeating: 97, count: count), (0..<count).map { _ in UInt8.random(in: 0...255) }] {
        let sealed = try seal(form, payload, issued: 5)
        let opened = try open(form, sealed).get()
        #expect(opened.payload == payload && opened.issued == 5)
        if padding > 1 {
          let text = (Base64URL.decodedCount(sealed.utf8.count) ?? 0) - Sealer.overhead
          #expect(text % padding == 0 && text > 9)
        }
      }
    }
    let long = try seal(form, [UInt8](repeating: 97, count: 1000))
    #expect((long.utf8.count < 400) == compresses)
    #expect(status(open(form, long, limit: 999)) == (compresses ? .tooLarge : .ok))
    #expect(throws: Failure.self) { try seal(form, [], issued: -1) }
  }

  @Test(arguments: [(Int64(-61), Status.expired), (-60, .ok), (0, .ok), (100, .ok), (101, .expired)])
  func hasItsAge(age: Int64, expected: Status) throws {
    let form = try form()
    let sealed = try seal(form, [1])
    #expect(status(open(form, sealed, now: now + age, maxAge: 100)) == expected)
    #expect(status(open(form, sealed, now: now + age)) == .ok)
  }

  @Test func timesThatNoClockTellsAreExpired() throws {
    let form = try form()
    let sealed = try seal(form, [], issued: .max)
    #expect(status(open(form, sealed, now: .min, maxAge: 100)) == .expired)
    #expect(status(open(form, sealed, now: now, maxAge: 100)) == .expired)
  }

  @Test func oneValueHasOneSpelling() throws {
    let form = try form()
    for count in 0..<12 {
      let sealed = try seal(form, [UInt8](repeating: 1, count: count))
      for changed in [sealed + "=", sealed + "A", sealed + "AA", " " + sealed, String(sealed.dropLast()), ""] {
        #expect(status(open(form, changed)) == .tampered)
      }
      var bytes = Array(sealed.utf8)
      for bit in 0..<bytes.count * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8)
        #expect(status(open(form, String(decoding: bytes, as: UTF8.self))) == .tampered)
        bytes[bit / 8] ^= 1 << (bit % 8)
      }
    }
    for count in 0..<200 {
      #expect(status(open(form, String(repeating: "A", count: count))) == .tampered)
    }
  }

  @Test func otherFormatsAreMalformed() throws {
    let sealer = try Sealer(ring([Array(0..<32)]), test)
    let form = try form()
    let time: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 7]
    func status(_ text: [UInt8]) throws -> Status { self.status(open(form, try sealed(sealer, text))) }
    #expect(try status(time + [0]) == .ok)
    #expect(try status(time + [2, 0x80]) == .ok)
    #expect(try status(time + [2, 0x80, 0, 0]) == .ok)
    for text in [
      [], time, [0x80, 0, 0, 0, 0, 0, 0, 0, 0], time + [4], time + [0x80], time + [2], time + [2, 0], time + [2, 0x81],
      time + [2, 1, 0], [0, 0, 0, 0, 0, 0, 0, 0x80, 2], time + [1], time + [1, 5, 5, 5],
    ] {
      #expect(try status(text) == .malformed, "\(text)")
    }
  }
}
