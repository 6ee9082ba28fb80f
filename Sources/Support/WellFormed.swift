// SPDX-License-Identifier: Apache-2.0

/// Whether bytes are UTF-8 (RFC 3629): shortest forms, at most U+10FFFF.
///
/// - Parameter surrogates: whether U+D800 to U+DFFF may stand in their three bytes, as `Text` keeps them.
package func isUTF8(_ bytes: UnsafeBufferPointer<UInt8>, surrogates: Bool = false) -> Bool {
  let raw = UnsafeRawBufferPointer(bytes)
  var index = 0
  while index < bytes.count {
    // Most text is ASCII: thirty-two bytes at a time, then eight.
    while bytes.count - index >= 32,
      (raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        | raw.loadUnaligned(fromByteOffset: index + 8, as: UInt64.self)
        | raw.loadUnaligned(fromByteOffset: index + 16, as: UInt64.self)
        | raw.loadUnaligned(fromByteOffset: index + 24, as: UInt64.self)) & 0x8080_8080_8080_8080 == 0
    {
      index += 32
    }
    while bytes.count - index >= 8,
      raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
    {
      index += 8
    }
    guard index < bytes.count else { return true }
    let lead = bytes[index]
    if lead < 0x80 {
      index += 1
      continue
    }
    var least: UInt8 = 0x80
    var most: UInt8 = 0xBF
    let length: Int
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, least) = (3, 0xA0)
    case 0xED where !surrogates: (length, most) = (3, 0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, least) = (4, 0x90)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, most) = (4, 0x8F)
    default: return false
    }
    guard bytes.count - index >= length, bytes[index + 1] >= least, bytes[index + 1] <= most else { return false }
    for offset in 2..<max(length, 2) where bytes[index + offset] & 0xC0 != 0x80 { return false }
    index += length
  }
  return true
}

package func isUTF8(_ bytes: [UInt8], surrogates: Bool = false) -> Bool {
  bytes.withUnsafeBufferPointer { isUTF8($0, surrogates: surrogates) }
}
