// SPDX-License-Identifier: Apache-2.0
package import Support

/// The secret keys of one application, oldest first: the newest one that is good makes, all that are good verify, the
/// newest tried first.
package struct KeyRing: Sendable {
  package private(set) var keys: [Key] = []
  /// What was made before is refused; in seconds since 1970-01-01T00:00:00Z.
  package var revokedBefore: Int64?

  package init() {}

  package var isEmpty: Bool { keys.isEmpty }

  package mutating func add(_ secret: Secret) {
    add(Key(secret))
  }

  /// Behind all keys that do not begin later.
  package mutating func add(_ key: Key) {
    let position = keys.firstIndex { $0.validity.notBefore > key.validity.notBefore } ?? keys.endIndex
    keys.insert(key, at: position)
  }

  /// The keys for one purpose, newest first.
  package func newestFirst(for purpose: KeyPurpose) -> [Key] {
    keys.filter { $0.purpose.allows(purpose) }.reversed()
  }
}
