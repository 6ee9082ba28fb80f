// SPDX-License-Identifier: Apache-2.0

/// What a save does to the life of a session, made again on the newest record as the changes of its values are.
struct LifeChange {
  let now: Int64
  /// Whether a record that does not say since when it is there begins to.
  let begins: Bool
  /// Whether the session gets a new id.
  var renews = false
  /// Whether the cookie has come back.
  var confirms = false
  /// Whose the session becomes.
  var tie: UserTie?
  /// Whether it is nobody's any more: what clears a session is a logout.
  var unties = false

  func made(on life: SessionLife?) -> SessionLife? {
    guard begins || tie != nil || life != nil else { return nil }
    var made = life ?? SessionLife(created: now, renewed: now)
    made.hasLeft = false
    if renews { made.renewed = now }
    if confirms { made.isUnconfirmed = false }
    if unties { made.tie = nil }
    if let tie { made.tie = tie.merged(with: life?.tie) }
    return made
  }

  /// Whether the session is no longer tied as it was.
  var reties: Bool { unties || tie != nil }

  /// Whether there is anything to write.
  func changes(_ life: SessionLife?) -> Bool {
    renews || tie != nil || begins && life == nil || confirms && life?.isUnconfirmed == true
  }
}
