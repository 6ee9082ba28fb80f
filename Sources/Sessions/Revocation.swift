// SPDX-License-Identifier: Apache-2.0
internal import Settings
internal import Stores
internal import Support

/// Where the users of sessions that live in their cookie are kept: SESSION_REVOCATION.
struct Revocation {
  let store: any SessionStore
  let limit: CallLimit
  let userLimit: UserLimit
  let reporter: Reporter
  private let prefix: Text
  private let lifetime: Int64

  init(_ store: any SessionStore, _ settings: Settings, _ reporter: Reporter) throws(Failure) {
    self.store = store
    self.reporter = reporter
    limit = CallLimit(settings)
    userLimit = UserLimit(settings)
    prefix = settings.text(.keyPrefix) ?? "session:"
    lifetime = settings.seconds(.lifetime) ?? 31 * 86_400
    let longest = prefix.count + UserSessions.longestName
    guard longest <= store.largestKey else {
      throw Failure(
        .config,
        "SESSION_KEY_PREFIX makes keys of \(longest) bytes; a store takes at most \(store.largestKey).")
    }
  }

  func users(now: Int64) -> UserSessions {
    UserSessions(
      store: store, prefix: prefix, lifetime: lifetime, listDecides: true, names: .plain, call: limit.call(now: now),
      reporter: reporter)
  }
}
