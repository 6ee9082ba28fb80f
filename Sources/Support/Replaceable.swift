// SPDX-License-Identifier: Apache-2.0

/// An immutable object that is replaced as a whole while others use it: who took the old one keeps it.
package final class Replaceable<Object: AnyObject & Sendable>: ForkObserver, @unchecked Sendable {
  private let lock = Lock()
  private var current: Object
  private var observation: ForkObservation?

  package init(_ object: Object) {
    current = object
    observation = ForkObservation(self)
  }

  deinit {
    observation?.end()
  }

  package var object: Object {
    lock.holding { current }
  }

  package func replace(by object: Object) {
    // The old one is freed when the lock is dropped.
    let old = lock.holding {
      let old = current
      current = object
      return old
    }
    withExtendedLifetime(old) {}
  }

  package func prepareForFork() { lock.take() }
  package func forkedAsParent() { lock.drop() }
  package func forkedAsChild() { lock.reset() }
}
