// SPDX-License-Identifier: Apache-2.0
internal import Support
internal import Values

/// Since when a session is there and under its id, and whose it is.
///
/// It stands in the record, or the cookie, under the key `_swiftsession`, which Flask and Flask-Session carry along as
/// they do any other, and which no application of ours sees.
struct SessionLife {
  /// Seconds since 1970.
  var created: Int64
  /// When the session got its id, in seconds since 1970.
  var renewed: Int64
  /// Nil for the session of somebody who is not logged in.
  var tie: UserTie?
  /// Whether the cookie has not come back yet: SESSION_UNCONFIRMED_LIFETIME.
  var isUnconfirmed = false
  /// Whether the session lives in its cookie by now, and this is what requests find that were under way.
  var hasLeft = false
  /// What a later release put there.
  private var others = Map()

  static var key: Text { "_swiftsession" }

  init(created: Int64, renewed: Int64) {
    self.created = created
    self.renewed = renewed
  }

  /// Nil for what is nothing of ours.
  init?(_ value: Value) {
    guard case .map(let map) = value, case .integer(let created)? = map["created"] else { return nil }
    self.created = created
    if case .integer(let renewed)? = map["renewed"] { self.renewed = renewed } else { renewed = created }
    tie = UserTie(map)
    isUnconfirmed = map["unconfirmed"]?.isTrue ?? false
    hasLeft = map["left"]?.isTrue ?? false
    others = map
  }

  var value: Value {
    var map = others
    map["created"] = .integer(created)
    map["renewed"] = .integer(renewed)
    map["user"] = tie.map { .text($0.user) }
    map["epoch"] = tie.map { .text($0.epoch) }
    map["next"] = tie?.next.map { .text($0) }
    map["id"] = tie?.id.map { .text($0) }
    map["unconfirmed"] = isUnconfirmed ? .bool(true) : nil
    map["left"] = hasLeft ? .bool(true) : nil
    return .map(map)
  }
}
