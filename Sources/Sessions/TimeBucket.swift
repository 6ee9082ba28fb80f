// SPDX-License-Identifier: Apache-2.0

/// The buckets that times are counted in: each has what took at most so long, and longer than the one before.
enum TimeBucket {
  /// Those with a limit. One more has what took longer.
  static var last: Int { 10 }

  /// In nanoseconds: 0.1 milliseconds, 0.5, 1, and so on to 5 seconds.
  static func limit(_ bucket: Int) -> UInt64 {
    var limit: UInt64 = bucket % 2 == 0 ? 100_000 : 500_000
    for _ in 0..<bucket / 2 { limit *= 10 }
    return limit
  }

  static func of(nanoseconds: UInt64) -> Int {
    var bucket = 0
    while bucket < last, nanoseconds > limit(bucket) { bucket += 1 }
    return bucket
  }
}
