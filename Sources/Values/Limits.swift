// SPDX-License-Identifier: Apache-2.0

/// What a codec takes from outside, checked before anything is allocated.
package struct Limits: Sendable {
  /// Values within values. Each level takes stack, also when the value is dropped.
  package var depth = 200
  /// Bytes of one payload.
  package var size = 16 << 20
  /// Values in one payload, keys among them.
  package var count = 1 << 20

  package init() {}
}
