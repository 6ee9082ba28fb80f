// SPDX-License-Identifier: Apache-2.0
import Stores
import Support

/// A fresh store for one test, and how to tidy up after it.
final class Bed: Sendable {
  let store: any SessionStore
  /// On the same records as `store`, as another process would be; `store` itself where there is no such thing.
  let other: any SessionStore
  private let tidyUp: @Sendable () -> Void

  init(_ store: any SessionStore, other: (any SessionStore)? = nil, tidyUp: @escaping @Sendable () -> Void = {}) {
    self.store = store
    self.other = other ?? store
    self.tidyUp = tidyUp
  }

  deinit {
    tidyUp()
  }
}
