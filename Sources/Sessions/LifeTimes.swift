// SPDX-License-Identifier: Apache-2.0
internal import Settings
internal import Support

/// How long sessions in a store live, and when they get a new id. All in seconds.
struct LifeTimes: Sendable {
  /// What a session lives that nobody uses: PERMANENT_SESSION_LIFETIME, or less by SESSION_IDLE_TIMEOUT.
  let unused: Int64
  /// What a new one lives until its cookie has come back: SESSION_UNCONFIRMED_LIFETIME.
  private let unconfirmed: Int64?
  /// What it lives however much it is used: SESSION_ABSOLUTE_TIMEOUT.
  private let absolute: Int64?
  /// How old an id grows: SESSION_RENEW_AFTER.
  private let renewAfter: Int64?
  /// How long an old id leads to the new one: SESSION_RENEW_GRACE.
  let renewGrace: Int64
  /// Within which a session that nobody changes is not touched again: SESSION_TOUCH_INTERVAL.
  private let touchInterval: Int64
  /// Whether every record says since when it is there.
  private let isSealed: Bool

  init(_ settings: Settings) throws(Failure) {
    let lifetime = settings.seconds(.lifetime) ?? 31 * 86_400
    let idle = settings.seconds(.idleTimeout)
    unused = min(lifetime, idle ?? lifetime)
    unconfirmed = settings.seconds(.unconfirmedLifetime)
    absolute = settings.seconds(.absoluteTimeout)
    renewAfter = settings.seconds(.renewAfter)
    renewGrace = settings.seconds(.renewGrace) ?? 10
    touchInterval = settings.seconds(.touchInterval) ?? 0
    isSealed = settings.text(.recordFormat) == "sealed"
    guard touchInterval < min(unused, absolute ?? unused) else {
      throw Failure(
        .config,
        "SESSION_TOUCH_INTERVAL must be less than PERMANENT_SESSION_LIFETIME and the time-outs, or sessions in use would "
          + "end.")
    }
    guard idle == nil || settings.flag(.refreshEachRequest) ?? true else {
      throw Failure(
        .config, "SESSION_IDLE_TIMEOUT counts from the last request, but SESSION_REFRESH_EACH_REQUEST is off.")
    }
  }

  /// Whether records have to say since when they are there.
  var needLife: Bool { isSealed || absolute != nil || renewAfter != nil }

  /// Whether a touch writes the record anew.
  var touchWrites: Bool { isSealed }

  /// Whether ids may lead to others.
  var makeForwards: Bool { renewAfter != nil && renewGrace > 0 }

  /// Whether every touch is of use.
  var touchAlways: Bool { touchInterval == 0 }

  /// Whether the first request that brings the cookie back has to say so in the record.
  var needConfirmation: Bool { unconfirmed != nil }

  /// The life of a session whose cookie nobody has yet.
  func beginning(_ life: SessionLife?, now: Int64) -> SessionLife? {
    guard needConfirmation else { return life }
    var life = life ?? SessionLife(created: now, renewed: now)
    life.isUnconfirmed = true
    return life
  }

  /// Of a record from now on, unless the session is used again; at least a second.
  func timeToLive(_ life: SessionLife?, now: Int64) -> Int64 {
    guard life?.hasLeft != true else { return max(1, renewGrace) }
    let time = cookieTime(life, now: now)
    guard let unconfirmed, life?.isUnconfirmed == true else { return time }
    return min(time, unconfirmed)
  }

  /// Of a cookie, which is to come back.
  func cookieTime(_ life: SessionLife?, now: Int64) -> Int64 {
    guard let absolute, let life else { return unused }
    return max(1, min(unused, LifeTimes.end(of: life.created, absolute) &- max(now, 0)))
  }

  /// Whether the session is older than any may be.
  func isOver(_ life: SessionLife?, now: Int64) -> Bool {
    guard let absolute, let life else { return false }
    return now >= LifeTimes.end(of: life.created, absolute)
  }

  /// Whether it is time for a new id.
  func isDueForRenewal(_ life: SessionLife?, now: Int64) -> Bool {
    guard let renewAfter, let life else { return false }
    return now >= LifeTimes.end(of: life.renewed, renewAfter)
  }

  /// Whether the last touch is an interval ago.
  ///
  /// - Parameter remaining: what the record had still when it was read.
  func isDueForTouch(_ life: SessionLife?, remaining: Int64?, now: Int64) -> Bool {
    guard touchInterval > 0, let remaining else { return true }
    return remaining <= timeToLive(life, now: now) - touchInterval
  }

  /// When the time of a record began anew, as far as that can be told.
  func lastTouch(_ life: SessionLife?, remaining: Int64?, now: Int64) -> Int64? {
    // Near the end of all, no touch moves the end.
    guard let remaining, timeToLive(life, now: now) == unused else { return nil }
    return now.addingClamped(min(0, remaining - unused))
  }

  /// The same for a record that nobody can read, where all records have the same time.
  func lastTouch(remaining: Int64?, now: Int64) -> Int64? {
    absolute == nil && unconfirmed == nil ? lastTouch(nil, remaining: remaining, now: now) : nil
  }

  private static func end(of start: Int64, _ time: Int64) -> Int64 {
    max(start, 0).addingClamped(time)
  }
}
