// SPDX-License-Identifier: Apache-2.0

/// Where the run of bytes ends that stand for themselves in every JSON string: 0x20 to 0x7E but `"` and `\`.
///
/// Strings are most of a session: eight bytes are looked at together.
func endOfPlainRun(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
  guard let base = UnsafeRawPointer(bytes.baseAddress) else { return start }
  var index = start
  while bytes.count - index >= 8 {
    let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    let others = highBitsOfOthers(word)
    guard others == 0 else { return index + others.trailingZeroBitCount / 8 }
    index += 8
  }
  while index < bytes.count, isPlain(bytes[index]) { index += 1 }
  return index
}

private func isPlain(_ byte: UInt8) -> Bool {
  byte >= 0x20 && byte < 0x7F && byte != 0x22 && byte != 0x5C
}

/// The high bit of each byte that is not plain. A carry may set one too many, but only above one that is due.
private func highBitsOfOthers(_ word: UInt64) -> UInt64 {
  let ones: UInt64 = 0x0101_0101_0101_0101
  let quotes = word ^ (ones &* 0x22)
  let backslashes = word ^ (ones &* 0x5C)
  let controls = (word &- ones &* 0x20) & ~word
  let above = word | (word &+ ones)
  return (controls | above | (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes) & (ones &* 0x80)
}
