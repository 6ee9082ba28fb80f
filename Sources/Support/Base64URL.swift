// SPDX-License-Identifier: Apache-2.0
internal import CSupport

/// Base64 with the URL-safe alphabet and without padding (RFC 4648, section 5), as itsdangerous writes it.
package enum Base64URL {
  /// The characters that `count` bytes take. `count` is the size of something in memory, so this cannot overflow.
  package static func encodedCount(_ count: Int) -> Int {
    count / 3 * 4 + (count % 3 == 0 ? 0 : count % 3 + 1)
  }

  package static func encoded(_ bytes: [UInt8]) -> [UInt8] {
    let size = encodedCount(bytes.count)
    return [UInt8](unsafeUninitializedCapacity: size) { output, count in
      guard let start = output.baseAddress else { return }
      bytes.withUnsafeBufferPointer { encode($0, into: start) }
      count = size
    }
  }

  /// Writes `encodedCount(bytes.count)` characters to `output`, which must have the room. The bytes may stand at the end
  /// of that room: each three are read before the characters reach them.
  package static func encode(_ bytes: UnsafeBufferPointer<UInt8>, into output: UnsafeMutablePointer<UInt8>) {
    alphabet.withUTF8Buffer { alphabet in
      var output = output
      var index = 0
      while bytes.count - index >= 3 {
        let group = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
        output[0] = alphabet[Int(group >> 18)]
        output[1] = alphabet[Int(group >> 12 & 63)]
        output[2] = alphabet[Int(group >> 6 & 63)]
        output[3] = alphabet[Int(group & 63)]
        output += 4
        index += 3
      }
      switch bytes.count - index {
      case 1:
        output[0] = alphabet[Int(bytes[index] >> 2)]
        output[1] = alphabet[Int(bytes[index] << 4 & 63)]
      case 2:
        let group = UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
        output[0] = alphabet[Int(group >> 10)]
        output[1] = alphabet[Int(group >> 4 & 63)]
        output[2] = alphabet[Int(group << 2 & 63)]
      default:
        break
      }
    }
  }

  /// Reads only what `encode` writes: no padding, no other characters, unused bits zero. One value has one spelling, so
  /// a signed cookie cannot be changed and still be the same cookie. Nil for anything else.
  package static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    guard let count = decodedCount(text.count) else { return nil }
    var sound = true
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { output, written in
      if let start = output.baseAddress { sound = decode(text, into: start) }
      written = sound ? count : 0
    }
    return sound ? bytes : nil
  }

  /// The bytes that `count` characters stand for; nil for a count that no text has.
  package static func decodedCount(_ count: Int) -> Int? {
    count % 4 == 1 ? nil : count / 4 * 3 + (count % 4 == 0 ? 0 : count % 4 - 1)
  }

  /// Writes `decodedCount(text.count)` bytes to `output`; false, and then only garbage, for what `encode` never writes.
  package static func decode(_ text: UnsafeBufferPointer<UInt8>, into output: UnsafeMutablePointer<UInt8>) -> Bool {
    let values = csupport_base64url_values()
    var index = csupport_base64url_decode(text.baseAddress, text.count, output)
    var position = index / 4 * 3
    var seen: UInt8 = 0
    while text.count - index >= 4 {
      let a = values[Int(text[index])]
      let b = values[Int(text[index + 1])]
      let c = values[Int(text[index + 2])]
      let d = values[Int(text[index + 3])]
      seen |= a | b | c | d
      output[position] = a << 2 | b >> 4
      output[position + 1] = b << 4 | c >> 2
      output[position + 2] = c << 6 | d
      index += 4
      position += 3
    }
    switch text.count - index {
    case 2:
      let a = values[Int(text[index])]
      let b = values[Int(text[index + 1])]
      seen |= a | b | (b & 15 == 0 ? 0 : invalid)
      output[position] = a << 2 | b >> 4
    case 3:
      let a = values[Int(text[index])]
      let b = values[Int(text[index + 1])]
      let c = values[Int(text[index + 2])]
      seen |= a | b | c | (c & 3 == 0 ? 0 : invalid)
      output[position] = a << 2 | b >> 4
      output[position + 1] = b << 4 | c >> 2
    default:
      break
    }
    return seen & invalid == 0
  }

  private static var alphabet: StaticString { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" }
  private static var invalid: UInt8 { 0x40 }
}
