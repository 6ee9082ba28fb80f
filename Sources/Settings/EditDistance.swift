// SPDX-License-Identifier: Apache-2.0
internal import Support

/// How many bytes have to be added, removed or changed to make one text of another, without regard to case.
///
/// - Returns: nil for texts longer than any name of ours, which are not worth the work.
func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int? {
  guard left.count <= 64, right.count <= 64 else { return nil }
  var row = Array(0...right.count)
  for (position, byte) in left.enumerated() {
    var diagonal = row[0]
    row[0] = position + 1
    for (column, other) in right.enumerated() {
      let substituted = diagonal + (uppercase(byte) == uppercase(other) ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(substituted, row[column] + 1, diagonal + 1)
    }
  }
  return row[right.count]
}

/// The candidate that is nearest to what was written; nil where more than a third differs from all of them.
func nearest(to written: [UInt8], of candidates: [StaticString]) -> StaticString? {
  var best: StaticString?
  var least = Int.max
  for candidate in candidates {
    let name = Text(stringLiteral: candidate).bytes
    guard let distance = editDistance(written, name), distance < least, distance * 3 <= max(written.count, name.count)
    else { continue }
    (best, least) = (candidate, distance)
  }
  return best
}

/// An ASCII letter as its capital, every other byte as it is.
func uppercase(_ byte: UInt8) -> UInt8 {
  0x61...0x7A ~= byte ? byte - 0x20 : byte
}
