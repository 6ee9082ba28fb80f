// SPDX-License-Identifier: Apache-2.0

/// What happens to sessions: the `SWIFTSESSION_EVENT_*` of the C header, with its numbers.
package enum EventKind: Int32, Sendable {
  case opened = 1
  case rejected = 2
  case expired = 3
  case created = 4
  case saved = 5
  case touched = 6
  case merged = 7
  case renewed = 8
  case conflict = 9
  case gone = 10
  case login = 11
  case ended = 12
  case userEnded = 13
  case storeError = 14

  static var last: Int32 { storeError.rawValue }

  /// As events and figures call it.
  @inline(never)
  package var name: StaticString {
    switch self {
    case .opened: "opened"
    case .rejected: "rejected"
    case .expired: "expired"
    case .created: "created"
    case .saved: "saved"
    case .touched: "touched"
    case .merged: "merged"
    case .renewed: "renewed"
    case .conflict: "conflict"
    case .gone: "gone"
    case .login: "login"
    case .ended: "ended"
    case .userEnded: "user_ended"
    case .storeError: "store_error"
    }
  }

  /// The reasons that are told though they were not met, the bit of 1 << n for the status -n; none for an event that
  /// has no reason.
  @inline(never)
  var usualReasons: UInt32 {
    switch self {
    // TOO_LARGE, MALFORMED, TAMPERED, EXPIRED, NOT_FOUND
    case .rejected: 0b1111_0010_0000
    // BACKEND, AUTH, TIMEOUT, UNAVAILABLE
    case .storeError: 0b111_0000_0001_0000
    default: 0
    }
  }

  /// What is counted, as the figures say it.
  var help: StaticString {
    switch self {
    case .opened: "Cookies that opened a session."
    case .rejected: "Cookies that opened nothing."
    case .expired: "Sessions that were found over their absolute time-out."
    case .created: "New sessions that were stored."
    case .saved: "Sessions that were stored with changes."
    case .touched: "Sessions that were extended without a change."
    case .merged: "Saves that met the changes of another request and kept both."
    case .renewed: "Sessions that got a new id."
    case .conflict: "Saves that were refused: changes that cannot be merged, or a login too many."
    case .gone: "Saves of sessions that were ended elsewhere."
    case .login: "Logins that were stored."
    case .ended: "Sessions that were ended."
    case .userEnded: "Times that all sessions of a user were ended, or all others."
    case .storeError: "Calls of the store that failed, or were not answered."
    }
  }
}
