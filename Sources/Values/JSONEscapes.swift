// SPDX-License-Identifier: Apache-2.0

/// The escapes of a JSON string.
enum JSONEscapes {
  /// What stands between the quotes, without escapes; nil when one does not exist.
  ///
  /// - Parameter surrogates: whether half a surrogate pair is kept as its three bytes, as Python does, or refused.
  static func decoded(_ raw: UnsafeBufferPointer<UInt8>, surrogates: Bool) -> [UInt8]? {
    if raw.isEmpty { return [] }
    var sound = true
    let plain = [UInt8](unsafeUninitializedCapacity: raw.count) { output, written in
      // No escape is shorter than what it stands for, so the output has the room.
      guard let base = output.baseAddress, let count = decode(raw, surrogates, into: base) else {
        sound = false
        return
      }
      written = count
    }
    return sound ? plain : nil
  }

  private static func decode(
    _ raw: UnsafeBufferPointer<UInt8>, _ surrogates: Bool, into output: UnsafeMutablePointer<UInt8>
  ) -> Int? {
    guard let base = raw.baseAddress else { return nil }
    var index = 0
    var written = 0
    while index < raw.count {
      var end = endOfPlainRun(raw, from: index)
      while end < raw.count, raw[end] != UInt8(ascii: "\\") { end += 1 }
      (output + written).update(from: base + index, count: end - index)
      written += end - index
      index = end
      guard index < raw.count else { break }
      guard raw.count - index >= 2 else { return nil }
      if raw[index + 1] == UInt8(ascii: "u") {
        guard let scalar = scalar(raw, &index), surrogates || scalar & 0xFFFF_F800 != 0xD800 else { return nil }
        written += write(scalar, output + written)
      } else {
        guard let byte = short(raw[index + 1]) else { return nil }
        output[written] = byte
        written += 1
        index += 2
      }
    }
    return written
  }

  private static func short(_ letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }

  /// Takes `\uXXXX`, and a second one where the two are a pair.
  private static func scalar(_ raw: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> UInt32? {
    guard let first = unit(raw, index) else { return nil }
    index += 6
    guard first & 0xFC00 == 0xD800, let second = unit(raw, index), second & 0xFC00 == 0xDC00 else { return first }
    index += 6
    return 0x10000 + (first & 0x3FF) << 10 + second & 0x3FF
  }

  private static func unit(_ raw: UnsafeBufferPointer<UInt8>, _ index: Int) -> UInt32? {
    guard raw.count - index >= 6, raw[index] == UInt8(ascii: "\\"), raw[index + 1] == UInt8(ascii: "u") else {
      return nil
    }
    var unit: UInt32 = 0
    for offset in 2..<6 {
      guard let digit = Hexadecimal.value(raw[index + offset]) else { return nil }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }

  private static func write(_ scalar: UInt32, _ output: UnsafeMutablePointer<UInt8>) -> Int {
    func continuation(_ shift: UInt32) -> UInt8 { UInt8(0x80 | scalar >> shift & 0x3F) }
    switch scalar {
    case 0..<0x80:
      output[0] = UInt8(scalar)
      return 1
    case 0x80..<0x800:
      output[0] = UInt8(0xC0 | scalar >> 6)
      output[1] = continuation(0)
      return 2
    case 0x800..<0x10000:
      output[0] = UInt8(0xE0 | scalar >> 12)
      output[1] = continuation(6)
      output[2] = continuation(0)
      return 3
    default:
      output[0] = UInt8(0xF0 | scalar >> 18 & 0x07)
      output[1] = continuation(12)
      output[2] = continuation(6)
      output[3] = continuation(0)
      return 4
    }
  }
}
