// SPDX-License-Identifier: Apache-2.0
package import Support

/// The secret keys of one application, oldest first: the last one signs, all verify, the newest tried first.
package struct KeyRing: Sendable {
  package private(set) var keys: [Secret]

  package init(_ keys: [Secret] = []) {
    self.keys = keys
  }

  package var isEmpty: Bool { keys.isEmpty }

  package mutating func add(_ key: Secret) {
    keys.append(key)
  }
}
