// SPDX-License-Identifier: Apache-2.0
internal import CSupport

/// Text from outside, as its bytes: compared, ordered and hashed byte for byte.
///
/// `String` takes `é` and `e` + U+0301 for one key, cannot hold a lone surrogate, and needs Unicode tables that an
/// Embedded build does not have. The bytes are UTF-8 in which a lone surrogate is kept as its three bytes.
package struct Text: Sendable, ExpressibleByStringLiteral {
  package var bytes: [UInt8]

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  package init(_ string: String) {
    bytes = Array(string.utf8)
  }

  package init(stringLiteral literal: StaticString) {
    bytes = literal.withUTF8Buffer { Array($0) }
  }

  package var isEmpty: Bool { bytes.isEmpty }
  package var count: Int { bytes.count }

  /// For messages: what is not UTF-8 is shown as U+FFFD.
  package var string: String { String(decoding: bytes, as: UTF8.self) }
}

extension Text: Hashable {
  package static func == (left: Text, right: Text) -> Bool {
    left.bytes == right.bytes
  }

  package func hash(into hasher: inout Hasher) {
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}

extension Text: Comparable {
  /// The order of the bytes, which for UTF-8 is the order of the code points.
  package static func < (left: Text, right: Text) -> Bool {
    let shared = min(left.count, right.count)
    let order = left.bytes.withUnsafeBufferPointer { left in
      right.bytes.withUnsafeBufferPointer { right -> Int32 in
        guard let left = left.baseAddress, let right = right.baseAddress else { return 0 }
        return memcmp(left, right, shared)
      }
    }
    return order == 0 ? left.count < right.count : order < 0
  }
}
