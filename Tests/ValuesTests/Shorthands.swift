// SPDX-License-Identifier: Apache-2.0
import Support

@testable import Values

/// The status that a call fails with; nil when it does not.
func status<Result>(_ call: () throws -> Result) -> Status? {
  do {
    _ = try call()
    return nil
  } catch {
    return (error as? Failure)?.status
  }
}

func map(_ entries: [(Value, Value)]) -> Value {
  var map = Map()
  for (key, value) in entries { map.set(key, value) }
  return .map(map)
}

extension Value: ExpressibleByStringLiteral {
  public init(stringLiteral literal: StaticString) {
    self = .text(Text(stringLiteral: literal))
  }
}

func bytes(hexadecimal text: String) -> [UInt8] {
  let digits = text.utf8.compactMap { Hexadecimal.value($0) }
  return stride(from: 0, to: digits.count - digits.count % 2, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// SplitMix64: the same numbers in each run.
struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
