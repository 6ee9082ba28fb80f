// SPDX-License-Identifier: Apache-2.0

/// What stands before the record in a file of cachelib's: when it ends, in one of three ways.
struct FileHeader {
  enum Generation {
    /// Up to 0.4: a pickled number, protocol 1.
    case pickledOne
    /// 0.5 and 0.6: the same in protocol 5.
    case pickledFive
    /// Since 0.7: four bytes, the lowest first.
    case fixed
  }

  let generation: Generation
  /// Seconds since 1970; 0 is never.
  let expiry: Int64
  let size: Int

  /// Nil for what is too short to be one.
  ///
  /// The record behind it begins as a pickle does, or as what a pickle of nothing hides, which tells the generations apart.
  /// Before anything else stands a fixed one.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 4 else { return nil }
    if !FileHeader.isPickle(bytes[4...]), let (number, size) = PickledInteger.read(bytes[...]),
      FileHeader.isPickle(bytes[size...])
    {
      (generation, expiry, self.size) = (bytes[0] == 0x80 ? .pickledFive : .pickledOne, number, size)
      return
    }
    generation = .fixed
    expiry = Int64(bytes[0]) | Int64(bytes[1]) << 8 | Int64(bytes[2]) << 16 | Int64(bytes[3]) << 24
    size = 4
  }

  func isLive(at now: Int64) -> Bool {
    expiry == 0 || expiry > now
  }

  /// Nil for one that never ends.
  func remaining(at now: Int64) -> Int64? {
    expiry == 0 ? nil : expiry.subtractingReportingOverflow(now).partialValue
  }

  /// A fixed header ends in 2106: a record that would live longer ends then. None ends at 0, which is never.
  ///
  /// - Parameter record: what will stand behind it; where that is no pickle, only a fixed one is known again.
  static func bytes(_ generation: Generation, expiry: Int64, before record: [UInt8]) -> [UInt8] {
    bytes(isPickle(record[...]) ? generation : .fixed, number: max(expiry, 1))
  }

  static func never(_ generation: Generation) -> [UInt8] {
    bytes(generation, number: 0)
  }

  private static func bytes(_ generation: Generation, number expiry: Int64) -> [UInt8] {
    switch generation {
    case .pickledOne: return PickledInteger.bytes(min(expiry, 0x7FFF_FFFF), version: 1)
    case .pickledFive: return PickledInteger.bytes(min(expiry, 0x7F_FFFF_FFFF), version: 5)
    case .fixed:
      let number = min(expiry, 0xFFFF_FFFF)
      return [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
  }

  /// The longest header is that of protocol 5.
  static var longest: Int { 24 }

  private static func isPickle(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.count >= 2 else { return false }
    let (first, second) = (bytes[bytes.startIndex], bytes[bytes.startIndex + 1])
    return first == 0x80 && 2...5 ~= second || first == UInt8(ascii: "N") && second == UInt8(ascii: ".")
  }
}
