// SPDX-License-Identifier: Apache-2.0
internal import Support

/// A time as Flask-Session's tables hold it: naive UTC, `YYYY-MM-DD HH:MM:SS.000000`, whose bytes sort as the times do.
enum NaiveTime {
  static var count: Int { 26 }

  /// - Parameters:
  ///   - seconds: since 1970-01-01T00:00:00Z; brought into the years 1 to 9999.
  ///   - output: room for `count` bytes.
  static func write(_ seconds: Int64, to output: UnsafeMutablePointer<UInt8>) {
    let date = CivilDate(seconds: seconds)
    put(date.year / 100, output)
    put(date.year % 100, output + 2)
    put(date.month, output + 5)
    put(date.day, output + 8)
    put(date.secondOfDay / 3600, output + 11)
    put(date.secondOfDay / 60 % 60, output + 14)
    put(date.secondOfDay % 60, output + 17)
    output[4] = 0x2D
    output[7] = 0x2D
    output[10] = 0x20
    output[13] = 0x3A
    output[16] = 0x3A
    output[19] = 0x2E
    for place in 20..<count { output[place] = 0x30 }
  }

  /// The `count` bytes.
  static func bytes(_ seconds: Int64) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { output, filled in
      guard let start = output.baseAddress else { return }
      write(seconds, to: start)
      filled = count
    }
  }

  private static func put(_ number: Int, _ output: UnsafeMutablePointer<UInt8>) {
    output[0] = UInt8(0x30 + number / 10)
    output[1] = UInt8(0x30 + number % 10)
  }
}
