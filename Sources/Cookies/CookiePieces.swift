// SPDX-License-Identifier: Apache-2.0
internal import Support

/// Which pieces of a cookie that was cut a browser has beside the first one, and how they are written: under the names
/// `name`, `name.1` to `name.8`, the first beginning with `~` and the number of all, which no other cookie of ours does.
///
/// What they hold is made, and verified, in one piece: this is no secret and needs none.
package struct CookiePieces: Sendable {
  private var bits: UInt16 = 0

  package init() {}

  package mutating func insert(_ number: Int) {
    bits |= 1 << UInt16(number)
  }

  func contains(_ number: Int) -> Bool {
    bits & 1 << UInt16(number) != 0
  }

  /// What one digit counts.
  package static var most: Int { 9 }

  /// The bytes that stand before the first piece.
  static var leadCount: Int { 2 }

  static func lead(_ count: Int) -> [UInt8] {
    [mark, UInt8(ascii: "0") + UInt8(truncatingIfNeeded: count)]
  }

  /// How many pieces a value says that it was cut into; nil for one that was not.
  static func count(_ value: [UInt8]) -> Int? {
    guard value.count >= leadCount, value[0] == mark, UInt8(ascii: "2")...UInt8(ascii: "9") ~= value[1] else {
      return nil
    }
    return Int(value[1] - UInt8(ascii: "0"))
  }

  /// The number of the piece that has this name, 0 for the first; nil for another cookie.
  static func number(_ found: UnsafeBufferPointer<UInt8>, of name: Text) -> Int? {
    guard found.starts(with: name.bytes) else { return nil }
    if found.count == name.count { return 0 }
    guard found.count == name.count + 2, found[name.count] == UInt8(ascii: "."),
      UInt8(ascii: "1")...UInt8(ascii: "8") ~= found[name.count + 1]
    else { return nil }
    return Int(found[name.count + 1] - UInt8(ascii: "0"))
  }

  static func name(_ number: Int, of name: Text) -> Text {
    Text(name.bytes + [UInt8(ascii: "."), UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number)])
  }

  /// A value whose pieces were joined, as it was before it was cut.
  package static func whole(_ joined: [UInt8]) -> [UInt8] {
    count(joined) == nil ? joined : Array(joined[leadCount...])
  }

  private static var mark: UInt8 { UInt8(ascii: "~") }
}
