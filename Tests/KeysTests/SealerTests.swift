// SPDX-License-Identifier: Apache-2.0
import Crypto
import Support
import Testing

@testable import Keys

struct SealerTests {
  private let now: Int64 = 1_700_000_000

  private func secret(_ byte: UInt8, count: Int = 32) -> Secret {
    [UInt8](repeating: byte, count: count).withUnsafeBufferPointer { Secret($0) }
  }

  private func ring(_ keys: Key...) -> KeyRing {
    var ring = KeyRing()
    for key in keys { ring.add(key) }
    return ring
  }

  private func context(
    _ keys: KeyPurpose = .cookies, purpose: Text = "test", application: Text = "shop", name: Text = "session"
  ) -> SealingContext {
    SealingContext(keys, purpose: purpose, application: application, name: name)
  }

  private func seal(
    _ sealer: Sealer, _ text: [UInt8], secret: [UInt8] = [], associated: [UInt8] = [], now: Int64? = nil
  ) throws -> [UInt8] {
    var message = [UInt8](repeating: 0, count: Sealer.headerCount) + text
    message += [UInt8](repeating: 0, count: Sealer.overhead - Sealer.headerCount)
    try message.withUnsafeMutableBufferPointer { message in
      try secret.withUnsafeBufferPointer { secret in
        try associated.withUnsafeBufferPointer { associated in
          try sealer.seal(message, secret: secret, associated: associated, now: now ?? self.now)
        }
      }
    }
    return message
  }

  private func open(
    _ sealer: Sealer, _ message: [UInt8], secret: [UInt8] = [], associated: [UInt8] = [], now: Int64? = nil
  ) -> (text: [UInt8], isFresh: Bool)? {
    var message = message
    return message.withUnsafeMutableBufferPointer { message in
      secret.withUnsafeBufferPointer { secret in
        associated.withUnsafeBufferPointer { associated in
          guard
            let opened = try? sealer.open(message, secret: secret, associated: associated, now: now ?? self.now)
          else { return nil }
          return (Array(opened.text), opened.isFresh)
        }
      }
    }
  }

  @Test(arguments: [0, 1, 15, 16, 17, 63, 64, 300, 5000])
  func opensWhatItSealed(count: Int) throws {
    let sealer = try Sealer(ring(Key(secret(1))), context())
    let text = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let message = try seal(sealer, text, secret: [1, 2], associated: [3])
    #expect(message.count == text.count + Sealer.overhead)
    let opened = try #require(open(sealer, message, secret: [1, 2], associated: [3]))
    #expect(opened.text == text && opened.isFresh)
    #expect(try seal(sealer, text) != seal(sealer, text))
  }

  @Test func everyBitCounts() throws {
    let sealer = try Sealer(ring(Key(secret(1)), Key(secret(2))), context())
    let message = try seal(sealer, Array("some text".utf8))
    for bit in 0..<message.count * 8 {
      var changed = message
      changed[bit / 8] ^= 1 << (bit % 8)
      #expect(open(sealer, changed) == nil)
    }
    for count in 0..<message.count {
      #expect(open(sealer, Array(message[..<count])) == nil)
    }
    #expect(open(sealer, message + [0]) == nil)
  }

  @Test func nothingOfItsContextMayDiffer() throws {
    let keys = ring(Key(secret(1)))
    let message = try seal(try Sealer(keys, context()), [1], secret: [5], associated: [6])
    func opens(_ context: SealingContext, _ keys: KeyRing, secret: [UInt8] = [5], associated: [UInt8] = [6]) -> Bool {
      guard let sealer = try? Sealer(keys, context) else { return false }
      return open(sealer, message, secret: secret, associated: associated) != nil
    }
    #expect(opens(context(), keys))
    #expect(!opens(context(purpose: "other"), keys))
    #expect(!opens(context(application: "shop2"), keys))
    #expect(!opens(context(name: "sessiom"), keys))
    #expect(!opens(context(application: "shopsession", name: ""), keys))
    #expect(!opens(context(application: "", name: "shopsession"), keys))
    #expect(!opens(context(), ring(Key(secret(2)))))
    #expect(!opens(context(), keys, secret: []))
    #expect(!opens(context(), keys, secret: [5, 6], associated: []))
    #expect(!opens(context(), keys, associated: [7]))
    #expect(!opens(context(), keys, associated: []))
  }

  @Test func anIdOfAnotherKeyOpensNothing() throws {
    let one = try Sealer(ring(Key(secret(1))), context())
    let other = try Sealer(ring(Key(secret(2))), context())
    var message = try seal(one, [1, 2, 3])
    message.replaceSubrange(1..<9, with: try seal(other, [])[1..<9])
    #expect(open(try Sealer(ring(Key(secret(1)), Key(secret(2))), context()), message) == nil)
  }

  @Test func shortKeysNeitherSealNorOpen() throws {
    #expect(throws: Failure.self) { try Sealer(ring(Key(secret(1, count: 31))), context()) }
    let sealer = try Sealer(ring(Key(secret(1)), Key(secret(2, count: 31))), context())
    #expect(open(try Sealer(ring(Key(secret(1))), context()), try seal(sealer, [1]))?.isFresh == true)
  }

  @Test func keysServeTheirPurposeAlone() throws {
    let ring = ring(Key(secret(1), purpose: .cookies), Key(secret(2), purpose: .records))
    let cookies = try Sealer(ring, context(.cookies))
    let records = try Sealer(ring, context(.records))
    #expect(try seal(cookies, [])[1..<9] != seal(records, [])[1..<9])
    #expect(throws: Failure.self) { try Sealer(self.ring(Key(secret(1), purpose: .records)), context(.cookies)) }
  }

  /// One second before and after each end of a key's time.
  @Test func keysHaveTheirTime() throws {
    let old = Key(secret(1), name: "old", validity: Validity(notBefore: .min, notAfter: 2000))
    let new = Key(secret(2), name: "new", validity: Validity(notBefore: 1000, notAfter: 3000))
    let both = try Sealer(ring(new, old), context())
    let oldAlone = try Sealer(ring(old), context())
    let newAlone = try Sealer(ring(new), context())
    func usesNew(_ now: Int64) throws -> Bool {
      open(newAlone, try seal(both, [], now: now), now: now) != nil
    }
    #expect(try !usesNew(999))
    #expect(try !usesNew(1000))
    #expect(try !usesNew(1059))
    #expect(try usesNew(1060))
    #expect(try usesNew(3000))
    #expect(throws: Failure.self) { try seal(both, [], now: 3001) }
    // A key that is alone need not settle.
    #expect(throws: Failure.self) { try seal(newAlone, [], now: 999) }
    #expect(throws: Never.self) { try seal(newAlone, [], now: 1000) }

    let byOld = try seal(oldAlone, [], now: 0)
    #expect(open(both, byOld, now: 1059)?.isFresh == true)
    #expect(open(both, byOld, now: 1060)?.isFresh == false)
    #expect(open(both, byOld, now: 2000)?.isFresh == false)
    #expect(open(both, byOld, now: 2001) == nil)
    let byNew = try seal(newAlone, [], now: 1000)
    #expect(open(both, byNew, now: 999) == nil)
    #expect(open(both, byNew, now: 1000)?.isFresh == false)
    #expect(open(both, byNew, now: 1060)?.isFresh == true)
  }

  @Test func whatDoesNotOpenIsOverwritten() throws {
    let sealer = try Sealer(ring(Key(secret(1))), context())
    var message = try seal(sealer, Array("some text".utf8))
    message[message.count - 1] ^= 1
    _ = message.withUnsafeMutableBufferPointer { message in
      #expect(throws: Failure.self) { try sealer.open(message, now: now) }
    }
    #expect(message.allSatisfy { $0 == 0 })
  }

  /// Made by hand: the tag holds over every byte, and one of the version or the commitment is wrong.
  @Test(arguments: [-1, 0, 33, 40, 48])
  func theTagAloneIsNotEnough(wrong: Int) throws {
    let sealer = try Sealer(ring(Key(secret(1))), context())
    var message = try seal(sealer, Array("some text".utf8))
    func framed(_ text: String) -> [UInt8] { [0, 0, 0, UInt8(text.utf8.count)] + Array(text.utf8) }
    let context = framed("test") + framed("shop") + framed("session")
    let hmac = try HMAC(
      .sha256, key: try HKDF.key(from: secret(1), salt: Array("swiftsession sealed 1".utf8), info: context))
    func derived(_ label: UInt8) throws -> [UInt8] {
      var digest = [UInt8](repeating: 0, count: 32)
      try ([label] + message[9..<33]).withUnsafeBufferPointer { input in
        try hmac.sign(input, into: &digest)
      }
      return digest
    }
    let (key, rest) = (try derived(1), try derived(2))
    #expect(Array(rest[12..<28]) == Array(message[33..<49]))
    if wrong >= 0 { message[wrong] ^= 0x10 }
    let header = Array(message[..<49])
    var text = Array("some text".utf8)
    var tag = [UInt8](repeating: 0, count: 16)
    let cipher = try AES256GCM.make()
    try text.withUnsafeMutableBufferPointer { text in
      try header.withUnsafeBufferPointer { header in
        try context.withUnsafeBufferPointer { context in
          try cipher.seal(text, key: key, nonce: rest, associated: (header, context, Sealer.nothing), tag: &tag)
        }
      }
    }
    message.replaceSubrange(49..., with: text + tag)
    #expect((open(sealer, message) != nil) == (wrong < 0))
  }

  @Test func ofTwoKeysTheOneThatStandsLastIsNewer() throws {
    for time: Int64 in [.min, 5] {
      let validity = Validity(notBefore: time, notAfter: .max)
      let both = ring(Key(secret(1), validity: validity), Key(secret(2), validity: validity))
      let message = try seal(try Sealer(both, context()), [])
      #expect(open(try Sealer(ring(Key(secret(2))), context()), message) != nil)
    }
  }

  @Test func contextsOfAnyLength() throws {
    let keys = ring(Key(secret(1)))
    let long = Text([UInt8](repeating: 97, count: 300))
    let message = try seal(try Sealer(keys, context(name: long)), [1])
    #expect(open(try Sealer(keys, context(name: long)), message) != nil)
    #expect(open(try Sealer(keys, context(name: Text(Array(long.bytes.dropLast())))), message) == nil)
  }

  /// Every bit of an id tells keys apart, though none of two keys could be found that differ in so little.
  @Test func everyBitOfAnIdCounts() throws {
    let key = try SealingKey(Key(secret(1)), [])
    var id = [UInt8](repeating: 0, count: SealingKey.idCount)
    key.copyID(to: &id)
    #expect(key.isNamed(id))
    for bit in 0..<64 {
      id[bit / 8] ^= 1 << (bit % 8)
      #expect(!key.isNamed(id))
      id[bit / 8] ^= 1 << (bit % 8)
    }
  }
}
