// SPDX-License-Identifier: Apache-2.0
internal import Support
internal import Values

/// Whose a session is, and since when that user's sessions count: when the user's record says another epoch, or is gone,
/// the session has ended.
struct UserTie {
  let user: Text
  let epoch: Text
  /// The epoch that is about to begin, and that this session is to outlive.
  var next: Text?
  /// Names a session that lives in its cookie, which has no other id, in the list of its user.
  var id: Text?

  init(_ user: Text, epoch: Text) {
    self.user = user
    self.epoch = epoch
  }

  /// Of what `SessionLife` keeps; nil where there is no user.
  init?(_ life: Map) {
    guard case .text(let user)? = life["user"], case .text(let epoch)? = life["epoch"] else { return nil }
    self.user = user
    self.epoch = epoch
    if case .text(let next)? = life["next"] { self.next = next }
    if case .text(let id)? = life["id"] { self.id = id }
  }

  /// Where two requests are about to begin an epoch at once, it is one and the same.
  func merged(with other: UserTie?) -> UserTie {
    guard next != nil, let other, other.user == user, other.epoch == epoch, other.next != nil else { return self }
    return other
  }

  func holds(in epoch: Text) -> Bool {
    epoch == self.epoch || epoch == next
  }
}
