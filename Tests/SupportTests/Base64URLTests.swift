// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Support

@Suite struct Base64URLTests {
  @Test func theVectorsOfRFC4648() {
    let vectors = [
      "": "", "f": "Zg", "fo": "Zm8", "foo": "Zm9v", "foob": "Zm9vYg", "fooba": "Zm9vYmE", "foobar": "Zm9vYmFy",
    ]
    for (plain, encoded) in vectors {
      #expect(encode(Array(plain.utf8)) == encoded)
      #expect(decode(encoded) == Array(plain.utf8))
    }
  }

  @Test func everySizeComesBack() {
    var bytes: [UInt8] = []
    for size in 0..<300 {
      #expect(decode(encode(bytes)) == bytes)
      bytes.append(UInt8(truncatingIfNeeded: size &* 151 &+ 7))
    }
  }

  @Test(arguments: ["Z", "Zh", "Zg=", "Zg==", "Z g", "Zm9v\n", "Zm9", "+/8", "Zm9v!", "ZZZZZ", "Zm\u{e9}v"])
  func onlyTheCanonicalSpellingIsRead(_ text: String) {
    #expect(decode(text) == nil)
  }

  /// One character of no meaning at each place, for each such character.
  @Test func noOtherCharacterIsReadAnywhere() {
    let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    for count in [4, 16, 20, 36, 43, 64] {
      let text = Array(encode((0..<count * 3 / 4).map { _ in UInt8.random(in: 0...255) }).utf8)
      for place in text.indices {
        for byte in UInt8.min...UInt8.max {
          var changed = text
          changed[place] = byte
          let isRead = changed.withUnsafeBufferPointer { Base64URL.decode($0) } != nil
          // The last character may have bits that mean nothing.
          #expect(place == text.count - 1 ? !isRead || alphabet.contains(byte) : isRead == alphabet.contains(byte))
        }
      }
    }
  }

  /// What is done many characters at a time against what is done one group after the other, at every place in memory.
  @Test(arguments: [16, 32] as [Int32])
  func widthMakesNoDifference(_ width: Int32) {
    var memory = [UInt8](repeating: 0, count: 1000)
    for count in 0...300 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255) }
      let text = written(bytes, width: 1)
      for place in 0..<64 where place % 8 == count % 8 || count < 70 {
        memory.replaceSubrange(place..<place + count, with: bytes)
        let encoded = memory.withUnsafeBufferPointer { memory in
          written(UnsafeBufferPointer(rebasing: memory[place..<place + count]), width: width)
        }
        #expect(encoded == text)
        memory.replaceSubrange(place..<place + text.count, with: text)
        let decoded = memory.withUnsafeBufferPointer { memory in
          read(UnsafeBufferPointer(rebasing: memory[place..<place + text.count]), width: width)
        }
        #expect(decoded == bytes)
      }
    }
  }

  @Test(arguments: [16, 32] as [Int32])
  func widthMakesNoDifferenceToWhatIsRefused(_ width: Int32) {
    for count in 0...300 where count % 4 != 1 {
      let sound = written((0..<count * 3 / 4).map { _ in UInt8.random(in: 0...255) }, width: 1)
      for _ in 0..<20 where !sound.isEmpty {
        var text = sound
        for _ in 0..<Int.random(in: 1...3) {
          text[Int.random(in: text.indices)] = UInt8.random(in: 0...255)
        }
        let (scalar, wide) = text.withUnsafeBufferPointer { (read($0, width: 1), read($0, width: width)) }
        #expect(scalar == wide)
      }
    }
  }

  /// The bytes stand at the end of the room for their text.
  @Test(arguments: [1, 16, 32] as [Int32])
  func bytesAreEncodedWhereTheyStand(_ width: Int32) {
    for count in 0...300 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255) }
      let size = Base64URL.encodedCount(count)
      var room = [UInt8](repeating: 0, count: size - count) + bytes
      room.withUnsafeMutableBufferPointer { room in
        guard let start = room.baseAddress else { return }
        Base64URL.encode(UnsafeBufferPointer(rebasing: room[(size - count)...]), into: start, width: width)
      }
      #expect(room == written(bytes, width: 1))
    }
  }

  /// Encoded, with what follows it in memory as it was.
  private func written(_ bytes: UnsafeBufferPointer<UInt8>, width: Int32) -> [UInt8] {
    let size = Base64URL.encodedCount(bytes.count)
    var text = [UInt8](repeating: 0xA5, count: size + 64)
    text.withUnsafeMutableBufferPointer { text in
      if let start = text.baseAddress { Base64URL.encode(bytes, into: start, width: width) }
    }
    #expect(text[size...].allSatisfy { $0 == 0xA5 })
    return Array(text[..<size])
  }

  private func written(_ bytes: [UInt8], width: Int32) -> [UInt8] {
    bytes.withUnsafeBufferPointer { written($0, width: width) }
  }

  /// Decoded, with what follows it in memory as it was; nil for what is refused.
  private func read(_ text: UnsafeBufferPointer<UInt8>, width: Int32) -> [UInt8]? {
    guard let size = Base64URL.decodedCount(text.count) else { return nil }
    var bytes = [UInt8](repeating: 0xA5, count: size + 64)
    let sound = bytes.withUnsafeMutableBufferPointer { bytes in
      bytes.baseAddress.map { Base64URL.decode(text, into: $0, width: width) } ?? false
    }
    #expect(bytes[size...].allSatisfy { $0 == 0xA5 })
    return sound ? Array(bytes[..<size]) : nil
  }

  private func encode(_ bytes: [UInt8]) -> String {
    let text = [UInt8](unsafeUninitializedCapacity: Base64URL.encodedCount(bytes.count)) { output, written in
      bytes.withUnsafeBufferPointer { input in
        if let base = output.baseAddress { Base64URL.encode(input, into: base) }
      }
      written = Base64URL.encodedCount(bytes.count)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private func decode(_ text: String) -> [UInt8]? {
    Array(text.utf8).withUnsafeBufferPointer { Base64URL.decode($0) }
  }
}
