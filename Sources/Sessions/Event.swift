// SPDX-License-Identifier: Apache-2.0
package import Support

/// What happened to a session, as the host is told: never with an id, a cookie's value or the name of a user.
package struct Event {
  package let kind: EventKind
  /// Why, where there is a reason; else `ok`.
  package let reason: Status
  /// The names of the session, of the same under its old id, and of the user: three times `EventName.size` bytes. One
  /// that is not there is empty.
  package let names: [UInt8]
}
