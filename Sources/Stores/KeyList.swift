// SPDX-License-Identifier: Apache-2.0
package import Support

/// Some of the keys of a store, and where the list goes on.
package struct KeyList: Sendable {
  package let keys: [Text]
  /// For the next list, at most 255 bytes; nil at the end.
  package let next: [UInt8]?

  package init(_ keys: [Text], next: [UInt8]?) {
    self.keys = keys
    self.next = next
  }

  /// Of a store that lists its keys in order: it ends with the list that has fewer than it may.
  package init(_ keys: [Text], limit: Int) {
    self.init(keys, next: keys.count < limit ? nil : keys.last?.bytes)
  }

  /// How many keys one list may have at most.
  package static var most: Int { 1_000 }
}
