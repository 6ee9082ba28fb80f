// SPDX-License-Identifier: Apache-2.0

/// Base64 with the standard alphabet and padding (RFC 4648, section 4), as Python's `base64` has it.
enum Base64 {
  static func encode(_ bytes: [UInt8]) -> [UInt8] {
    let count = (bytes.count + 2) / 3 * 4
    if count == 0 { return [] }
    return [UInt8](unsafeUninitializedCapacity: count) { output, written in
      alphabet.withUTF8Buffer { alphabet in
        var position = 0
        var index = 0
        while index < bytes.count {
          let left = bytes.count - index
          var group = UInt32(bytes[index]) << 16
          if left > 1 { group |= UInt32(bytes[index + 1]) << 8 }
          if left > 2 { group |= UInt32(bytes[index + 2]) }
          output[position] = alphabet[Int(group >> 18)]
          output[position + 1] = alphabet[Int(group >> 12 & 63)]
          output[position + 2] = left > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "=")
          output[position + 3] = left > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "=")
          position += 4
          index += 3
        }
      }
      written = count
    }
  }

  /// As leniently as Python's `b64decode`: what is not in the alphabet is skipped, the first complete padding ends it.
  /// Nil where the padding is missing.
  static func decode(_ text: [UInt8]) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var group: UInt32 = 0
    var size = 0
    var padding = 0
    for character in text {
      if character == UInt8(ascii: "=") {
        guard size >= 2 else { continue }
        padding += 1
        if size + padding >= 4 { return bytes }
        continue
      }
      guard let value = value(character) else { continue }
      padding = 0
      group = group << 6 | UInt32(value)
      size = (size + 1) % 4
      switch size {
      case 2: bytes.append(UInt8(truncatingIfNeeded: group >> 4))
      case 3: bytes.append(UInt8(truncatingIfNeeded: group >> 2))
      case 0: bytes.append(UInt8(truncatingIfNeeded: group))
      default: break
      }
    }
    return size == 0 ? bytes : nil
  }

  private static func value(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }

  private static var alphabet: StaticString { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" }
}
