// SPDX-License-Identifier: Apache-2.0

/// A number as Python pickles it: the headers of older files, and the count of all.
enum PickledInteger {
  /// The number at the start of some bytes, and how many of them it takes.
  static func read(_ bytes: ArraySlice<UInt8>) -> (number: Int64, size: Int)? {
    var rest = bytes
    if rest.first == 0x80 {  // PROTO
      guard rest.count >= 2 else { return nil }
      rest = rest.dropFirst(2)
    }
    if rest.first == 0x95 { rest = rest.dropFirst(9) }  // FRAME
    guard let opcode = rest.popFirst() else { return nil }
    let size: Int
    switch opcode {
    case 0x4B: size = 1  // BININT1
    case 0x4D: size = 2  // BININT2
    case 0x4A: size = 4  // BININT
    case 0x8A where rest.first == 5: (size, rest) = (5, rest.dropFirst())  // LONG1
    default: return nil
    }
    guard rest.count > size, rest[rest.startIndex + size] == 0x2E else { return nil }
    var number: Int64 = 0
    for byte in rest.prefix(size).reversed() { number = number << 8 | Int64(byte) }
    // The two longer ones have a sign.
    if size >= 4 {
      let unused = Int64(64 - 8 * size)
      number = (number << unused) >> unused
    }
    return (number, rest.startIndex + size + 1 - bytes.startIndex)
  }

  /// - Parameter number: 0 to 2^39 - 1.
  /// - Parameter version: 1 or 5, the protocol.
  static func bytes(_ number: Int64, version: UInt8) -> [UInt8] {
    let (head, size): ([UInt8], Int) =
      switch number {
      case ...0xFF: ([0x4B], 1)
      case ...0xFFFF: ([0x4D], 2)
      case ...0x7FFF_FFFF: ([0x4A], 4)
      default: ([0x8A, 5], 5)
      }
    var body = head
    for index in 0..<size { body.append(UInt8(truncatingIfNeeded: number >> Int64(index * 8))) }
    body.append(0x2E)
    if version < 2 { return body }
    // A frame is not worth its head below four bytes.
    let frame: [UInt8] = body.count < 4 ? [] : [0x95, UInt8(truncatingIfNeeded: body.count), 0, 0, 0, 0, 0, 0, 0]
    return [0x80, version] + frame + body
  }
}
