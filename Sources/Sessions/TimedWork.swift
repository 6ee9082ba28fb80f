// SPDX-License-Identifier: Apache-2.0

/// What is timed.
enum TimedWork: Int {
  // The calls of a store.
  case load
  case create
  case replace
  case touch
  case refresh
  case remove
  case sweep
  case ping
  case prepare
  // All that loading and saving a session takes.
  case loadSession
  case saveSession

  static var count: Int { saveSession.rawValue + 1 }

  /// Of a call of a store.
  @inline(never)
  var name: StaticString {
    switch self {
    case .load, .loadSession: "load"
    case .create: "create"
    case .replace: "replace"
    case .touch: "touch"
    case .refresh: "refresh"
    case .remove: "remove"
    case .sweep: "sweep"
    case .ping: "ping"
    case .prepare: "prepare"
    case .saveSession: "save"
    }
  }
}
