// SPDX-License-Identifier: Apache-2.0
import Stores

/// A fresh store for one test.
struct Bed: Sendable {
  let store: any SessionStore
  /// On the same records as `store`, as another process would be; `store` itself where there is no such thing.
  let other: any SessionStore

  init(_ store: any SessionStore, other: (any SessionStore)? = nil) {
    self.store = store
    self.other = other ?? store
  }
}
