// SPDX-License-Identifier: Apache-2.0

/// A UUID (RFC 9562) as its 128 bits.
package struct UUID: Hashable, Sendable {
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}
