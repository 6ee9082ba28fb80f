// SPDX-License-Identifier: Apache-2.0

/// What a save does to the life of a session, made again on the newest record as the changes of its values are.
struct LifeChange {
  let now: Int64
  /// Whether a record that does not say since when it is there begins to.
  let begins: Bool
  /// Whether the session gets a new id.
  var renews = false

  func made(on life: SessionLife?) -> SessionLife? {
    guard var life else { return begins ? SessionLife(created: now, renewed: now) : nil }
    if renews { life.renewed = now }
    return life
  }

  /// Whether there is anything to write.
  func changes(_ life: SessionLife?) -> Bool {
    renews || begins && life == nil
  }
}
