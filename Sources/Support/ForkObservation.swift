// SPDX-License-Identifier: Apache-2.0
internal import CSupport

/// Tells one object of each `fork()`, until `end()`.
package final class ForkObservation {
  // Not retained: the observer owns this object.
  private unowned(unsafe) let observer: any ForkObserver
  private var handle: OpaquePointer?

  package init(_ observer: any ForkObserver) {
    self.observer = observer
    handle = csupport_fork_observe(
      Unmanaged.passUnretained(self).toOpaque(),
      { ForkObservation.from($0)?.observer.prepareForFork() },
      { ForkObservation.from($0)?.observer.forkedAsParent() },
      { ForkObservation.from($0)?.observer.forkedAsChild() })
  }

  deinit {
    end()
  }

  /// Called first in the observer's `deinit`, while all it has is still there: waits for a fork that is under way.
  package func end() {
    guard let handle else { return }
    self.handle = nil
    csupport_fork_ignore(handle)
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> ForkObservation? {
    guard let context else { return nil }
    return Unmanaged<ForkObservation>.fromOpaque(context).takeUnretainedValue()
  }
}
