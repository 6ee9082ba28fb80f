// SPDX-License-Identifier: Apache-2.0
internal import Stores
internal import Support

/// The store that sessions move from.
struct OldStore {
  let store: any SessionStore
  /// What stands before the ids in its keys.
  let prefix: Text
  /// From when on nobody asks it any more, in seconds since 1970.
  let until: Int64

  func isAsked(_ call: Call) -> Bool { call.now < until }
}
