// SPDX-License-Identifier: Apache-2.0
internal import Backends
internal import Sessions
internal import Settings
internal import Stores
internal import Support

/// A store as a C caller holds it.
final class StoreHandle: Handle {
  let store: any SessionStore
  var clock = Clock.system
  private let limit: CallLimit

  private init(_ store: any SessionStore, _ limit: CallLimit) {
    self.store = store
    self.limit = limit
    super.init(.store)
  }

  // An initializer that throws would leak its object: Embedded Swift does not free one that is half made.
  static func open(_ settings: Settings) throws(Failure) -> StoreHandle {
    try settings.check()
    guard let store = try Backend.store(settings) else {
      throw Failure(
        .config,
        "SESSION_TYPE 'cookie' keeps sessions in cookies and has no store; set it to one, for example 'sqlite'.")
    }
    return StoreHandle(store, CallLimit(settings))
  }

  /// A call that begins now.
  var call: Call { limit.call(now: clock.now()) }
}
