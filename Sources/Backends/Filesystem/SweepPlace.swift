// SPDX-License-Identifier: Apache-2.0
internal import Support

/// Where in the folder a sweep goes on, 0 being the beginning. Threads that sweep at once may look at files twice.
final class SweepPlace: ForkObserver, @unchecked Sendable {
  private let lock = Lock()
  private var place: Int64 = 0
  private var observation: ForkObservation?

  init() {
    observation = ForkObservation(self)
  }

  deinit {
    observation?.end()
  }

  var value: Int64 {
    get { lock.holding { place } }
    set { lock.holding { place = newValue } }
  }

  func prepareForFork() {
    lock.take()
  }

  func forkedAsParent() {
    lock.drop()
  }

  func forkedAsChild() {
    lock.reset()
  }
}
