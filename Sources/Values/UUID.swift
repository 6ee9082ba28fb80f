// SPDX-License-Identifier: Apache-2.0

package import Support

/// A UUID (RFC 9562) as its 128 bits.
package struct UUID: Hashable, Sendable {
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}

extension UUID {
  /// Reads what Python's `uuid.UUID` reads of a text: 32 digits of base 16, with dashes anywhere, in braces or not, after
  /// `urn:uuid:` or not. Nil for anything else.
  package init?(_ text: Text) {
    var bytes = text.bytes[...]
    if bytes.starts(with: Array("urn:".utf8)) { bytes = bytes.dropFirst(4) }
    if bytes.starts(with: Array("uuid:".utf8)) { bytes = bytes.dropFirst(5) }
    while let first = bytes.first, UUID.isBrace(first) { bytes.removeFirst() }
    while let last = bytes.last, UUID.isBrace(last) { bytes.removeLast() }
    var high: UInt64 = 0
    var low: UInt64 = 0
    var count = 0
    for byte in bytes where byte != UInt8(ascii: "-") {
      guard let digit = Hexadecimal.value(byte) else { return nil }
      high = high << 4 | low >> 60
      low = low << 4 | UInt64(digit)
      count += 1
    }
    guard count == 32 else { return nil }
    self.init(high: high, low: low)
  }

  /// 32 lower-case digits of base 16, in groups of 8, 4, 4, 4 and 12 when there are dashes.
  package func text(dashes: Bool) -> Text {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(36)
    for index in 0..<32 {
      if dashes, index == 8 || index == 12 || index == 16 || index == 20 { bytes.append(UInt8(ascii: "-")) }
      let half = index < 16 ? high : low
      bytes.append(Hexadecimal.digit(UInt8(half >> UInt64(60 - index % 16 * 4) & 15)))
    }
    return Text(bytes)
  }

  private static func isBrace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}")
  }
}
