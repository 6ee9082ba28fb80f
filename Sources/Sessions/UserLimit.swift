// SPDX-License-Identifier: Apache-2.0
internal import Settings
internal import Support

/// How many sessions a user may have at once, and what gives way to one more.
struct UserLimit: Sendable {
  /// SESSION_USER_LIMIT; nil: any number.
  let most: Int?
  /// Whether the oldest end; else a login is refused. SESSION_USER_LIMIT_POLICY.
  let endsOldest: Bool

  static var reached: Failure {
    Failure(.conflict, "The user has as many sessions as SESSION_USER_LIMIT allows; end one first.")
  }

  init(_ settings: Settings) {
    most = settings.number(.userLimit).map { Int($0) }
    endsOldest = settings.text(.userLimitPolicy) != "refuse"
  }
}
